package generation

import (
	"multitorch/libm"
	"multitorch/torch"
)

// MinLength forbids the end while there are fewer ids.
type MinLength struct {
	Min int
	EOS []int64
}

// Process is a [Processor]'s.
func (p MinLength) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	if len(ids[0]) < p.Min {
		return forbid(scores, p.EOS)
	}
	return scores
}

// ForcedBOS makes an id the second of the sequence, as translation models need it.
type ForcedBOS int64

// Process is a [Processor]'s.
func (id ForcedBOS) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	if len(ids[0]) != 1 {
		return scores
	}
	return only(scores, []int64{int64(id)})
}

// ForcedEOS makes the last id that fits an end.
type ForcedEOS struct {
	Max int // the most ids of a sequence
	EOS []int64
}

// Process is a [Processor]'s.
func (p ForcedEOS) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	if len(ids[0]) != p.Max-1 {
		return scores
	}
	return only(scores, p.EOS)
}

func only(scores *torch.Tensor, ids []int64) *torch.Tensor {
	return scores.FillInplace(never).IndexFillInplace(1, indices(ids, scores), 0.0)
}

// Suppress forbids ids.
type Suppress []int64

// Process is a [Processor]'s.
func (p Suppress) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor { return forbid(scores, p) }

// SuppressAtBegin forbids ids where there are so many ids, the prompt's.
type SuppressAtBegin struct {
	Begin int
	IDs   []int64
}

// Process is a [Processor]'s.
func (p SuppressAtBegin) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	if len(ids[0]) == p.Begin {
		return forbid(scores, p.IDs)
	}
	return scores
}

// ExponentialDecay makes the end likelier from Start ids on, by Factor for each id more.
type ExponentialDecay struct {
	Start  int
	Factor float64
	EOS    []int64
}

// Process is a [Processor]'s.
func (p ExponentialDecay) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	n := len(ids[0])
	if n <= p.Start {
		return scores
	}
	at := indices(p.EOS, scores)
	ends := scores.IndexSelect(1, at)
	penalty := ends.Abs().Mul(libm.Pow(p.Factor, float64(n-p.Start)) - 1)
	penalty = penalty.MaskedFill(ends.IsFinite().Not(), 0.0)
	return scores.IndexCopyInplace(1, at, ends.Add(penalty))
}

// RemoveInvalid makes NaN 0 and infinities the largest numbers there are.
type RemoveInvalid struct{}

// Process is a [Processor]'s.
func (RemoveInvalid) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	return scores.NanToNum(0.0)
}

// Normalize makes the scores logarithms of probabilities again, as the last processor.
type Normalize struct{}

// Process is a [Processor]'s.
func (Normalize) Process(_ [][]int64, scores *torch.Tensor) *torch.Tensor {
	return scores.LogSoftmax(-1)
}
