package distributions_test

import (
	"multitorch/distributions"
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

type dd = distributions.Distribution

var (
	byProbs  = distributions.Probs
	byLogits = distributions.Logits
)

func countRows() []row {
	counts := torch.New([]float32{3, 5, 5})
	temperature := torch.New(0.7)
	return []row{
		{"Binomial(5, p[0])", func(p tensors) dd { return distributions.NewBinomial(5, byProbs(p[0])) }, tensors{probs(2, 3)}},
		{"Binomial(4, logits=p[0])", func(p tensors) dd { return distributions.NewBinomial(4, byLogits(p[0])) }, tensors{randn(3)}},
		{
			"Binomial(p[0].detach(), p[1])", func(p tensors) dd { return distributions.NewBinomial(p[0].Detach(), byProbs(p[1])) },
			tensors{counts, probs(2, 1)},
		},
		{"Binomial(7, 0.3)", func(tensors) dd { return distributions.NewBinomial(7, byProbs(0.3)) }, nil},
		{"NegativeBinomial(5, p[0])", func(p tensors) dd { return distributions.NewNegativeBinomial(5, byProbs(p[0])) }, tensors{probs(2, 3)}},
		{
			"NegativeBinomial(p[0], logits=p[1])", func(p tensors) dd { return distributions.NewNegativeBinomial(p[0], byLogits(p[1])) },
			tensors{positive(2, 1), randn(3)},
		},
		{"NegativeBinomial(2.5, 0.4)", func(tensors) dd { return distributions.NewNegativeBinomial(2.5, byProbs(0.4)) }, nil},
		{"Multinomial(6, p[0])", func(p tensors) dd { return distributions.NewMultinomial(6, byProbs(p[0])) }, tensors{simplex(2, 3)}},
		{"Multinomial(3, logits=p[0])", func(p tensors) dd { return distributions.NewMultinomial(3, byLogits(p[0])) }, tensors{randn(4)}},
		{
			"Multinomial(3, logits=p[0]) ", func(p tensors) dd { return distributions.NewMultinomial(3, byLogits(p[0])) },
			tensors{double(randn(4))},
		},
		{
			"RelaxedBernoulli(p[0], p[1])", func(p tensors) dd { return distributions.NewRelaxedBernoulli(p[0], byProbs(p[1])) },
			tensors{temperature, probs(2, 3)},
		},
		{
			"RelaxedBernoulli(p[0], logits=p[1])", func(p tensors) dd { return distributions.NewRelaxedBernoulli(p[0], byLogits(p[1])) },
			tensors{positive(3), randn(2, 3)},
		},
		{
			"LogitRelaxedBernoulli(p[0], p[1])", func(p tensors) dd { return distributions.NewLogitRelaxedBernoulli(p[0], byProbs(p[1])) },
			tensors{temperature, probs(3)},
		},
		{
			"RelaxedOneHotCategorical(p[0], p[1])", func(p tensors) dd { return distributions.NewRelaxedOneHotCategorical(p[0], byProbs(p[1])) },
			tensors{temperature, simplex(2, 3)},
		},
		{"RelaxedOneHotCategorical(p[0], logits=p[1])", func(p tensors) dd {
			return distributions.NewRelaxedOneHotCategorical(p[0], byLogits(p[1]))
		}, tensors{temperature, randn(4)}},
		{
			"ExpRelaxedCategorical(p[0], p[1])", func(p tensors) dd { return distributions.NewExpRelaxedCategorical(p[0], byProbs(p[1])) },
			tensors{temperature, simplex(2, 3)},
		},
	}
}

func vectorRows() []row {
	mvn := distributions.NewMultivariateNormal
	covariance, precision, scale := distributions.CovarianceMatrix, distributions.PrecisionMatrix, distributions.ScaleTril
	low := distributions.NewLowRankMultivariateNormal
	student := distributions.NewStudentT
	return []row{
		{"Dirichlet(p[0])", func(p tensors) dd { return distributions.NewDirichlet(p[0]) }, tensors{positive(2, 3)}},
		{"Dirichlet(p[0]) ", func(p tensors) dd { return distributions.NewDirichlet(p[0]) }, tensors{double(positive(4))}},
		{"Dirichlet(p[0])  ", func(p tensors) dd { return distributions.NewDirichlet(p[0]) }, tensors{probs(3, 3)}},
		{
			"StudentT(p[0], p[1], p[2])", func(p tensors) dd { return student(p[0], p[1], p[2]) },
			tensors{positive(4).Add(0.5), randn(2, 1), positive()},
		},
		{"StudentT(p[0])", func(p tensors) dd { return student(p[0], 0.0, 1.0) }, tensors{positive(2, 3)}},
		{
			"StudentT(p[0], p[1], p[2]) ", func(p tensors) dd { return student(p[0], p[1], p[2]) },
			tensors{double(positive(4)), double(randn(4)), double(positive(4))},
		},
		{"StudentT(3.5)", func(tensors) dd { return student(3.5, 0.0, 1.0) }, nil},
		{"MultivariateNormal(p[0], p[1])", func(p tensors) dd { return mvn(p[0], covariance(p[1])) }, tensors{randn(3), definite(3, 3)}},
		{
			"MultivariateNormal(p[0], precision_matrix=p[1])", func(p tensors) dd { return mvn(p[0], precision(p[1])) },
			tensors{randn(2, 3), definite(3, 3)},
		},
		{"MultivariateNormal(p[0], scale_tril=p[1])", func(p tensors) dd { return mvn(p[0], scale(p[1])) }, tensors{randn(3), tril(2, 3, 3)}},
		{
			"MultivariateNormal(p[0], scale_tril=p[1]) ", func(p tensors) dd { return mvn(p[0], scale(p[1])) },
			tensors{double(randn(5, 1, 2)), double(tril(4, 2, 2))},
		},
		{
			"LowRankMultivariateNormal(p[0], p[1], p[2])", func(p tensors) dd { return low(p[0], p[1], p[2]) },
			tensors{randn(3), randn(3, 2), positive(3)},
		},
		{
			"LowRankMultivariateNormal(p[0], p[1], p[2]) ", func(p tensors) dd { return low(p[0], p[1], p[2]) },
			tensors{randn(2, 4), randn(4, 1), positive(2, 4)},
		},
		{
			"Wishart(p[0], p[1])", func(p tensors) dd { return distributions.NewWishart(p[0], covariance(p[1])) },
			tensors{positive().Add(3), definite(3, 3)},
		},
		{"Wishart(5.5, scale_tril=p[0])", func(p tensors) dd { return distributions.NewWishart(5.5, scale(p[0])) }, tensors{tril(2, 2)}},
		{
			"Wishart(p[0], precision_matrix=p[1])", func(p tensors) dd { return distributions.NewWishart(p[0], precision(p[1])) },
			tensors{positive(2).Add(3), definite(2, 2)},
		},
		{"LKJCholesky(3, p[0])", func(p tensors) dd { return distributions.NewLKJCholesky(3, p[0]) }, tensors{positive(2)}},
		{"LKJCholesky(4)", func(tensors) dd { return distributions.NewLKJCholesky(4, 1.0) }, nil},
	}
}

func composedRows() []row {
	normal := func(p tensors) dd { return distributions.NewNormal(p[0], p[1]) }
	categorical := func(p *torch.Tensor) *distributions.Categorical { return distributions.NewCategorical(byLogits(p)) }
	over := func(ts ...distributions.Transform) func(p tensors) dd {
		return func(p tensors) dd { return distributions.NewTransformedDistribution(normal(p), ts) }
	}
	two := tensors{randn(2, 3), positive(3)}
	return []row{
		{"Independent(Normal(p[0], p[1]), 1)", func(p tensors) dd { return distributions.NewIndependent(normal(p), 1) }, two},
		{"Independent(Normal(p[0], p[1]), 2)", func(p tensors) dd { return distributions.NewIndependent(normal(p), 2) }, two},
		{"Independent(Bernoulli(logits=p[0]), 0)", func(p tensors) dd {
			return distributions.NewIndependent(distributions.NewBernoulli(byLogits(p[0])), 0)
		}, tensors{randn(2, 3)}},
		{"MixtureSameFamily(Categorical(logits=p[2]), Normal(p[0], p[1]))", func(p tensors) dd {
			return distributions.NewMixtureSameFamily(categorical(p[2]), normal(p))
		}, tensors{randn(2, 3), positive(3), randn(2, 3)}},
		{"MixtureSameFamily(Categorical(logits=p[2]), Independent(Normal(p[0], p[1]), 1))", func(p tensors) dd {
			return distributions.NewMixtureSameFamily(categorical(p[2]), distributions.NewIndependent(normal(p), 1))
		}, tensors{randn(3, 2), positive(2), randn(3)}},
		{"MixtureSameFamily(Categorical(logits=p[1]), Poisson(p[0]))", func(p tensors) dd {
			return distributions.NewMixtureSameFamily(categorical(p[1]), distributions.NewPoisson(p[0]))
		}, tensors{positive(2, 3), randn(2, 3)}},
		{
			"TransformedDistribution(Normal(p[0], p[1]), [TanhTransform(), AffineTransform(1.0, -2.0)])",
			over(distributions.NewTanhTransform(), distributions.NewAffineTransform(1.0, -2.0)), two,
		},
		{"TransformedDistribution(Normal(p[0], p[1]), TanhTransform(cache_size=1))", func(p tensors) dd {
			return over(distributions.WithCache(distributions.NewTanhTransform()))(p)
		}, two},
		{"TransformedDistribution(Normal(p[0], p[1]), [SigmoidTransform()])", over(distributions.NewSigmoidTransform()), two},
		{
			"TransformedDistribution(Normal(p[0], p[1]), [SoftplusTransform(), ExpTransform().inv])",
			over(distributions.NewSoftplusTransform(), distributions.Inv(distributions.NewExpTransform())), two,
		},
		{"TransformedDistribution(Normal(p[0], p[1]), [StickBreakingTransform()])", over(distributions.NewStickBreakingTransform()), two},
		{"TransformedDistribution(Normal(p[0], p[1]), [CorrCholeskyTransform()])", over(distributions.NewCorrCholeskyTransform()), two},
		{
			"TransformedDistribution(Normal(p[0], p[1]), [ReshapeTransform((3,), (3, 1))])",
			over(distributions.NewReshapeTransform(torch.Shape{3}, torch.Shape{3, 1})), two,
		},
		{
			"TransformedDistribution(Normal(p[0], p[1]), [ExpTransform(), PowerTransform(0.7)])",
			over(distributions.NewExpTransform(), distributions.NewPowerTransform(0.7)), two,
		},
		{
			"TransformedDistribution(Normal(p[0], p[1]), [biject_to(constraints.interval(-1.0, 2.5))])",
			over(distributions.BijectTo(constraints.Interval(-1.0, 2.5))), two,
		},
		{
			"TransformedDistribution(Normal(p[0], p[1]), [IndependentTransform(ExpTransform(), 1)])",
			over(distributions.NewIndependentTransform(distributions.NewExpTransform(), 1)), two,
		},
		{"TransformedDistribution(Normal(p[0], p[1]), [CumulativeDistributionTransform(Normal(0.0, 1.0)), " +
			"CumulativeDistributionTransform(Laplace(0.5, 2.0)).inv])", over(
			distributions.NewCumulativeDistributionTransform(distributions.NewNormal(0.0, 1.0)),
			distributions.Inv(distributions.NewCumulativeDistributionTransform(distributions.NewLaplace(0.5, 2.0)))), two},
		{"TransformedDistribution(Normal(p[0], p[1]), [])", over(), two},
	}
}
