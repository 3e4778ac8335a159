package multimodal

import (
	"multitorch/nn"
	"multitorch/torch"
)

// BagOfWords encodes texts by the mean of their words' vectors and a linear layer. The order of the words is lost, and
// with few texts there is less to overfit.
type BagOfWords struct {
	nn.Base
	Embedding *nn.Embedding
	Dropout   *nn.Dropout
	FC        *nn.Linear

	WordDropout float64 // the share of words that are hidden in training
}

func newBagOfWords(m Modality) *BagOfWords {
	return &BagOfWords{
		Embedding: nn.NewEmbedding(m.Words, m.WordSize, nn.PaddingIdx(0)), Dropout: nn.NewDropout(m.Dropout),
		FC: nn.NewLinear(m.WordSize, m.Size), WordDropout: m.WordDropout,
	}
}

// OutputSize is the width of the features.
func (m *BagOfWords) OutputSize() int { return m.FC.Weight.Size(0) }

// Encode maps texts [N, T] to features [N, OutputSize()].
func (m *BagOfWords) Encode(in Input) *torch.Tensor {
	expectTexts(in, "BagOfWords")
	tokens := in.Data
	if m.Training() {
		tokens = hideWords(tokens, m.WordDropout)
	}
	x := m.Embedding.Forward(tokens)
	weights := within(in.lengths(), tokens.Size(1), x.Device()).To(x.DType()).Unsqueeze(2)
	mean := x.Mul(weights).Sum(1).Div(weights.Sum(1).Clamp(1, nil))
	return m.FC.Forward(m.Dropout.Forward(mean)).ReLU()
}
