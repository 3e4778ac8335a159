package functional

import (
	"slices"

	"multitorch/torch"
)

var (
	opPad         = torch.NewOperator("aten::pad", "self", "pad", "mode", "value")
	opAffineGrid  = torch.NewOperator("aten::affine_grid_generator", "theta", "size", "align_corners")
	opGridSampler = torch.NewOperator("aten::grid_sampler", "input", "grid", "interpolation_mode", "padding_mode", "align_corners")

	// in libtorch's numbering
	gridModes        = []string{"bilinear", "nearest", "bicubic"}
	gridPaddingModes = []string{"zeros", "border", "reflection"}
)

// Pad adds to the last dimensions: sizes has how much before and after the last one, then the one
// before it, and so on; negative numbers cut. The mode is "constant", with a value, or "reflect",
// "replicate" or "circular", which repeat x, where the value must be 0. Python's defaults are
// mode="constant" and value=0.
func Pad(x *torch.Tensor, sizes []int, mode string, value float64) *torch.Tensor {
	if modes := []string{"constant", "reflect", "replicate", "circular"}; !slices.Contains(modes, mode) {
		panic(invalid("pad", "mode must be constant, reflect, replicate or circular, but got %.40q", mode))
	}
	if value == 0 { // which an integer's padding is too
		return opPad.Call(x, sizes, mode, nil)
	}
	return opPad.Call(x, sizes, mode, value)
}

// AffineGrid is where the elements of a picture of a size come from by affine maps theta, for
// [GridSample]: [N, H, W, 2] for theta [N, 2, 3] and a size [N, C, H, W], or [N, D, H, W, 3] for theta
// [N, 3, 4] and a size [N, C, D, H, W]. Coordinates go from -1 to 1 between the outer pixels' edges, or
// with alignCorners, false in Python by default, between their centres.
func AffineGrid(theta *torch.Tensor, size torch.Shape, alignCorners bool) *torch.Tensor {
	if d := theta.DType(); !d.IsFloatingPoint() {
		panic(invalid("affine_grid", "expected theta of a floating point dtype, but got %v", d))
	}
	dims := len(size) - 2
	if dims != 2 && dims != 3 {
		e := invalid("affine_grid", "expected a size of 4 or 5 numbers, [N, C, H, W] or [N, C, D, H, W], but got %v", size)
		e.Kind = torch.NotImplemented
		panic(e)
	}
	if shape := theta.Shape(); len(shape) != 3 || shape[1] != dims || shape[2] != dims+1 {
		panic(invalid("affine_grid", "expected theta [N, %d, %d] for the size %v, but got the shape %v", dims, dims+1, size, shape))
	}
	if slices.Min(size) <= 0 {
		panic(invalid("affine_grid", "expected a size of positive numbers, but got %v", size))
	}
	return opAffineGrid.Call(theta, []int(size), alignCorners)
}

// GridSample takes pictures [N, C, H, W], or [N, C, D, H, W], at the places of a grid [N, H', W', 2], or
// [N, D', H', W', 3], such as [AffineGrid] makes: [N, C, H', W'], or [N, C, D', H', W']. The mode is
// "bilinear", "nearest" or, of 4 dimensions only, "bicubic"; the paddingMode says what is outside: "zeros",
// "border" or "reflection". The first ones, and alignCorners false, are Python's defaults.
func GridSample(x, grid *torch.Tensor, mode, paddingMode string, alignCorners bool) *torch.Tensor {
	m, p := slices.Index(gridModes, mode), slices.Index(gridPaddingModes, paddingMode)
	if m < 0 {
		panic(invalid("grid_sample", "mode must be bilinear, nearest or bicubic, but got %.40q", mode))
	}
	if p < 0 {
		panic(invalid("grid_sample", "padding_mode must be zeros, border or reflection, but got %.40q", paddingMode))
	}
	return opGridSampler.Call(x, grid, m, p, alignCorners)
}
