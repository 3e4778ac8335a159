package transformers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
	"multitorch/transformers"
)

// A picture's vector does not depend on the others of its batch.
func TestBatchesOfPictures(t *testing.T) {
	for _, name := range []string{"vit_base", "clip_vision", "siglip_vision", "resnet_base", "dinov2_hidden", "convnext_base"} {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.ImageEncoder](g.folder(t))
		require.NoError(t, err)
		all := g.input(t, "pixel_values")
		both := m.Forward(transformers.ImageInput{PixelValues: all}).PoolerOutput
		for i := range 2 {
			one := m.Forward(transformers.ImageInput{PixelValues: all.Narrow(0, i, 1)}).PoolerOutput
			require.Less(t, one.Sub(both.Narrow(0, i, 1)).Abs().Max().Item(), 2e-6, name)
		}
	}
}

// In bfloat16 a model computes about the same.
func TestHalfPrecisionOfPictures(t *testing.T) {
	for _, name := range imageGoldens(t) {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.Model](g.folder(t), transformers.Load{DType: torch.BFloat16})
		require.NoError(t, err)
		torch.NoGrad(func() {
			for key, x := range g.pictured(t, m) {
				if key != "loss" {
					require.Equal(t, torch.BFloat16, x.DType(), "%s: %s", name, key)
				}
				require.InDelta(t, g.Outputs[key].AbsMax, x.Float().Abs().Max().Item(), 0.1*g.Outputs[key].AbsMax+0.05, "%s: %s", name, key)
			}
		})
	}
}

// Attention's weights are told where they are asked for, and the result is the same.
func TestAttentionsOfPictures(t *testing.T) {
	for _, name := range []string{"vit_base", "clip_vision", "siglip_vision", "dinov2_hidden"} {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.ImageEncoder](g.folder(t), transformers.Load{DType: torch.Float64})
		require.NoError(t, err)
		in := g.image(t)
		plain := m.Forward(in)
		in.OutputAttentions = true
		told := m.Forward(in)
		require.Len(t, told.Attentions, 2)
		for _, a := range told.Attentions {
			require.Equal(t, 2, a.Size(1), "heads")
			require.InDelta(t, 1, a.Sum(-1).Min().Item(), 1e-12)
		}
		require.Empty(t, plain.Attentions)
		require.Less(t, plain.LastHiddenState.Sub(told.LastHiddenState).Abs().Max().Item(), 1e-12)
	}
}

// A forward pass leaves its outputs and nothing else.
func TestModelsOfPicturesFree(t *testing.T) {
	leak.CollectorOff(t)
	for _, name := range imageGoldens(t) {
		g := readGolden(t, name)
		m, err := transformers.FromPretrained[transformers.Model](g.folder(t))
		require.NoError(t, err)
		pair, outputs := 0, len(g.Outputs)
		if _, ok := m.(transformers.ImageTextModel); ok {
			pair = 4 // both encoders' states and vectors
		}
		if g.Inputs["labels"] != nil {
			outputs++ // the labels as a vector, for the loss
		}
		torch.NoGrad(func() {
			torch.Step(func() { // which owns all that is made in it
				before := torch.LiveTensors()
				g.bert(t)
				if pair > 0 {
					g.imageText(t)
				} else {
					g.image(t)
				}
				inputs := torch.LiveTensors() - before
				g.pictured(t, m)
				require.LessOrEqual(t, torch.LiveTensors()-before, 2*inputs+outputs+pair, name)
			})
		})
	}
}
