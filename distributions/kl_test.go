package distributions_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/distributions"
	"multitorch/torch"
	"multitorch/twin"
)

// kind is a distribution for divergences, in Python and in Go, of the parameters p[0], ….
type kind struct {
	python string
	make   func(p tensors) distributions.Distribution
	params func() tensors
}

func kinds() []kind {
	pair := func(a, b func(...int) *torch.Tensor) func() tensors {
		return func() tensors { return tensors{a(2, 3), b(3)} }
	}
	single := func(a func(...int) *torch.Tensor) func() tensors { return func() tensors { return tensors{a(2, 3)} } }
	within := func(shape ...int) *torch.Tensor { return torch.Rand(shape).Mul(0.4).Add(0.05) }
	upper := func(shape ...int) *torch.Tensor { return torch.Rand(shape).Mul(0.4).Add(0.5) }
	return []kind{
		{"Normal(p[0], p[1])", func(p tensors) dd { return distributions.NewNormal(p[0], p[1]) }, pair(randn, positive)},
		{"Laplace(p[0], p[1])", func(p tensors) dd { return distributions.NewLaplace(p[0], p[1]) }, pair(randn, positive)},
		{"Cauchy(p[0], p[1])", func(p tensors) dd { return distributions.NewCauchy(p[0], p[1]) }, pair(randn, positive)},
		{"Gumbel(p[0], p[1])", func(p tensors) dd { return distributions.NewGumbel(p[0], p[1]) }, pair(randn, positive)},
		{"LogNormal(p[0], p[1])", func(p tensors) dd { return distributions.NewLogNormal(p[0], p[1]) }, pair(randn, positive)},
		{"LogisticNormal(p[0], p[1])", func(p tensors) dd { return distributions.NewLogisticNormal(p[0], p[1]) }, pair(randn, positive)},
		{"Uniform(p[0], p[1])", func(p tensors) dd { return distributions.NewUniform(p[0], p[1]) }, pair(within, upper)},
		{"Gamma(p[0], p[1])", func(p tensors) dd { return distributions.NewGamma(p[0], p[1]) }, pair(positive, positive)},
		{"Beta(p[0], p[1])", func(p tensors) dd { return distributions.NewBeta(p[0], p[1]) }, pair(positive, positive)},
		{"Pareto(p[0], p[1])", func(p tensors) dd { return distributions.NewPareto(p[0], p[1]) }, pair(within, above(0.5))},
		{"Weibull(p[0], p[1])", func(p tensors) dd { return distributions.NewWeibull(p[0], p[1]) }, pair(positive, positive)},
		{"Exponential(p[0])", func(p tensors) dd { return distributions.NewExponential(p[0]) }, single(positive)},
		{"Chi2(p[0])", func(p tensors) dd { return distributions.NewChi2(p[0]) }, single(positive)},
		{"HalfNormal(p[0])", func(p tensors) dd { return distributions.NewHalfNormal(p[0]) }, single(positive)},
		{"HalfCauchy(p[0])", func(p tensors) dd { return distributions.NewHalfCauchy(p[0]) }, single(positive)},
		{"Poisson(p[0])", func(p tensors) dd { return distributions.NewPoisson(p[0]) }, single(positive)},
		{"Bernoulli(p[0])", func(p tensors) dd { return distributions.NewBernoulli(byProbs(p[0])) }, single(probs)},
		{"Bernoulli(logits=p[0])", func(p tensors) dd { return distributions.NewBernoulli(byLogits(p[0])) }, single(randn)},
		{"Geometric(p[0])", func(p tensors) dd { return distributions.NewGeometric(byProbs(p[0])) }, single(probs)},
		{"Binomial(4, p[0])", func(p tensors) dd { return distributions.NewBinomial(4, byProbs(p[0])) }, single(probs)},
		{"Binomial(6, logits=p[0])", func(p tensors) dd { return distributions.NewBinomial(6, byLogits(p[0])) }, single(randn)},
		{"ContinuousBernoulli(p[0])", func(p tensors) dd { return distributions.NewContinuousBernoulli(byProbs(p[0])) }, single(probs)},
		{"Categorical(p[0])", func(p tensors) dd { return distributions.NewCategorical(byProbs(p[0])) }, single(simplex)},
		{"Categorical(logits=p[0])", func(p tensors) dd { return distributions.NewCategorical(byLogits(p[0])) }, single(randn)},
		{"OneHotCategorical(p[0])", func(p tensors) dd { return distributions.NewOneHotCategorical(byProbs(p[0])) }, single(simplex)},
		{"OneHotCategoricalStraightThrough(p[0])", func(p tensors) dd {
			return distributions.NewOneHotCategoricalStraightThrough(byProbs(p[0]))
		}, single(simplex)},
		{"Dirichlet(p[0])", func(p tensors) dd { return distributions.NewDirichlet(p[0]) }, single(positive)},
		{"MultivariateNormal(p[0], scale_tril=p[1])", func(p tensors) dd {
			return distributions.NewMultivariateNormal(p[0], distributions.ScaleTril(p[1]))
		}, func() tensors { return tensors{randn(2, 3), tril(3, 3)} }},
		{"LowRankMultivariateNormal(p[0], p[1], p[2])", func(p tensors) dd {
			return distributions.NewLowRankMultivariateNormal(p[0], p[1], p[2])
		}, func() tensors { return tensors{randn(2, 3), randn(3, 2), positive(3)} }},
		{"Wishart(p[0], scale_tril=p[1])", func(p tensors) dd {
			return distributions.NewWishart(p[0], distributions.ScaleTril(p[1]))
		}, func() tensors { return tensors{positive(2).Add(3), tril(3, 3)} }},
		{"Independent(Normal(p[0], p[1]), 1)", func(p tensors) dd {
			return distributions.NewIndependent(distributions.NewNormal(p[0], p[1]), 1)
		}, pair(randn, positive)},
		{"Independent(Laplace(p[0], p[1]), 2)", func(p tensors) dd {
			return distributions.NewIndependent(distributions.NewLaplace(p[0], p[1]), 2)
		}, pair(randn, positive)},
		{"TransformedDistribution(Normal(p[0], p[1]), AffineTransform(1, 2.0))", func(p tensors) dd {
			return distributions.NewTransformedDistribution(distributions.NewNormal(p[0], p[1]),
				[]distributions.Transform{distributions.NewAffineTransform(1, 2.0)})
		}, pair(randn, positive)},
	}
}

