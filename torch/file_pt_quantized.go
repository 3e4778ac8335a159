package torch

import (
	"errors"
	"fmt"

	"multitorch/internal/libtorch"
	"multitorch/internal/pickle"
)

var (
	opEmptyAffine     = libtorch.NewOp("aten::_empty_affine_quantized", "size", "dtype", "scale", "zero_point")
	opEmptyPerChannel = libtorch.NewOp("aten::_empty_per_channel_affine_quantized", "size", "scales", "zero_points", "axis", "dtype")
)

// rebuildQuantized makes a quantised tensor of a storage, an offset, sizes and
// strides, how it is quantised, requires_grad and hooks.
func (u *unpickler) rebuildQuantized(given []any) (any, error) {
	var (
		s              *storage
		offset         int64
		sizes, strides []int
		quantizer      *pickle.Tuple
		requiresGrad   bool
		hooks          any
	)
	if err := assign("a quantised tensor", given, &s, &offset, &sizes, &strides, &quantizer, &requiresGrad, &hooks); err != nil {
		return nil, err
	}
	if !s.dtype.IsQuantized() {
		return nil, fmt.Errorf("a quantised tensor lies in a storage of %s", s.dtype)
	}
	t, err := u.keep(emptyQuantized(s.dtype, sizes, quantizer.Items))
	if err == nil {
		err = s.putUnder(t, sizes, strides, offset)
	}
	if err != nil {
		return nil, err
	}
	return t, requireGrad(t, requiresGrad)
}

// emptyQuantized is a tensor that is quantised as a tensor of these sizes is to be,
// but has no elements yet.
func emptyQuantized(d DType, sizes []int, quantizer []any) (t *Tensor, err error) {
	var scheme QScheme
	if len(quantizer) == 3 {
		var scale float64
		var zeroPoint int64
		if err := assign("a quantiser", quantizer, &scheme, &scale, &zeroPoint); err != nil {
			return nil, err
		}
		if scheme != PerTensorAffine {
			return nil, fmt.Errorf("a tensor with one scale is quantised as %s", scheme)
		}
		err = Try(func() error { t = do(opEmptyAffine, Shape{0}, d, scale, zeroPoint); return nil })
		return t, err
	}
	var scales, zeroPoints *Tensor
	var axis int64
	if err := assign("a quantiser", quantizer, &scheme, &scales, &zeroPoints, &axis); err != nil {
		return nil, err
	}
	if scheme != PerChannelAffine && scheme != PerChannelAffineFloatQParams {
		return nil, fmt.Errorf("a tensor with several scales is quantised as %s", scheme)
	}
	if axis < 0 || axis >= int64(len(sizes)) {
		return nil, fmt.Errorf("a tensor of sizes %v is quantised along dimension %d", sizes, axis)
	}
	// These, which PyTorch writes, libtorch takes as they are. Others it would copy,
	// again for each tensor that names them.
	floats := scales.DType() == Float32 && zeroPoints.DType() == Float32
	if !floats && (scales.DType() != Float64 || zeroPoints.DType() != Int64) || !scales.IsContiguous() || !zeroPoints.IsContiguous() {
		return nil, errors.New("scales and zero points are not float64 and int64 in a row, or both float32")
	}
	if n := sizes[axis]; scales.Dim() != 1 || zeroPoints.Dim() != 1 || scales.Numel() != n || zeroPoints.Numel() != n {
		return nil, fmt.Errorf("there are scales %v and zero points %v for dimension %d of sizes %v", scales.Shape(), zeroPoints.Shape(), axis, sizes)
	}
	none := make(Shape, len(sizes))
	none[axis] = sizes[axis]
	err = Try(func() error { t = do(opEmptyPerChannel, none, scales, zeroPoints, axis, d); return nil })
	return t, err
}

// quantizer writes how a tensor is quantised.
func (p *pickler) quantizer(t *Tensor) error {
	scheme := t.QScheme()
	switch scheme {
	case PerTensorAffine:
		p.w.Mark()
		p.global("torch", scheme.String())
		p.w.Float(t.QScale())
		p.w.Int(int64(t.QZeroPoint()))
	case PerChannelAffine, PerChannelAffineFloatQParams:
		p.w.Mark()
		p.global("torch", PerChannelAffine.String()) // for both, as PyTorch
		for _, x := range []*Tensor{t.QPerChannelScales(), t.QPerChannelZeroPoints()} {
			err := p.newTensor(x, false)
			x.Free()
			if err != nil {
				return err
			}
		}
		p.w.Int(int64(t.QPerChannelAxis()))
	default:
		return fmt.Errorf("a file of torch.save can't hold a tensor that is quantised as %s", scheme)
	}
	p.w.Tuple()
	return nil
}
