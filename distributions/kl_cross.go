package distributions

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// Divergences of distributions of two kinds. The formulas, here and in the other files, are PyTorch's, in its order.

func init() {
	RegisterKL(func(p *Bernoulli, q *Poisson) tensor {
		return p.Entropy().Neg().Sub(p.Probs().Mul(q.Rate.Log()).Sub(q.Rate))
	})
	RegisterKL(func(p *Beta, q *ContinuousBernoulli) tensor {
		return p.Entropy().Neg().Sub(p.Mean().Mul(q.Logits())).Sub(q.Probs().Neg().Log1p()).Sub(q.logNorm())
	})
	RegisterKL(func(p *Beta, q *Exponential) tensor {
		return p.Entropy().Neg().Sub(q.Rate.Log()).Add(q.Rate.Mul(p.Mean()))
	})
	RegisterKL(klBetaGamma)
	RegisterKL(klBetaNormal)
	RegisterKL(func(p *Beta, q *Uniform) tensor {
		return p.Entropy().Neg().Add(q.width().Log()).IndexPut(math.Inf(1), q.Low.Gt(0.0).Or(q.High.Lt(1.0)))
	})
	RegisterKL(func(p *ContinuousBernoulli, q *Exponential) tensor {
		return p.Entropy().Neg().Sub(q.Rate.Log()).Add(q.Rate.Mul(p.Mean()))
	})
	RegisterKL(func(p *ContinuousBernoulli, q *Normal) tensor {
		t1 := p.Entropy().Neg()
		t2 := q.Loc.Div(q.Scale).Square().Add(libm.Log(2.0 * math.Pi)).Mul(0.5).Add(q.Scale.Log())
		t3 := p.Variance().Add(p.Mean().Square()).Sub(q.Loc.Mul(2.0).Mul(p.Mean())).Div(q.Scale.Square().Mul(2.0))
		return t1.Add(t2).Add(t3)
	})
	RegisterKL(func(p *ContinuousBernoulli, q *Uniform) tensor {
		result := p.Entropy().Neg().Add(q.width().Log())
		outside := q.Low.Ge(0.0).Maximum(q.High.Le(1.0))
		return torch.Where(outside, torch.OnesLike(result).Mul(math.Inf(1)), result)
	})
	RegisterKL(func(p *Exponential, q *Gamma) tensor {
		ratio := q.Rate.Div(p.Rate)
		t1 := q.Concentration.Neg().Mul(ratio.Log())
		return t1.Add(ratio).Add(q.Concentration.Lgamma()).Add(q.Concentration.Mul(eulerConstant)).Sub(1 + eulerConstant)
	})
	RegisterKL(func(p *Exponential, q *Gumbel) tensor {
		product, ratio := p.Rate.Mul(q.Scale), q.Loc.Div(q.Scale)
		t1 := product.Log().Sub(1)
		t2 := ratio.Exp().Mul(product).Div(product.Add(1))
		return t1.Sub(ratio).Add(t2).Add(product.Reciprocal())
	})
	RegisterKL(func(p *Exponential, q *Normal) tensor {
		variance, rate := q.Scale.Pow(2), p.Rate.Pow(2)
		t1 := rate.Mul(variance).Mul(2).Mul(math.Pi).Log().Mul(0.5)
		t2, t3, t4 := rate.Reciprocal(), q.Loc.Div(p.Rate), q.Loc.Pow(2).Mul(0.5)
		return t1.Sub(1).Add(t2.Sub(t3).Add(t4).Div(variance))
	})
	RegisterKL(func(p *Gamma, q *Exponential) tensor {
		return p.Entropy().Neg().Sub(q.Rate.Log()).Add(q.Rate.Mul(p.Concentration).Div(p.Rate))
	})
	RegisterKL(klGammaGumbel)
	RegisterKL(klGammaNormal)
	RegisterKL(func(p *Gumbel, q *Normal) tensor {
		ratio := p.Scale.Div(q.Scale)
		t1 := ratio.Div(libm.Sqrt(2 * math.Pi)).Log()
		t2 := ratio.Mul(math.Pi).Mul(0.5).Pow(2).Div(3)
		t3 := p.Loc.Add(p.Scale.Mul(eulerConstant)).Sub(q.Loc).Div(q.Scale).Pow(2).Mul(0.5)
		return t1.Neg().Add(t2).Add(t3).Sub(eulerConstant + 1)
	})
	RegisterKL(func(p *Laplace, q *Normal) tensor {
		variance := q.Scale.Pow(2)
		ratio := p.Scale.Pow(2).Div(variance)
		t1 := ratio.Mul(2).Div(math.Pi).Log().Mul(0.5)
		t2, t3, t4 := p.Loc.Pow(2).Mul(0.5), p.Loc.Mul(q.Loc), q.Loc.Pow(2).Mul(0.5)
		return t1.Neg().Add(ratio).Add(t2.Sub(t3).Add(t4).Div(variance)).Sub(1)
	})
	RegisterKL(func(p *Normal, q *Gumbel) tensor {
		mean, variance, loc := p.Loc.Div(q.Scale), p.Scale.Div(q.Scale).Pow(2), q.Loc.Div(q.Scale)
		t1 := variance.Log().Mul(0.5)
		t2 := mean.Sub(loc)
		t3 := mean.Neg().Add(variance.Mul(0.5)).Add(loc).Exp()
		return t1.Neg().Add(t2).Add(t3).Sub(0.5 * (1 + libm.Log(2*math.Pi)))
	})
	RegisterKL(func(p *Normal, q *Laplace) tensor {
		diff := p.Loc.Sub(q.Loc)
		scale, ratio := p.Scale.Div(q.Scale), diff.Div(p.Scale)
		t1 := scale.Log()
		t2 := p.Scale.Mul(libm.Sqrt(2 / pi)).Mul(ratio.Pow(2).Mul(-0.5).Exp())
		t3 := diff.Mul(ratio.Mul(libm.Sqrt(0.5)).Erf())
		return t1.Neg().Add(t2.Add(t3).Div(q.Scale)).Sub(0.5 * (1 + libm.Log(0.5*math.Pi)))
	})
}

