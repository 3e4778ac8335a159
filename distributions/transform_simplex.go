package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// SoftmaxTransform maps vectors to the simplex by exp and a division by the sum, as torch.distributions.SoftmaxTransform.
// It is not bijective.
type SoftmaxTransform struct{ TransformBase }

// StickBreakingTransform maps vectors of n numbers to the simplex of n+1 by breaking pieces off a stick, as
// torch.distributions.StickBreakingTransform.
type StickBreakingTransform struct{ TransformBase }

// NewSoftmaxTransform makes a [SoftmaxTransform].
func NewSoftmaxTransform() *SoftmaxTransform { return &SoftmaxTransform{} }

// NewStickBreakingTransform makes a [StickBreakingTransform].
func NewStickBreakingTransform() *StickBreakingTransform { return &StickBreakingTransform{} }

// Domain implements [Transform].
func (*SoftmaxTransform) Domain() constraints.Constraint { return constraints.RealVector }

// Codomain implements [Transform].
func (*SoftmaxTransform) Codomain() constraints.Constraint { return constraints.Simplex }

// Forward implements [Transform].
func (*SoftmaxTransform) Forward(x *torch.Tensor) *torch.Tensor {
	high, _ := x.MaxDim(-1, torch.KeepDim)
	p := x.Sub(high).Exp()
	return p.Div(p.Sum(-1, torch.KeepDim))
}

// Inverse implements [Transform].
func (*SoftmaxTransform) Inverse(y *torch.Tensor) *torch.Tensor { return y.Log() }

// ForwardShape implements [Transform].
func (*SoftmaxTransform) ForwardShape(shape torch.Shape) torch.Shape {
	return atLeast("SoftmaxTransform", shape, 1)
}

// InverseShape implements [Transform].
func (t *SoftmaxTransform) InverseShape(shape torch.Shape) torch.Shape { return t.ForwardShape(shape) }

// atLeast is a shape of n dimensions or more.
func atLeast(op string, shape torch.Shape, n int) torch.Shape {
	if len(shape) < n {
		panic(invalid(op, "expected %d dimensions or more, but got the shape %s", n, pyShape(shape)))
	}
	return shape
}

// Domain implements [Transform].
func (*StickBreakingTransform) Domain() constraints.Constraint { return constraints.RealVector }

// Codomain implements [Transform].
func (*StickBreakingTransform) Codomain() constraints.Constraint { return constraints.Simplex }

// Bijective implements [Transform].
func (*StickBreakingTransform) Bijective() bool { return true }

// offset is n, n-1, …, 1.
func offset(n int, like *torch.Tensor) *torch.Tensor {
	return like.NewOnes(torch.Shape{n}).Cumsum(-1).RSub(n + 1)
}

// Forward implements [Transform].
func (*StickBreakingTransform) Forward(x *torch.Tensor) *torch.Tensor {
	z := clippedSigmoid(x.Sub(offset(x.Size(-1), x).Log()))
	rest := z.RSub(1).Cumprod(-1)
	return z.Pad(1, 0, 1).Mul(rest.Pad(1, 1, 0))
}

// Inverse implements [Transform].
func (*StickBreakingTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	crop := y.Index(torch.Ellipsis, torch.R(nil, -1))
	rest := crop.Cumsum(-1).RSub(1).Clamp(finfoOf(y).tiny, nil)
	return crop.Log().Sub(rest.Log()).Add(offset(crop.Size(-1), y).Log())
}

// LogAbsDetJacobian implements [Transform].
func (*StickBreakingTransform) LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor {
	x = x.Sub(offset(x.Size(-1), x).Log())
	return x.Neg().Add(logSigmoid(x)).Add(y.Index(torch.Ellipsis, torch.R(nil, -1)).Log()).Sum(-1)
}

// ForwardShape implements [Transform].
func (*StickBreakingTransform) ForwardShape(shape torch.Shape) torch.Shape { return longer(shape, 1) }

// InverseShape implements [Transform].
func (*StickBreakingTransform) InverseShape(shape torch.Shape) torch.Shape { return longer(shape, -1) }

// longer is a shape whose last dimension is longer by n.
func longer(shape torch.Shape, n int) torch.Shape {
	shape = slices.Clone(atLeast("StickBreakingTransform", shape, 1))
	shape[len(shape)-1] += n
	return shape
}
