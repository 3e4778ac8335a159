package metrics

import (
	"fmt"
	"math"

	"multitorch/multimodal/ctc"
	"multitorch/torch"
)

// Transcribed is what a recogniser understood, and what was said: as many texts of each.
type Transcribed struct{ Understood, Reference []string }

// Samples is the number of texts.
func (t Transcribed) Samples() int { return len(t.Reference) }

// ErrorRate is the share of edits (substitutions, deletions and insertions) among the characters or words of all
// references together, as jiwer.cer and jiwer.wer have it. It may be above 1. Characters are code points and words are what
// white space separates; nothing else is done to the texts.
type ErrorRate struct {
	name    string
	compare func(reference, understood string) ctc.Edits
	sum     ctc.Edits
	texts   int
}

// NewCER makes the error rate by characters.
func NewCER() *ErrorRate { return &ErrorRate{name: "CER", compare: ctc.Characters} }

// NewWER makes the error rate by words.
func NewWER() *ErrorRate { return &ErrorRate{name: "WER", compare: ctc.Words} }

// Name is "CER" or "WER".
func (m *ErrorRate) Name() string { return m.name }

// IsShare is true.
func (m *ErrorRate) IsShare() bool { return true }

// Update takes texts.
func (m *ErrorRate) Update(t Transcribed) {
	if len(t.Understood) != len(t.Reference) {
		panic(&torch.Error{Op: m.name, Kind: torch.ValueError, Message: fmt.Sprintf(
			"expected as many texts as references, but got %d and %d", len(t.Understood), len(t.Reference))})
	}
	for i, reference := range t.Reference {
		m.sum = m.sum.Add(m.compare(reference, t.Understood[i]))
		m.texts++
	}
}

// Edits are the counts of all texts since Reset.
func (m *ErrorRate) Edits() ctc.Edits { return m.sum }

// Compute is the rate, NaN before the first text. References that are empty altogether are an error, for there is nothing
// to divide by.
func (m *ErrorRate) Compute() (float64, error) {
	switch {
	case m.texts == 0:
		return math.NaN(), nil
	case m.sum.Reference() == 0:
		return 0, fmt.Errorf("all %d references are empty", m.texts)
	}
	return float64(m.sum.Errors()) / float64(m.sum.Reference()), nil
}

// Reset starts again with no texts.
func (m *ErrorRate) Reset() { m.sum, m.texts = ctc.Edits{}, 0 }

// State implements [Stateful]: hits, substitutions, deletions, insertions and the number of texts.
func (m *ErrorRate) State() []*torch.Tensor {
	if m.texts == 0 {
		return nil
	}
	return []*torch.Tensor{counted(m.sum.Hits, m.sum.Substitutions, m.sum.Deletions, m.sum.Insertions, m.texts)}
}

// Merge implements [Stateful].
func (m *ErrorRate) Merge(state []*torch.Tensor) error {
	if state == nil {
		return nil
	}
	if err := fits(m.name, state, part{torch.Int64, []int{5}}); err != nil {
		return err
	}
	n, err := counts(m.name, state[0])
	if err != nil {
		return err
	}
	m.sum = m.sum.Add(ctc.Edits{Hits: n[0], Substitutions: n[1], Deletions: n[2], Insertions: n[3]})
	m.texts += n[4]
	return nil
}
