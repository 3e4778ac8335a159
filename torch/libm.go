package torch

import "multitorch/internal/libtorch"

// LibmPow is x to the power of y by C's pow, which Python's x ** y is on floats.
// Its last bit can differ from that of Go's math.Pow: numbers on the host that
// have to be Python's, as an optimizer's, are computed with it.
func LibmPow(x, y float64) float64 { return libtorch.Pow(x, y) }
