package distributions

import (
	"math"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
	"multitorch/torch/linalg"
)

// Wishart is a random covariance matrix, of df normal vectors, as torch.distributions.Wishart.
type Wishart struct {
	Base
	forms
	DF   *torch.Tensor
	tril *torch.Tensor // not expanded
	chi2 *Chi2
}

// NewWishart makes it of the degrees of freedom, above n-1 for matrices of n rows, and one of [CovarianceMatrix],
// [PrecisionMatrix] and [ScaleTril].
func NewWishart(df any, covariance Covariance, opts ...Option) *Wishart {
	const op = "Wishart"
	covariance.check(op)
	m := covariance.matrix
	shape := m.Shape()
	batch, event := shape[:len(shape)-2], shape[len(shape)-2:]
	v := tensorOf(df)
	if v != nil {
		batch = broadcastBatch(op, covarianceNames[covariance.kind]+" df", batch, v.Shape())
		v = v.Expand(batch...)
	} else {
		v = broadcastAll(op, "df", df)[0].TypeAs(m)
	}
	n := event[1]
	if v.Le(n - 1).Any().ItemBool() {
		panic(invalid(op, "expected df above %d, the number of rows less 1, but got %s", n-1, v))
	}
	d := &Wishart{}
	d.init(batch, v, Covariance{m.Expand(slices.Concat(batch, []int{-1, -1})...), covariance.kind}, opts...)
	d.tril = covariance.tril()
	d.chi2 = d.squares()
	return d
}

func (d *Wishart) init(batch torch.Shape, df *torch.Tensor, given Covariance, opts ...Option) {
	d.DF, d.forms = df, newForms(given)
	n := given.matrix.Size(-1)
	d.Init(d, batch, torch.Shape{n, n}, []Parameter{
		given.parameter(), {Name: "df", Value: df, Constraint: constraints.GreaterThan(n - 1)},
	}, opts...)
}

// Expand implements [Distribution].
func (d *Wishart) Expand(shape ...int) Distribution {
	square := slices.Concat(shape, d.event)
	e := &Wishart{tril: d.tril.Expand(square...)}
	e.init(shape, d.DF.Expand(shape...), Covariance{d.given.matrix.Expand(square...), d.given.kind}, d.keep())
	e.chi2 = e.squares()
	return e
}

// squares are the distributions of the squares of a diagonal, with a degree of freedom less in each row.
func (d *Wishart) squares() *Chi2 {
	rows := torch.Arange(0, d.event[0], 1, d.tril.DType(), d.tril.Device()).Expand(append(slices.Clone(d.batch), -1)...)
	return NewChi2(d.DF.Unsqueeze(-1).Sub(rows))
}

// CovarianceMatrix is the covariance of the vectors.
func (d *Wishart) CovarianceMatrix() *torch.Tensor {
	return d.get(covarianceMatrix, func() *torch.Tensor { return d.tril.Matmul(d.tril.Transpose(-2, -1)) })
}

// PrecisionMatrix is the inverse of the covariance.
func (d *Wishart) PrecisionMatrix() *torch.Tensor {
	return d.get(precisionMatrix, func() *torch.Tensor {
		return torch.Eye(d.event[0], d.tril.DType(), d.tril.Device()).CholeskySolve(d.tril, false)
	})
}

// ScaleTril is the Cholesky factor of the covariance.
func (d *Wishart) ScaleTril() *torch.Tensor {
	return d.get(scaleTril, func() *torch.Tensor { return d.tril })
}

// Support implements [Distribution].
func (d *Wishart) Support() constraints.Constraint { return constraints.PositiveDefinite }

func (d *Wishart) matrixOf(v *torch.Tensor) *torch.Tensor {
	return v.View(append(slices.Clone(d.batch), 1, 1)...)
}

// Mean implements [Distribution].
func (d *Wishart) Mean() *torch.Tensor { return d.matrixOf(d.DF).Mul(d.CovarianceMatrix()) }

