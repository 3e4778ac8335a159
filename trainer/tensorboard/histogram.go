package tensorboard

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"sync"
)

// NewHistogram counts values in SummaryWriter.add_histogram's default bins: the edges are 0 and +-1e-12 * 1.1^k up to
// 1e20, so the bins are a tenth wider from one to the next, and only those between the smallest and the largest value
// are kept.
//
// A finite value beyond the outermost edge counts in the outermost bin (PyTorch leaves it out of every bin). No values,
// NaN or an infinity are errors.
func NewHistogram(values []float64) (Histogram, error) {
	if len(values) == 0 {
		return Histogram{}, errors.New("expected at least one value, got none")
	}
	edges := histogramEdges()
	bins := len(edges) - 1
	counts := make([]float64, bins)
	h := Histogram{Min: values[0], Max: values[0], Num: float64(len(values))}
	first, last := bins, 0
	for i, v := range values {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Histogram{}, fmt.Errorf("expected finite values, got %v at index %d; leave such values out", v, i)
		}
		bin := binOf(edges, v)
		counts[bin]++
		first, last = min(first, bin), max(last, bin)
		h.Min, h.Max = min(h.Min, v), max(h.Max, v)
		h.Sum += v
		h.SumSquares += v * v
	}
	h.Limits = slices.Clone(edges[first : last+2])
	h.Counts = append([]float64{0}, counts[first:last+1]...)
	return h, nil
}

// binOf finds the i with edges[i] <= v < edges[i+1].
func binOf(edges []float64, v float64) int {
	i, exact := slices.BinarySearch(edges, v)
	if !exact {
		i--
	}
	return min(max(i, 0), len(edges)-2)
}

var histogramEdges = sync.OnceValue(func() []float64 {
	var right []float64
	for v := 1e-12; v < 1e20; v *= 1.1 {
		right = append(right, v)
	}
	var edges []float64
	for _, v := range slices.Backward(right) {
		edges = append(edges, -v)
	}
	return append(append(edges, 0), right...)
})
