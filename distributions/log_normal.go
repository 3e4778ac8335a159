package distributions

import "multitorch/torch"

// LogNormal is e to the power of a normal number, as torch.distributions.LogNormal.
type LogNormal struct {
	TransformedDistribution
	Loc, Scale *torch.Tensor
}

// NewLogNormal makes it of the mean and the standard deviation of its logarithm.
func NewLogNormal(loc, scale any, opts ...Option) *LogNormal {
	base := NewNormal(loc, scale, opts...)
	d := &LogNormal{Loc: base.Loc, Scale: base.Scale}
	d.transform(d, base, []Transform{NewExpTransform()}, hidden(locScale(d.Loc, d.Scale)), opts...)
	return d
}

// hidden are parameters that Python reads from an inner distribution and does not print.
func hidden(params []Parameter) []Parameter {
	for i := range params {
		params[i].Hidden = true
	}
	return params
}

func (d *LogNormal) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *LogNormal) Expand(shape ...int) Distribution {
	return NewLogNormal(d.Loc.Expand(shape...), d.Scale.Expand(shape...), d.keep())
}

// Mean implements [Distribution].
func (d *LogNormal) Mean() *torch.Tensor { return d.Loc.Add(d.Scale.Pow(2).Div(2)).Exp() }

// Mode implements [Distribution].
func (d *LogNormal) Mode() *torch.Tensor { return d.Loc.Sub(d.Scale.Square()).Exp() }

// Variance implements [Distribution].
func (d *LogNormal) Variance() *torch.Tensor {
	if since(2, 0) {
		square := d.Scale.Pow(2)
		return square.Expm1().Mul(d.Loc.Mul(2).Add(square).Exp())
	}
	return d.Scale.Pow(2).Exp().Sub(1).Mul(d.Loc.Mul(2).Add(d.Scale.Pow(2)).Exp())
}

// Entropy implements [Distribution].
func (d *LogNormal) Entropy() *torch.Tensor { return d.BaseDist.Entropy().Add(d.Loc) }
