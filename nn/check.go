package nn

import (
	"fmt"
	"slices"

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

// within checks that all elements of ids are classes or rows from 0 to n-1, or
// one of the exceptions. It reads ids, so on a GPU it waits for what comes before.
func within(op, what string, ids *torch.Tensor, n int, except ...int64) {
	if d := ids.DType(); d.IsFloatingPoint() || d.IsComplex() {
		return // libtorch says what dtype it wants
	}
	local := ids.To(torch.Int64, torch.CPU)
	if local != ids {
		defer local.Free()
	}
	for i, id := range torch.ToSlice[int64](local) {
		if (id < 0 || id >= int64(n)) && !slices.Contains(except, id) {
			e := invalid(op, "expected %s from 0 to %d, but got %d at %s", what, n-1, id, pyList(position(i, ids.Shape())))
			e.Kind = torch.IndexError
			panic(e)
		}
	}
}

// position turns a place in row-major order into an index.
func position(i int, shape torch.Shape) []int {
	index := make([]int, len(shape))
	for d, size := range slices.Backward(shape) {
		index[d] = i % size
		i /= size
	}
	return index
}
