package torch

import "multitorch/internal/libtorch"

// Draws come from the default generator, or from one that is given last.

var (
	opBernoulli          = libtorch.NewOp("aten::bernoulli", "self", "generator")
	opBernoulliTensorI   = libtorch.NewOp("aten::bernoulli_.Tensor", "self", "p", "generator")
	opMultinomial        = libtorch.NewOp("aten::multinomial", "self", "num_samples", "replacement", "generator")
	opPoisson            = libtorch.NewOp("aten::poisson", "self", "generator")
	opBinomial           = libtorch.NewOp("aten::binomial", "count", "prob", "generator")
	opNormalTensorTensor = libtorch.NewOp("aten::normal.Tensor_Tensor", "mean", "std", "generator")
	opNormalTensorFloat  = libtorch.NewOp("aten::normal.Tensor_float", "mean", "std", "generator")
	opNormalFloatTensor  = libtorch.NewOp("aten::normal.float_Tensor", "mean", "std", "generator")
	opExponentialInplace = libtorch.NewOp("aten::exponential_", "self", "lambd", "generator")
	opGeometricInplace   = libtorch.NewOp("aten::geometric_", "self", "p", "generator")
	opCauchyInplace      = libtorch.NewOp("aten::cauchy_", "self", "median", "sigma", "generator")
	opLogNormalInplace   = libtorch.NewOp("aten::log_normal_", "self", "mean", "std", "generator")
	opRandomFromI        = libtorch.NewOp("aten::random_.from", "self", "from", "to", "generator")
)

// Bernoulli is 1 with the probability that stands in x, else 0, elementwise.
func (x *Tensor) Bernoulli(g ...*Generator) *Tensor {
	return do(opBernoulli, x, generator(g))
}

// BernoulliTensorInplace sets x to 1 with the probabilities of a tensor, else 0.
func (x *Tensor) BernoulliTensorInplace(p *Tensor, g ...*Generator) *Tensor {
	doVoid(opBernoulliTensorI, x, p, generator(g))
	return x
}

// Multinomial draws n indices from each row of weights [m] or [rows, m], with or
// without replacement.
func (x *Tensor) Multinomial(n int, replacement bool, g ...*Generator) *Tensor {
	return do(opMultinomial, x, n, replacement, generator(g))
}

// Poisson draws from the Poisson distributions of the rates in x.
func (x *Tensor) Poisson(g ...*Generator) *Tensor { return do(opPoisson, x, generator(g)) }

// Binomial draws how many of x trials succeed, each with probability p.
func (x *Tensor) Binomial(p *Tensor, g ...*Generator) *Tensor {
	return do(opBinomial, x, p, generator(g))
}

// Normal draws from normal distributions; mean and std are tensors or numbers,
// one of them a tensor. For two numbers there is Randn.
func Normal(mean, std any, g ...*Generator) *Tensor {
	m, s := asTensor(mean), asTensor(std)
	switch {
	case m != nil && s != nil:
		return do(opNormalTensorTensor, m, s, generator(g))
	case m != nil:
		return do(opNormalTensorFloat, m, eitherNumber("normal", std), generator(g))
	case s != nil:
		return do(opNormalFloatTensor, eitherNumber("normal", mean), s, generator(g))
	}
	panic(&Error{Op: "normal", Kind: TypeError, Message: "expected a tensor as mean or as std; Randn draws with numbers alone"})
}

// ExponentialInplace draws from the exponential distribution of a rate.
func (x *Tensor) ExponentialInplace(rate float64, g ...*Generator) *Tensor {
	doVoid(opExponentialInplace, x, rate, generator(g))
	return x
}

// GeometricInplace draws how many trials it takes until one succeeds, each with
// probability p.
func (x *Tensor) GeometricInplace(p float64, g ...*Generator) *Tensor {
	doVoid(opGeometricInplace, x, p, generator(g))
	return x
}

// CauchyInplace draws from the Cauchy distribution.
func (x *Tensor) CauchyInplace(median, sigma float64, g ...*Generator) *Tensor {
	doVoid(opCauchyInplace, x, median, sigma, generator(g))
	return x
}

// LogNormalInplace draws numbers whose logarithms are normal, of a mean and a
// standard deviation.
func (x *Tensor) LogNormalInplace(mean, std float64, g ...*Generator) *Tensor {
	doVoid(opLogNormalInplace, x, mean, std, generator(g))
	return x
}

// RandintInplace draws integers from [low, high) into x: Python's
// x.random_(low, high).
func (x *Tensor) RandintInplace(low, high int, g ...*Generator) *Tensor {
	doVoid(opRandomFromI, x, low, high, generator(g))
	return x
}
