package distributions

import (
	"math"

	"multitorch/torch"
)

// tensor keeps the formulas of divergences short.
type tensor = *torch.Tensor

// Divergences of distributions of one kind.

func init() {
	RegisterKL(klBernoulli)
	RegisterKL(klBeta)
	RegisterKL(klBinomial)
	RegisterKL(klCategorical)
	RegisterKL(klContinuousBernoulli)
	RegisterKL(klDirichlet)
	RegisterKL(klGamma)
	RegisterKL(klGumbel)
	RegisterKL(klLaplace)
	RegisterKL(klNormal)
	RegisterKL(klPareto)
	RegisterKL(klUniform)
	RegisterKL(func(p, q *OneHotCategorical) tensor { return klCategorical(p.categorical, q.categorical) })
	RegisterKL(func(p, q *HalfNormal) tensor { return KLDivergence(p.BaseDist, q.BaseDist) })
	RegisterKL(func(p, q *Exponential) tensor {
		ratio := q.Rate.Div(p.Rate)
		return ratio.Log().Neg().Add(ratio).Sub(1)
	})
	RegisterKL(func(p, q *Geometric) tensor {
		return p.Entropy().Neg().Sub(q.Probs().Neg().Log1p().Div(p.Probs())).Sub(q.Logits())
	})
	RegisterKL(func(p, q *Poisson) tensor {
		return p.Rate.Mul(p.Rate.Log().Sub(q.Rate.Log())).Sub(p.Rate.Sub(q.Rate))
	})
	RegisterKL(func(p, q *Cauchy) tensor {
		t1 := p.Scale.Add(q.Scale).Pow(2).Add(p.Loc.Sub(q.Loc).Pow(2)).Log()
		return t1.Sub(p.Scale.Mul(4).Mul(q.Scale).Log())
	})
}

func klBernoulli(p, q *Bernoulli) tensor {
	t1 := p.Probs().Mul(softplus(q.Logits().Neg()).Sub(softplus(p.Logits().Neg())))
	t1.IndexPut(math.Inf(1), q.Probs().Eq(0))
	t1.IndexPut(0, p.Probs().Eq(0))
	t2 := p.Probs().RSub(1).Mul(softplus(q.Logits()).Sub(softplus(p.Logits())))
	t2.IndexPut(math.Inf(1), q.Probs().Eq(1))
	t2.IndexPut(0, p.Probs().Eq(1))
	return t1.Add(t2)
}

// klBeta asks for each concentration anew, as Python does: each time it is another view, and the gradients' order is theirs.
func klBeta(p, q *Beta) tensor {
	sumP, sumQ := p.Concentration1().Add(p.Concentration0()), q.Concentration1().Add(q.Concentration0())
	t1 := q.Concentration1().Lgamma().Add(q.Concentration0().Lgamma()).Add(sumP.Lgamma())
	t2 := p.Concentration1().Lgamma().Add(p.Concentration0().Lgamma()).Add(sumQ.Lgamma())
	t3 := p.Concentration1().Sub(q.Concentration1()).Mul(p.Concentration1().Digamma())
	t4 := p.Concentration0().Sub(q.Concentration0()).Mul(p.Concentration0().Digamma())
	t5 := sumQ.Sub(sumP).Mul(sumP.Digamma())
	return t1.Sub(t2).Add(t3).Add(t4).Add(t5)
}

func klBinomial(p, q *Binomial) tensor {
	if p.TotalCount.Lt(q.TotalCount).Any().ItemBool() {
		panic(noDivergence(p, q, ", where q has more trials"))
	}
	kl := p.TotalCount.Mul(p.Probs().Mul(p.Logits().Sub(q.Logits())).Add(p.Probs().Neg().Log1p()).Sub(q.Probs().Neg().Log1p()))
	return kl.IndexPut(math.Inf(1), p.TotalCount.Gt(q.TotalCount))
}

func klCategorical(p, q *Categorical) tensor {
	t := p.Probs().Mul(p.Logits().Sub(q.Logits()))
	t.IndexPut(math.Inf(1), q.Probs().Eq(0).ExpandAs(t))
	t.IndexPut(0, p.Probs().Eq(0).ExpandAs(t))
	return t.Sum(-1)
}

func klContinuousBernoulli(p, q *ContinuousBernoulli) tensor {
	t1 := p.Mean().Mul(p.Logits().Sub(q.Logits()))
	t2 := p.logNorm().Add(p.Probs().Neg().Log1p())
	t3 := q.logNorm().Neg().Sub(q.Probs().Neg().Log1p())
	return t1.Add(t2).Add(t3)
}

func klDirichlet(p, q *Dirichlet) tensor {
	sumP, sumQ := p.Concentration.Sum(-1), q.Concentration.Sum(-1)
	t1 := sumP.Lgamma().Sub(sumQ.Lgamma())
	t2 := p.Concentration.Lgamma().Sub(q.Concentration.Lgamma()).Sum(-1)
	t3 := p.Concentration.Sub(q.Concentration)
	t4 := p.Concentration.Digamma().Sub(sumP.Digamma().Unsqueeze(-1))
	return t1.Sub(t2).Add(t3.Mul(t4).Sum(-1))
}

func klGamma(p, q *Gamma) tensor {
	t1 := q.Concentration.Mul(p.Rate.Div(q.Rate).Log())
	t2 := q.Concentration.Lgamma().Sub(p.Concentration.Lgamma())
	t3 := p.Concentration.Sub(q.Concentration).Mul(p.Concentration.Digamma())
	t4 := q.Rate.Sub(p.Rate).Mul(p.Concentration.Div(p.Rate))
	return t1.Add(t2).Add(t3).Add(t4)
}

func klGumbel(p, q *Gumbel) tensor {
	ct1, ct2, ct3 := p.Scale.Div(q.Scale), q.Loc.Div(q.Scale), p.Loc.Div(q.Scale)
	t1 := ct1.Log().Neg().Sub(ct2).Add(ct3)
	t2 := ct1.Mul(eulerConstant)
	t3 := ct2.Add(ct1.Add(1).Lgamma()).Sub(ct3).Exp()
	return t1.Add(t2).Add(t3).Sub(1 + eulerConstant)
}

func klLaplace(p, q *Laplace) tensor {
	ratio, distance := p.Scale.Div(q.Scale), p.Loc.Sub(q.Loc).Abs()
	t1 := ratio.Log().Neg()
	t2 := distance.Div(q.Scale)
	t3 := ratio.Mul(distance.Neg().Div(p.Scale).Exp())
	return t1.Add(t2).Add(t3).Sub(1)
}

func klNormal(p, q *Normal) tensor {
	ratio := p.Scale.Div(q.Scale).Pow(2)
	t1 := p.Loc.Sub(q.Loc).Div(q.Scale).Pow(2)
	return ratio.Add(t1).Sub(1).Sub(ratio.Log()).Mul(0.5)
}

func klPareto(p, q *Pareto) tensor {
	scale, alpha := p.Scale.Div(q.Scale), q.Alpha.Div(p.Alpha)
	t1 := q.Alpha.Mul(scale.Log())
	result := t1.Add(alpha.Log().Neg()).Add(alpha).Sub(1)
	return result.IndexPut(math.Inf(1), p.Scale.Lt(q.Scale))
}

func klUniform(p, q *Uniform) tensor {
	result := q.width().Div(p.width()).Log()
	return result.IndexPut(math.Inf(1), q.Low.Gt(p.Low).Or(q.High.Lt(p.High)))
}
