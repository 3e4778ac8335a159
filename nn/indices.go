package nn

import (
	"slices"
	"sync/atomic"

	"multitorch/torch"
)

// SetIndexChecks(true) makes [Embedding] and the losses that compare with classes check their
// indices on a GPU before each call, as they always do on the CPU. That reads them back, which
// waits for the GPU; without it a wrong index there ends in libtorch's "device-side assert
// triggered", after which the program can't use the GPU any more. Switch it on to find one.
func SetIndexChecks(on bool) { indexChecks.Store(on) }

var indexChecks atomic.Bool

// checkFirst calls check before an operator that takes indices, where it runs on a GPU and that
// is asked for. On the CPU the operator itself finds a wrong one, and check explains it then.
func checkFirst(indices *torch.Tensor, check func()) {
	if indexChecks.Load() && indices.Device().IsCUDA() {
		check()
	}
}

// within checks that all elements of ids are classes or rows from 0 to n-1, or
// one of the exceptions. It reads ids, so on a GPU it waits for what comes before.
func within(op, what string, ids *torch.Tensor, n int, except ...int64) {
	if d := ids.DType(); d.IsFloatingPoint() || d.IsComplex() {
		return // libtorch says what dtype it wants
	}
	for i, id := range integers(ids) {
		if (id < 0 || id >= int64(n)) && !slices.Contains(except, id) {
			e := invalid(op, "expected %s from 0 to %d, but got %d at %s", what, n-1, id, pyList(position(i, ids.Shape())))
			e.Kind = torch.IndexError
			panic(e)
		}
	}
}

// integers reads a tensor of integers.
func integers(t *torch.Tensor) []int64 {
	local := t.To(torch.Int64, torch.CPU)
	if local != t {
		defer local.Free()
	}
	return torch.ToSlice[int64](local)
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
