package plot

import (
	"fmt"
	"math"

	"multitorch/libm"
)

// LearningRates draws what learning rates make of the loss, as trainer.Trainer.FindLR measured it: the smoothed loss against the
// rate's logarithm, with the rate at which it falls fastest. It writes as [Lines] does.
func LearningRates(path string, rates, losses []float64, best float64) error {
	powers := make([]float64, len(rates))
	for i, r := range rates {
		if !(r > 0) {
			return fmt.Errorf("plot %s: expected rates above 0, but got %v", path, r)
		}
		powers[i] = libm.Log10(r)
	}
	lines := []Line{{Name: "loss, smoothed", X: powers, Y: losses}}
	if best > 0 {
		low, high := math.Inf(1), math.Inf(-1)
		for _, l := range losses {
			low, high = min(low, l), max(high, l)
		}
		at := libm.Log10(best)
		lines = append(lines, Line{Name: fmt.Sprintf("steepest, %.2g", best), X: []float64{at, at + 1e-9}, Y: []float64{low, high}})
	}
	return Lines(path, Axes{Title: "Learning rates", X: "log10 of the learning rate", Y: "Loss"}, lines...)
}
