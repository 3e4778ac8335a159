package multimodal_test

import (
	"bytes"
	"context"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/datasets/emoji10"
	"multitorch/internal/leak"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
)

const words, classes = 20, 10

// randomBatch is n samples of noise with texts of 1 to 5 words.
func randomBatch(n int) multimodal.Batch {
	lengths := torch.Randint(1, 6, torch.Shape{n})
	tokens := torch.Randint(2, words, torch.Shape{n, 5})
	past := torch.Arange(0, 5, 1).View(1, -1).Ge(lengths.View(-1, 1))
	return multimodal.Batch{
		Image:   torch.Randn(torch.Shape{n, 3, 32, 32}),
		Tokens:  tokens.MaskedFill(past, 0),
		Lengths: lengths,
		Target:  torch.Randint(0, classes, torch.Shape{n}),
	}
}

func equal(x, y *torch.Tensor) bool { return bytes.Equal(x.Bytes(), y.Bytes()) }

func TestClassifiers(t *testing.T) {
	criterion := nn.NewCrossEntropyLoss()
	for _, kind := range multimodal.Kinds() {
		t.Run(string(kind), func(t *testing.T) {
			model, err := multimodal.NewClassifier(kind, words, classes)
			require.NoError(t, err)
			b := randomBatch(7)
			loss, logits := model.Loss(b, criterion)
			require.Equal(t, torch.Shape{7, classes}, logits.Shape())
			require.Empty(t, loss.Shape())
			loss.Backward()
			for _, p := range nn.NamedParameters(model) {
				require.NotNil(t, p.Tensor.Grad(), "%s takes no part in the loss", p.Name)
			}

			nn.Eval(model)
			same := model.Logits(b)
			require.True(t, equal(same, model.Logits(b)), "in evaluation nothing is random")

			// It sees what its kind says, and nothing else.
			other := b
			other.Image = torch.Randn(torch.Shape{7, 3, 32, 32})
			require.Equal(t, kind.UsesImage(), !equal(same, model.Logits(other)))
			other = b
			other.Tokens = torch.Full(torch.Shape{7, 5}, 3, torch.Int64)
			require.Equal(t, kind.UsesText(), !equal(same, model.Logits(other)))

			// A sample's scores do not depend on the others, nor on what fills up its text.
			one := multimodal.Batch{
				Image: b.Image.Slice(0, 2, 3, 1), Tokens: b.Tokens.Slice(0, 2, 3, 1),
				Lengths: b.Lengths.Slice(0, 2, 3, 1), Target: b.Target.Slice(0, 2, 3, 1),
			}
			require.InDeltaSlice(t, torch.ToSlice[float32](same.Slice(0, 2, 3, 1)), torch.ToSlice[float32](model.Logits(one)), 1e-5)
		})
	}
	_, err := multimodal.NewClassifier("audio", words, classes)
	require.ErrorContains(t, err, `"audio": expected one of ["image" "text" "concat" "joint" "uncertainty" "contrastive" "early-concat"`)
}

func TestJointLossIsTheWeightedSum(t *testing.T) {
	criterion := nn.NewCrossEntropyLoss()
	model := multimodal.NewJoint(words, classes)
	nn.Eval(model)
	b := randomBatch(5)
	lossWith := func(image, text float64) float64 {
		model.ImageWeight, model.TextWeight = image, text
		loss, logits := model.Loss(b, criterion)
		require.True(t, equal(logits, model.Logits(b)))
		return loss.Item()
	}
	fused := lossWith(0, 0)
	require.InDelta(t, criterion.Forward(model.Logits(b), b.Target).Item(), fused, 1e-6)
	image, text := lossWith(1, 0)-fused, lossWith(0, 1)-fused
	require.Positive(t, image)
	require.Positive(t, text)
	require.InDelta(t, fused+0.5*image+0.25*text, lossWith(0.5, 0.25), 1e-5)
}

func TestAverage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var logits []*torch.Tensor
		var probabilities [][]float32
		for range rapid.IntRange(1, 5).Draw(t, "models") {
			row := rapid.SliceOfN(rapid.Float32Range(-50, 50), 3, 3).Draw(t, "logits")
			x := torch.New([][]float32{row})
			logits = append(logits, x)
			probabilities = append(probabilities, torch.ToSlice[float32](x.Softmax(1)))
		}
		got := torch.ToSlice[float32](multimodal.Average(logits...))
		sum := 0.0
		for class, p := range got {
			want := 0.0
			for _, of := range probabilities {
				want += float64(of[class]) / float64(len(logits))
			}
			require.InDelta(t, want, p, 1e-6)
			sum += float64(p)
		}
		require.InDelta(t, 1, sum, 1e-5)
	})
}

func TestPixels(t *testing.T) {
	x := torch.New([]uint8{0, 51, 255})
	require.InDeltaSlice(t, []float32{-1, -0.6, 1}, torch.ToSlice[float32](multimodal.Pixels(x)), 1e-6)
	require.Equal(t, []uint8{0, 51, 255}, torch.ToSlice[uint8](x))
}

func TestEmoji(t *testing.T) {
	data, err := emoji10.Open(t.Context(), "", nil)
	require.NoError(t, err)
	side := data.Split(emoji10.Options{}).Test
	emoji := multimodal.NewEmoji(side)
	require.Equal(t, side.Len(), emoji.Len())

	indices := []int{3, 0, side.Len() - 1, 3}
	b, err := emoji.GetBatch(context.Background(), indices)
	require.NoError(t, err)
	require.Equal(t, torch.Shape{4, 3, 32, 32}, b.Image.Shape())
	for k, i := range indices {
		s := side.At(i)
		require.Equal(t, s.Tokens, torch.ToSlice[int64](b.Tokens.Select(0, k)))
		require.EqualValues(t, s.Length, b.Lengths.Select(0, k).Item())
		require.EqualValues(t, s.Label, b.Target.Select(0, k).Item())
		pixels := torch.ToSlice[float32](b.Image.Select(0, k).Flatten(0, -1))
		for j, p := range s.Image {
			require.InDelta(t, float64(p)/255*2-1, pixels[j], 1e-6)
		}
		one, err := emoji.Get(i)
		require.NoError(t, err)
		require.True(t, equal(one.Image, b.Image.Slice(0, k, k+1, 1)))
	}

	before := leak.CollectorOff(t)
	_, err = emoji.GetBatch(context.Background(), []int{side.Len()})
	var e *torch.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, before, torch.LiveTensors())
}
