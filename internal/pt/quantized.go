package pt

import (
	"errors"
	"fmt"

	"multitorch/internal/dtype"
	"multitorch/internal/pickle"
	"multitorch/internal/shape"
)

// rebuildQuantized makes a quantised tensor of a storage, an offset, sizes and
// strides, how it is quantised, requires_grad and hooks.
func (u *unpickler) rebuildQuantized(given []any) (any, error) {
	var t Tensor
	var quantizer *pickle.Tuple
	var hooks any
	err := assign("a quantised tensor", given, &t.Storage, &t.Offset, &t.Sizes, &t.Strides, &quantizer, &t.RequiresGrad, &hooks)
	if err != nil {
		return nil, err
	}
	if t.DType = t.Storage.DType; t.DType.Kind() != dtype.Quantized {
		return nil, fmt.Errorf("a quantised tensor lies in a storage of %s", t.DType)
	}
	if t.Quantizer, err = newQuantizer(t.Sizes, quantizer.Items); err != nil {
		return nil, err
	}
	return u.keep(&t, t.checkStorage())
}

// newQuantizer says how a tensor of these sizes is quantised.
func newQuantizer(sizes []int, items []any) (*Quantizer, error) {
	var q Quantizer
	if len(items) == 3 {
		if err := assign("a quantiser", items, &q.Scheme, &q.Scale, &q.ZeroPoint); err != nil {
			return nil, err
		}
		if q.Scheme != PerTensorAffine {
			return nil, fmt.Errorf("a tensor with one scale is quantised as %s", q.Scheme)
		}
		return &q, nil
	}
	var axis int64
	if err := assign("a quantiser", items, &q.Scheme, &q.Scales, &q.ZeroPoints, &axis); err != nil {
		return nil, err
	}
	if q.Scheme != PerChannelAffine && q.Scheme != PerChannelAffineFloatQParams {
		return nil, fmt.Errorf("a tensor with several scales is quantised as %s", q.Scheme)
	}
	if axis < 0 || axis >= int64(len(sizes)) || len(sizes) > shape.MaxDims {
		return nil, fmt.Errorf("a tensor of %d dimensions is quantised along dimension %d", len(sizes), axis)
	}
	q.Axis = int(axis)
	// These, which PyTorch writes, libtorch takes as they are. Others it would copy,
	// again for each tensor that names them.
	floats := q.Scales.DType == dtype.Float32 && q.ZeroPoints.DType == dtype.Float32
	if !floats && (q.Scales.DType != dtype.Float64 || q.ZeroPoints.DType != dtype.Int64) || !q.Scales.row() || !q.ZeroPoints.row() {
		return nil, errors.New("scales and zero points are not float64 and int64 in a row, or both float32")
	}
	if n := sizes[axis]; len(q.Scales.Sizes) != 1 || len(q.ZeroPoints.Sizes) != 1 || q.Scales.Sizes[0] != n || q.ZeroPoints.Sizes[0] != n {
		return nil, fmt.Errorf("there are scales %v and zero points %v for dimension %d of sizes %v", q.Scales.Sizes, q.ZeroPoints.Sizes, axis, sizes)
	}
	return &q, nil
}

// row reports whether the elements are contiguous; of more dimensions than one it
// does not matter.
func (t *Tensor) row() bool {
	return t.Sparse == nil && !t.Conj && !t.Neg && (len(t.Sizes) != 1 || t.Strides[0] == 1 || t.Sizes[0] < 2)
}