// Mode implements [Distribution]: NaN where df is n+1 or less.
func (d *Wishart) Mode() *torch.Tensor {
	factor := d.DF.Sub(d.event[0]).Sub(1)
	factor.IndexPut(math.NaN(), factor.Le(0))
	return d.matrixOf(factor).Mul(d.CovarianceMatrix())
}

// Variance implements [Distribution].
func (d *Wishart) Variance() *torch.Tensor {
	v := d.CovarianceMatrix()
	diagonal := v.Diagonal(0, -2, -1)
	return d.matrixOf(d.DF).Mul(v.Pow(2).Add(torch.Einsum("...i,...j->...ij", diagonal, diagonal)))
}

// HasRSample implements [Distribution].
func (d *Wishart) HasRSample() bool { return true }

// bartlett draws by Bartlett's decomposition.
func (d *Wishart) bartlett(shape torch.Shape) *torch.Tensor {
	p := d.event[0]
	root := d.chi2.RSample(shape...).Sqrt()
	noise := root.Clamp(finfoOf(root).eps, nil).DiagEmbed(0, -2, -1)
	ij := torch.TrilIndices(p, p, -1).Unbind(0)
	below := torch.Randn(slices.Concat(shape, d.batch, torch.Shape{p * (p - 1) / 2}), noise.DType(), noise.Device())
	noise.IndexPut(below, torch.Ellipsis, ij[0], ij[1])
	chol := d.tril.Matmul(noise)
	return chol.Matmul(chol.Transpose(-2, -1))
}

// wishartTries is how often singular samples are drawn again.
const wishartTries = 10

// RSample implements [Distribution]. As Python's, it draws some of its samples anew.
func (d *Wishart) RSample(shape ...int) *torch.Tensor {
	sample := d.bartlett(shape)
	again := d.overBatch(constraints.PositiveDefinite.Check(sample))
	for range wishartTries {
		if !again.Any().ItemBool() {
			break
		}
		fresh := d.bartlett(again.Index(again).Shape())
		sample.IndexPut(fresh, again)
		again.IndexPut(d.overBatch(constraints.PositiveDefinite.Check(fresh).Not()), again.Clone())
	}
	return sample
}

// overBatch is whether any of a batch is.
func (d *Wishart) overBatch(ok *torch.Tensor) *torch.Tensor {
	if len(d.batch) == 0 {
		return ok
	}
	dims := make([]int, len(d.batch))
	for i := range dims {
		dims[i] = -1 - i
	}
	return ok.Amax(dims...)
}

// LogProb implements [Distribution].
func (d *Wishart) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	nu, p := d.DF, d.event[0]
	_, logDet := linalg.Slogdet(value)
	scale := logDiagonal(d.tril).Add(float64(p) * libm.Log(2) / 2)
	return nu.Neg().Mul(scale).Sub(nu.Div(2).Mvlgamma(p)).Add(nu.Sub(p).Sub(1).Div(2).Mul(logDet)).
		Sub(value.CholeskySolve(d.tril, false).Diagonal(0, -2, -1).Sum(-1).Div(2))
}

// Entropy implements [Distribution].
func (d *Wishart) Entropy() *torch.Tensor {
	nu, p := d.DF, d.event[0]
	if !since(2, 0) {
		d.CovarianceMatrix() // Python's did no more with it than keep it
	}
	scale := logDiagonal(d.tril).Add(float64(p) * libm.Log(2) / 2).Mul(p + 1)
	return scale.Add(nu.Div(2).Mvlgamma(p)).Sub(nu.Sub(p).Sub(1).Div(2).Mul(mvDigamma(nu.Div(2), p))).Add(nu.Mul(p).Div(2))
}

// mvDigamma is the gradient of the multivariate log-gamma function.
func mvDigamma(x *torch.Tensor, p int) *torch.Tensor {
	rows := torch.Arange(0, p, 1, x.DType(), x.Device()).Div(2)
	return x.Unsqueeze(-1).Sub(rows.Expand(append(x.Shape(), -1)...)).Digamma().Sum(-1)
}
