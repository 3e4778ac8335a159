package generation

import (
	"math"
	"slices"

	"multitorch/torch"
)

// SequenceBias adds to the scores of ids that complete sequences.
type SequenceBias struct{ biases []Bias }

// NewSequenceBias takes the biases. A sequence that comes twice counts once, with its last bias.
func NewSequenceBias(biases []Bias) SequenceBias {
	var once []Bias
	for _, b := range biases {
		if i := slices.IndexFunc(once, func(o Bias) bool { return slices.Equal(o.IDs, b.IDs) }); i >= 0 {
			once[i] = b
			continue
		}
		once = append(once, b)
	}
	// Float32 sums depend on their order: ids alone, then sequences by the lengths in the order in which those come first.
	var lengths []int
	for _, b := range once {
		if !slices.Contains(lengths, len(b.IDs)) && len(b.IDs) > 1 {
			lengths = append(lengths, len(b.IDs))
		}
	}
	slices.SortStableFunc(once, func(a, b Bias) int {
		return slices.Index(lengths, len(a.IDs)) - slices.Index(lengths, len(b.IDs))
	})
	return SequenceBias{once}
}

// NewBadWords forbids to complete sequences, but for those that are just an end.
func NewBadWords(words [][]int64, ends []int64) SequenceBias {
	var biases []Bias
	for _, ids := range words {
		if len(ids) != 1 || !slices.Contains(ends, ids[0]) {
			biases = append(biases, Bias{ids, math.Inf(-1)})
		}
	}
	return NewSequenceBias(biases)
}

// Process is a [Processor]'s.
func (p SequenceBias) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	at, sums := cellsOf(scores), map[int64]float32{}
	for i, row := range ids {
		for _, b := range p.biases {
			n := len(b.IDs) - 1
			if n <= len(row) && slices.Equal(row[len(row)-n:], b.IDs[:n]) {
				cell := int64(i)*at.vocab + b.IDs[n]
				if _, again := sums[cell]; !again {
					at.add(i, b.IDs[n])
				}
				sums[cell] += float32(b.Bias)
			}
		}
	}
	values := make([]float32, len(at.list))
	for i, cell := range at.list {
		values[i] = sums[cell]
	}
	return at.change(scores, func(x *torch.Tensor) *torch.Tensor { return x.Add(torch.FromSlice(values, len(values)).To(x.Device())) })
}

// PrefixAllowed allows only the ids that a function names.
type PrefixAllowed struct {
	Allowed func(prompt int, ids []int64) []int64
	Copies  int // rows of each prompt
}

// Process is a [Processor]'s.
func (p PrefixAllowed) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	mask := torch.FullLike(scores, never)
	at := cellsOf(scores)
	for i, row := range ids {
		allowed := p.Allowed(i/p.Copies, row)
		if len(allowed) == 0 {
			panic(&torch.Error{Op: "PrefixAllowed", Kind: torch.ValueError, Message: "no id may follow; end the sequence by allowing its end"})
		}
		for _, id := range allowed {
			at.add(i, id)
		}
	}
	at.change(mask, func(x *torch.Tensor) *torch.Tensor { return torch.ZerosLike(x) })
	return scores.Add(mask)
}
