// Package functional is the functions of signals and spectrograms under package audio's modules: torchaudio.functional's
// names, and librosa's where torchaudio has none.
//
// Signals are [..., time], spectrograms [..., freq, time]; leading dimensions are a batch of any shape. Arguments that can't
// be are a panic with a [*torch.Error], as of any tensor operator.
package functional

import (
	"fmt"

	"multitorch/torch"
)

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "audio." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

// like is the options of a constant that is computed with t.
func like(t *torch.Tensor) []torch.Option { return []torch.Option{t.DType(), t.Device()} }

// packed views x as [batch, last dimensions...] with the given number of last dimensions, and unpacks the result of f.
func packed(op string, x *torch.Tensor, last int, f func(x *torch.Tensor) *torch.Tensor) *torch.Tensor {
	if x.Dim() < last {
		panic(invalid(op, "expected at least %d dimensions, but got the shape %v", last, x.Shape()))
	}
	shape := x.Shape()
	lead := shape[:len(shape)-last]
	y := f(x.Reshape(append(torch.Shape{-1}, shape[len(lead):]...)...))
	return y.Reshape(append(append(torch.Shape{}, lead...), y.Shape()[1:]...)...)
}
