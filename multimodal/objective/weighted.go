package objective

import (
	"fmt"
	"maps"
	"slices"

	"multitorch/torch"
)

// Term is a loss, a scalar, and what it is called.
type Term struct {
	Name string
	Loss *torch.Tensor
}

// Weighted is a sum of losses with fixed weights.
type Weighted struct {
	Log
	weights map[string]float64
}

// NewWeighted makes one of the weights of all terms by name. A weight that is no number panics with a [*torch.Error]; one
// of 0 leaves a term out, which is logged all the same.
func NewWeighted(weights map[string]float64) *Weighted {
	for name, w := range weights {
		if w-w != 0 { // NaN or infinite
			panic(invalid("Weighted", "the weight of %.40q: expected a number, but got %v", name, w))
		}
	}
	return &Weighted{weights: maps.Clone(weights)}
}

// Sum adds the terms, and notes in the log what each came to before it was weighted. A term without a weight panics.
func (w *Weighted) Sum(terms ...Term) *torch.Tensor {
	var sum *torch.Tensor
	for _, t := range terms {
		weight, ok := w.weights[t.Name]
		if !ok {
			panic(invalid("Weighted", "no weight for the loss %.40q: there are those of %q", t.Name, slices.Sorted(maps.Keys(w.weights))))
		}
		checkTerm("Weighted", t)
		w.Add(t)
		switch {
		case weight == 0:
		case sum == nil:
			sum = t.Loss.Mul(weight)
		default:
			sum = sum.Add(t.Loss.Mul(weight))
		}
	}
	if sum == nil {
		panic(invalid("Weighted", "no term with a weight other than 0"))
	}
	return sum
}

func checkTerm(op string, t Term) {
	if t.Loss == nil || t.Loss.Dim() != 0 {
		panic(invalid(op, "the loss %.40q: expected a scalar", t.Name))
	}
}

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}
