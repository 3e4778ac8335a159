package torch

import (
	"fmt"

	"multitorch/internal/pyrepr"
)

// formatQuantized prints the real numbers, and how they are stored:
//
//	tensor([0.1000, 0.4000], size=(2,), dtype=torch.qint8,
//	       quantization_scheme=torch.per_tensor_affine, scale=0.1, zero_point=3)
func (t *Tensor) formatQuantized(o PrintOptions) string {
	real := t.Dequantize()
	defer real.Free()
	body := "[]"
	if real.Numel() > 0 {
		p := printer{PrintOptions: o, shape: real.Shape(), summarise: real.Numel() > o.Threshold}
		p.read(real)
		body = p.block(0, len(printPrefix))
	}
	scheme := t.QScheme()
	var suffixes []string
	if d := t.Device(); d.kind() != cpu {
		suffixes = append(suffixes, fmt.Sprintf("device='%s'", d))
	}
	suffixes = append(suffixes, "size="+tuple(t.Shape()), "dtype=torch."+t.DType().String(), "quantization_scheme=torch."+scheme.String())
	if scheme == PerTensorAffine || scheme == PerTensorSymmetric {
		suffixes = append(suffixes, "scale="+pyrepr.Float(t.QScale()), fmt.Sprint("zero_point=", t.QZeroPoint()))
	} else {
		scales, zeroPoints := t.QPerChannelScales(), t.QPerChannelZeroPoints()
		defer scales.Free()
		defer zeroPoints.Free()
		suffixes = append(suffixes, "scale="+scales.format(o), "zero_point="+zeroPoints.format(o), fmt.Sprint("axis=", t.QPerChannelAxis()))
	}
	return withSuffixes(printPrefix+body, suffixes, o.LineWidth)
}