const klPython = `
	from torch.distributions import *
	import warnings
	warnings.simplefilter("ignore")
	def leaves(side, i):
		names = [k for k in inputs if k.startswith("%s.%d." % (side, i))]
		return [inputs[k].clone().requires_grad_() for k in sorted(names)]
	for i, a in enumerate(args):
		for j, b in enumerate(args):
			key = "%d %d" % (i, j)
			ps, qs = leaves("p", i), leaves("q", j)
			x, y = eval(a, globals(), {"p": ps}), eval(b, globals(), {"p": qs})
			try:
				out[key] = kl = kl_divergence(x, y)
			except NotImplementedError:
				continue
			except (ValueError, RuntimeError):
				out[key] = torch.zeros(0)
				continue
			if kl.requires_grad:
				kl.sum().backward()
				for k, t in enumerate(ps + qs):
					if t.grad is not None:
						out["%s grad %d" % (key, k)] = t.grad
`

// TestDivergencesMatchPython tries every pair of distributions: the divergence and its gradients are those of Python, in
// bits, and where Python knows none that is an error.
func TestDivergencesMatchPython(t *testing.T) {
	kinds := kinds()
	inputs := map[string]*torch.Tensor{}
	var args []string
	params := [2][]tensors{}
	for i, k := range kinds {
		args = append(args, k.python)
		for side, name := range []string{"p", "q"} {
			p := k.params()
			params[side] = append(params[side], p)
			for j, x := range p {
				inputs[fmt.Sprintf("%s.%d.%d", name, i, j)] = x
			}
		}
	}
	want := twin.Run(t, klPython, inputs, args...)
	known := 0
	for key, w := range want {
		if !strings.Contains(key, "grad") && w.Numel() > 0 {
			known++
		}
	}
	require.Greater(t, known, 100)
	for i, a := range kinds {
		for j, b := range kinds {
			key := fmt.Sprintf("%d %d", i, j)
			about := fmt.Sprintf("KL(%s || %s)", a.python, b.python)
			p, q := fresh(params[0][i]), fresh(params[1][j])
			t.Run(about, func(t *testing.T) {
				var kl *torch.Tensor
				err := torch.Try(func() error { kl = distributions.KLDivergence(a.make(p), b.make(q)); return nil })
				switch w := want[key]; {
				case w == nil:
					require.True(t, errors.Is(err, torch.NotImplemented), "%v", err)
					return
				case w.Numel() == 0:
					require.Error(t, err)
					return
				}
				require.NoError(t, err)
				twin.RequireEqual(t, want[key], kl)
				if kl.RequiresGrad() {
					kl.Sum().Backward()
				}
				for k, x := range append(p, q...) {
					if w := want[fmt.Sprintf("%s grad %d", key, k)]; w != nil {
						twin.RequireEqual(t, w, x.Grad(), "gradient ", k)
					} else {
						require.Nil(t, x.Grad())
					}
				}
			})
		}
	}
}

func fresh(ts tensors) (leaves tensors) {
	for _, x := range ts {
		leaves = append(leaves, x.Clone().SetRequiresGrad(true))
	}
	return leaves
}
