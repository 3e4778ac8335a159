package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// HalfNormal is the amount of a normal number around 0, as torch.distributions.HalfNormal.
type HalfNormal struct{ half }

// HalfCauchy is the amount of a Cauchy number around 0, as torch.distributions.HalfCauchy.
type HalfCauchy struct{ half }

// half is a distribution around 0 without its sign.
type half struct {
	TransformedDistribution
	Scale *torch.Tensor
}

// NewHalfNormal makes it of the normal distribution's standard deviation.
func NewHalfNormal(scale any, opts ...Option) *HalfNormal {
	base := NewNormal(0, scale, ValidateArgs(false))
	d := &HalfNormal{half{Scale: base.Scale}}
	d.init(d, base, opts...)
	return d
}

// NewHalfCauchy makes it of the Cauchy distribution's scale.
func NewHalfCauchy(scale any, opts ...Option) *HalfCauchy {
	base := NewCauchy(0, scale, ValidateArgs(false))
	d := &HalfCauchy{half{Scale: base.Scale}}
	d.init(d, base, opts...)
	return d
}

func (d *half) init(self, base Distribution, opts ...Option) {
	d.transform(self, base, []Transform{NewAbsTransform()}, []Parameter{
		{Name: "scale", Value: d.Scale, Constraint: constraints.Positive, Hidden: true},
	}, opts...)
}

func (d *half) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *HalfNormal) Expand(shape ...int) Distribution {
	return NewHalfNormal(d.Scale.Expand(shape...), d.keep())
}

// Expand implements [Distribution].
func (d *HalfCauchy) Expand(shape ...int) Distribution {
	return NewHalfCauchy(d.Scale.Expand(shape...), d.keep())
}

func (d *half) Support() constraints.Constraint { return constraints.Nonnegative }

func (d *half) Mode() *torch.Tensor { return torch.ZerosLike(d.Scale) }

// Mean implements [Distribution].
func (d *HalfNormal) Mean() *torch.Tensor { return d.Scale.Mul(libm.Sqrt(2 / pi)) }

// Mean implements [Distribution]: infinite.
func (d *HalfCauchy) Mean() *torch.Tensor { return full(d.batch, math.Inf(1), d.Scale) }

// Variance implements [Distribution].
func (d *HalfNormal) Variance() *torch.Tensor { return d.Scale.Pow(2).Mul(1 - 2/pi) }

// Variance implements [Distribution]: infinite.
func (d *HalfCauchy) Variance() *torch.Tensor { return d.BaseDist.Variance() }

func (d *half) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	logProb := d.BaseDist.LogProb(value).Add(libm.Log(2))
	return torch.Where(value.Ge(0), logProb, math.Inf(-1))
}

// LogProb implements [Distribution].
func (d *HalfCauchy) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return d.half.LogProb(value.TypeAs(d.Scale))
}

func (d *half) CDF(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	return d.BaseDist.CDF(value).Mul(2).Sub(1)
}

func (d *half) ICDF(prob *torch.Tensor) *torch.Tensor { return d.BaseDist.ICDF(prob.Add(1).Div(2)) }

func (d *half) Entropy() *torch.Tensor { return d.BaseDist.Entropy().Sub(libm.Log(2)) }
