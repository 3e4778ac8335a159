package distributions

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// Divergences of Pareto's and uniform distributions from others.

func init() {
	RegisterKL(func(p *Pareto, q *Exponential) tensor {
		product := p.Scale.Mul(q.Rate)
		t1 := p.Alpha.Div(product).Log()
		t2 := p.Alpha.Reciprocal()
		t3 := p.Alpha.Mul(product).Div(p.Alpha.Sub(1))
		return t1.Sub(t2).Add(t3).Sub(1).IndexPut(math.Inf(1), p.Alpha.Le(1))
	})
	RegisterKL(func(p *Pareto, q *Gamma) tensor {
		common := p.Scale.Log().Add(p.Alpha.Reciprocal())
		t1 := p.Alpha.Log().Sub(common)
		t2 := q.Concentration.Lgamma().Sub(q.Concentration.Mul(q.Rate.Log()))
		t3 := q.Concentration.RSub(1).Mul(common)
		t4 := q.Rate.Mul(p.Alpha).Mul(p.Scale).Div(p.Alpha.Sub(1))
		return t1.Add(t2).Add(t3).Add(t4).Sub(1).IndexPut(math.Inf(1), p.Alpha.Le(1))
	})
	RegisterKL(func(p *Pareto, q *Normal) tensor {
		variance, common := q.Scale.Pow(2).Mul(2), p.Scale.Div(p.Alpha.Sub(1))
		t1 := q.Scale.Mul(libm.Sqrt(2 * math.Pi)).Mul(p.Alpha).Div(p.Scale).Log()
		t2 := p.Alpha.Reciprocal()
		t3 := p.Alpha.Mul(common.Pow(2)).Div(p.Alpha.Sub(2))
		t4 := p.Alpha.Mul(common).Sub(q.Loc).Pow(2)
		result := t1.Sub(t2).Add(t3.Add(t4).Div(variance)).Sub(1)
		return result.IndexPut(math.Inf(1), p.Alpha.Le(2))
	})
	RegisterKL(klUniformBeta)
	RegisterKL(func(p *Uniform, q *ContinuousBernoulli) tensor {
		result := p.Entropy().Neg().Sub(p.Mean().Mul(q.Logits())).Sub(q.Probs().Neg().Log1p()).Sub(q.logNorm())
		outside := p.High.Ge(1.0).Maximum(p.Low.Le(0.0))
		return torch.Where(outside, torch.OnesLike(result).Mul(math.Inf(1)), result)
	})
	RegisterKL(func(p *Uniform, q *Exponential) tensor {
		result := q.Rate.Mul(p.High.Add(p.Low)).Div(2).Sub(p.width().Mul(q.Rate).Log())
		return result.IndexPut(math.Inf(1), p.Low.Lt(0.0))
	})
	RegisterKL(func(p *Uniform, q *Gamma) tensor {
		width := p.width()
		t1 := width.Log()
		t2 := q.Concentration.Lgamma().Sub(q.Concentration.Mul(q.Rate.Log()))
		t3 := q.Concentration.RSub(1).Mul(xLogX(p.High).Sub(xLogX(p.Low)).Sub(width)).Div(width)
		t4 := q.Rate.Mul(p.High.Add(p.Low)).Div(2)
		return t1.Neg().Add(t2).Add(t3).Add(t4).IndexPut(math.Inf(1), p.Low.Lt(0.0))
	})
	RegisterKL(func(p *Uniform, q *Gumbel) tensor {
		common, high, low := q.Scale.Div(p.width()), p.High.Sub(q.Loc).Div(q.Scale), p.Low.Sub(q.Loc).Div(q.Scale)
		t1 := common.Log().Add(high.Add(low).Mul(0.5))
		return t1.Sub(common.Mul(high.Neg().Exp().Sub(low.Neg().Exp())))
	})
	RegisterKL(func(p *Uniform, q *Normal) tensor {
		width := p.width()
		t1 := q.Scale.Mul(libm.Sqrt(math.Pi * 2)).Div(width).Log()
		t2 := width.Pow(2).Div(12)
		t3 := p.High.Add(p.Low).Sub(q.Loc.Mul(2)).Div(2).Pow(2)
		return t1.Add(t2.Add(t3).Mul(0.5).Div(q.Scale.Pow(2)))
	})
	RegisterKL(func(p *Uniform, q *Pareto) tensor {
		width := p.width()
		t1 := q.Alpha.Mul(q.Scale.Pow(q.Alpha)).Mul(width).Log()
		t2 := xLogX(p.High).Sub(xLogX(p.Low)).Sub(width).Div(width)
		return t2.Mul(q.Alpha.Add(1)).Sub(t1).IndexPut(math.Inf(1), p.Low.Lt(q.Scale))
	})
}

func klUniformBeta(p *Uniform, q *Beta) tensor {
	width := p.width()
	t1 := width.Log()
	t2 := q.Concentration1().Sub(1).Mul(xLogX(p.High).Sub(xLogX(p.Low)).Sub(width)).Div(width)
	t3 := q.Concentration0().Sub(1).Mul(xLogX(p.High.RSub(1)).Sub(xLogX(p.Low.RSub(1))).Add(width)).Div(width)
	t4 := q.Concentration1().Lgamma().Add(q.Concentration0().Lgamma()).Sub(q.Concentration1().Add(q.Concentration0()).Lgamma())
	return t3.Add(t4).Sub(t1).Sub(t2).IndexPut(math.Inf(1), p.High.Gt(1.0).Or(p.Low.Lt(0.0)))
}

// xLogX is x·log(x). Before 2.7 it was NaN for 0.
func xLogX(x tensor) tensor {
	if since(2, 7) {
		return x.Xlogy(x)
	}
	return x.Mul(x.Log())
}
