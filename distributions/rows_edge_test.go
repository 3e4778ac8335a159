package distributions_test

import (
	"math"

	"multitorch/distributions"
	"multitorch/internal/version"
	"multitorch/torch"
)

// edgeRows are parameters at the edges of what is allowed, and where formulas change.
func edgeRows() []row {
	v := func(x ...float32) tensors { return tensors{torch.New(x)} }
	inf := float32(math.Inf(-1))
	return []row{
		{"Bernoulli(p[0])  ", func(p tensors) dd { return distributions.NewBernoulli(byProbs(p[0])) }, v(0, 1, 0.5)},
		{"Bernoulli(logits=p[0])  ", func(p tensors) dd { return distributions.NewBernoulli(byLogits(p[0])) }, v(0, 90, -90)},
		{
			"Categorical(p[0])  ", func(p tensors) dd { return distributions.NewCategorical(byProbs(p[0])) },
			tensors{torch.New([][]float32{{1, 0}, {0, 1}, {3, 1}})},
		},
		{"Categorical(logits=p[0])  ", func(p tensors) dd { return distributions.NewCategorical(byLogits(p[0])) }, v(0, inf, 1)},
		{"OneHotCategorical(p[0])  ", func(p tensors) dd { return distributions.NewOneHotCategorical(byProbs(p[0])) }, v(0.5, 0, 0.5)},
		{"Multinomial(4, p[0])  ", func(p tensors) dd { return distributions.NewMultinomial(4, byProbs(p[0])) }, v(0.5, 0, 0.5)},
		{"Geometric(p[0])  ", func(p tensors) dd { return distributions.NewGeometric(byProbs(p[0])) }, v(1, 0.001, 0.5)},
		{"Binomial(p[0].detach(), torch.tensor([0.0, 1.0, 0.5]))", func(p tensors) dd {
			return distributions.NewBinomial(p[0].Detach(), byProbs(torch.New([]float32{0, 1, 0.5})))
		}, v(0, 3, 200)},
		{"NegativeBinomial(p[0], 0.0)", func(p tensors) dd { return distributions.NewNegativeBinomial(p[0], byProbs(0.0)) }, v(0, 3, 0.1)},
		{"Poisson(p[0])  ", func(p tensors) dd { return distributions.NewPoisson(p[0]) }, v(0, 1e-6, 300)},
		{"StudentT(p[0])  ", func(p tensors) dd { return distributions.NewStudentT(p[0], 0.0, 1.0) }, v(0.5, 1, 1.5, 2, 3)},
		{"FisherSnedecor(p[0], p[0])", func(p tensors) dd { return distributions.NewFisherSnedecor(p[0], p[0]) }, v(0.5, 2, 3, 4, 5)},
		{"Pareto(1.0, p[0])", func(p tensors) dd { return distributions.NewPareto(1.0, p[0]) }, v(0.5, 1, 1.5, 2, 3)},
		{
			"ContinuousBernoulli(p[0])  ", func(p tensors) dd { return distributions.NewContinuousBernoulli(byProbs(p[0])) },
			v(0, 0.4995, 0.5, 0.5005, 1),
		},
		{"ContinuousBernoulli(p[0], lims=(0.4, 0.6))", func(p tensors) dd {
			return distributions.NewContinuousBernoulli(byProbs(p[0]), distributions.Lims{0.4, 0.6})
		}, v(0.3, 0.45, 0.7)},
		{"Kumaraswamy(p[0], p[0])", func(p tensors) dd { return distributions.NewKumaraswamy(p[0], p[0]) }, v(0.5, 1, 1.5)},
		{"Gamma(p[0], 1.0)", func(p tensors) dd { return distributions.NewGamma(p[0], 1.0) }, v(1e-3, 0.5, 1, 100)},
		{"Beta(p[0], p[0])", func(p tensors) dd { return distributions.NewBeta(p[0], p[0]) }, v(0.5, 1, 100)},
		{"VonMises(0.0, p[0])", func(p tensors) dd { return distributions.NewVonMises(0.0, p[0]) }, v(0.01, 3.75, 100)},
		{"Normal(p[0].bfloat16(), 2)", func(p tensors) dd { return distributions.NewNormal(p[0].BFloat16(), 2) }, v(1, 2)},
		{"Normal(p[0], 1.0)   ", func(p tensors) dd { return distributions.NewNormal(p[0], 1.0) }, tensors{randn(0, 3)}},
	}
}

// newerRows are of versions after 1.13.
func newerRows() (rows []row) {
	if version.AtLeast(torch.Version(), 2, 1) {
		rows = append(rows, two("InverseGamma", distributions.NewInverseGamma, positive, positive)...)
		rows = append(rows, row{
			"VonMises(0.0, p[0])", func(p tensors) dd { return distributions.NewVonMises(0.0, p[0]) },
			tensors{torch.New([]float32{1e-7, 1e-6, 1e-5})},
		})
	}
	if version.AtLeast(torch.Version(), 2, 9) {
		rows = append(rows, row{"GeneralizedPareto(p[0], p[1], p[2])", func(p tensors) dd {
			return distributions.NewGeneralizedPareto(p[0], p[1], p[2])
		}, tensors{randn(2, 1), positive(4), torch.New([]float32{-0.5, 0, 0.3, 1.5})}})
	}
	return rows
}
