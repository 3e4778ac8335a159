package ensemble

import (
	"fmt"
	"math"

	"multitorch/torch"
)

// Probabilities is the weighted mean of the members' class probabilities: [N, classes]. nil weights count all the same.
func Probabilities(weights []float64, logits ...*torch.Tensor) *torch.Tensor {
	ws := check("Probabilities", weights, logits)
	return sum(ws, logits, func(l *torch.Tensor) *torch.Tensor { return l.Softmax(1) })
}

// Logits is the softmax of the weighted mean of the members' logits, which is their probabilities' geometric mean: one
// that holds a class for impossible has more of a say than in [Probabilities].
func Logits(weights []float64, logits ...*torch.Tensor) *torch.Tensor {
	ws := check("Logits", weights, logits)
	return sum(ws, logits, func(l *torch.Tensor) *torch.Tensor { return l.LogSoftmax(1) }).Softmax(1)
}

// Vote is the weighted share of the members whose likeliest class each is: [N, classes]. Where classes have as many votes
// the mean of the probabilities decides, which is too little to outweigh a vote.
func Vote(weights []float64, logits ...*torch.Tensor) *torch.Tensor {
	ws := check("Vote", weights, logits)
	votes := sum(ws, logits, func(l *torch.Tensor) *torch.Tensor {
		return torch.ZerosLike(l).Scatter(1, l.Argmax(1).Unsqueeze(1), 1)
	})
	smallest := 1.
	for _, w := range ws {
		if w > 0 {
			smallest = min(smallest, w)
		}
	}
	share := 0.01 * smallest
	return votes.Mul(1 - share).Add(Probabilities(ws, logits...).Mul(share))
}

func sum(weights []float64, logits []*torch.Tensor, f func(*torch.Tensor) *torch.Tensor) *torch.Tensor {
	s := f(logits[0]).Mul(weights[0])
	for i, l := range logits[1:] {
		s = s.Add(f(l).Mul(weights[i+1]))
	}
	return s
}

// check refuses members that don't fit, and returns weights that add up to 1.
func check(op string, weights []float64, logits []*torch.Tensor) []float64 {
	if len(logits) == 0 {
		panic(invalid(op, "expected the logits of at least one member"))
	}
	for i, l := range logits {
		if l == nil || l.Dim() != 2 || !l.DType().IsFloatingPoint() || l.Size(0) != logits[0].Size(0) || l.Size(1) != logits[0].Size(1) {
			panic(invalid(op, "expected logits [N, classes] of all members, but number %d has others than number 0", i))
		}
	}
	if weights == nil {
		weights = make([]float64, len(logits))
		for i := range weights {
			weights[i] = 1
		}
	}
	if len(weights) != len(logits) {
		panic(invalid(op, "expected a weight for each of %d members, but got %d", len(logits), len(weights)))
	}
	total, largest := 0., 0.
	for i, w := range weights {
		if !(w >= 0) || w-w != 0 {
			panic(invalid(op, "weight %d: expected a number of at least 0, but got %v", i, w))
		}
		total, largest = total+w, max(largest, w)
	}
	if total == 0 {
		panic(invalid(op, "all weights are 0"))
	}
	if math.IsInf(total, 0) { // each is finite, and counts as much beside the others
		smaller := make([]float64, len(weights))
		for i, w := range weights {
			smaller[i] = w / largest
		}
		return check(op, smaller, logits)
	}
	shares := make([]float64, len(weights))
	for i, w := range weights {
		shares[i] = w / total
	}
	return shares
}

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "ensemble." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}
