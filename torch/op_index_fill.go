package torch

import (
	"slices"
	"sync"

	"multitorch/internal/dtype"
	"multitorch/internal/version"
)

// numbersFill tells whether x[...] = a number fills the place with it, as PyTorch does since
// 2.15, or first makes a tensor of it, of x's dtype. What a dtype has no room for shows
// the difference: the former refuses it.
var numbersFill = sync.OnceValue(func() bool { return version.AtLeast(Version(), 2, 15) })

// fill sets the place to a number; false where that takes a tensor.
func (b *brackets) fill(value any) bool {
	if !numbersFill() {
		return false
	}
	if len(b.tensors) == 0 {
		doVoid(opFill, b.view, value)
		return true
	}
	dim := slices.IndexFunc(b.tensors, func(t *Tensor) bool { return t != nil })
	index := b.tensors[dim]
	if slices.ContainsFunc(b.tensors[dim+1:], func(t *Tensor) bool { return t != nil }) || index.Device() != b.view.Device() {
		return false
	}
	shape := b.view.Shape()
	switch index.DType() {
	case Bool, Uint8:
		if end := dim + index.Dim(); end > len(shape) || !slices.Equal(index.Shape(), shape[dim:end]) {
			return false // index_put says what is wrong
		}
		mask := index
		for range len(shape) - dim - index.Dim() {
			mask = b.own(mask.Unsqueeze(-1))
		}
		doVoid(opMaskedFillScalarI, b.view, mask, value)
		return true
	case Int64:
		if i, _ := dtype.DType(b.view.DType()).Info(); i.Kind == dtype.Quantized || i.Kind == dtype.Floating && i.Size == 1 {
			return false
		}
		if index.Dim() > 1 {
			if !index.IsContiguous() {
				return false
			}
			index = b.own(index.View(-1))
		}
		doVoid(opIndexFillIntScalarI, b.view, dim, index, value)
		return true
	}
	return false
}
