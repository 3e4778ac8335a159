package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// GeneralizedPareto is the tail of a distribution, as torch.distributions.GeneralizedPareto of newer versions.
type GeneralizedPareto struct {
	Base
	Loc, Scale, Concentration *torch.Tensor
}

// NewGeneralizedPareto makes it of the smallest value, the scale and the concentration: 0 is [Exponential], -1 [Uniform].
func NewGeneralizedPareto(loc, scale, concentration any, opts ...Option) *GeneralizedPareto {
	p := broadcastAll("GeneralizedPareto", "loc scale concentration", loc, scale, concentration)
	d := &GeneralizedPareto{Loc: p[0], Scale: p[1], Concentration: p[2]}
	params := append(locScale(d.Loc, d.Scale), Parameter{Name: "concentration", Value: p[2], Constraint: constraints.Real})
	d.Init(d, d.Loc.Shape(), nil, params, opts...)
	return d
}

// Expand implements [Distribution].
func (d *GeneralizedPareto) Expand(shape ...int) Distribution {
	return NewGeneralizedPareto(d.Loc.Expand(shape...), d.Scale.Expand(shape...), d.Concentration.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *GeneralizedPareto) Support() constraints.Constraint {
	upper := torch.Where(d.Concentration.Lt(0), d.Loc.Sub(d.Scale.Div(d.Concentration)), math.Inf(1))
	return constraints.Interval(d.Loc, upper)
}

// zeros is where the concentration is 0, and the concentration with 1 there.
func (d *GeneralizedPareto) zeros() (zero, safe *torch.Tensor) {
	c := d.Concentration
	zero = c.Isclose(torch.ZerosLike(c), 1e-5, 1e-8, false)
	return zero, torch.Where(zero, torch.OnesLike(c), c)
}

func (d *GeneralizedPareto) z(x *torch.Tensor) *torch.Tensor { return x.Sub(d.Loc).Div(d.Scale) }

// HasRSample implements [Distribution].
func (d *GeneralizedPareto) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *GeneralizedPareto) RSample(shape ...int) *torch.Tensor {
	return d.ICDF(rand(d.ExtendedShape(shape...), d.Loc))
}

// LogProb implements [Distribution].
func (d *GeneralizedPareto) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	z := d.z(value)
	zero, safe := d.zeros()
	y := safe.RDiv(1).Add(torch.OnesLike(z))
	tail := torch.Where(y.Eq(0), y, y.Mul(safe.Mul(z).Log1p()))
	return d.Scale.Log().Neg().Sub(torch.Where(zero, z, tail))
}

// LogSurvivalFunction is the logarithm of the probability of what lies above.
func (d *GeneralizedPareto) LogSurvivalFunction(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	z := d.z(value)
	zero, safe := d.zeros()
	return torch.Where(zero, z.Neg(), safe.Mul(z).Log1p().Neg().Div(safe))
}

// CDF implements [Distribution].
func (d *GeneralizedPareto) CDF(value *torch.Tensor) *torch.Tensor {
	return d.LogSurvivalFunction(value).Exp().Neg().Log1p().Exp()
}

// ICDF implements [Distribution].
func (d *GeneralizedPareto) ICDF(value *torch.Tensor) *torch.Tensor {
	zero, safe := d.zeros()
	logU := value.Neg().Log1p()
	curved := d.Loc.Add(d.Scale.Div(safe).Mul(safe.Neg().Mul(logU).Expm1()))
	return torch.Where(zero, d.Loc.Sub(d.Scale.Mul(logU)), curved)
}

// Mean implements [Distribution]: NaN from a concentration of 1 on.
func (d *GeneralizedPareto) Mean() *torch.Tensor {
	valid := d.Concentration.Lt(1)
	safe := torch.Where(valid, d.Concentration, 0.5)
	return torch.Where(valid, d.Loc.Add(d.Scale.Div(safe.RSub(1))), math.NaN())
}

// Mode implements [Distribution].
func (d *GeneralizedPareto) Mode() *torch.Tensor { return d.Loc }

// Variance implements [Distribution]: NaN from a concentration of 1/2 on.
func (d *GeneralizedPareto) Variance() *torch.Tensor {
	valid := d.Concentration.Lt(0.5)
	safe := torch.Where(valid, d.Concentration, 0.25)
	result := d.Scale.Pow(2).Div(safe.RSub(1).Pow(2).Mul(safe.Mul(2).RSub(1)))
	return torch.Where(valid, result, math.NaN())
}

// Entropy implements [Distribution].
func (d *GeneralizedPareto) Entropy() *torch.Tensor {
	return d.Scale.Log().Add(d.Concentration).Add(1).BroadcastTo(d.batch...)
}
