package torch

import (
	"errors"
	"fmt"
	"strings"

	"multitorch/internal/libtorch"
)

// Kind says what sort of error an [Error] is.
type Kind int

// The kinds of error. The first ones are libtorch's own exception types.
const (
	OtherError     = Kind(libtorch.Other)
	IndexError     = Kind(libtorch.IndexError)
	ValueError     = Kind(libtorch.ValueError)
	TypeError      = Kind(libtorch.TypeError)
	NotImplemented = Kind(libtorch.NotImplemented)
	LinAlgError    = Kind(libtorch.LinAlgError)
	OutOfMemory    = Kind(libtorch.OutOfMemory)
	FreedError     = Kind(100) // a tensor was used after it was freed
)

// Error is what tensor arithmetic panics with; [Try] returns it.
type Error struct {
	Op       string   // the operator: "add"
	Operands []string // its tensors: "float32[2, 3]", "float32[4] on cuda:0"
	Message  string   // what went wrong, in libtorch's words where it was libtorch
	Module   string   // the module in whose Forward it happened: "encoder.fc1 (Linear)"
	Kind     Kind

	cause error // of an error that a Go function raised inside autograd
}

func (e *Error) Error() string {
	var b strings.Builder
	if e.Module != "" {
		fmt.Fprintf(&b, "%s: ", e.Module)
	}
	fmt.Fprintf(&b, "%s: %s", e.Op, e.Message)
	if len(e.Operands) > 0 {
		fmt.Fprintf(&b, " (with %s)", strings.Join(e.Operands, ", "))
	}
	return b.String()
}

// Unwrap is the error that a hook, or a function's Backward, panicked with, if it
// was that.
func (e *Error) Unwrap() error { return e.cause }

// Try runs f and returns the [*Error] that it panicked with, or f's own error.
// Other panics go on.
func Try(f func() error) (err error) {
	defer func() {
		r := recover()
		if r == nil {
			return
		}
		e, ok := r.(*Error)
		if !ok {
			panic(r)
		}
		err = e
	}()
	return f()
}

// fail panics with err as an Error about op and its tensors.
func fail(op string, tensors []*Tensor, err error) {
	var operands []string
	for _, t := range tensors {
		operands = append(operands, t.describe())
	}
	panic(newError(op, err, operands))
}

func newError(op string, err error, operands []string) *Error {
	e := &Error{Op: op, Message: err.Error(), Operands: operands}
	var native *libtorch.Error
	if errors.As(err, &native) {
		e.Kind = Kind(native.Kind)
	}
	return e
}
