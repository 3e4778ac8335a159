package transformers_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/transformers"
)

func TestWav2Vec2IsTransformers(t *testing.T) {
	for _, kind := range []string{"group", "layer"} {
		g := readGolden(t, "tiny_wav2vec2_"+kind)
		dir := g.folder(t)
		for _, eager := range []bool{false, true} {
			m, err := transformers.FromPretrained[*transformers.Wav2Vec2ForCTC](dir, transformers.Load{Eager: eager})
			require.NoError(t, err)
			out := m.Forward(transformers.Wav2Vec2Input{InputValues: g.input(t, "input_values"), AttentionMask: g.input(t, "attention_mask")})
			requireGolden(t, g.goldenOutput, out.Logits)
		}
	}
}

// A clip among longer ones has the logits of itself alone where that can be, and is refused where not.
func TestWav2Vec2Lengths(t *testing.T) {
	samples := torch.Randn(torch.Shape{2, 400})
	mask := torch.Ones(torch.Shape{2, 400}, torch.Int64)
	mask.Select(0, 1).Narrow(0, 300, 100).ZeroInplace()
	samples.Select(0, 1).Narrow(0, 300, 100).ZeroInplace()
	alone := transformers.Wav2Vec2Input{InputValues: samples.Narrow(0, 1, 1).Narrow(1, 0, 300)}
	both := transformers.Wav2Vec2Input{InputValues: samples, AttentionMask: mask}

	m, err := transformers.FromPretrained[*transformers.Wav2Vec2ForCTC](readGolden(t, "tiny_wav2vec2_layer").folder(t))
	require.NoError(t, err)
	want := m.Forward(alone).Logits
	got := m.Forward(both).Logits.Narrow(0, 1, 1).Narrow(1, 0, want.Size(1))
	require.True(t, torch.Allclose(want, got, 1e-4, 1e-5))

	m, err = transformers.FromPretrained[*transformers.Wav2Vec2ForCTC](readGolden(t, "tiny_wav2vec2_group").folder(t))
	require.NoError(t, err)
	err = torch.Try(func() error { m.Forward(both); return nil })
	require.ErrorContains(t, err, `clip 1 has 300 samples, others 400): with feat_extract_norm "group" padding changes the result`)
	mask.FillInplace(1)
	require.NotNil(t, m.Forward(both).Logits)
}

func TestWav2Vec2LossAndArguments(t *testing.T) {
	c := transformers.NewWav2Vec2Config()
	c.HiddenSize, c.NumHiddenLayers, c.NumAttentionHeads, c.IntermediateSize = 16, 1, 2, 8
	c.ConvDim, c.ConvKernel, c.ConvStride, c.NumConvPosEmbeddings, c.NumConvPosGroups = []int{4, 4}, []int{10, 3}, []int{5, 2}, 7, 2
	m := transformers.NewWav2Vec2ForCTC(c)
	labels := torch.FromSlice([]int64{5, 6, -100, 7, 7, 8}, 2, 3)
	out := m.Forward(transformers.Wav2Vec2Input{InputValues: torch.Randn(torch.Shape{2, 400}), Labels: labels, OutputHiddenStates: true})
	out.Loss.Backward()
	require.NotNil(t, m.Wav2vec2.Encoder.PosConvEmbed.Conv.Parametrizations.Weight.Original0.Grad())
	require.Len(t, out.HiddenStates, 2)
	require.Equal(t, torch.Shape{2, c.Steps(400), 32}, out.Logits.Shape())
	err := torch.Try(func() error {
		m.Forward(transformers.Wav2Vec2Input{InputValues: torch.Zeros(torch.Shape{1, 9})})
		return nil
	})
	require.ErrorContains(t, err, "enough of them for a step")
	require.Zero(t, c.Steps(9))
	c.AddAdapter = true
	err = torch.Try(func() error { transformers.NewWav2Vec2Model(c); return nil })
	require.ErrorContains(t, err, "adapters are not known")
}
