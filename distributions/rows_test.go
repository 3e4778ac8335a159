package distributions_test

import (
	"slices"

	"multitorch/distributions"
	"multitorch/torch"
)

type tensors = []*torch.Tensor

func randn(shape ...int) *torch.Tensor { return torch.Randn(shape) }

// positive is from 0.2 to 2.2.
func positive(shape ...int) *torch.Tensor { return torch.Rand(shape).Mul(2).Add(0.2) }

// probs is from 0.05 to 0.95.
func probs(shape ...int) *torch.Tensor { return torch.Rand(shape).Mul(0.9).Add(0.05) }

// simplex sums to 1 along the last dimension.
func simplex(shape ...int) *torch.Tensor { return torch.Randn(shape).Softmax(-1) }

// tril is lower triangular with a positive diagonal.
func tril(shape ...int) *torch.Tensor {
	return torch.Randn(shape).Tril(-1).Mul(0.3).Add(positive(shape[:len(shape)-1]...).DiagEmbed(0, -2, -1))
}

func definite(shape ...int) *torch.Tensor {
	l := tril(shape...)
	return l.Matmul(l.MT())
}

func double(t *torch.Tensor) *torch.Tensor { return t.To(torch.Float64) }

func dist[D distributions.Distribution](make func(p tensors) D) func(tensors) distributions.Distribution {
	return func(p tensors) distributions.Distribution { return make(p) }
}

// two makes rows of a distribution of two parameters: of shapes that are broadcast, of scalars, in double precision, with
// a number on either side, and of numbers alone.
func two[D distributions.Distribution](
	name string, make func(a, b any, opts ...distributions.Option) D, a, b func(...int) *torch.Tensor,
) []row {
	return []row{
		{name + "(p[0], p[1])", dist(func(p tensors) D { return make(p[0], p[1]) }), tensors{a(2, 1), b(3)}},
		{name + "(p[0], p[1]) ", dist(func(p tensors) D { return make(p[0], p[1]) }), tensors{a(), b()}},
		{name + "(p[0], p[1])  ", dist(func(p tensors) D { return make(p[0], p[1]) }), tensors{double(a(3)), double(b(3))}},
		{name + "(p[0], 1.5)", dist(func(p tensors) D { return make(p[0], 1.5) }), tensors{a(4).Clamp(nil, 1.4)}},
		{name + "(1, p[0])", dist(func(p tensors) D { return make(1, p[0]) }), tensors{b(2, 2).Add(1)}},
		{name + "(0.5, 2.5)", dist(func(tensors) D { return make(0.5, 2.5) }), nil},
	}
}

func one[D distributions.Distribution](name string, make func(a any, opts ...distributions.Option) D, a func(...int) *torch.Tensor) []row {
	return []row{
		{name + "(p[0])", dist(func(p tensors) D { return make(p[0]) }), tensors{a(2, 3)}},
		{name + "(p[0]) ", dist(func(p tensors) D { return make(p[0]) }), tensors{a()}},
		{name + "(p[0])  ", dist(func(p tensors) D { return make(p[0]) }), tensors{double(a(1))}},
		{name + "(0.7)", dist(func(tensors) D { return make(0.7) }), nil},
	}
}

// odds makes rows of a distribution that is given by probabilities or logits.
func odds[D distributions.Distribution](
	name string, make func(p distributions.ProbsOrLogits, opts ...distributions.Option) D, numbers bool,
) []row {
	p := probs
	if !numbers {
		p = simplex
	}
	rows := []row{
		{name + "(probs=p[0])", dist(func(p tensors) D { return make(distributions.Probs(p[0])) }), tensors{p(2, 3)}},
		{name + "(logits=p[0])", dist(func(p tensors) D { return make(distributions.Logits(p[0])) }), tensors{randn(2, 3)}},
		{name + "(p[0])", dist(func(p tensors) D { return make(distributions.Probs(p[0])) }), tensors{p(4)}},
		{name + "(logits=p[0]) ", dist(func(p tensors) D { return make(distributions.Logits(p[0])) }), tensors{double(randn(3))}},
	}
	if numbers {
		rows = append(rows,
			row{name + "(0.3)", dist(func(tensors) D { return make(distributions.Probs(0.3)) }), nil},
			row{name + "(logits=-1.2)", dist(func(tensors) D { return make(distributions.Logits(-1.2)) }), nil})
	}
	return rows
}

func above(least float64) func(...int) *torch.Tensor {
	return func(shape ...int) *torch.Tensor { return positive(shape...).Add(least) }
}

func rows() []row {
	low := func(shape ...int) *torch.Tensor { return torch.Rand(shape).Sub(1) }
	return slices.Concat(
		two("Normal", distributions.NewNormal, randn, positive),
		two("Laplace", distributions.NewLaplace, randn, positive),
		two("Cauchy", distributions.NewCauchy, randn, positive),
		two("Gumbel", distributions.NewGumbel, randn, positive),
		two("LogNormal", distributions.NewLogNormal, randn, positive),
		two("LogisticNormal", distributions.NewLogisticNormal, randn, positive),
		two("VonMises", distributions.NewVonMises, randn, positive),
		two("Uniform", distributions.NewUniform, low, positive),
		two("Gamma", distributions.NewGamma, positive, positive),
		two("Beta", distributions.NewBeta, positive, positive),
		two("Kumaraswamy", distributions.NewKumaraswamy, positive, positive),
		two("Pareto", distributions.NewPareto, positive, above(1.5)),
		two("Weibull", distributions.NewWeibull, positive, positive),
		two("FisherSnedecor", distributions.NewFisherSnedecor, above(1), above(3)),
		one("Exponential", distributions.NewExponential, positive),
		one("Chi2", distributions.NewChi2, positive),
		one("HalfNormal", distributions.NewHalfNormal, positive),
		one("HalfCauchy", distributions.NewHalfCauchy, positive),
		one("Poisson", distributions.NewPoisson, positive),
		odds("Bernoulli", distributions.NewBernoulli, true),
		odds("Geometric", distributions.NewGeometric, true),
		odds("ContinuousBernoulli", distributions.NewContinuousBernoulli, true),
		odds("Categorical", distributions.NewCategorical, false),
		odds("OneHotCategorical", distributions.NewOneHotCategorical, false),
		odds("OneHotCategoricalStraightThrough", distributions.NewOneHotCategoricalStraightThrough, false),
		countRows(), vectorRows(), composedRows(), edgeRows(), newerRows(),
	)
}
