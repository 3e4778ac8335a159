package multimodal

import (
	"multitorch/nn"
	"multitorch/torch"
)

// recurrence is a GRU or an LSTM over sequences of several lengths.
type recurrence struct {
	RNN  nn.Module // *nn.GRU or *nn.LSTM
	size int
}

func newRecurrence(kind string, input int, m Modality) recurrence {
	opts := []nn.RNNOption{nn.BatchFirst(true), nn.NumLayers(m.Layers), nn.Bidirectional(m.Bidirectional)}
	r, hidden := recurrence{size: m.Size}, m.Size
	if m.Bidirectional {
		hidden /= 2
	}
	if kind == "lstm" {
		r.RNN = nn.NewLSTM(input, hidden, opts...)
	} else {
		r.RNN = nn.NewGRU(input, hidden, opts...)
	}
	return r
}

// read returns the state after each sequence's last step, [N, size], both directions' side by side, and the output at
// every step.
func (r *recurrence) read(x, lengths *torch.Tensor) (last *torch.Tensor, steps *nn.PackedSequence) {
	packed := nn.PackPaddedSequence(x, lengths, nn.BatchFirst(true), nn.EnforceSorted(false))
	var hidden *torch.Tensor
	switch rnn := r.RNN.(type) {
	case *nn.LSTM:
		steps, hidden, _ = rnn.ForwardPacked(packed, nil, nil)
	case *nn.GRU:
		steps, hidden = rnn.ForwardPacked(packed, nil)
	}
	if hidden.Size(2) == r.size {
		return hidden.Select(0, -1), steps
	}
	return torch.Cat([]*torch.Tensor{hidden.Select(0, -2), hidden.Select(0, -1)}, 1), steps
}

// sequence is the output at every step, and which steps are there.
func (r *recurrence) sequence(x, lengths *torch.Tensor) (elements, mask *torch.Tensor) {
	_, steps := r.read(x, lengths)
	elements, lengths = nn.PadPackedSequence(steps, nn.BatchFirst(true))
	return elements, within(lengths, elements.Size(1), elements.Device())
}

// RecurrentText encodes texts by an embedding and a GRU or an LSTM, which reads the words that are there and none that
// fill up.
type RecurrentText struct {
	nn.Base
	Embedding *nn.Embedding
	recurrence

	WordDropout float64 // the share of words that are hidden in training
}

func newRecurrentText(m Modality) *RecurrentText {
	return &RecurrentText{
		Embedding:  nn.NewEmbedding(m.Words, m.WordSize, nn.PaddingIdx(0)),
		recurrence: newRecurrence(m.Encoder, m.WordSize, m), WordDropout: m.WordDropout,
	}
}

// OutputSize is the width of the features.
func (m *RecurrentText) OutputSize() int { return m.size }

// Encode maps texts [N, T] to features [N, OutputSize()]: what was read after the last word.
func (m *RecurrentText) Encode(in Input) *torch.Tensor {
	last, _ := m.read(m.words(in), in.lengths())
	return last
}

// SequenceSize is the width of a word.
func (m *RecurrentText) SequenceSize() int { return m.size }

// EncodeSequence maps texts [N, T] to what was read after each word, [N, the longest, SequenceSize()].
func (m *RecurrentText) EncodeSequence(in Input) (elements, mask *torch.Tensor) {
	return m.sequence(m.words(in), in.lengths())
}

func (m *RecurrentText) words(in Input) *torch.Tensor {
	expectTexts(in, "RecurrentText")
	tokens := in.Data
	if m.Training() {
		tokens = hideWords(tokens, m.WordDropout)
	}
	return m.Embedding.Forward(tokens)
}

func expectTexts(in Input, encoder string) {
	expect(in, encoder, "texts as integers [N, words]", func(s torch.Shape) bool {
		return len(s) == 2 && !in.Data.DType().IsFloatingPoint()
	})
}

// hideWords takes the share rate of the words away.
func hideWords(tokens *torch.Tensor, rate float64) *torch.Tensor {
	if rate == 0 {
		return tokens
	}
	hide := torch.RandLike(tokens, torch.Float32).Lt(rate).And(tokens.Ne(0))
	return tokens.MaskedFill(hide, unknown)
}
