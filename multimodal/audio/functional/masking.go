package functional

import "multitorch/torch"

// maskLimit is torchaudio's _get_mask_param.
func maskLimit(op string, x *torch.Tensor, param int, axis int, p float64, least int) (dim, limit int) {
	dims := x.Dim()
	if axis < 0 {
		axis += dims
	}
	if dims < least || axis != dims-2 && axis != dims-1 {
		panic(invalid(op, "expected at least %d dimensions, and one of the last two as axis, but got the shape %v and axis %d",
			least, x.Shape(), axis))
	}
	if !(p >= 0 && p <= 1) {
		panic(invalid(op, "p must lie in [0, 1], but got %v", p))
	}
	if p < 1 {
		param = min(param, int(float64(x.Size(axis))*p))
	}
	return axis, param
}

// MaskAlongAxis puts value in the place of a random number of neighbouring columns, below param, along an axis, -2 for
// frequencies or -1 for frames: the same of all spectrograms of the batch. At most the part p of the axis is masked. It draws
// two numbers as torchaudio's mask_along_axis does.
func MaskAlongAxis(spec *torch.Tensor, param int, value float64, axis int, p float64) *torch.Tensor {
	axis, limit := maskLimit("mask_along_axis", spec, param, axis, p, 2)
	if limit < 1 {
		return spec
	}
	size := spec.Size(axis)
	width := torch.Rand(torch.Shape{1}, torch.Float32).Mul(limit)
	low := torch.Rand(torch.Shape{1}, torch.Float32).Mul(width.RSub(size))
	start := int(low.To(torch.Int64).ItemInt())
	end := start + int(width.To(torch.Int64).ItemInt())
	if end == start {
		return spec.Clone()
	}
	places := torch.Arange(0, size, 1, torch.Int64, spec.Device())
	mask := places.Ge(start).And(places.Lt(end))
	if axis == spec.Dim()-2 {
		mask = mask.Unsqueeze(-1)
	}
	return spec.MaskedFill(mask, value)
}

// MaskAlongAxisIID masks each spectrogram of the batch apart. value is a number or a tensor of one, such as the mean. It
// draws a number for each as torchaudio's mask_along_axis_iid does.
func MaskAlongAxisIID(specs *torch.Tensor, param int, value any, axis int, p float64) *torch.Tensor {
	axis, limit := maskLimit("mask_along_axis_iid", specs, param, axis, p, 3)
	if limit < 1 {
		return specs
	}
	batch := specs.Shape()[:specs.Dim()-2]
	options := like(specs)
	width := torch.Rand(batch, options...).Mul(limit)
	low := torch.Rand(batch, options...).Mul(width.RSub(specs.Size(axis)))
	start := low.To(torch.Int64).Unsqueeze(-1).Unsqueeze(-1)
	end := start.Add(width.To(torch.Int64).Unsqueeze(-1).Unsqueeze(-1))
	places := torch.Arange(0, specs.Size(axis), 1, torch.Int64, specs.Device())
	if axis == specs.Dim()-2 {
		places = places.Unsqueeze(-1)
	}
	return specs.MaskedFill(places.Ge(start).And(places.Lt(end)), value)
}
