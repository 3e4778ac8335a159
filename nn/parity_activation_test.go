package nn_test

import (
	"multitorch/nn"
	"multitorch/torch"
)

// act makes the maker of an activation function with options.
func act[M nn.Module](make func(...nn.ActivationOption) M, opts ...nn.ActivationOption) func() nn.Module {
	return func() nn.Module { return make(opts...) }
}

// plain makes the maker of a module without options.
func plain[M nn.Module](make func() M) func() nn.Module { return func() nn.Module { return make() } }

func activationRows() []row {
	softmax := func(dim int) func() nn.Module { return func() nn.Module { return nn.NewSoftmax(dim) } }
	softmin := func(dim int) func() nn.Module { return func() nn.Module { return nn.NewSoftmin(dim) } }
	log := func(dim int) func() nn.Module { return func() nn.Module { return nn.NewLogSoftmax(dim) } }
	prelu := func(n int, opts ...nn.ActivationOption) func() nn.Module {
		return func() nn.Module { return nn.NewPReLU(n, opts...) }
	}
	wide := func() *torch.Tensor { return torch.Randn(torch.Shape{3, 4, 6}).Mul(4) }
	inplace := nn.Inplace(true)
	var rows []row
	for python, make := range map[string]func() nn.Module{
		"nn.ReLU()": act(nn.NewReLU), "nn.ReLU(inplace=True)": act(nn.NewReLU, inplace),
		"nn.ReLU6()": act(nn.NewReLU6), "nn.ReLU6(inplace=True)": act(nn.NewReLU6, inplace),
		"nn.SELU()": act(nn.NewSELU), "nn.SELU(inplace=True)": act(nn.NewSELU, inplace),
		"nn.SiLU()": act(nn.NewSiLU), "nn.SiLU(inplace=True)": act(nn.NewSiLU, inplace),
		"nn.Mish()": act(nn.NewMish), "nn.Mish(inplace=True)": act(nn.NewMish, inplace),
		"nn.Hardsigmoid()": act(nn.NewHardsigmoid), "nn.Hardsigmoid(inplace=True)": act(nn.NewHardsigmoid, inplace),
		"nn.Hardswish()": act(nn.NewHardswish), "nn.Hardswish(inplace=True)": act(nn.NewHardswish, inplace),
		"nn.ELU()": act(nn.NewELU), "nn.ELU(2.5)": act(nn.NewELU, nn.Alpha(2.5)),
		"nn.ELU(0.3, inplace=True)": act(nn.NewELU, nn.Alpha(0.3), inplace),
		"nn.CELU()":                 act(nn.NewCELU), "nn.CELU(2.5)": act(nn.NewCELU, nn.Alpha(2.5)),
		"nn.CELU(alpha=0.3, inplace=True)": act(nn.NewCELU, nn.Alpha(0.3), inplace),
		"nn.LeakyReLU()":                   act(nn.NewLeakyReLU), "nn.LeakyReLU(0.2)": act(nn.NewLeakyReLU, nn.NegativeSlope(0.2)),
		"nn.LeakyReLU(0.2, inplace=True)": act(nn.NewLeakyReLU, nn.NegativeSlope(0.2), inplace),
		"nn.RReLU()":                      act(nn.NewRReLU), "nn.RReLU(0.1, 0.9)": act(nn.NewRReLU, nn.Lower(0.1), nn.Upper(0.9)),
		"nn.RReLU(0.1, 0.3, inplace=True)": act(nn.NewRReLU, nn.Lower(0.1), nn.Upper(0.3), inplace),
		"nn.Hardtanh()":                    act(nn.NewHardtanh), "nn.Hardtanh(-2.0, 0.5)": act(nn.NewHardtanh, nn.MinVal(-2), nn.MaxVal(0.5)),
		"nn.Hardtanh(min_val=-0.1, inplace=True)": act(nn.NewHardtanh, nn.MinVal(-0.1), inplace),
		"nn.Hardshrink()":                         act(nn.NewHardshrink), "nn.Hardshrink(1.5)": act(nn.NewHardshrink, nn.Lambd(1.5)),
		"nn.Softshrink()": act(nn.NewSoftshrink), "nn.Softshrink(lambd=1.5)": act(nn.NewSoftshrink, nn.Lambd(1.5)),
		"nn.Softplus()": act(nn.NewSoftplus), "nn.Softplus(0.5, 1.5)": act(nn.NewSoftplus, nn.Beta(0.5), nn.SoftplusThreshold(1.5)),
		"nn.GLU()": act(nn.NewGLU), "nn.GLU(1)": act(nn.NewGLU, nn.Dim(1)),
		"nn.GELU()": act(nn.NewGELU), "nn.GELU(approximate='tanh')": act(nn.NewGELU, nn.Approximate("tanh")),
		"nn.Threshold(0.1, 20)":               func() nn.Module { return nn.NewThreshold(0.1, 20) },
		"nn.Threshold(-1, 0.5, inplace=True)": func() nn.Module { return nn.NewThreshold(-1, 0.5, inplace) },
		"nn.PReLU()":                          prelu(1), "nn.PReLU(4, init=0.7)": prelu(4, nn.Init(0.7)),
		"nn.Tanh()": plain(nn.NewTanh), "nn.Sigmoid()": plain(nn.NewSigmoid), "nn.LogSigmoid()": plain(nn.NewLogSigmoid),
		"nn.Softsign()": plain(nn.NewSoftsign), "nn.Tanhshrink()": plain(nn.NewTanhshrink), "nn.Softmax2d()": plain(nn.NewSoftmax2d),
		"nn.Softmax(dim=1)": softmax(1), "nn.Softmin(dim=1)": softmin(1), "nn.Softmin(dim=-1)": softmin(-1),
		"nn.LogSoftmax(dim=-1)": log(-1),
	} {
		rows = append(rows, row{python: python, make: make, inputs: in(wide)})
	}
	return append(rows, activationSamples()...)
}

