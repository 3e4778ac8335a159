package dialogue

import (
	"fmt"
	"slices"

	"multitorch/datasets/sortofclevr"
	"multitorch/nn"
	"multitorch/torch"
)

// Kind names a model: "focus", "rn", "film" or "mlp".
type Kind string

// The models.
const (
	KindFocus Kind = "focus"
	KindRN    Kind = "rn"
	KindFiLM  Kind = "film"
	KindMLP   Kind = "mlp"
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{KindFocus, KindRN, KindFiLM, KindMLP} }

// Config says what a model is like, by which it can be made again.
type Config struct {
	Kind  Kind
	Input sortofclevr.Input
	Asked sortofclevr.Asked
}

// Check says which field has a value that there is no model for.
func (c Config) Check() error {
	switch {
	case !slices.Contains(Kinds(), c.Kind):
		return fmt.Errorf("the model %.40q: expected one of %v", c.Kind, Kinds())
	case c.Input != sortofclevr.Pixels && c.Input != sortofclevr.State:
		return fmt.Errorf("the input %.40q: expected %s or %s", c.Input, sortofclevr.Pixels, sortofclevr.State)
	case c.Asked != sortofclevr.Bits && c.Asked != sortofclevr.English && c.Asked != sortofclevr.Dialogue:
		return fmt.Errorf("the questions %.40q: expected %s, %s or %s",
			c.Asked, sortofclevr.Bits, sortofclevr.English, sortofclevr.Dialogue)
	}
	return nil
}

// Model answers questions about scenes.
type Model struct {
	nn.Base
	Picture  *Picture  // nil where scenes are described
	Question *Question // nil where questions are bits
	Reasoner Reasoner
}

// Reasoner scores answers, with what was seen and what was asked.
type Reasoner interface {
	nn.Module
	// Forward maps what is seen of N scenes, objects [N, M, D] or a map [N, C, H, W], and Q questions about each,
	// [N, Q, E], to scores [N, Q, answers].
	Forward(seen, question *torch.Tensor) *torch.Tensor
}

// New makes a model.
func New(c Config) (*Model, error) {
	if err := c.Check(); err != nil {
		return nil, err
	}
	m := new(Model)
	seen := Seen{Objects: sortofclevr.Objects, Features: sortofclevr.Features}
	if c.Input == sortofclevr.Pixels {
		m.Picture, seen = NewPicture(c.Kind)
	}
	question := sortofclevr.QuestionBits
	if c.Asked != sortofclevr.Bits {
		m.Question = NewQuestion(len(sortofclevr.Vocabulary()), c.Asked == sortofclevr.Dialogue)
		question = m.Question.Size()
	}
	switch c.Kind {
	case KindFocus:
		m.Reasoner = NewFocus(seen, question, sortofclevr.NumAnswers)
	case KindRN:
		m.Reasoner = NewRelationNetwork(seen, question, sortofclevr.NumAnswers)
	case KindFiLM:
		m.Reasoner = NewFiLM(seen, question, sortofclevr.NumAnswers)
	default:
		m.Reasoner = NewMLP(seen, question, sortofclevr.NumAnswers)
	}
	return m, nil
}

// Logits are the scores of the answers to all questions of a batch, [N·Q, answers].
func (m *Model) Logits(b sortofclevr.Batch) *torch.Tensor {
	logits, _ := m.Answer(b, nil)
	return logits.Flatten(0, 1)
}

// Answer scores the answers to the questions of a batch, [N, Q, answers], in a dialogue that goes on from memory, or begins
// where that is nil. It returns what is to be remembered, which is nil where questions stand alone.
func (m *Model) Answer(b sortofclevr.Batch, memory *torch.Tensor) (logits, remembered *torch.Tensor) {
	seen, question := b.State, b.Bits
	if m.Picture != nil {
		seen = m.Picture.Forward(b.Image)
	}
	if m.Question != nil {
		question, remembered = m.Question.Forward(b.Tokens, b.Lengths, memory)
	}
	return m.Reasoner.Forward(seen, question), remembered
}
