package tokenizers

import (
	"math"
	"strconv"
	"strings"
)

// parseScore reads a number as PyPI's tokenizers does, whose JSON reader (serde_json without float_roundtrip) takes the
// digits for an integer and multiplies or divides it by a power of ten: the last bit may be off. Which of two ways
// through a word is better can hang on it.
func parseScore(text string) (float64, error) {
	if _, err := strconv.ParseFloat(text, 64); err != nil {
		return 0, errorf("score %s: %w", clip(text), err)
	}
	number, negative := strings.CutPrefix(text, "-")
	mantissa, power := number, 0
	if i := strings.IndexAny(number, "eE"); i >= 0 {
		mantissa = number[:i]
		power, _ = strconv.Atoi(number[i+1:]) // out of range it is the largest int, and so is what comes of it
		power = max(-1<<20, min(power, 1<<20))
	}
	whole, fraction, _ := strings.Cut(mantissa, ".")
	significand, full := uint64(0), false
	digit := func(c rune) bool { // false once no more digits fit
		d := uint64(c - '0')
		if full = full || significand > (math.MaxUint64-d)/10; !full {
			significand = significand*10 + d
		}
		return !full
	}
	for _, c := range whole {
		if !digit(c) {
			power++
		}
	}
	full = false
	for _, c := range fraction {
		if digit(c) {
			power--
		}
	}
	value := float64(significand)
	for power < -308 && value != 0 {
		value /= 1e308
		power += 308
	}
	switch {
	case value == 0:
	case power >= 0:
		value *= math.Pow10(power)
	default:
		value /= math.Pow10(-power)
	}
	if math.IsInf(value, 0) {
		return 0, errorf("score %s is too large", clip(text))
	}
	if negative {
		value = -value
	}
	return value, nil
}
