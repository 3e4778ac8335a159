package multimodal

import (
	"multitorch/nn"
	"multitorch/torch"
)

// TransformerText encodes texts by an embedding of words and places, and a transformer, and takes the mean over the words.
type TransformerText struct {
	nn.Base
	Embedding *nn.Embedding
	Positions *nn.Embedding
	Encoder   *nn.TransformerEncoder

	WordDropout float64 // the share of words that are hidden in training
}

func newTransformerText(m Modality) *TransformerText {
	layer := nn.NewTransformerEncoderLayer(m.Size, m.Heads, nn.DimFeedforward(4*m.Size), nn.NewDropout(m.Dropout), nn.BatchFirst(true))
	return &TransformerText{
		Embedding: nn.NewEmbedding(m.Words, m.Size, nn.PaddingIdx(0)), Positions: nn.NewEmbedding(m.MaxWords, m.Size),
		// Without nested tensors a result keeps its width whatever the lengths.
		Encoder: nn.NewTransformerEncoder(layer, m.Layers, nn.EnableNestedTensor(false)), WordDropout: m.WordDropout,
	}
}

// OutputSize is the width of the features.
func (m *TransformerText) OutputSize() int { return m.Embedding.Weight.Size(1) }

// SequenceSize is the width of a word.
func (m *TransformerText) SequenceSize() int { return m.OutputSize() }

// Encode maps texts [N, T] to features [N, OutputSize()]: the mean over the words.
func (m *TransformerText) Encode(in Input) *torch.Tensor {
	x, mask := m.EncodeSequence(in)
	weights := mask.To(x.DType()).Unsqueeze(2)
	return x.Mul(weights).Sum(1).Div(weights.Sum(1))
}

// EncodeSequence maps texts [N, T] to the features of their words, [N, the longest, SequenceSize()].
func (m *TransformerText) EncodeSequence(in Input) (elements, mask *torch.Tensor) {
	expectTexts(in, "TransformerText")
	lengths := in.lengths()
	shortest, longest := int(lengths.Min().ItemInt()), int(lengths.Max().ItemInt())
	switch most := m.Positions.Weight.Size(0); {
	case shortest < 1 || longest > in.Data.Size(1):
		panic(invalid("TransformerText", "expected lengths from 1 to %d, but got %d to %d", in.Data.Size(1), shortest, longest))
	case longest > most:
		panic(invalid("TransformerText", "a text of %d words: expected at most %d (Modality.MaxWords)", longest, most))
	}
	tokens := in.Data.Narrow(1, 0, longest)
	if m.Training() {
		tokens = hideWords(tokens, m.WordDropout)
	}
	x := m.Embedding.Forward(tokens).Add(m.Positions.Weight.Value().Narrow(0, 0, longest))
	mask = within(lengths, longest, x.Device())
	return m.Encoder.ForwardMasked(x, nn.TransformerMasks{SrcKeyPaddingMask: mask.Not()}), mask
}
