package multimodal_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
)

// An input's features are its own: not of the others, and not of what fills it up.
func TestEncoders(t *testing.T) {
	for _, name := range multimodal.EncoderNames() {
		t.Run(name, func(t *testing.T) {
			e, err := multimodal.NewEncoder(modality(name))
			require.NoError(t, err)
			nn.Eval(e)
			in := input(name, 4)
			features := e.Encode(in)
			require.Equal(t, torch.Shape{4, e.OutputSize()}, features.Shape())
			require.Equal(t, 8, e.OutputSize())
			for i := range 4 {
				one := multimodal.Input{Data: in.Data.Narrow(0, i, 1)}
				if in.Lengths != nil {
					one.Lengths = in.Lengths.Narrow(0, i, 1)
					one.Data = one.Data.Narrow(1, 0, int(one.Lengths.ItemInt()))
				}
				requireClose(t, features.Narrow(0, i, 1), e.Encode(one), i)
				if in.Lengths != nil {
					requireClose(t, features.Narrow(0, i, 1), e.Encode(multimodal.Input{Data: one.Data}), "without lengths all is whole")
				}
			}
			if s, ok := e.(multimodal.SequenceEncoder); ok {
				x, mask := s.EncodeSequence(in)
				require.Equal(t, 4, x.Size(0))
				require.Equal(t, s.SequenceSize(), x.Size(2))
				if mask != nil {
					require.Equal(t, x.Shape()[:2], mask.Shape())
				}
			}
			nn.Train(e)
			e.Encode(in).Square().Sum().Backward()
			for _, p := range nn.NamedParameters(e) {
				require.NotNil(t, p.Grad(), p.Name)
			}
		})
	}
}

func TestEncodersRefuse(t *testing.T) {
	for _, name := range multimodal.EncoderNames() {
		e, err := multimodal.NewEncoder(modality(name))
		require.NoError(t, err)
		for _, bad := range []multimodal.Input{
			{},
			{Data: torch.Zeros(torch.Shape{2})},
			{Data: torch.Zeros(torch.Shape{2, 5, 1, 1, 1})},
			{Data: input(name, 2).Data, Lengths: torch.Ones(torch.Shape{3}, torch.Int64)},
		} {
			var failed *torch.Error
			require.ErrorAs(t, torch.Try(func() error { e.Encode(bad); return nil }), &failed, name)
		}
	}
	long := modality("transformer")
	long.MaxWords = 4
	e, err := multimodal.NewEncoder(long)
	require.NoError(t, err)
	text := multimodal.Input{Data: torch.Full(torch.Shape{1, 5}, 3, torch.Int64)}
	require.ErrorContains(t, torch.Try(func() error { e.Encode(text); return nil }), "a text of 5 words: expected at most 4")

	for want, change := range map[string]func(*multimodal.Modality){
		`encoder "gpt": expected one of ["cnn"`:                  func(m *multimodal.Modality) { m.Encoder = "gpt" },
		"words of encoder gru: expected 2 to 4194304, but got 0": func(m *multimodal.Modality) { m.Words = 0 },
		"size of encoder gru: expected 1 to 16384, but got 0":    func(m *multimodal.Modality) { m.Size = 0 },
		"encoder gru with about":                                 func(m *multimodal.Modality) { m.Words, m.WordSize = 1<<22, 1<<14 },
		"dropout NaN":                                            func(m *multimodal.Modality) { m.Dropout = math.NaN() },
		"expected an even number":                                func(m *multimodal.Modality) { m.Bidirectional, m.Size = true, 7 },
		"layers of encoder gru":                                  func(m *multimodal.Modality) { m.Layers = 1 << 40 },
		"word size of encoder gru":                               func(m *multimodal.Modality) { m.WordSize = -1 },
	} {
		m := modality("gru")
		change(&m)
		_, err := multimodal.NewEncoder(m)
		require.ErrorContains(t, err, want)
	}
}

// A pretrained encoder that is frozen gets no gradients and has no dropout; one that is trained in part gets some.
func TestPretrainedEncoders(t *testing.T) {
	in := input("pretrained", 4)
	for layers, trained := range map[int]int{0: 2, 1: 18, -1: 39} { // a layer has 16 parameters, the projection 2
		m := modality("pretrained")
		m.TrainedLayers, m.Size = layers, 5
		e, err := multimodal.NewEncoder(m)
		require.NoError(t, err)
		nn.Train(e)
		x := e.Encode(in)
		require.Equal(t, layers == 0, torch.Equal(x, e.Encode(in)), "dropout")
		x.Square().Sum().Backward()
		count := 0
		for _, p := range nn.Parameters(e) {
			if p.Grad() != nil {
				count++
			}
		}
		require.Equal(t, trained, count)
	}
	m := modality("pretrained")
	m.TrainedLayers = 0
	e, err := multimodal.NewEncoder(m)
	require.NoError(t, err)
	before := e.Encode(in)
	state := nn.StateDict(e)
	for i := range state {
		state[i].Tensor = state[i].Tensor.Detach().Mul(2)
	}
	require.NoError(t, nn.LoadStateDict(e, state))
	require.False(t, torch.Allclose(before, e.Encode(in), 1e-3, 1e-3), "of other weights nothing is kept")

	for want, change := range map[string]func(*multimodal.Modality){
		"a pretrained encoder without a folder": func(m *multimodal.Modality) { m.Folder = "" },
		"testdata/none":                         func(m *multimodal.Modality) { m.Folder = "testdata/none" },
		"trained layers of encoder pretrained":  func(m *multimodal.Modality) { m.TrainedLayers = -2 },
	} {
		m := modality("pretrained")
		change(&m)
		_, err := multimodal.NewEncoder(m)
		require.ErrorContains(t, err, want)
	}
	for _, kind := range []multimodal.Kind{"text", "concat", "cross-attention"} {
		c, err := multimodal.NewPretrainedClassifier(kind, "testdata/pretrained", 0, classes)
		require.NoError(t, err)
		loss, logits := c.Loss(randomBatch(4), nn.NewCrossEntropyLoss())
		require.Equal(t, torch.Shape{4, classes}, logits.Shape())
		loss.Backward()
	}
	_, err = multimodal.NewPretrainedClassifier("joint", "testdata/pretrained", 0, 3)
	require.ErrorContains(t, err, `model "joint": with a pretrained encoder expected text or one of`)
}
