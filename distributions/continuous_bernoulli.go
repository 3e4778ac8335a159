package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// ContinuousBernoulli is any number from 0 to 1, as torch.distributions.ContinuousBernoulli (Loaiza-Ganem and Cunningham,
// The continuous Bernoulli, 2019).
type ContinuousBernoulli struct {
	Base
	Odds
	lims [2]float64
}

// Lims is the interval around a probability of 1/2 in which Taylor series stand for formulas that are unstable there. The
// default is 0.499 to 0.501.
type Lims [2]float64

func (l Lims) write(c *config) { c.lims = l }

// NewContinuousBernoulli makes it of [Probs] or [Logits].
func NewContinuousBernoulli(p ProbsOrLogits, opts ...Option) *ContinuousBernoulli {
	const name = "ContinuousBernoulli"
	v := broadcastAll(name, p.name(), p.value)[0]
	c := configure(name, opts)
	if !p.logits {
		if c.validate && !constraints.UnitInterval.Check(v).All().ItemBool() {
			panic(invalid(name, "expected parameter probs to satisfy the constraint %s, but found invalid values:\n%s",
				constraints.UnitInterval, v))
		}
		v = clampProbs(v)
	}
	d := &ContinuousBernoulli{Odds: newOdds(v, p.logits, true), lims: c.lims}
	d.clamp = true
	d.Init(d, d.ParamShape(), nil, d.given(), opts...)
	return d
}

// Expand implements [Distribution].
func (d *ContinuousBernoulli) Expand(shape ...int) Distribution {
	e := &ContinuousBernoulli{Odds: d.expand(shape), lims: d.lims}
	e.Init(e, shape, nil, e.given(), d.keep())
	return e
}

// Support implements [Distribution].
func (d *ContinuousBernoulli) Support() constraints.Constraint { return constraints.UnitInterval }

func (d *ContinuousBernoulli) stable() *torch.Tensor {
	return d.Probs().Le(d.lims[0]).Maximum(d.Probs().Gt(d.lims[1]))
}

// cut is the probabilities, those that are not stable moved to the first limit.
func (d *ContinuousBernoulli) cut() *torch.Tensor {
	return torch.Where(d.stable(), d.Probs(), torch.OnesLike(d.Probs()).Mul(d.lims[0]))
}

func (d *ContinuousBernoulli) logNorm() *torch.Tensor {
	cut := d.cut()
	below := torch.Where(cut.Le(0.5), cut, torch.ZerosLike(cut))
	above := torch.Where(cut.Ge(0.5), cut, torch.OnesLike(cut))
	logNorm := cut.Neg().Log1p().Sub(cut.Log()).Abs().Log().
		Sub(torch.Where(cut.Le(0.5), below.Mul(-2.0).Log1p(), above.Mul(2.0).Sub(1.0).Log()))
	x := d.Probs().Sub(0.5).Pow(2)
	taylor := x.Mul(104.0 / 45.0).Add(4.0 / 3.0).Mul(x).Add(libm.Log(2.0))
	return torch.Where(d.stable(), logNorm, taylor)
}

// Mean implements [Distribution].
func (d *ContinuousBernoulli) Mean() *torch.Tensor {
	cut := d.cut()
	mean := cut.Div(cut.Mul(2.0).Sub(1.0)).Add(cut.Neg().Log1p().Sub(cut.Log()).RDiv(1.0))
	x := d.Probs().Sub(0.5)
	taylor := x.Pow(2).Mul(16.0 / 45.0).Add(1.0 / 3.0).Mul(x).Add(0.5)
	return torch.Where(d.stable(), mean, taylor)
}

// Variance implements [Distribution].
func (d *ContinuousBernoulli) Variance() *torch.Tensor {
	cut := d.cut()
	variance := cut.Mul(cut.Sub(1.0)).Div(cut.Mul(2.0).RSub(1.0).Pow(2)).
		Add(cut.Neg().Log1p().Sub(cut.Log()).Pow(2).RDiv(1.0))
	x := d.Probs().Sub(0.5).Pow(2)
	taylor := x.Mul(128.0 / 945.0).RSub(1.0 / 15.0).Mul(x).RSub(1.0 / 12.0)
	return torch.Where(d.stable(), variance, taylor)
}

// HasRSample implements [Distribution].
func (d *ContinuousBernoulli) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *ContinuousBernoulli) RSample(shape ...int) *torch.Tensor {
	return d.ICDF(rand(d.ExtendedShape(shape...), d.Probs()))
}

// LogProb implements [Distribution].
func (d *ContinuousBernoulli) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	p := torch.BroadcastTensors(d.Logits(), value)
	return crossEntropy(p[0], p[1]).Neg().Add(d.logNorm())
}

// CDF implements [Distribution].
func (d *ContinuousBernoulli) CDF(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	cut := d.cut()
	cdf := cut.Pow(value).Mul(cut.RSub(1.0).Pow(value.RSub(1.0))).Add(cut).Sub(1.0).Div(cut.Mul(2.0).Sub(1.0))
	within := torch.Where(d.stable(), cdf, value)
	return torch.Where(value.Le(0.0), torch.ZerosLike(value), torch.Where(value.Ge(1.0), torch.OnesLike(value), within))
}

// ICDF implements [Distribution].
func (d *ContinuousBernoulli) ICDF(value *torch.Tensor) *torch.Tensor {
	cut := d.cut()
	icdf := cut.Neg().Add(value.Mul(cut.Mul(2.0).Sub(1.0))).Log1p().Sub(cut.Neg().Log1p()).Div(cut.Log().Sub(cut.Neg().Log1p()))
	return torch.Where(d.stable(), icdf, value)
}

// Entropy implements [Distribution].
func (d *ContinuousBernoulli) Entropy() *torch.Tensor {
	log0, log1 := d.Probs().Neg().Log1p(), d.Probs().Log()
	return d.Mean().Mul(log0.Sub(log1)).Sub(d.logNorm()).Sub(log0)
}
