package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// Cauchy is the ratio of two normal numbers, as torch.distributions.Cauchy.
type Cauchy struct {
	Base
	Loc, Scale *torch.Tensor
}

// NewCauchy makes it of its median and the half width at half of its maximum.
func NewCauchy(loc, scale any, opts ...Option) *Cauchy {
	p := broadcastAll("Cauchy", "loc scale", loc, scale)
	d := &Cauchy{Loc: p[0], Scale: p[1]}
	d.Init(d, d.Loc.Shape(), nil, locScale(d.Loc, d.Scale), opts...)
	return d
}

// Expand implements [Distribution].
func (d *Cauchy) Expand(shape ...int) Distribution {
	return NewCauchy(d.Loc.Expand(shape...), d.Scale.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *Cauchy) Support() constraints.Constraint { return constraints.Real }

// Mean implements [Distribution]: NaN, for there is none.
func (d *Cauchy) Mean() *torch.Tensor { return full(d.batch, math.NaN(), d.Loc) }

// Mode implements [Distribution].
func (d *Cauchy) Mode() *torch.Tensor { return d.Loc }

// Variance implements [Distribution]: infinite.
func (d *Cauchy) Variance() *torch.Tensor { return full(d.batch, math.Inf(1), d.Loc) }

// HasRSample implements [Distribution].
func (d *Cauchy) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *Cauchy) RSample(shape ...int) *torch.Tensor {
	return d.Loc.Add(empty(d.ExtendedShape(shape...), d.Loc).CauchyInplace(0, 1).Mul(d.Scale))
}

// LogProb implements [Distribution].
func (d *Cauchy) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	top := d.Scale.Log().RSub(-libm.Log(math.Pi))
	square := value.Sub(d.Loc).Div(d.Scale).Pow(2)
	if since(2, 0) {
		return top.Sub(square.Log1p())
	}
	return top.Sub(square.Add(1).Log())
}

// CDF implements [Distribution].
func (d *Cauchy) CDF(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return value.Sub(d.Loc).Div(d.Scale).Atan().Div(math.Pi).Add(0.5)
}

// ICDF implements [Distribution].
func (d *Cauchy) ICDF(value *torch.Tensor) *torch.Tensor {
	return value.Sub(0.5).Mul(math.Pi).Tan().Mul(d.Scale).Add(d.Loc)
}

// Entropy implements [Distribution].
func (d *Cauchy) Entropy() *torch.Tensor { return d.Scale.Log().Add(libm.Log(4 * math.Pi)) }
