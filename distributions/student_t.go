package distributions

import (
	"math"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// StudentT is Student's t, as torch.distributions.StudentT.
type StudentT struct {
	Base
	DF, Loc, Scale *torch.Tensor
	chi2           *Chi2
}

// NewStudentT makes it of the degrees of freedom, the median and the scale; Python's defaults of these are 0.0 and 1.0.
func NewStudentT(df, loc, scale any, opts ...Option) *StudentT {
	p := broadcastAll("StudentT", "df loc scale", df, loc, scale)
	return newStudentT(p[0], p[1], p[2], NewChi2(p[0]), opts...)
}

func newStudentT(df, loc, scale *torch.Tensor, chi2 *Chi2, opts ...Option) *StudentT {
	d := &StudentT{DF: df, Loc: loc, Scale: scale, chi2: chi2}
	params := append([]Parameter{{Name: "df", Value: df, Constraint: constraints.Positive}}, locScale(loc, scale)...)
	d.Init(d, df.Shape(), nil, params, opts...)
	return d
}

// Expand implements [Distribution].
func (d *StudentT) Expand(shape ...int) Distribution {
	return newStudentT(d.DF.Expand(shape...), d.Loc.Expand(shape...), d.Scale.Expand(shape...), d.chi2.Expand(shape...).(*Chi2), d.keep())
}

// Support implements [Distribution].
func (d *StudentT) Support() constraints.Constraint { return constraints.Real }

// Mean implements [Distribution]: NaN for 1 degree of freedom and less.
func (d *StudentT) Mean() *torch.Tensor {
	return d.Loc.Contiguous().Clone().IndexPut(math.NaN(), d.DF.Le(1))
}

// Mode implements [Distribution].
func (d *StudentT) Mode() *torch.Tensor { return d.Loc }

// Variance implements [Distribution]: infinite for 2 degrees of freedom and less, and NaN for 1 and less.
func (d *StudentT) Variance() *torch.Tensor {
	v, finite := d.DF.Contiguous().Clone(), d.DF.Gt(2)
	v.IndexPut(d.Scale.Index(finite).Pow(2).Mul(d.DF.Index(finite)).Div(d.DF.Index(finite).Sub(2)), finite)
	v.IndexPut(math.Inf(1), d.DF.Le(2).And(d.DF.Gt(1)))
	return v.IndexPut(math.NaN(), d.DF.Le(1))
}

// HasRSample implements [Distribution].
func (d *StudentT) HasRSample() bool { return true }

// RSample implements [Distribution].
func (d *StudentT) RSample(shape ...int) *torch.Tensor {
	x := standardNormal(d.ExtendedShape(shape...), d.DF)
	z := d.chi2.RSample(shape...)
	y := x.Mul(z.Div(d.DF).Rsqrt())
	return d.Loc.Add(d.Scale.Mul(y))
}

// LogProb implements [Distribution].
func (d *StudentT) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	y := value.Sub(d.Loc).Div(d.Scale)
	z := d.Scale.Log().Add(d.DF.Log().Mul(0.5)).Add(0.5 * libm.Log(math.Pi)).Add(d.DF.Mul(0.5).Lgamma()).
		Sub(d.DF.Add(1.0).Mul(0.5).Lgamma())
	return d.DF.Add(1.0).Mul(-0.5).Mul(y.Pow(2.0).Div(d.DF).Log1p()).Sub(z)
}

// Entropy implements [Distribution].
func (d *StudentT) Entropy() *torch.Tensor {
	half := func() *torch.Tensor { return d.DF.Mul(0.5) }
	more := func() *torch.Tensor { return d.DF.Add(1).Mul(0.5) }
	beta := half().Lgamma().Add(lgammaOfHalf).Sub(more().Lgamma())
	return d.Scale.Log().Add(more().Mul(more().Digamma().Sub(half().Digamma()))).Add(d.DF.Log().Mul(0.5)).Add(beta)
}

const lgammaOfHalf = 0.5723649429247004 // math.lgamma(0.5)
