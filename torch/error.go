package torch

import (
	"errors"
	"fmt"
	"strings"

	"multitorch/internal/libtorch"
)

// Kind says what sort of error an [Error] is. It is an error itself, so that
// errors.Is(err, torch.OutOfMemory) finds one in whatever wraps it.
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

var kindNames = map[Kind]string{
	IndexError: "an index out of range", ValueError: "a wrong value", TypeError: "a wrong type", NotImplemented: "not implemented",
	LinAlgError: "a matrix that linear algebra fails on", OutOfMemory: "out of memory", FreedError: "a tensor that was freed",
}

// Error says what sort of error it is.
func (k Kind) Error() string {
	if name, known := kindNames[k]; known {
		return name
	}
	return "an error of another kind"
}

// Error is what tensor arithmetic panics with; [Try] returns it.
type Error struct {
	Op       string   // the operator: "add"
	Operands []string // its tensors: "float32[2, 3]", "float32[4] on cuda:0"
	Message  string   // what went wrong, in libtorch's words where it was libtorch
	Module   string   // the module in whose Forward it happened: "encoder.fc1 (Linear)"
	Site     string   // the program's own line that called the toolkit: "main.go:21"
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
	if e.Site != "" {
		b.WriteString(", at " + e.Site)
	}
	return b.String()
}

// Is reports whether target is the error's [Kind].
func (e *Error) Is(target error) bool {
	k, ok := target.(Kind)
	return ok && k == e.Kind
}

// Unwrap is the error that a hook, or a function's Backward, panicked with, if it
// was that.
func (e *Error) Unwrap() error { return e.cause }

// Try runs f and returns the [*Error] that it panicked with, or f's own error.
// Other panics go on. The error's Site is the line of the program that failed.
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
		if e.Site == "" {
			e.Site = site() // the stack is still that of the panic
		}
		err = e
	}()
	return f()
}

// noteSite, deferred, notes on an error that passes which line of the program it is
// of, where the stack below is lost from here on.
func noteSite() {
	r := recover()
	if e, ok := r.(*Error); ok && e.Site == "" {
		e.Site = site()
	}
	if r != nil {
		panic(r)
	}
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
	e := &Error{Op: op, Message: hints.Replace(err.Error()), Operands: operands, Site: site()}
	var native *libtorch.Error
	if errors.As(err, &native) {
		e.Kind = Kind(native.Kind)
	}
	if strings.HasPrefix(e.Message, "Could not run '") { // what follows is the dispatcher's table
		e.Message, _, _ = strings.Cut(e.Message, " This could be because")
	}
	if strings.Contains(e.Message, "from the 'CUDA' backend") {
		if why := CUDAWhyNot(); why != "" {
			e.Message = "CUDA is not available: " + why
		}
	}
	return e
}
