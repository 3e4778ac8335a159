package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// FisherSnedecor is the F distribution, as torch.distributions.FisherSnedecor.
type FisherSnedecor struct {
	Base
	DF1, DF2       *torch.Tensor
	gamma1, gamma2 Distribution
}

// NewFisherSnedecor makes it of the degrees of freedom of the numerator and of the denominator.
func NewFisherSnedecor(df1, df2 any, opts ...Option) *FisherSnedecor {
	p := broadcastAll("FisherSnedecor", "df1 df2", df1, df2)
	gamma := func(df *torch.Tensor) Distribution { return NewGamma(df.Mul(0.5), df) }
	return newFisherSnedecor(p[0], p[1], gamma(p[0]), gamma(p[1]), opts...)
}

func newFisherSnedecor(df1, df2 *torch.Tensor, gamma1, gamma2 Distribution, opts ...Option) *FisherSnedecor {
	d := &FisherSnedecor{DF1: df1, DF2: df2, gamma1: gamma1, gamma2: gamma2}
	d.Init(d, df1.Shape(), nil, []Parameter{
		{Name: "df1", Value: df1, Constraint: constraints.Positive}, {Name: "df2", Value: df2, Constraint: constraints.Positive},
	}, opts...)
	return d
}

// Expand implements [Distribution].
func (d *FisherSnedecor) Expand(shape ...int) Distribution {
	return newFisherSnedecor(d.DF1.Expand(shape...), d.DF2.Expand(shape...), d.gamma1.Expand(shape...), d.gamma2.Expand(shape...), d.keep())
}

// Support implements [Distribution].
func (d *FisherSnedecor) Support() constraints.Constraint { return constraints.Positive }

// above is df2, and NaN where it is least or less.
func (d *FisherSnedecor) above(least int) *torch.Tensor {
	v := d.DF2.Contiguous().Clone()
	return v.IndexPut(math.NaN(), v.Le(least))
}

// Mean implements [Distribution].
func (d *FisherSnedecor) Mean() *torch.Tensor {
	v := d.above(2)
	return v.Div(v.Sub(2))
}

// Mode implements [Distribution].
func (d *FisherSnedecor) Mode() *torch.Tensor {
	mode := d.DF1.Sub(2).Div(d.DF1).Mul(d.DF2).Div(d.DF2.Add(2))
	return mode.IndexPut(math.NaN(), d.DF1.Le(2))
}

// Variance implements [Distribution].
func (d *FisherSnedecor) Variance() *torch.Tensor {
	v := d.above(4)
	return v.Pow(2).Mul(2).Mul(d.DF1.Add(v).Sub(2)).Div(d.DF1.Mul(v.Sub(2).Pow(2)).Mul(v.Sub(4)))
}

// HasRSample implements [Distribution].
func (d *FisherSnedecor) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *FisherSnedecor) RSample(shape ...int) *torch.Tensor {
	x1 := d.gamma1.RSample(shape...).View(d.ExtendedShape(shape...)...)
	x2 := d.gamma2.RSample(shape...).View(d.ExtendedShape(shape...)...)
	tiny := finfoOf(x2).tiny
	x2.ClampInplace(tiny, nil)
	return x1.Div(x2).ClampInplace(tiny, nil)
}

// LogProb implements [Distribution].
func (d *FisherSnedecor) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	ct1, ct2, ct3 := d.DF1.Mul(0.5), d.DF2.Mul(0.5), d.DF1.Div(d.DF2)
	t1 := ct1.Add(ct2).Lgamma().Sub(ct1.Lgamma()).Sub(ct2.Lgamma())
	t2 := ct1.Mul(ct3.Log()).Add(ct1.Sub(1).Mul(value.Log()))
	t3 := ct1.Add(ct2).Mul(ct3.Mul(value).Log1p())
	return t1.Add(t2).Sub(t3)
}
