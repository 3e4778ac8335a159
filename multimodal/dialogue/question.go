package dialogue

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Question reads questions in English: a GRU over the words' vectors, and beside its last state their sum, in which each word
// counts from the beginning, while a GRU first has to learn to carry it to the end. In a dialogue a second GRU reads a scene's
// questions one after the other, so that its state can hold what "it" is (the hierarchical encoder of Das et al., "Visual
// Dialog", 2017, https://arxiv.org/abs/1611.08669).
type Question struct {
	nn.Base
	Embedding *nn.Embedding
	Words     *nn.GRU
	Turns     *nn.GRU // nil where questions stand alone
}

// The lengths of a word's vector, and of a question's and a dialogue's state.
const (
	wordSize     = 32
	stateSize    = 64
	questionSize = stateSize + wordSize
	memorySize   = 64
	loudness     = 8
)

// NewQuestion makes one for word numbers below words.
func NewQuestion(words int, dialogue bool) *Question {
	m := &Question{
		Embedding: nn.NewEmbedding(words, wordSize, nn.PaddingIdx(0)),
		Words:     nn.NewGRU(wordSize, stateSize, nn.BatchFirst(true)),
	}
	if dialogue {
		m.Turns = nn.NewGRU(questionSize, memorySize, nn.BatchFirst(true))
	}
	return m
}

// Size is the length of what Forward makes of a question.
func (m *Question) Size() int {
	if m.Turns == nil {
		return questionSize
	}
	return questionSize + memorySize
}

// Forward maps N times Q questions of up to T words, [N, Q, T], and their lengths, [N, Q], to [N, Q, Size]: the question
// and, in a dialogue, what is remembered after it. A dialogue goes on from memory, [1, N, 64], and the new one is returned;
// it begins where memory is nil.
func (m *Question) Forward(tokens, lengths, memory *torch.Tensor) (question, remembered *torch.Tensor) {
	n, q := tokens.Size(0), tokens.Size(1)
	words := m.Embedding.Forward(tokens.Flatten(0, 1))
	packed := nn.PackPaddedSequence(words, lengths.Flatten(0, 1), nn.BatchFirst(true), nn.EnforceSorted(false))
	_, hidden := m.Words.ForwardPacked(packed, nil)
	question = torch.Cat([]*torch.Tensor{hidden.Select(0, 0), words.Mean(1)}, 1).View(n, q, questionSize)
	if m.Turns == nil {
		return question, nil
	}
	// The mean is small beside what a GRU's gates listen to; what is loud is remembered from the beginning.
	turns, remembered := m.Turns.Forward(question.Mul(loudness), memory)
	return torch.Cat([]*torch.Tensor{question, turns}, 2), remembered
}
