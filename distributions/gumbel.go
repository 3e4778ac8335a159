package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// Gumbel is the largest of many numbers, as torch.distributions.Gumbel.
type Gumbel struct {
	TransformedDistribution
	Loc, Scale *torch.Tensor
}

// NewGumbel makes it of its mode and its scale.
func NewGumbel(loc, scale any, opts ...Option) *Gumbel {
	p := broadcastAll("Gumbel", "loc scale", loc, scale)
	f := finfoOf(p[0])
	var checks []Option
	if since(2, 0) {
		checks = opts
	}
	base := NewUniform(torch.FullLike(p[0], f.tiny), torch.FullLike(p[0], 1-f.eps), checks...)
	d := &Gumbel{Loc: p[0], Scale: p[1]}
	d.transform(d, base, []Transform{
		Inv(NewExpTransform()), NewAffineTransform(0, torch.OnesLike(d.Scale).Neg()),
		Inv(NewExpTransform()), NewAffineTransform(numberOrTensor("Gumbel", "loc", loc), d.Scale.Neg()),
	}, locScale(d.Loc, d.Scale), opts...)
	return d
}

func (d *Gumbel) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *Gumbel) Expand(shape ...int) Distribution {
	e := &Gumbel{Loc: d.Loc.Expand(shape...), Scale: d.Scale.Expand(shape...)}
	e.moved(e, &d.TransformedDistribution, locScale(e.Loc, e.Scale), shape)
	return e
}

// Support implements [Distribution].
func (d *Gumbel) Support() constraints.Constraint { return constraints.Real }

// LogProb implements [Distribution].
func (d *Gumbel) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	y := d.Loc.Sub(value).Div(d.Scale)
	return y.Sub(y.Exp()).Sub(d.Scale.Log())
}

// Mean implements [Distribution].
func (d *Gumbel) Mean() *torch.Tensor { return d.Loc.Add(d.Scale.Mul(eulerConstant)) }

// Mode implements [Distribution].
func (d *Gumbel) Mode() *torch.Tensor { return d.Loc }

// Stddev implements [Distribution].
func (d *Gumbel) Stddev() *torch.Tensor { return d.Scale.Mul(math.Pi / libm.Sqrt(6)) }

// Variance implements [Distribution].
func (d *Gumbel) Variance() *torch.Tensor { return d.Stddev().Pow(2) }

// Entropy implements [Distribution].
func (d *Gumbel) Entropy() *torch.Tensor { return d.Scale.Log().Add(1 + eulerConstant) }
