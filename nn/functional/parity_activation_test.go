package functional_test

import (
	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/torch"
)

func activationRows() []row {
	with := func(f func(*torch.Tensor, ...nn.ActivationOption) *torch.Tensor, opts ...nn.ActivationOption) func(*torch.Tensor) *torch.Tensor {
		return func(x *torch.Tensor) *torch.Tensor { return f(x, opts...) }
	}
	x, in := randn(3, 4, 6), nn.Inplace(true)
	gumbel := func(tau float64, hard bool, dim int) func(*torch.Tensor) *torch.Tensor {
		return func(x *torch.Tensor) *torch.Tensor { return F.GumbelSoftmax(x, tau, hard, dim) }
	}
	return []row{
		unary("F.relu(x)", with(F.ReLU), x),
		unary("F.relu_(x)", with(F.ReLU, in), x),
		unary("F.relu6(x)", with(F.ReLU6), x),
		unary("F.elu(x)", with(F.ELU), x),
		unary("F.elu_(x, 0.5)", with(F.ELU, nn.Alpha(0.5), in), x),
		unary("F.celu(x, alpha=0.5)", with(F.CELU, nn.Alpha(0.5)), x),
		unary("F.celu_(x)", with(F.CELU, in), x),
		unary("F.selu(x)", with(F.SELU), x),
		unary("F.selu_(x)", with(F.SELU, in), x),
		unary("F.gelu(x)", with(F.GELU), x),
		unary("F.gelu(x, approximate='tanh')", with(F.GELU, nn.Approximate("tanh")), x),
		unary("F.glu(x)", with(F.GLU), x),
		unary("F.glu(x, 1)", with(F.GLU, nn.Dim(1)), x),
		unary("F.silu(x)", with(F.SiLU), x),
		unary("F.mish(x)", with(F.Mish), x),
		unary("F.mish(x, inplace=True)", with(F.Mish, in), x),
		unary("F.hardtanh(x)", with(F.Hardtanh), x),
		unary("F.hardtanh_(x, -0.5, 0.3)", with(F.Hardtanh, nn.MinVal(-0.5), nn.MaxVal(0.3), in), x),
		unary("F.hardswish(x)", with(F.Hardswish), x),
		unary("F.hardsigmoid(x)", with(F.Hardsigmoid), x),
		unary("F.hardshrink(x, 0.3)", with(F.Hardshrink, nn.Lambd(0.3)), x),
		unary("F.softshrink(x)", with(F.Softshrink), x),
		unary("F.leaky_relu(x)", with(F.LeakyReLU), x),
		unary("F.leaky_relu_(x, 0.2)", with(F.LeakyReLU, nn.NegativeSlope(0.2), in), x),
		unary("F.softplus(x)", with(F.Softplus), x),
		unary("F.softplus(x, beta=2, threshold=1)", with(F.Softplus, nn.Beta(2), nn.SoftplusThreshold(1)), x),
		unary("F.logsigmoid(x)", F.LogSigmoid, x),
		unary("F.softsign(x)", F.Softsign, x),
		unary("F.tanhshrink(x)", F.Tanhshrink, x),
		unary("F.sigmoid(x)", F.Sigmoid, x),
		unary("F.tanh(x)", F.Tanh, x),
		unary("F.threshold(x, 0.1, 20)", func(x *torch.Tensor) *torch.Tensor { return F.Threshold(x, 0.1, 20) }, x),
		unary("F.threshold_(x, 0, -1.5)", func(x *torch.Tensor) *torch.Tensor { return F.Threshold(x, 0, -1.5, in) }, x),
		unary("F.rrelu(x)", func(x *torch.Tensor) *torch.Tensor { return F.RReLU(x, false) }, x),
		unary("F.rrelu(x, 0.1, 0.4, True)", func(x *torch.Tensor) *torch.Tensor { return F.RReLU(x, true, nn.Lower(0.1), nn.Upper(0.4)) }, x),
		unary("F.rrelu_(x, training=True)", func(x *torch.Tensor) *torch.Tensor { return F.RReLU(x, true, in) }, x),
		one("F.prelu(*x)", func(x []*torch.Tensor) *torch.Tensor { return F.PReLU(x[0], x[1]) }, x, randn(4)),
		unary("F.softmax(x, 1)", func(x *torch.Tensor) *torch.Tensor { return F.Softmax(x, 1) }, x),
		unary("F.softmax(x, dim=-1, dtype=torch.float64)", func(x *torch.Tensor) *torch.Tensor { return F.Softmax(x, -1, torch.Float64) }, x),
		unary("F.log_softmax(x, 1)", func(x *torch.Tensor) *torch.Tensor { return F.LogSoftmax(x, 1) }, x),
		unary("F.log_softmax(x, -1, dtype=torch.float64)", func(x *torch.Tensor) *torch.Tensor { return F.LogSoftmax(x, -1, torch.Float64) }, x),
		unary("F.softmin(x, 1)", func(x *torch.Tensor) *torch.Tensor { return F.Softmin(x, 1) }, x),
		unary("F.gumbel_softmax(x)", gumbel(1, false, -1), x),
		unary("F.gumbel_softmax(x, tau=0.3, hard=True, dim=1)", gumbel(0.3, true, 1), x),
	}
}
