package nn

import (
	"fmt"
	"log/slog"
	"sync"

	"multitorch/torch"
)

// invalid is the error of a module, or of an operation, that was given what it
// can't take.
func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}

// atLeast checks a constructor's argument.
func atLeast(least, n int, module, what string) {
	if n < least {
		panic(invalid(module, "%s must be at least %d, but got %d", what, least, n))
	}
}

// probability checks a constructor's argument that must lie in [0, 1].
func probability(p float64, module, what string) {
	if !(p >= 0 && p <= 1) {
		panic(invalid(module, "%s has to be between 0 and 1, but got %v", what, p))
	}
}

// explain, deferred, lets check say what was wrong after an operator has failed:
// in the module's words, where it knows better, and at no cost where all is well.
func explain(check func()) {
	r := recover()
	if r == nil {
		return
	}
	if _, ok := r.(*torch.Error); ok {
		check()
	}
	panic(r)
}

// channels checks the size of x's channels, which for a picture or a batch of
// them is the dimension before height and width.
func channels(op string, x *torch.Tensor, dim, want int, what string) {
	if shape := x.Shape(); shape[dim] != want {
		panic(invalid(op, "expected an input with %d channels (%s), but got %d in the shape %s", want, what, shape[dim], pyList(shape)))
	}
}

var warned sync.Map // texts

// warnOnce warns with a text the first time.
func warnOnce(text string) {
	if _, before := warned.LoadOrStore(text, true); !before {
		slog.Warn(text)
	}
}
