package nn_test

import (
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

func convolutionRows() []row {
	conv1 := func(opts ...nn.ConvOption) func() nn.Module {
		return func() nn.Module { return nn.NewConv1d(4, 6, 3, opts...) }
	}
	conv2 := func(opts ...nn.ConvOption) func() nn.Module {
		return func() nn.Module { return nn.NewConv2d(4, 6, 3, opts...) }
	}
	back2 := func(opts ...nn.ConvOption) func() nn.Module {
		return func() nn.Module { return nn.NewConvTranspose2d(4, 6, 3, opts...) }
	}
	sized := func(size ...int) func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
		return func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
			return []*torch.Tensor{m.(*nn.ConvTranspose2d).ForwardSized(x[0], size...)}
		}
	}
	sequence, picture := in(randn(2, 4, 9)), in(randn(2, 4, 9, 8))
	return []row{
		{python: "nn.Conv1d(4, 6, 3)", make: conv1(), inputs: sequence},
		{python: "nn.Conv1d(4, 6, 3, stride=2, padding=1)", make: conv1(nn.Stride(2), nn.Padding(1)), inputs: sequence},
		{
			python: "nn.Conv1d(4, 6, 3, dilation=2, groups=2, bias=False)", make: conv1(nn.Dilation(2), nn.Groups(2), nn.Bias(false)),
			inputs: sequence,
		},
		{python: "nn.Conv1d(4, 6, 3, padding='same')", make: conv1(nn.SamePadding), inputs: in(randn(4, 9))},
		{
			python: "nn.Conv1d(4, 6, 3, padding='same', padding_mode='reflect', dilation=3)",
			make:   conv1(nn.SamePadding, nn.PaddingMode("reflect"), nn.Dilation(3)), inputs: sequence,
		},
		{
			python: "nn.Conv1d(4, 6, 3, padding=2, padding_mode='circular')", make: conv1(nn.Padding(2), nn.PaddingMode("circular")),
			inputs: sequence,
		},
		{python: "nn.Conv1d(4, 6, 3, dtype=torch.float64)", make: conv1(nn.DType(torch.Float64)), inputs: in(func() *torch.Tensor {
			return torch.Randn(torch.Shape{2, 4, 9}, torch.Float64)
		})},

		{python: "nn.Conv2d(4, 6, 3)", make: conv2(), inputs: picture},
		{python: "nn.Conv2d(4, 6, 3, stride=1, padding=1)", make: conv2(nn.Stride(1), nn.Padding(1)), inputs: picture},
		{python: "nn.Conv2d(4, 6, 3, stride=(2, 1), padding=(0, 2))", make: conv2(nn.Stride(2, 1), nn.Padding(0, 2)), inputs: picture},
		{python: "nn.Conv2d(4, 6, 3, dilation=2, bias=False)", make: conv2(nn.Dilation(2), nn.Bias(false)), inputs: picture},
		{python: "nn.Conv2d(4, 6, 3, dilation=(1, 2), groups=2)", make: conv2(nn.Dilation(1, 2), nn.Groups(2)), inputs: picture},
		{python: "nn.Conv2d(4, 6, 3, padding='same')", make: conv2(nn.SamePadding), inputs: picture},
		{python: "nn.Conv2d(4, 6, 3, padding='valid', stride=2)", make: conv2(nn.ValidPadding, nn.Stride(2)), inputs: picture},
		{python: "nn.Conv2d(4, 6, 3, padding=1, padding_mode='zeros')", make: conv2(nn.Padding(1), nn.PaddingMode("zeros")), inputs: picture},
		{python: "nn.Conv2d(4, 6, 3, padding=2, padding_mode='reflect')", make: conv2(nn.Padding(2), nn.PaddingMode("reflect")), inputs: picture},
		{
			python: "nn.Conv2d(4, 6, 3, padding=(1, 2), padding_mode='replicate')",
			make:   conv2(nn.Padding(1, 2), nn.PaddingMode("replicate")), inputs: picture,
		},
		{
			python: "nn.Conv2d(4, 6, 3, padding=2, padding_mode='circular', stride=2)",
			make:   conv2(nn.Padding(2), nn.PaddingMode("circular"), nn.Stride(2)), inputs: picture,
		},
		{
			python: "nn.Conv2d(4, 6, 3, padding='same', padding_mode='circular')", make: conv2(nn.SamePadding, nn.PaddingMode("circular")),
			inputs: picture,
		},
		{
			python: "nn.Conv2d(4, 6, 3, padding='valid', padding_mode='reflect')", make: conv2(nn.ValidPadding, nn.PaddingMode("reflect")),
			inputs: picture,
		},
		{
			python: "nn.Conv2d(4, 6, 3, padding='same', dilation=(2, 1), padding_mode='reflect')",
			make:   conv2(nn.SamePadding, nn.Dilation(2, 1), nn.PaddingMode("reflect")), inputs: picture,
		},
		{python: "nn.Conv2d(4, 8, (2, 4), padding='same', padding_mode='replicate')", make: func() nn.Module {
			return nn.NewConv2d(4, 8, nn.Pair{2, 4}, nn.SamePadding, nn.PaddingMode("replicate"))
		}, inputs: picture},
		{python: "nn.Conv2d(4, 8, (1, 3), groups=4)", make: func() nn.Module {
			return nn.NewConv2d(4, 8, nn.Pair{1, 3}, nn.Groups(4))
		}, inputs: in(randn(4, 5, 5))},

		{python: "nn.ConvTranspose2d(4, 6, 3)", make: back2(), inputs: picture},
		{
			python: "nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1, output_padding=1)",
			make:   back2(nn.Stride(2), nn.Padding(1), nn.OutputPadding(1)), inputs: picture,
		},
		{
			python: "nn.ConvTranspose2d(4, 6, 3, stride=(3, 2), output_padding=(2, 0), dilation=(1, 2), groups=2, bias=False)",
			make:   back2(nn.Stride(3, 2), nn.OutputPadding(2, 0), nn.Dilation(1, 2), nn.Groups(2), nn.Bias(false)), inputs: picture,
		},
		{python: "nn.ConvTranspose2d(4, 6, (2, 5), padding=(0, 1))", make: func() nn.Module {
			return nn.NewConvTranspose2d(4, 6, nn.Pair{2, 5}, nn.Padding(0, 1))
		}, inputs: in(randn(4, 3, 3))},
		{
			python: "nn.ConvTranspose2d(4, 6, 3, stride=2, padding=1)", make: back2(nn.Stride(2), nn.Padding(1)), inputs: picture,
			call: "m(x[0], output_size=[17, 16])", forward: sized(17, 16),
		},
		{
			python: "nn.ConvTranspose2d(4, 6, 3, stride=3)", make: back2(nn.Stride(3)), inputs: picture,
			call: "m(x[0], output_size=[2, 6, 29, 24])", forward: sized(2, 6, 29, 24),
		},

		// the samples of module_db in torch.testing._internal.common_modules
		{python: "nn.Conv1d(4, 5, 3)", make: func() nn.Module { return nn.NewConv1d(4, 5, 3) }, inputs: in(randn(2, 4, 3))},
		{
			python: "nn.Conv1d(4, 5, 3, padding='same')", make: func() nn.Module { return nn.NewConv1d(4, 5, 3, nn.SamePadding) },
			inputs: in(randn(2, 4, 3)),
		},
		{python: "nn.Conv1d(4, 5, 3) ", make: func() nn.Module { return nn.NewConv1d(4, 5, 3) }, inputs: in(randn(4, 3))},
		{python: "nn.Conv2d(4, 5, 3)", make: func() nn.Module { return nn.NewConv2d(4, 5, 3) }, inputs: in(randn(2, 4, 3, 4))},
		{
			python: "nn.Conv2d(4, 5, 3, padding='same')", make: func() nn.Module { return nn.NewConv2d(4, 5, 3, nn.SamePadding) },
			inputs: in(randn(4, 3, 4)),
		},
		{python: "nn.ConvTranspose2d(4, 5, 3)", make: func() nn.Module { return nn.NewConvTranspose2d(4, 5, 3) }, inputs: in(randn(2, 4, 3, 4))},
		{python: "nn.ConvTranspose2d(4, 5, 3) ", make: func() nn.Module { return nn.NewConvTranspose2d(4, 5, 3) }, inputs: in(randn(4, 3, 4))},
	}
}

