package distributions

import (
	"math"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// LKJCholesky is the Cholesky factor of a random correlation matrix, as torch.distributions.LKJCholesky (Lewandowski,
// Kurowicka and Joe, Generating random correlation matrices based on vines and extended onion method, 2009).
type LKJCholesky struct {
	Base
	Concentration *torch.Tensor
	dim           int
	beta          *Beta
}

// NewLKJCholesky makes it of the size of the matrix, 2 or more, and the concentration, 1 for all matrices alike.
func NewLKJCholesky(dim int, concentration any, opts ...Option) *LKJCholesky {
	const op = "LKJCholesky"
	if dim < 2 {
		panic(invalid(op, "expected dim of 2 or more, but got %d", dim))
	}
	c := broadcastAll(op, "concentration", concentration)[0]
	marginal := c.Add(0.5 * float64(dim-2))
	offset := torch.Arange(0, dim-1, 1, c.DType(), c.Device())
	offset = torch.Cat([]*torch.Tensor{offset.NewZeros(torch.Shape{1}), offset}, 0)
	beta := NewBeta(offset.Add(0.5), marginal.Unsqueeze(-1).Sub(offset.Mul(0.5)))
	return newLKJCholesky(dim, c, beta, opts...)
}

func newLKJCholesky(dim int, c *torch.Tensor, beta *Beta, opts ...Option) *LKJCholesky {
	d := &LKJCholesky{Concentration: c, dim: dim, beta: beta}
	params := []Parameter{{Name: "concentration", Value: c, Constraint: constraints.Positive}}
	d.Init(d, c.Shape(), torch.Shape{dim, dim}, params, opts...)
	return d
}

// Expand implements [Distribution].
func (d *LKJCholesky) Expand(shape ...int) Distribution {
	beta := d.beta.Expand(append(slices.Clone(shape), d.dim)...).(*Beta)
	return newLKJCholesky(d.dim, d.Concentration.Expand(shape...), beta, d.keep())
}

// Support implements [Distribution].
func (d *LKJCholesky) Support() constraints.Constraint { return constraints.CorrCholesky }

// Sample implements [Distribution] by the onion method.
func (d *LKJCholesky) Sample(shape ...int) *torch.Tensor {
	y := d.beta.Sample(shape...).Unsqueeze(-1)
	normal := torch.Randn(d.ExtendedShape(shape...), y.DType(), y.Device()).Tril(-1)
	sphere := normal.Div(normal.NormP(2, -1, torch.KeepDim))
	sphere.Index(torch.Ellipsis, 0, torch.Colon).FillInplace(0.0)
	w := y.Sqrt().Mul(sphere)
	diagonal := w.Pow(2).Sum(-1).RSub(1).Clamp(finfoOf(w).tiny, nil).Sqrt()
	return w.AddInplace(diagonal.DiagEmbed(0, -2, -1))
}

// LogProb implements [Distribution].
func (d *LKJCholesky) LogProb(value *torch.Tensor) *torch.Tensor {
	d.ValidateSample(value)
	c := d.Concentration
	diagonal := value.Diagonal(0, -1, -2).Index(torch.Ellipsis, torch.R(1, nil))
	order := torch.Arange(2, d.dim+1, 1, torch.Int64, c.Device())
	order = c.Sub(1).Mul(2).Unsqueeze(-1).Add(d.dim).Sub(order)
	unnormalized := order.Mul(diagonal.Log()).Sum(-1)
	n := d.dim - 1
	alpha := c.Add(0.5 * float64(n))
	denominator := alpha.Lgamma().Mul(n)
	numerator := alpha.Sub(0.5).Mvlgamma(n)
	pi := 0.5 * float64(n) * libm.Log(math.Pi)
	return unnormalized.Sub(numerator.Add(pi).Sub(denominator))
}
