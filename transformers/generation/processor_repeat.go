package generation

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// RepetitionPenalty divides the scores of ids that are there already, positive ones, and multiplies negative ones (Keskar et
// al., "CTRL: A Conditional Transformer Language Model for Controllable Generation", 2019).
type RepetitionPenalty struct {
	Penalty float64
	Skip    []int // ids at the beginning of each row that don't count; nil for none
}

// Process is a [Processor]'s.
func (p RepetitionPenalty) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	at := cellsOf(scores)
	for i, row := range ids {
		if i < len(p.Skip) {
			row = row[p.Skip[i]:]
		}
		for _, id := range row {
			at.add(i, id)
		}
	}
	return at.change(scores, penalized(p.Penalty))
}

func penalized(penalty float64) func(x *torch.Tensor) *torch.Tensor {
	return func(x *torch.Tensor) *torch.Tensor { return torch.Where(x.Lt(0), x.Mul(penalty), x.Div(penalty)) }
}

// EncoderRepetitionPenalty makes the ids of the encoder's input likelier, against what isn't in the text.
type EncoderRepetitionPenalty struct {
	Penalty    float64
	EncoderIDs [][]int64
}

// Process is a [Processor]'s.
func (p EncoderRepetitionPenalty) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	at := cellsOf(scores)
	for i := range ids {
		for _, id := range p.EncoderIDs[i*len(p.EncoderIDs)/len(ids)] {
			at.add(i, id)
		}
	}
	return at.change(scores, penalized(1/p.Penalty))
}

// NoRepeatNGram lets no sequence of so many ids come twice.
type NoRepeatNGram int

// Process is a [Processor]'s.
func (n NoRepeatNGram) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	at, size := cellsOf(scores), int(n)
	for i, row := range ids {
		if len(row) < size {
			continue
		}
		prefix := row[len(row)-size+1:]
		for j := 0; j+size <= len(row); j++ {
			if slices.Equal(row[j:j+size-1], prefix) {
				at.add(i, row[j+size-1])
			}
		}
	}
	return at.forbid(scores)
}

// EncoderNoRepeatNGram lets no sequence of so many ids come that is in the encoder's input.
type EncoderNoRepeatNGram struct {
	size int
	next []map[string][]int64 // ids after size-1 others, of each input
}

// NewEncoderNoRepeatNGram notes the sequences of size ids in the inputs.
func NewEncoderNoRepeatNGram(size int, inputs [][]int64) EncoderNoRepeatNGram {
	p := EncoderNoRepeatNGram{size: size}
	for _, ids := range inputs {
		next := map[string][]int64{}
		for j := 0; j+size <= len(ids); j++ {
			key := fmt.Sprint(ids[j : j+size-1])
			next[key] = append(next[key], ids[j+size-1])
		}
		p.next = append(p.next, next)
	}
	return p
}

// Process is a [Processor]'s.
func (p EncoderNoRepeatNGram) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	at := cellsOf(scores)
	for i, row := range ids {
		if len(row) < p.size-1 {
			continue
		}
		for _, id := range p.next[i*len(p.next)/len(ids)][fmt.Sprint(row[len(row)-p.size+1:])] {
			at.add(i, id)
		}
	}
	return at.forbid(scores)
}
