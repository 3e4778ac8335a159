package nn_test

import "multitorch/nn"

func poolRows() []row {
	highest := func(opts ...nn.PoolOption) func() nn.Module {
		return func() nn.Module { return nn.NewMaxPool2d(3, opts...) }
	}
	mean := func(opts ...nn.PoolOption) func() nn.Module {
		return func() nn.Module { return nn.NewAvgPool2d(3, opts...) }
	}
	picture := in(randn(2, 4, 9, 8))
	db := func() nn.Module { return nn.NewMaxPool2d(nn.Pair{3, 3}, nn.Stride(2, 2), nn.Padding(1, 1)) }
	return []row{
		{python: "nn.MaxPool2d(3)", make: highest(), inputs: picture},
		{python: "nn.MaxPool2d(3, stride=2, padding=1)", make: highest(nn.Stride(2), nn.Padding(1)), inputs: picture},
		{python: "nn.MaxPool2d(3, dilation=2, stride=(1, 2))", make: highest(nn.Dilation(2), nn.Stride(1, 2)), inputs: picture},
		{python: "nn.MaxPool2d(3, stride=2, ceil_mode=True)", make: highest(nn.Stride(2), nn.CeilMode(true)), inputs: picture},
		{python: "nn.MaxPool2d((3, 2), stride=(1, 2), padding=(1, 0))", make: func() nn.Module {
			return nn.NewMaxPool2d(nn.Pair{3, 2}, nn.Stride(1, 2), nn.Padding(1, 0))
		}, inputs: picture},
		{python: "nn.AvgPool2d(3)", make: mean(), inputs: picture},
		{python: "nn.AvgPool2d(3, stride=2, padding=1)", make: mean(nn.Stride(2), nn.Padding(1)), inputs: picture},
		{python: "nn.AvgPool2d(3, padding=1, count_include_pad=False)", make: mean(nn.Padding(1), nn.CountIncludePad(false)), inputs: picture},
		{
			python: "nn.AvgPool2d(3, stride=2, ceil_mode=True, divisor_override=4)",
			make:   mean(nn.Stride(2), nn.CeilMode(true), nn.DivisorOverride(4)), inputs: picture,
		},
		{python: "nn.AdaptiveAvgPool2d(1)", make: func() nn.Module { return nn.NewAdaptiveAvgPool2d(1) }, inputs: picture},
		{python: "nn.AdaptiveAvgPool2d((3, 2))", make: func() nn.Module { return nn.NewAdaptiveAvgPool2d(nn.Pair{3, 2}) }, inputs: picture},
		{
			python: "nn.AdaptiveAvgPool2d((None, 2))", make: func() nn.Module { return nn.NewAdaptiveAvgPool2d(nn.Pair{nn.Same, 2}) },
			inputs: picture,
		},
		{python: "nn.AdaptiveAvgPool2d(2)", make: func() nn.Module { return nn.NewAdaptiveAvgPool2d(2) }, inputs: in(randn(4, 5, 5))},

		// the samples of module_db in torch.testing._internal.common_modules
		{python: "nn.MaxPool2d((3, 3), (2, 2), (1, 1))", make: db, inputs: in(randn(3, 7, 7))},
		{python: "nn.MaxPool2d((3, 3), (2, 2), (1, 1)) ", make: db, inputs: in(randn(1, 3, 7, 7))},
		{python: "nn.AdaptiveAvgPool2d(3,)", make: func() nn.Module { return nn.NewAdaptiveAvgPool2d(3) }, inputs: in(randn(1, 3, 5, 6))},
	}
}
