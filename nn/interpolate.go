package nn

import (
	"fmt"
	"math"
	"slices"

	"multitorch/torch"
)

// interpolations are libtorch's operators by mode, for one, two and three dimensions.
var interpolations = map[string][]*torch.Operator{
	"nearest":       newNearest("upsample_nearest"),
	"nearest-exact": newNearest("_upsample_nearest_exact"),
	"linear":        {1: newLinear("upsample_linear1d")},
	"bilinear":      {2: newLinear("upsample_bilinear2d")},
	"bicubic":       {2: newLinear("upsample_bicubic2d")},
	"trilinear":     {3: newLinear("upsample_trilinear3d")},
	"bilinear_aa":   {2: newLinear("_upsample_bilinear2d_aa")},
	"bicubic_aa":    {2: newLinear("_upsample_bicubic2d_aa")},
}

func newNearest(name string) []*torch.Operator {
	ops := make([]*torch.Operator, 4)
	for dims := 1; dims < len(ops); dims++ {
		ops[dims] = torch.NewOperator(fmt.Sprintf("aten::%s%dd.vec", name, dims), "input", "output_size", "scale_factors")
	}
	return ops
}

func newLinear(name string) *torch.Operator {
	return torch.NewOperator("aten::"+name+".vec", "input", "output_size", "align_corners", "scale_factors")
}

// Interpolate makes x, [N, C, L...], larger or smaller, as torch.nn.functional.interpolate: an [Upsample] that also
// takes [Antialias].
func Interpolate(x *torch.Tensor, opts ...UpsampleOption) *torch.Tensor {
	m := &Upsample{}
	m.init("interpolate", "size scale_factor mode align_corners recompute_scale_factor antialias", UpsampleConfig{Mode: "nearest"}, opts)
	return m.config.interpolate(x)
}

// interpolate is torch.nn.functional.interpolate with these settings.
func (c *UpsampleConfig) interpolate(x *torch.Tensor) *torch.Tensor {
	const op = "interpolate"
	shape := x.Shape()
	dims := len(shape) - 2
	if dims < 1 || dims > 3 {
		panic(invalid(op, "expected an input of 3, 4 or 5 dimensions [N, C, L...], but got the shape %s", pyList(shape)))
	}
	var size, factors any // nil for None
	if n := len(c.Size) + len(c.ScaleFactor); n != 1 && n != dims {
		panic(invalid(op, "expected a size or factor for each of the %d dimensions of the input %s, but got %d", dims, pyList(shape), n))
	}
	if len(c.Size) > 0 {
		size = []int(c.Size.spread(dims))
	} else {
		f := c.ScaleFactor
		if len(f) == 1 {
			f = slices.Repeat(f, dims)
		}
		factors = f
		if c.RecomputeScaleFactor || c.Mode == "area" {
			size, factors = scaled(shape[2:], f), nil
		}
	}
	if c.Mode == "area" {
		return adaptiveAvgPools[dims].Call(x, size)
	}
	mode := c.Mode
	if c.Antialias {
		mode += "_aa"
	}
	ops := interpolations[mode]
	if dims >= len(ops) || ops[dims] == nil {
		e := invalid(op, "the mode %s is for an input of other dimensions than the shape %s has", c.Mode, pyList(shape))
		e.Kind = torch.NotImplemented
		panic(e)
	}
	if c.Mode == "nearest" || c.Mode == "nearest-exact" {
		return ops[dims].Call(x, size, factors)
	}
	return ops[dims].Call(x, size, c.AlignCorners != nil && *c.AlignCorners, factors)
}

// scaled are sizes times factors, rounded down.
func scaled(sizes torch.Shape, factors []float64) []int {
	result := make([]int, len(sizes))
	for i, n := range sizes {
		result[i] = int(math.Floor(float64(n) * factors[i]))
	}
	return result
}
