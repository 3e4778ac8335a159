package multimodal

import (
	"multitorch/nn"
	"multitorch/torch"
)

// WordSize is the length of a word's vector.
const WordSize = 100

// FeatureSize is the length of the features of either modality.
const FeatureSize = 64

// ImageEncoder is a small CNN: two convolutions, each followed by ReLU and
// pooling, then dropout and a linear layer.
type ImageEncoder struct {
	nn.Base
	Conv1   *nn.Conv2d
	Conv2   *nn.Conv2d
	FC      *nn.Linear
	Pool    *nn.MaxPool2d
	Dropout *nn.Dropout
}

// NewImageEncoder makes one for images of 32x32.
func NewImageEncoder() *ImageEncoder {
	return &ImageEncoder{
		Conv1:   nn.NewConv2d(3, 16, 3, nn.Padding(1)),
		Conv2:   nn.NewConv2d(16, 32, 3, nn.Padding(1)),
		FC:      nn.NewLinear(32*8*8, FeatureSize),
		Pool:    nn.NewMaxPool2d(2),
		Dropout: nn.NewDropout(0.5),
	}
}

// Forward maps images [N, 3, 32, 32] to features [N, 64].
func (m *ImageEncoder) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Pool.Forward(m.Conv1.Forward(x).ReLU()) // [N, 16, 16, 16]
	x = m.Pool.Forward(m.Conv2.Forward(x).ReLU()) // [N, 32, 8, 8]
	x = m.Dropout.Forward(x.Flatten(1, -1))
	return m.FC.Forward(x).ReLU()
}

// wordDropout is the share of words that are hidden from a text encoder in
// training, unless it is told otherwise.
const wordDropout = 0.1

// unknown is the number of the word that stands for hidden and unknown ones;
// 0 fills texts up.
const unknown = 1

// TextEncoder is an embedding and a GRU over packed texts.
type TextEncoder struct {
	nn.Base
	Embedding *nn.Embedding
	RNN       *nn.GRU

	// WordDropout is the share of words that are hidden in training, so that it
	// doesn't rest on a single one: 0.1.
	WordDropout float64
}

// NewTextEncoder makes one for word numbers below words.
func NewTextEncoder(words int) *TextEncoder {
	return &TextEncoder{
		Embedding:   nn.NewEmbedding(words, WordSize, nn.PaddingIdx(0)),
		RNN:         nn.NewGRU(WordSize, FeatureSize, nn.BatchFirst(true)),
		WordDropout: wordDropout,
	}
}

// Forward maps texts [N, T] of the given lengths [N] to features [N, 64]: the
// hidden state after each text's last word.
func (m *TextEncoder) Forward(tokens, lengths *torch.Tensor) *torch.Tensor {
	if m.Training() {
		tokens = hideWords(tokens, m.WordDropout)
	}
	packed := nn.PackPaddedSequence(m.Embedding.Forward(tokens), lengths, nn.BatchFirst(true), nn.EnforceSorted(false))
	_, hidden := m.RNN.ForwardPacked(packed, nil)
	return hidden.Select(0, -1)
}