// convolutionSamples are inputs of module_db and of module_tests in torch.testing._internal, and the
// options of convolutions of other dimensions than two.
func convolutionSamples() []row {
	type shape = torch.Shape
	three := func(in, out int, kernel nn.Triple, opts ...nn.ConvOption) func() nn.Module {
		return func() nn.Module { return nn.NewConv3d(in, out, kernel, opts...) }
	}
	cube := func(opts ...nn.ConvOption) func() nn.Module {
		return func() nn.Module { return nn.NewConv3d(2, 4, 3, opts...) }
	}
	back1 := func(opts ...nn.ConvOption) func() nn.Module {
		return func() nn.Module { return nn.NewConvTranspose1d(3, 4, 3, opts...) }
	}
	back3 := func(opts ...nn.ConvOption) func() nn.Module {
		return func() nn.Module { return nn.NewConvTranspose3d(2, 3, nn.Triple{2, 3, 2}, opts...) }
	}
	sized := row{
		python: "nn.ConvTranspose3d(2, 3, (2, 3, 2), stride=(2, 1, 3))", make: back3(nn.Stride(2, 1, 3)), inputs: in(randn(1, 2, 3, 4, 3)),
		call: "m(x[0], output_size=[7, 6, 9])", forward: func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
			return []*torch.Tensor{m.(*nn.ConvTranspose3d).ForwardSized(x[0], 7, 6, 9)}
		},
	}
	volumes := []shape{{2, 2, 6, 5, 4}, {2, 5, 5, 5}}
	rows := slices.Concat(
		samples("nn.Conv3d(2, 3, (2, 3, 2))", three(2, 3, nn.Triple{2, 3, 2}), volumes...),
		samples("nn.Conv3d(2, 3, (2, 3, 4), 1, 0, 1, 1, False)", three(2, 3, nn.Triple{2, 3, 4}, nn.Bias(false)), volumes...),
		samples("nn.Conv3d(2, 3, (1, 1, 1), 1, 0, 1, 1, False)", three(2, 3, nn.Triple{1, 1, 1}, nn.Bias(false)), volumes...),
		samples("nn.Conv3d(2, 4, 3, 2, 1)", cube(nn.Stride(2), nn.Padding(1)), volumes...),
		samples("nn.Conv3d(2, 4, 3, stride=(1, 2, 1), padding=(2, 1, 0))", cube(nn.Stride(1, 2, 1), nn.Padding(2, 1, 0)), volumes...),
		samples("nn.Conv3d(2, 4, 3, padding=2, dilation=2, groups=2)", cube(nn.Padding(2), nn.Dilation(2), nn.Groups(2)), volumes...),
		samples("nn.Conv3d(2, 4, 3, padding='same', dilation=2)", cube(nn.SamePadding, nn.Dilation(2)), volumes...),
		samples("nn.Conv3d(2, 4, 3, padding='valid')", cube(nn.ValidPadding), volumes...),
		samples("nn.Conv3d(2, 4, 3, 2, (1, 2, 3), padding_mode='circular')",
			cube(nn.Stride(2), nn.Padding(1, 2, 3), nn.PaddingMode("circular")), volumes[0]),
		samples("nn.Conv3d(2, 4, 3, 2, (1, 2, 3), padding_mode='replicate')",
			cube(nn.Stride(2), nn.Padding(1, 2, 3), nn.PaddingMode("replicate")), volumes...),
		samples("nn.Conv3d(2, 4, 3, padding=1, padding_mode='reflect')", cube(nn.Padding(1), nn.PaddingMode("reflect")), volumes...),
		samples("nn.Conv3d(2, 4, 3)", cube(), shape{0, 2, 3, 4, 5}),
		samples("nn.Conv1d(4, 5, 3)", func() nn.Module { return nn.NewConv1d(4, 5, 3) }, shape{0, 4, 10}),
		samples("nn.ConvTranspose1d(3, 4, 3)", back1(), shape{1, 3, 7}, shape{3, 7}),
		samples("nn.ConvTranspose1d(3, 4, 3, (3,), 1, (1,))", back1(nn.Stride(3), nn.Padding(1), nn.OutputPadding(1)), shape{1, 3, 7}),
		samples("nn.ConvTranspose1d(3, 4, 3, 2, 1, 1, 1, False)",
			back1(nn.Stride(2), nn.Padding(1), nn.OutputPadding(1), nn.Bias(false)), shape{1, 3, 6}),
		samples("nn.ConvTranspose1d(3, 4, 3, 2, 1, 1, 1, True, 2)",
			back1(nn.Stride(2), nn.Padding(1), nn.OutputPadding(1), nn.Dilation(2)), shape{1, 3, 6}),
		samples("nn.ConvTranspose1d(4, 6, 3, stride=(3,), padding=1, output_padding=(1,), groups=2)", func() nn.Module {
			return nn.NewConvTranspose1d(4, 6, 3, nn.Stride(3), nn.Padding(1), nn.OutputPadding(1), nn.Groups(2))
		}, shape{2, 4, 7}),
		samples("nn.ConvTranspose3d(2, 3, (2, 3, 2))", back3(), shape{1, 2, 4, 5, 4}, shape{2, 4, 5, 4}),
		samples("nn.ConvTranspose3d(2, 3, (2, 3, 2), 1, 0, 0, 1, True, (2, 2, 2))", back3(nn.Dilation(2, 2, 2)), shape{1, 2, 4, 5, 4}),
		samples("nn.ConvTranspose3d(2, 3, (2, 3, 2), stride=2, padding=(1, 0, 1), output_padding=(1, 0, 1), bias=False)",
			back3(nn.Stride(2), nn.Padding(1, 0, 1), nn.OutputPadding(1, 0, 1), nn.Bias(false)), shape{1, 2, 4, 5, 4}),
	)
	return append(rows, sized)
}