func klBetaGamma(p *Beta, q *Gamma) tensor {
	sum := func() tensor { return p.Concentration1().Add(p.Concentration0()) }
	t1 := p.Entropy().Neg()
	t2 := q.Concentration.Lgamma().Sub(q.Concentration.Mul(q.Rate.Log()))
	t3 := q.Concentration.Sub(1).Mul(p.Concentration1().Digamma().Sub(sum().Digamma()))
	t4 := q.Rate.Mul(p.Concentration1()).Div(sum())
	return t1.Add(t2).Sub(t3).Add(t4)
}

func klBetaNormal(p *Beta, q *Normal) tensor {
	mean := p.Mean()
	variance := q.Scale.Pow(2)
	t1 := p.Entropy().Neg()
	t2 := variance.Mul(2).Mul(math.Pi).Log().Mul(0.5)
	t3 := mean.Mul(mean.RSub(1)).Div(p.Concentration1().Add(p.Concentration0()).Add(1)).Add(mean.Pow(2)).Mul(0.5)
	t4, t5 := q.Loc.Mul(mean), q.Loc.Pow(2).Mul(0.5)
	return t1.Add(t2).Add(t3.Sub(t4).Add(t5).Div(variance))
}

func klGammaGumbel(p *Gamma, q *Gumbel) tensor {
	product, ratio, c := p.Rate.Mul(q.Scale), q.Loc.Div(q.Scale), p.Concentration
	t1 := c.Sub(1).Mul(c.Digamma()).Sub(c.Lgamma()).Sub(c)
	t2 := product.Log().Add(c.Div(product))
	t3 := ratio.Exp().Mul(product.Reciprocal().Add(1).Pow(c.Neg())).Sub(ratio)
	return t1.Add(t2).Add(t3)
}

func klGammaNormal(p *Gamma, q *Normal) tensor {
	variance, rate, c := q.Scale.Pow(2), p.Rate.Pow(2), p.Concentration
	t1 := rate.Mul(variance).Mul(2).Mul(math.Pi).Log().Mul(0.5).Sub(c).Sub(c.Lgamma())
	t2 := c.Pow(2).Add(c).Mul(0.5).Div(rate)
	t3, t4 := q.Loc.Mul(c).Div(p.Rate), q.Loc.Pow(2).Mul(0.5)
	return t1.Add(c.Sub(1).Mul(c.Digamma())).Add(t2.Sub(t3).Add(t4).Div(variance))
}
