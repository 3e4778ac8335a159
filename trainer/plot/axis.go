package plot

import (
	"math"
	"slices"
	"strconv"

	"gonum.org/v1/plot"
)

// epochRange leaves a little room beside the first and the last epoch, so that their dots stand clear of the frame, but
// not enough for another epoch.
func epochRange(xs []float64) (lo, hi float64) {
	lo, hi = slices.Min(xs), slices.Max(xs)
	pad := min(max(0.02*(hi-lo), 0.1), 0.9)
	return lo - pad, hi + pad
}

// valueRange leaves room above and below the values, but does not pass lowest or highest, which no value can. An axis
// begins at lowest if the values come near it.
func valueRange(ys []float64, lowest, highest float64) (lo, hi float64) {
	lo, hi = slices.Min(ys), slices.Max(ys)
	pad := 0.06 * (hi - lo)
	if least := 1e-4 * max(math.Abs(lo), math.Abs(hi)); pad < least {
		pad = 1e3 * least // all the same, or nearly: do not blow up the noise
	}
	if pad == 0 {
		pad = 1
	}
	near := lo >= lowest && lo-lowest < 0.4*(hi-lowest)
	if near {
		lo = lowest + pad
	}
	if lo-pad >= lowest || lo < lowest {
		lowest = math.Inf(-1)
	}
	return max(lo-pad, lowest), min(hi+pad, highest)
}

// A ticker puts four to seven marks at round numbers: 1, 2 or 5 times a power of ten, at least `least` apart.
type ticker struct{ least float64 }

// Ticks implements plot.Ticker.
func (t ticker) Ticks(lo, hi float64) []plot.Tick {
	step := math.Max(roundUp((hi-lo)/7), t.least)
	digits := max(0, -int(math.Floor(math.Log10(step)+1e-9)))
	var ticks []plot.Tick
	for i := math.Ceil(lo / step); i*step <= hi; i++ {
		v := i*step + 0 // no minus zero
		label := strconv.FormatFloat(v, 'f', digits, 64)
		if digits > 4 || math.Abs(v) >= 1e6 {
			label = strconv.FormatFloat(v, 'g', 3, 64)
		}
		ticks = append(ticks, plot.Tick{Value: v, Label: label})
	}
	return ticks
}

// roundUp returns the smallest of 1, 2, 5, 10 times a power of ten that is not below v.
func roundUp(v float64) float64 {
	power := math.Pow(10, math.Floor(math.Log10(v)))
	for _, m := range []float64{1, 2, 5} {
		if v <= m*power {
			return m * power
		}
	}
	return 10 * power
}
