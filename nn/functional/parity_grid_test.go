package functional_test

import (
	"fmt"
	"strings"

	F "multitorch/nn/functional"
	"multitorch/torch"
)

func gridRows() (rows []row) {
	type T = *torch.Tensor
	pad := func(mode string, x input, value float64, sizes ...int) row {
		code := fmt.Sprintf("F.pad(x, %s, mode='%s', value=%v)", strings.ReplaceAll(fmt.Sprint(sizes), " ", ", "), mode, value)
		return unary(code, func(x T) T { return F.Pad(x, sizes, mode, value) }, x)
	}
	line, picture, volume := randn(2, 3, 7), randn(2, 3, 6, 7), randn(2, 3, 4, 5, 6)
	for _, mode := range []string{"reflect", "replicate", "circular"} {
		rows = append(rows, pad(mode, line, 0, 2, 1), pad(mode, picture, 0, 2, 1, 3, 0), pad(mode, volume, 0, 2, 1, 0, 3, 1, 1))
	}
	rows = append(rows, pad("constant", line, 0, 2, 1), pad("constant", picture, 1.5, 2, -1, 0, 3), pad("constant", ids(5, 2, 3), 7, 1, 1),
		pad("constant", ids(5, 2, 3), 0, 0, 2), unary("F.pad(x, (1, 1))", func(x T) T { return F.Pad(x, []int{1, 1}, "constant", 0) }, line))
	truth := map[bool]string{false: "False", true: "True"}
	for _, aligned := range []bool{false, true} {
		rows = append(
			rows,
			unary("F.affine_grid(x, (2, 3, 4, 5), align_corners="+truth[aligned]+")", func(x T) T {
				return F.AffineGrid(x, torch.Shape{2, 3, 4, 5}, aligned)
			}, randn(2, 2, 3)),
			unary("F.affine_grid(x, (2, 3, 4, 5, 6), align_corners="+truth[aligned]+")", func(x T) T {
				return F.AffineGrid(x, torch.Shape{2, 3, 4, 5, 6}, aligned)
			}, randn(2, 3, 4)),
		)
		for _, mode := range []string{"bilinear", "nearest", "bicubic"} {
			for _, padding := range []string{"zeros", "border", "reflection"} {
				code := fmt.Sprintf("F.grid_sample(*x, mode='%s', padding_mode='%s', align_corners=%s)", mode, padding, truth[aligned])
				sample := func(x []T) T { return F.GridSample(x[0], x[1], mode, padding, aligned) }
				rows = append(rows, one(code, sample, picture, randn(2, 4, 5, 2)))
				if mode != "bicubic" {
					rows = append(rows, one(code, sample, volume, randn(2, 3, 4, 5, 3)))
				}
			}
		}
	}
	return rows
}
