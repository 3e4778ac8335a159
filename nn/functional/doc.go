// Package functional is torch.nn.functional: what the modules of package nn do, as functions
// without state. Programs import it as PyTorch's do:
//
//	import F "multitorch/nn/functional"
//
//	x = F.ReLU(F.Conv2d(x, weight, bias, nn.Padding(1)))
//	x = F.Dropout(x, 0.5, m.Training())
//	loss := F.CrossEntropy(x, target, nn.LabelSmoothing(0.1))
//
// Keyword arguments are the options of package nn, of the module that does the same, and are
// checked as that module's are. Functions that have no module (Pad, GridSample, …) take their
// arguments in PyTorch's order. Where PyTorch's function has an argument training, it is one of
// the function here. What PyTorch writes relu_(x) is ReLU(x, nn.Inplace(true)).
//
// Arguments that make no sense panic with a [*torch.Error], as everywhere.
package functional

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// layer is a module with options but no parameters, made for one call.
type layer interface {
	nn.Module
	Forward(x *torch.Tensor) *torch.Tensor
}

// inMode calls a module that does something else in training than in evaluation.
func inMode(m layer, training bool, x *torch.Tensor) *torch.Tensor {
	if !training {
		nn.Eval(m)
	}
	return m.Forward(x)
}

// invalid is the error of a function that was given what it can't take.
func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}
