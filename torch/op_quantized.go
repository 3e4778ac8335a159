package torch

import (
	"fmt"

	"multitorch/internal/libtorch"
)

var (
	opQuantizePerTensor     = libtorch.NewOp("aten::quantize_per_tensor", "self", "scale", "zero_point", "dtype")
	opQuantizePerChannel    = libtorch.NewOp("aten::quantize_per_channel", "self", "scales", "zero_points", "axis", "dtype")
	opIntRepr               = libtorch.NewOp("aten::int_repr")
	opDequantize            = libtorch.NewOp("aten::dequantize.self")
	opQScheme               = libtorch.NewOp("aten::qscheme")
	opQScale                = libtorch.NewOp("aten::q_scale")
	opQZeroPoint            = libtorch.NewOp("aten::q_zero_point")
	opQPerChannelScales     = libtorch.NewOp("aten::q_per_channel_scales")
	opQPerChannelZeroPoints = libtorch.NewOp("aten::q_per_channel_zero_points")
	opQPerChannelAxis       = libtorch.NewOp("aten::q_per_channel_axis")
)

// QScheme says by what the integers of a quantised tensor become real numbers:
// (integer - zero point) * scale, with one pair for all, or one for each place
// along an axis.
type QScheme int8

// The schemes, numbered as libtorch numbers them.
const (
	PerTensorAffine              QScheme = 0
	PerChannelAffine             QScheme = 1
	PerTensorSymmetric           QScheme = 2
	PerChannelSymmetric          QScheme = 3
	PerChannelAffineFloatQParams QScheme = 4
)

var qschemes = map[QScheme]string{
	PerTensorAffine: "per_tensor_affine", PerChannelAffine: "per_channel_affine", PerTensorSymmetric: "per_tensor_symmetric",
	PerChannelSymmetric: "per_channel_symmetric", PerChannelAffineFloatQParams: "per_channel_affine_float_qparams",
}

// String is the name that PyTorch prints after "torch.".
func (q QScheme) String() string {
	if s, ok := qschemes[q]; ok {
		return s
	}
	return fmt.Sprintf("qscheme(%d)", int8(q))
}

// QuantizePerTensor rounds x / scale + zeroPoint to [QInt8], [QUInt8] or [QInt32].
func QuantizePerTensor(x *Tensor, scale float64, zeroPoint int, dtype DType) *Tensor {
	return do(opQuantizePerTensor, x, scale, zeroPoint, dtype)
}

// QuantizePerChannel is [QuantizePerTensor] with a scale (Float64) and a zero point
// (Int64) for each place along axis.
func QuantizePerChannel(x, scales, zeroPoints *Tensor, axis int, dtype DType) *Tensor {
	return do(opQuantizePerChannel, x, scales, zeroPoints, axis, dtype)
}

// IsQuantized reports whether the tensor is quantised.
func (x *Tensor) IsQuantized() bool { return x.DType().IsQuantized() }

// IntRepr is a copy of the integers of a quantised tensor.
func (x *Tensor) IntRepr() *Tensor { return do1(opIntRepr, x) }

// Dequantize is the real numbers that a quantised tensor stands for, as Float32.
func (x *Tensor) Dequantize() *Tensor { return do1(opDequantize, x) }

// QScheme is how a tensor is quantised.
func (x *Tensor) QScheme() QScheme { return QScheme(doValue(opQScheme, x).(int64)) }

// QScale is the scale of a tensor that has one for all elements.
func (x *Tensor) QScale() float64 { return toFloat(doValue(opQScale, x)) }

// QZeroPoint is the integer that stands for 0, in a tensor that has one for all
// elements.
func (x *Tensor) QZeroPoint() int { return int(doValue(opQZeroPoint, x).(int64)) }

// QPerChannelScales are the scales along [Tensor.QPerChannelAxis].
func (x *Tensor) QPerChannelScales() *Tensor { return do1(opQPerChannelScales, x) }

// QPerChannelZeroPoints are the zero points along [Tensor.QPerChannelAxis].
func (x *Tensor) QPerChannelZeroPoints() *Tensor { return do1(opQPerChannelZeroPoints, x) }

// QPerChannelAxis is the dimension along which scales differ.
func (x *Tensor) QPerChannelAxis() int { return int(doValue(opQPerChannelAxis, x).(int64)) }
