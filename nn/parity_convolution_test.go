package nn_test

import (
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
