package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// Transforms of numbers without settings.
type (
	ExpTransform      struct{ rising } // y = eˣ
	SigmoidTransform  struct{ rising } // y = 1/(1+e⁻ˣ), kept off 0 and 1
	SoftplusTransform struct{ rising } // y = log(1+eˣ)
	TanhTransform     struct{ rising } // y = tanh(x); ComposeTransform of Affine and Sigmoid is more stable

	// AbsTransform is y = |x|, which has no inverse: Inverse is the y itself.
	AbsTransform struct{ TransformBase }
)

// NewExpTransform makes an [ExpTransform].
func NewExpTransform() *ExpTransform { return &ExpTransform{} }

// NewSigmoidTransform makes a [SigmoidTransform].
func NewSigmoidTransform() *SigmoidTransform { return &SigmoidTransform{} }

// NewSoftplusTransform makes a [SoftplusTransform].
func NewSoftplusTransform() *SoftplusTransform { return &SoftplusTransform{} }

// NewTanhTransform makes a [TanhTransform].
func NewTanhTransform() *TanhTransform { return &TanhTransform{} }

// NewAbsTransform makes an [AbsTransform].
func NewAbsTransform() *AbsTransform { return &AbsTransform{} }

// Codomain implements [Transform].
func (*ExpTransform) Codomain() constraints.Constraint { return constraints.Positive }

// Forward implements [Transform].
func (*ExpTransform) Forward(x *torch.Tensor) *torch.Tensor { return x.Exp() }

// Inverse implements [Transform].
func (*ExpTransform) Inverse(y *torch.Tensor) *torch.Tensor { return y.Log() }

// LogAbsDetJacobian implements [Transform].
func (*ExpTransform) LogAbsDetJacobian(x, _ *torch.Tensor) *torch.Tensor { return x }

// Codomain implements [Transform].
func (*SigmoidTransform) Codomain() constraints.Constraint { return constraints.UnitInterval }

// Forward implements [Transform].
func (*SigmoidTransform) Forward(x *torch.Tensor) *torch.Tensor { return clippedSigmoid(x) }

func clippedSigmoid(x *torch.Tensor) *torch.Tensor {
	f := finfoOf(x)
	return x.Sigmoid().Clamp(f.tiny, 1.0-f.eps)
}

// Inverse implements [Transform].
func (*SigmoidTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	f := finfoOf(y)
	y = y.Clamp(f.tiny, 1.0-f.eps)
	return y.Log().Sub(y.Neg().Log1p())
}

// LogAbsDetJacobian implements [Transform].
func (*SigmoidTransform) LogAbsDetJacobian(x, _ *torch.Tensor) *torch.Tensor {
	return softplus(x.Neg()).Neg().Sub(softplus(x))
}

// Codomain implements [Transform].
func (*SoftplusTransform) Codomain() constraints.Constraint { return constraints.Positive }

// Forward implements [Transform].
func (*SoftplusTransform) Forward(x *torch.Tensor) *torch.Tensor { return softplus(x) }

// Inverse implements [Transform].
func (*SoftplusTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	return y.Neg().Expm1().Neg().Log().Add(y)
}

// LogAbsDetJacobian implements [Transform].
func (*SoftplusTransform) LogAbsDetJacobian(x, _ *torch.Tensor) *torch.Tensor {
	return softplus(x.Neg()).Neg()
}

// Codomain implements [Transform].
func (*TanhTransform) Codomain() constraints.Constraint { return constraints.Interval(-1.0, 1.0) }

// Forward implements [Transform].
func (*TanhTransform) Forward(x *torch.Tensor) *torch.Tensor { return x.Tanh() }

// Inverse implements [Transform].
func (*TanhTransform) Inverse(y *torch.Tensor) *torch.Tensor { return y.Atanh() }

// LogAbsDetJacobian implements [Transform].
func (*TanhTransform) LogAbsDetJacobian(x, _ *torch.Tensor) *torch.Tensor {
	return x.RSub(libm.Log(2.0)).Sub(softplus(x.Mul(-2.0))).Mul(2.0)
}

// Domain implements [Transform].
func (*AbsTransform) Domain() constraints.Constraint { return constraints.Real }

// Codomain implements [Transform].
func (*AbsTransform) Codomain() constraints.Constraint { return constraints.Positive }

// Forward implements [Transform].
func (*AbsTransform) Forward(x *torch.Tensor) *torch.Tensor { return x.Abs() }

// Inverse implements [Transform].
func (*AbsTransform) Inverse(y *torch.Tensor) *torch.Tensor { return y }
