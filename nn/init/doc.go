// Package nninit has the initialisers of torch.nn.init. They fill a tensor in place, a parameter's too, outside
// autograd, and return it:
//
//	nninit.XavierUniform(fc.Weight.Tensor)
//	nninit.KaimingNormal(conv.Weight.Tensor, nninit.Mode("fan_out"), nninit.Nonlinearity("relu"))
//	nninit.Zeros(fc.Bias.Tensor)
//
// The same seed gives the same numbers as Python. Their names are PyTorch's without the underscore at the end. (The
// package is named nninit because Go keeps the name init for itself.)
package nninit

import (
	"fmt"

	"multitorch/torch"
)

// invalid is the error of an initialiser that was given what it can't take.
func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "nninit." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

// fill runs f, which writes into t, outside autograd.
func fill(op string, t *torch.Tensor, f func()) *torch.Tensor {
	if t == nil {
		panic(invalid(op, "expected a tensor, but got nil"))
	}
	torch.NoGrad(f)
	return t
}
