package torch

import "multitorch/internal/libtorch"

var (
	opRandom_    = libtorch.NewOp("aten::random_", "self", "generator")
	opUniform_   = libtorch.NewOp("aten::uniform_", "self", "from", "to", "generator")
	opNormal_    = libtorch.NewOp("aten::normal_", "self", "mean", "std", "generator")
	opBernoulli_ = libtorch.NewOp("aten::bernoulli_.float", "self", "p", "generator")
)

// The methods below overwrite x with random draws, in row-major order, and
// return it. They draw from g, or from the default generator of x's device where
// g is left out or nil. Like everything in place they can't be used on a leaf
// that requires gradients unless in [NoGrad].

// RandomInplace draws integers of equal likelihood, as Tensor.random_(): from 0
// to the largest of an integer dtype, from 0 to 2^mantissa of a floating-point one.
func (x *Tensor) RandomInplace(g ...*Generator) *Tensor {
	doVoid(opRandom_, x, generator(g))
	return x
}

// UniformInplace draws from the uniform distribution on [low, high), as
// Tensor.uniform_(low, high).
func (x *Tensor) UniformInplace(low, high float64, g ...*Generator) *Tensor {
	doVoid(opUniform_, x, low, high, generator(g))
	return x
}

// NormalInplace draws from the normal distribution, as Tensor.normal_(mean, std).
func (x *Tensor) NormalInplace(mean, std float64, g ...*Generator) *Tensor {
	doVoid(opNormal_, x, mean, std, generator(g))
	return x
}

// BernoulliInplace draws 1 with probability p and else 0, as
// Tensor.bernoulli_(p).
func (x *Tensor) BernoulliInplace(p float64, g ...*Generator) *Tensor {
	doVoid(opBernoulli_, x, p, generator(g))
	return x
}

// generator is the one that was given; nil is the default one.
func generator(g []*Generator) *Generator {
	if len(g) == 0 {
		return nil
	}
	return g[0]
}
