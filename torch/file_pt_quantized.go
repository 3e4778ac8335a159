package torch

import (
	"fmt"

	"multitorch/internal/libtorch"
	"multitorch/internal/pt"
)

var (
	opEmptyAffine     = libtorch.NewOp("aten::_empty_affine_quantized", "size", "dtype", "scale", "zero_point")
	opEmptyPerChannel = libtorch.NewOp("aten::_empty_per_channel_affine_quantized", "size", "scales", "zero_points", "axis", "dtype")
)

// schemeOf is the scheme of that name.
func schemeOf(name pt.Scheme) QScheme {
	for scheme, known := range qschemes {
		if known == string(name) {
			return scheme
		}
	}
	return -1 // not reached: package pt knows the same names
}

// quantized makes a quantised tensor.
func (b *ptBuilder) quantized(t *pt.Tensor) (*Tensor, error) {
	x, err := b.emptyQuantized(t)
	if err != nil {
		return nil, err
	}
	return b.putUnder(x, t)
}

// emptyQuantized is quantised as t is to be, but has no elements yet.
func (b *ptBuilder) emptyQuantized(t *pt.Tensor) (x *Tensor, err error) {
	q, d := t.Quantizer, DType(t.DType)
	if q.Scales == nil {
		err = Try(func() error { x = do(opEmptyAffine, Shape{0}, d, q.Scale, q.ZeroPoint); return nil })
		return x, err
	}
	scales, err := b.tensor(q.Scales)
	if err != nil {
		return nil, err
	}
	defer scales.Free()
	zeroPoints, err := b.tensor(q.ZeroPoints)
	if err != nil {
		return nil, err
	}
	defer zeroPoints.Free()
	none := make(Shape, len(t.Sizes))
	none[q.Axis] = t.Sizes[q.Axis]
	err = Try(func() error { x = do(opEmptyPerChannel, none, scales, zeroPoints, q.Axis, d); return nil })
	return x, err
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