// activationSamples are the inputs of module_db in torch.testing._internal.common_modules and of
// module_tests in common_nn.
func activationSamples() []row {
	var rows []row
	add := func(python string, make func() nn.Module, shapes ...torch.Shape) {
		rows = append(rows, samples(python, make, shapes...)...)
	}
	add("nn.ReLU(False)", act(nn.NewReLU), torch.Shape{4}, torch.Shape{2, 3, 4, 5}, torch.Shape{2, 3, 3, 4, 5}, torch.Shape{})
	add("nn.Sigmoid()", plain(nn.NewSigmoid), torch.Shape{2, 3, 4, 5}, torch.Shape{2, 3, 3, 4, 5}, torch.Shape{})
	add("nn.ELU(2.)", act(nn.NewELU, nn.Alpha(2)), torch.Shape{3, 2, 5}, torch.Shape{})
	add("nn.Hardtanh()", act(nn.NewHardtanh), torch.Shape{3, 2, 5}, torch.Shape{})
	add("nn.PReLU()", func() nn.Module { return nn.NewPReLU(1) }, torch.Shape{2, 3, 4}, torch.Shape{2, 3, 4, 5},
		torch.Shape{2, 3, 4, 5, 6}, torch.Shape{})
	add("nn.PReLU(3)", func() nn.Module { return nn.NewPReLU(3) }, torch.Shape{2, 3, 4}, torch.Shape{2, 3, 4, 5}, torch.Shape{2, 3, 4, 5, 6})
	add("nn.Softplus(2.0, -100.0)", act(nn.NewSoftplus, nn.Beta(2), nn.SoftplusThreshold(-100)), torch.Shape{10, 20}, torch.Shape{})
	add("nn.Softshrink(1.)", act(nn.NewSoftshrink, nn.Lambd(1)), torch.Shape{3, 2, 5}, torch.Shape{})
	add("nn.GLU()", act(nn.NewGLU), torch.Shape{5, 6})
	add("nn.GLU(1)", act(nn.NewGLU, nn.Dim(1)), torch.Shape{5, 6, 7})
	add("nn.Threshold(2., 1.)", func() nn.Module { return nn.NewThreshold(2.0, 1.0) }, torch.Shape{2, 3, 4, 5}, torch.Shape{})
	add("nn.Softmax2d()", plain(nn.NewSoftmax2d), torch.Shape{1, 3, 10, 20}, torch.Shape{3, 10, 20})
	add("nn.LogSoftmax(dim=1)", func() nn.Module { return nn.NewLogSoftmax(1) }, torch.Shape{1, 3, 10, 20})
	return rows
}
