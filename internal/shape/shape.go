// Package shape checks sizes and strides that a file gives, before anything is made of them.
package shape

import (
	"fmt"
	"math"
	"math/bits"
	"slices"
)

// MaxDims is how many dimensions a tensor may have: libtorch's own limit in most operators.
const MaxDims = 64

// CheckLayout checks that a tensor of these sizes and strides lies within a storage of n elements.
func CheckLayout(sizes, strides []int, offset, n int64) error {
	if len(sizes) != len(strides) || len(sizes) > MaxDims {
		return fmt.Errorf("a tensor has %d sizes and %d strides; expected as many, and no more than %d", len(sizes), len(strides), MaxDims)
	}
	negative := func(v int) bool { return v < 0 }
	if slices.ContainsFunc(sizes, negative) || slices.ContainsFunc(strides, negative) || offset < 0 {
		return fmt.Errorf("a tensor has negative sizes %v, strides %v or offset %d", sizes, strides, offset)
	}
	if _, err := Count(sizes); err != nil {
		return err
	}
	if slices.Contains(sizes, 0) {
		return nil // PyTorch leaves any offset to tensors without elements
	}
	last := uint64(offset)
	for i, size := range sizes {
		high, step := bits.Mul64(uint64(size-1), uint64(strides[i]))
		last += step
		if high != 0 || step > math.MaxInt64 || last >= uint64(n) {
			last = uint64(n)
			break
		}
	}
	if last >= uint64(n) {
		return fmt.Errorf("a tensor of sizes %v and strides %v at %d does not lie within its storage, which has %d elements", sizes, strides, offset, n)
	}
	return nil
}

// Count is the product of the sizes, which must be such that libtorch can count the bytes too.
func Count(sizes []int) (int64, error) {
	if len(sizes) > MaxDims {
		return 0, fmt.Errorf("a shape has %d dimensions; expected no more than %d", len(sizes), MaxDims)
	}
	n, empty := uint64(1), false
	for _, size := range sizes {
		if size < 0 {
			return 0, fmt.Errorf("the shape %v has a negative size", sizes)
		}
		// Sizes of 0 are left out of the product, or it could overflow unseen before one.
		high, low := bits.Mul64(n, uint64(max(size, 1)))
		if high != 0 || low > math.MaxInt64/16 {
			return 0, fmt.Errorf("the shape %v is larger than any memory", sizes)
		}
		n, empty = low, empty || size == 0
	}
	if empty {
		return 0, nil
	}
	return int64(n), nil
}

// RowMajor is the strides of a contiguous tensor.
func RowMajor(sizes []int) []int {
	strides := make([]int, len(sizes))
	step := 1
	for i := len(sizes) - 1; i >= 0; i-- {
		strides[i] = step
		step *= max(sizes[i], 1)
	}
	return strides
}
