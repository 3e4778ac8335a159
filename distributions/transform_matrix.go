package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
	"multitorch/torch/linalg"
)

// LowerCholeskyTransform maps matrices to lower triangular ones with a positive diagonal, as
// torch.distributions.LowerCholeskyTransform.
type LowerCholeskyTransform struct{ TransformBase }

// PositiveDefiniteTransform maps matrices to positive definite ones, as torch.distributions.PositiveDefiniteTransform of
// 2.0 and newer.
type PositiveDefiniteTransform struct{ TransformBase }

// CorrCholeskyTransform maps vectors of n(n-1)/2 numbers to the Cholesky factors of n×n correlations, as
// torch.distributions.CorrCholeskyTransform.
type CorrCholeskyTransform struct{ TransformBase }

// NewLowerCholeskyTransform makes a [LowerCholeskyTransform].
func NewLowerCholeskyTransform() *LowerCholeskyTransform { return &LowerCholeskyTransform{} }

// NewPositiveDefiniteTransform makes a [PositiveDefiniteTransform].
func NewPositiveDefiniteTransform() *PositiveDefiniteTransform { return &PositiveDefiniteTransform{} }

// NewCorrCholeskyTransform makes a [CorrCholeskyTransform].
func NewCorrCholeskyTransform() *CorrCholeskyTransform { return &CorrCholeskyTransform{} }

// Domain implements [Transform].
func (*LowerCholeskyTransform) Domain() constraints.Constraint {
	return constraints.Independent(constraints.Real, 2)
}

// Codomain implements [Transform].
func (*LowerCholeskyTransform) Codomain() constraints.Constraint { return constraints.LowerCholesky }

// Forward implements [Transform].
func (*LowerCholeskyTransform) Forward(x *torch.Tensor) *torch.Tensor {
	return x.Tril(-1).Add(x.Diagonal(0, -2, -1).Exp().DiagEmbed(0, -2, -1))
}

// Inverse implements [Transform].
func (*LowerCholeskyTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	return y.Tril(-1).Add(y.Diagonal(0, -2, -1).Log().DiagEmbed(0, -2, -1))
}

// Domain implements [Transform].
func (*PositiveDefiniteTransform) Domain() constraints.Constraint {
	return constraints.Independent(constraints.Real, 2)
}

// Codomain implements [Transform].
func (*PositiveDefiniteTransform) Codomain() constraints.Constraint {
	return constraints.PositiveDefinite
}

// Forward implements [Transform].
func (*PositiveDefiniteTransform) Forward(x *torch.Tensor) *torch.Tensor {
	l := NewLowerCholeskyTransform().Forward(x)
	return l.Matmul(l.MT())
}

// Inverse implements [Transform].
func (*PositiveDefiniteTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	return NewLowerCholeskyTransform().Inverse(linalg.Cholesky(y))
}

// Domain implements [Transform].
func (*CorrCholeskyTransform) Domain() constraints.Constraint { return constraints.RealVector }

// Codomain implements [Transform].
func (*CorrCholeskyTransform) Codomain() constraints.Constraint { return constraints.CorrCholesky }

// Bijective implements [Transform].
func (*CorrCholeskyTransform) Bijective() bool { return true }

// Forward implements [Transform].
func (t *CorrCholeskyTransform) Forward(x *torch.Tensor) *torch.Tensor {
	x = x.Tanh()
	eps := finfoOf(x).eps
	x = x.Clamp(-1+eps, 1-eps)
	shape := t.ForwardShape(x.Shape())
	n := shape[len(shape)-1]
	r := x.NewZeros(shape).IndexPut(x, torch.Ellipsis, trilMask(n, -1, x.Device()))
	rest := r.Pow(2).RSub(1).Sqrt().Cumprod(-1)
	r = r.Add(torch.Eye(n, r.DType(), r.Device()))
	return r.Mul(shifted(rest))
}

// shifted moves rows to the right, a 1 comes in.
func shifted(x *torch.Tensor) *torch.Tensor {
	return x.Index(torch.Ellipsis, torch.R(nil, -1)).Pad(1, 1, 0)
}

// trilMask is true on and below a diagonal of n×n.
func trilMask(n, diagonal int, device torch.Device) *torch.Tensor {
	i := torch.Arange(0, n, 1, torch.Int64, device)
	return i.Lt(i.View(-1, 1).Add(diagonal + 1))
}

func trilVector(matrix *torch.Tensor, diagonal int) *torch.Tensor {
	return matrix.Index(torch.Ellipsis, trilMask(matrix.Size(-1), diagonal, matrix.Device()))
}

// Inverse implements [Transform].
func (*CorrCholeskyTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	rest := shifted(y.Mul(y).Cumsum(-1).RSub(1))
	t := trilVector(y, -1).Div(trilVector(rest, -1).Sqrt())
	if since(2, 0) {
		return t.Log1p().Sub(t.Neg().Log1p()).Div(2)
	}
	return t.Add(1).Div(t.RSub(1)).Log().Div(2)
}

// LogAbsDetJacobian implements [Transform].
func (*CorrCholeskyTransform) LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor {
	rest := y.Mul(y).Cumsum(-1).RSub(1)
	stick := trilVector(rest, -2).Log().Sum(-1).Mul(0.5)
	tanh := x.Add(softplus(x.Mul(-2))).Sub(libm.Log(2.0)).Sum(-1).Mul(-2)
	return stick.Add(tanh)
}

// ForwardShape implements [Transform].
func (*CorrCholeskyTransform) ForwardShape(shape torch.Shape) torch.Shape {
	shape = atLeast("CorrCholeskyTransform", shape, 1)
	n := shape[len(shape)-1]
	d := 1
	for d*(d-1)/2 < n {
		d++
	}
	if d*(d-1)/2 != n {
		panic(invalid("CorrCholeskyTransform", "expected d(d-1)/2 numbers, those below a diagonal, but got the shape %s", pyShape(shape)))
	}
	return slices.Concat(shape[:len(shape)-1], torch.Shape{d, d})
}

// InverseShape implements [Transform].
func (*CorrCholeskyTransform) InverseShape(shape torch.Shape) torch.Shape {
	shape = atLeast("CorrCholeskyTransform", shape, 2)
	d := shape[len(shape)-1]
	if shape[len(shape)-2] != d {
		panic(invalid("CorrCholeskyTransform", "expected a square matrix, but got the shape %s", pyShape(shape)))
	}
	return slices.Concat(shape[:len(shape)-2], torch.Shape{d * (d - 1) / 2})
}
