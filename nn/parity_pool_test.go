package nn_test

import (
	"math"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// pool makes the maker of a pool with options.
func pool[S any, M nn.Module](make func(S, ...nn.PoolOption) M, kernel S, opts ...nn.PoolOption) func() nn.Module {
	return func() nn.Module { return make(kernel, opts...) }
}

// to makes the maker of an adaptive pool.
func to[S any, M nn.Module](make func(S) M, size S) func() nn.Module {
	return func() nn.Module { return make(size) }
}

func poolRows() []row {
	type (
		shape = torch.Shape
		P     = nn.Pair
		T     = nn.Triple
	)
	sequences, pictures, volumes := []shape{{2, 4, 9}, {4, 8}}, []shape{{2, 4, 9, 8}, {4, 7, 7}}, []shape{{2, 3, 5, 6, 7}, {3, 5, 5, 5}}
	ceil, free := nn.CeilMode(true), nn.CountIncludePad(false)
	values := slices.Concat(
		samples("nn.MaxPool1d(3)", pool(nn.NewMaxPool1d, 3), sequences...),
		samples("nn.MaxPool1d(3, stride=2, padding=1, dilation=2, ceil_mode=True)",
			pool(nn.NewMaxPool1d, 3, nn.Stride(2), nn.Padding(1), nn.Dilation(2), ceil), sequences...),
		samples("nn.MaxPool2d(3)", pool(nn.NewMaxPool2d[int], 3), pictures...),
		samples("nn.MaxPool2d(3, stride=2, padding=1)", pool(nn.NewMaxPool2d[int], 3, nn.Stride(2), nn.Padding(1)), pictures...),
		samples("nn.MaxPool2d(3, dilation=2, stride=(1, 2))", pool(nn.NewMaxPool2d[int], 3, nn.Dilation(2), nn.Stride(1, 2)), pictures...),
		samples("nn.MaxPool2d(3, stride=2, ceil_mode=True)", pool(nn.NewMaxPool2d[int], 3, nn.Stride(2), ceil), pictures...),
		samples("nn.MaxPool2d((3, 2), stride=(1, 2), padding=(1, 0))",
			pool(nn.NewMaxPool2d[P], P{3, 2}, nn.Stride(1, 2), nn.Padding(1, 0)), pictures...),
		samples("nn.MaxPool3d((2, 2, 2))", pool(nn.NewMaxPool3d[T], T{2, 2, 2}), volumes...),
		samples("nn.MaxPool3d(2, (2, 2, 2))", pool(nn.NewMaxPool3d[int], 2, nn.Stride(2, 2, 2)), volumes...),
		samples("nn.MaxPool3d(2, 2, (1, 1, 1))", pool(nn.NewMaxPool3d[int], 2, nn.Stride(2), nn.Padding(1, 1, 1)), volumes...),
		samples("nn.MaxPool3d(2, stride=(1, 2, 3), dilation=(1, 2, 1), ceil_mode=True)",
			pool(nn.NewMaxPool3d[int], 2, nn.Stride(1, 2, 3), nn.Dilation(1, 2, 1), ceil), volumes...),
		samples("nn.AvgPool1d(2)", pool(nn.NewAvgPool1d, 2), sequences...),
		samples("nn.AvgPool1d((2,), (2,))", pool(nn.NewAvgPool1d, 2, nn.Stride(2)), sequences...),
		samples("nn.AvgPool1d(3, 2, 1, ceil_mode=True, count_include_pad=False)",
			pool(nn.NewAvgPool1d, 3, nn.Stride(2), nn.Padding(1), ceil, free), sequences...),
		samples("nn.AvgPool2d(3)", pool(nn.NewAvgPool2d[int], 3), pictures...),
		samples("nn.AvgPool2d(3, stride=2, padding=1)", pool(nn.NewAvgPool2d[int], 3, nn.Stride(2), nn.Padding(1)), pictures...),
		samples("nn.AvgPool2d(3, padding=1, count_include_pad=False)", pool(nn.NewAvgPool2d[int], 3, nn.Padding(1), free), pictures...),
		samples("nn.AvgPool2d((2, 2), (2, 2), (1, 1), divisor_override=1)",
			pool(nn.NewAvgPool2d[P], P{2, 2}, nn.Stride(2, 2), nn.Padding(1, 1), nn.DivisorOverride(1)), pictures...),
		samples("nn.AvgPool2d(3, stride=2, ceil_mode=True, divisor_override=4)",
			pool(nn.NewAvgPool2d[int], 3, nn.Stride(2), ceil, nn.DivisorOverride(4)), pictures...),
		samples("nn.AvgPool3d((2, 2, 2))", pool(nn.NewAvgPool3d[T], T{2, 2, 2}), volumes...),
		samples("nn.AvgPool3d(4, 2, (1, 2, 1))", pool(nn.NewAvgPool3d[int], 4, nn.Stride(2), nn.Padding(1, 2, 1)), volumes...),
		samples("nn.AvgPool3d(2, 2, (1, 1, 1), ceil_mode=True, count_include_pad=False)",
			pool(nn.NewAvgPool3d[int], 2, nn.Stride(2), nn.Padding(1, 1, 1), ceil, free), volumes...),
		samples("nn.AvgPool3d(3, 1, 0, divisor_override=1)",
			pool(nn.NewAvgPool3d[int], 3, nn.Stride(1), nn.DivisorOverride(1)), volumes...),
		samples("nn.AdaptiveAvgPool1d(3)", to(nn.NewAdaptiveAvgPool1d, 3), sequences...),
		samples("nn.AdaptiveAvgPool1d(1)", to(nn.NewAdaptiveAvgPool1d, 1), shape{1, 3, 5}),
		samples("nn.AdaptiveAvgPool2d(1)", to(nn.NewAdaptiveAvgPool2d[int], 1), pictures...),
		samples("nn.AdaptiveAvgPool2d((3, 4))", to(nn.NewAdaptiveAvgPool2d[P], P{3, 4}), pictures...),
		samples("nn.AdaptiveAvgPool2d((None, 2))", to(nn.NewAdaptiveAvgPool2d[P], P{nn.Same, 2}), pictures...),
		samples("nn.AdaptiveAvgPool3d(3)", to(nn.NewAdaptiveAvgPool3d[int], 3), volumes...),
		samples("nn.AdaptiveAvgPool3d((None, 4, 2))", to(nn.NewAdaptiveAvgPool3d[T], T{nn.Same, 4, 2}), volumes...),
		samples("nn.AdaptiveMaxPool1d(3)", to(nn.NewAdaptiveMaxPool1d, 3), sequences...),
		samples("nn.AdaptiveMaxPool2d((3, 4))", to(nn.NewAdaptiveMaxPool2d[P], P{3, 4}), pictures...),
		samples("nn.AdaptiveMaxPool2d((3, None))", to(nn.NewAdaptiveMaxPool2d[P], P{3, nn.Same}), pictures...),
		samples("nn.AdaptiveMaxPool3d(3)", to(nn.NewAdaptiveMaxPool3d[int], 3), append(volumes, shape{2, 3, 12, 9, 3})...),
		samples("nn.AdaptiveMaxPool3d((3, None, 5))", to(nn.NewAdaptiveMaxPool3d[T], T{3, nn.Same, 5}), volumes...),
	)
	return slices.Concat(values, indexed(slices.Concat(
		samples("nn.MaxPool1d(4, return_indices=True)", pool(nn.NewMaxPool1d, 4), sequences...),
		samples("nn.MaxPool2d(3, 2, 1, return_indices=True)", pool(nn.NewMaxPool2d[int], 3, nn.Stride(2), nn.Padding(1)), pictures...),
		samples("nn.MaxPool3d(2, return_indices=True)", pool(nn.NewMaxPool3d[int], 2), volumes...),
		samples("nn.AdaptiveMaxPool1d(3, return_indices=True)", to(nn.NewAdaptiveMaxPool1d, 3), sequences...),
		samples("nn.AdaptiveMaxPool2d(3, return_indices=True)", to(nn.NewAdaptiveMaxPool2d[int], 3), pictures...),
		samples("nn.AdaptiveMaxPool3d((3, 4, 5), return_indices=True)", to(nn.NewAdaptiveMaxPool3d[T], T{3, 4, 5}), volumes...),
		samples("nn.FractionalMaxPool2d(2, output_ratio=0.5, return_indices=True)",
			pool(nn.NewFractionalMaxPool2d[int], 2, nn.OutputRatio(0.5)), pictures...),
		samples("nn.FractionalMaxPool3d(2, output_size=3, return_indices=True)",
			pool(nn.NewFractionalMaxPool3d[int], 2, nn.OutputSize(3)), volumes...),
	)), fractionalRows(), lpRows(sequences, pictures, volumes))
}

func fractionalRows() []row {
	fixed := nn.RandomSamples(torch.Linspace(0, 0.9, 6, torch.Float64).To(torch.Float32).View(1, 3, 2))
	const python = "torch.linspace(0, 0.9, 6, dtype=torch.float64).float().view(1, 3, 2)"
	return slices.Concat(
		samples("nn.FractionalMaxPool2d(2, output_ratio=(0.5, 0.6))",
			pool(nn.NewFractionalMaxPool2d[int], 2, nn.OutputRatio(0.5, 0.6)), torch.Shape{1, 3, 5, 7}, torch.Shape{3, 5, 7}),
		samples("nn.FractionalMaxPool2d((2, 3), output_size=(4, 3), _random_samples="+python+")",
			pool(nn.NewFractionalMaxPool2d[nn.Pair], nn.Pair{2, 3}, nn.OutputSize(4, 3), fixed), torch.Shape{1, 3, 7, 6}),
		samples("nn.FractionalMaxPool3d((4, 2, 2), output_size=(10, 3, 2))",
			pool(nn.NewFractionalMaxPool3d[nn.Triple], nn.Triple{4, 2, 2}, nn.OutputSize(10, 3, 2)), torch.Shape{2, 4, 16, 7, 5}),
		samples("nn.FractionalMaxPool3d(2, output_ratio=0.5)",
			pool(nn.NewFractionalMaxPool3d[int], 2, nn.OutputRatio(0.5)), torch.Shape{4, 5, 5, 5}))
}

func lpRows(sequences, pictures, volumes []torch.Shape) []row {
	lp1 := func(python string, opts ...nn.PoolOption) []row {
		return samples(python, func() nn.Module { return nn.NewLPPool1d(2, 2, opts...) }, sequences...)
	}
	lp2 := func(p float64) func() nn.Module {
		return func() nn.Module { return nn.NewLPPool2d(p, nn.Pair{2, 3}, nn.Stride(1, 2), nn.CeilMode(true)) }
	}
	rows := slices.Concat(
		lp1("nn.LPPool1d(2, 2)"), lp1("nn.LPPool1d(2, 2, 3)", nn.Stride(3)), lp1("nn.LPPool1d(2, 2, ceil_mode=True)", nn.CeilMode(true)),
		samples("nn.LPPool2d(1.5, 2)", func() nn.Module { return nn.NewLPPool2d(1.5, 2) }, pictures...),
		samples("nn.LPPool2d(3.0, (2, 3), (1, 2), True)", lp2(3), pictures...),
		samples("LPPool3d(2, (2, 3, 1), 2)", func() nn.Module { return nn.NewLPPool3d(2, nn.Triple{2, 3, 1}, nn.Stride(2)) }, volumes...))
	for python, p := range map[string]float64{"float('inf')": math.Inf(1), "-float('inf')": math.Inf(-1)} {
		rows = append(rows, samples("LPPool2d("+python+", (2, 3), (1, 2), True)", lp2(p), pictures...)...)
	}
	for i := range rows { // a power of a negative number may be NaN, whose gradient's sign nobody knows
		shape := rows[i].inputs[0]().Shape()
		rows[i].inputs = in(rand(shape...))
	}
	return rows
}

// unpoolRows take what a pool has found.
func unpoolRows() []row {
	unpool := func(python string, make func() nn.Module, of func() nn.Module, size []int, shape ...int) row {
		find := of().(indexer)
		var indices *torch.Tensor
		r := row{python: python, make: make, inputs: in(func() *torch.Tensor {
			values, at := find.ForwardIndices(torch.Randn(shape))
			indices = at
			return values
		}, func() *torch.Tensor { return indices })}
		if size != nil {
			r.call = "m(*x, output_size=[" + joined(size) + "])"
			r.forward = func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
				return []*torch.Tensor{m.(interface {
					ForwardSized(x, indices *torch.Tensor, size ...int) *torch.Tensor
				}).ForwardSized(x[0], x[1], size...)}
			}
		}
		return r
	}
	two := nn.Stride(2)
	return []row{
		unpool("nn.MaxUnpool1d(2)", pool(nn.NewMaxUnpool1d, 2), pool(nn.NewMaxPool1d, 2), nil, 2, 3, 8),
		unpool("nn.MaxUnpool1d(3, stride=2, padding=1)", pool(nn.NewMaxUnpool1d, 3, two, nn.Padding(1)),
			pool(nn.NewMaxPool1d, 3, two, nn.Padding(1)), nil, 3, 9),
		unpool("nn.MaxUnpool1d(2)", pool(nn.NewMaxUnpool1d, 2), pool(nn.NewMaxPool1d, 2), []int{9}, 2, 3, 9),
		unpool("nn.MaxUnpool2d(2)", pool(nn.NewMaxUnpool2d[int], 2), pool(nn.NewMaxPool2d[int], 2), nil, 2, 3, 8, 6),
		unpool("nn.MaxUnpool2d((3, 2), stride=(2, 1))", pool(nn.NewMaxUnpool2d[nn.Pair], nn.Pair{3, 2}, nn.Stride(2, 1)),
			pool(nn.NewMaxPool2d[nn.Pair], nn.Pair{3, 2}, nn.Stride(2, 1)), []int{10, 6}, 3, 10, 6),
		unpool("nn.MaxUnpool2d(2)", pool(nn.NewMaxUnpool2d[int], 2), pool(nn.NewMaxPool2d[int], 2), []int{2, 3, 9, 7}, 2, 3, 9, 7),
		unpool("nn.MaxUnpool3d(2)", pool(nn.NewMaxUnpool3d[int], 2), pool(nn.NewMaxPool3d[int], 2), nil, 2, 3, 4, 6, 8),
		unpool("nn.MaxUnpool3d(2, stride=(2, 2, 2))", pool(nn.NewMaxUnpool3d[int], 2, nn.Stride(2, 2, 2)), pool(nn.NewMaxPool3d[int], 2),
			[]int{5, 6, 8}, 3, 5, 6, 8),
	}
}
