package distributions_test

import (
	"fmt"
	"math"
	"testing"

	"multitorch/distributions"
	"multitorch/torch"
)

// TestNothingButErrors: whatever a constructor or a method is given, it works or panics with a *torch.Error.
func TestNothingButErrors(t *testing.T) {
	freed := torch.Ones(torch.Shape{2})
	freed.Free()
	var none *torch.Tensor
	pool := []any{
		nil, none, "x", -1, 0, 2, math.NaN(), math.Inf(1), 1e30, true, uint64(3), 1i, torch.New(0.5), torch.New([]int{1, 2}),
		torch.New([]bool{true, false}), torch.New([]complex64{1, 2}), freed, torch.Zeros(torch.Shape{0}), torch.Zeros(torch.Shape{2, 0}),
		torch.Ones(torch.Shape{3, 1}), torch.New([]float32{0.5, 0.5}), torch.Eye(2), torch.Ones(torch.Shape{2, 2, 2}),
		[]int{1},
		torch.Float32,
	}
	tensor := func(v any) *torch.Tensor { t, _ := v.(*torch.Tensor); return t }
	made := map[string]func(a, b any) dd{
		"Normal":      func(a, b any) dd { return distributions.NewNormal(a, b) },
		"Laplace":     func(a, b any) dd { return distributions.NewLaplace(a, b) },
		"Cauchy":      func(a, b any) dd { return distributions.NewCauchy(a, b) },
		"Gumbel":      func(a, b any) dd { return distributions.NewGumbel(a, b) },
		"LogNormal":   func(a, b any) dd { return distributions.NewLogNormal(a, b) },
		"Logistic":    func(a, b any) dd { return distributions.NewLogisticNormal(a, b) },
		"Uniform":     func(a, b any) dd { return distributions.NewUniform(a, b) },
		"Gamma":       func(a, b any) dd { return distributions.NewGamma(a, b) },
		"Beta":        func(a, b any) dd { return distributions.NewBeta(a, b) },
		"Kumaraswamy": func(a, b any) dd { return distributions.NewKumaraswamy(a, b) },
		"Pareto":      func(a, b any) dd { return distributions.NewPareto(a, b) },
		"Weibull":     func(a, b any) dd { return distributions.NewWeibull(a, b) },
		"Fisher":      func(a, b any) dd { return distributions.NewFisherSnedecor(a, b) },
		"StudentT":    func(a, b any) dd { return distributions.NewStudentT(a, b, b) },
		"GPareto":     func(a, b any) dd { return distributions.NewGeneralizedPareto(a, b, a) },
		"InvGamma":    func(a, b any) dd { return distributions.NewInverseGamma(a, b) },
		"VonMises":    func(a, b any) dd { return distributions.NewVonMises(a, b) },
		"Half":        func(a, b any) dd { return distributions.NewHalfNormal(a) },
		"HalfC":       func(a, b any) dd { return distributions.NewHalfCauchy(a) },
		"Exp":         func(a, b any) dd { return distributions.NewExponential(a) },
		"Chi2":        func(a, b any) dd { return distributions.NewChi2(a) },
		"Poisson":     func(a, b any) dd { return distributions.NewPoisson(a) },
		"Bernoulli":   func(a, b any) dd { return distributions.NewBernoulli(byProbs(a)) },
		"BernoulliL":  func(a, b any) dd { return distributions.NewBernoulli(byLogits(a)) },
		"CB":          func(a, b any) dd { return distributions.NewContinuousBernoulli(byProbs(a)) },
		"Geometric":   func(a, b any) dd { return distributions.NewGeometric(byProbs(a)) },
		"Cat":         func(a, b any) dd { return distributions.NewCategorical(byProbs(a)) },
		"CatL":        func(a, b any) dd { return distributions.NewCategorical(byLogits(a)) },
		"OneHot":      func(a, b any) dd { return distributions.NewOneHotCategorical(byProbs(a)) },
		"Multi":       func(a, b any) dd { return distributions.NewMultinomial(3, byProbs(a)) },
		"Multi0":      func(a, b any) dd { return distributions.NewMultinomial(0, byProbs(a)) },
		"Binomial":    func(a, b any) dd { return distributions.NewBinomial(b, byProbs(a)) },
		"NegB":        func(a, b any) dd { return distributions.NewNegativeBinomial(b, byLogits(a)) },
		"Dirichlet":   func(a, b any) dd { return distributions.NewDirichlet(tensor(a)) },
		"MVN": func(a, b any) dd {
			return distributions.NewMultivariateNormal(tensor(a), distributions.ScaleTril(tensor(b)))
		},
		"MVNC": func(a, b any) dd {
			return distributions.NewMultivariateNormal(tensor(a), distributions.CovarianceMatrix(tensor(b)))
		},
		"LR": func(a, b any) dd {
			return distributions.NewLowRankMultivariateNormal(tensor(a), tensor(b), tensor(a))
		},
		"Wishart": func(a, b any) dd {
			return distributions.NewWishart(a, distributions.CovarianceMatrix(tensor(b)))
		},
		"LKJ":      func(a, b any) dd { return distributions.NewLKJCholesky(3, a) },
		"Relaxed":  func(a, b any) dd { return distributions.NewRelaxedBernoulli(tensor(b), byProbs(a)) },
		"RelaxedO": func(a, b any) dd { return distributions.NewRelaxedOneHotCategorical(tensor(b), byProbs(a)) },
		"Indep": func(a, b any) dd {
			return distributions.NewIndependent(distributions.NewNormal(a, 1.0), 1)
		},
		"Mix": func(a, b any) dd {
			return distributions.NewMixtureSameFamily(distributions.NewCategorical(byProbs(a)), distributions.NewNormal(b, 1.0))
		},
		"Affine": func(a, b any) dd {
			return distributions.NewTransformedDistribution(distributions.NewNormal(0.0, 1.0),
				[]distributions.Transform{distributions.NewAffineTransform(a, b)})
		},
		"Power": func(a, b any) dd {
			return distributions.NewTransformedDistribution(distributions.NewNormal(b, 1.0),
				[]distributions.Transform{distributions.NewPowerTransform(a)})
		},
		"Stick": func(a, b any) dd {
			return distributions.NewTransformedDistribution(distributions.NewNormal(b, 1.0),
				[]distributions.Transform{distributions.NewCorrCholeskyTransform(), distributions.NewStickBreakingTransform()})
		},
	}
	guard := func(about string, f func()) {
		defer func() {
			if r := recover(); r != nil {
				if _, ok := r.(*torch.Error); !ok {
					t.Errorf("%s: %v", about, r)
				}
			}
		}()
		f()
	}
	for name, make := range made {
		for i, a := range pool {
			for j, b := range pool {
				about := fmt.Sprint(name, " of ", i, " and ", j)
				var d dd
				guard(about, func() { d = make(a, b) })
				if d == nil {
					continue
				}
				guard(about, func() { _ = d.String() })
				guard(about, func() { _ = d.Support().String() })
				guard(about, func() { d.Sample() })
				guard(about, func() { d.Sample(0) })
				guard(about, func() { d.RSample(2) })
				guard(about, func() { d.Expand(2, 2).Sample() })
				guard(about, func() { d.Expand(-3).LogProb(d.Sample()) })
				for _, f := range []func() *torch.Tensor{d.Mean, d.Mode, d.Variance, d.Stddev, d.Entropy, d.Perplexity} {
					guard(about, func() { f() })
				}
				guard(about, func() { d.EnumerateSupport(true) })
				guard(about, func() { distributions.KLDivergence(d, d) })
				if i == j || i > 11 && j > 11 && (i+j)%5 == 0 {
					for _, v := range pool {
						guard(about, func() { d.LogProb(tensor(v)) })
						guard(about, func() { d.CDF(tensor(v)) })
						guard(about, func() { d.ICDF(tensor(v)) })
					}
				}
			}
		}
	}
}
