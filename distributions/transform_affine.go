package distributions

import (
	"math"
	"reflect"

	"multitorch/distributions/constraints"
	"multitorch/libm"
	"multitorch/torch"
)

// AffineTransform is y = loc + scale·x, as torch.distributions.AffineTransform.
type AffineTransform struct {
	TransformBase
	Loc, Scale any // numbers or tensors
	event      int
}

// PowerTransform is y = xᵉ of positive x, as torch.distributions.PowerTransform.
type PowerTransform struct {
	TransformBase
	Exponent *torch.Tensor
}

// NewAffineTransform makes it of numbers or tensors; eventDim says how many of the last dimensions are one event, 0
// unless given.
func NewAffineTransform(loc, scale any, eventDim ...int) *AffineTransform {
	const op = "AffineTransform"
	t := &AffineTransform{Loc: numberOrTensor(op, "loc", loc), Scale: numberOrTensor(op, "scale", scale)}
	if len(eventDim) > 0 {
		t.event = eventDim[0]
	}
	if len(eventDim) > 1 || t.event < 0 {
		panic(invalid(op, "expected one event_dim of 0 or more, but got %v", eventDim))
	}
	return t
}

func numberOrTensor(op, name string, v any) any {
	if t := tensorOf(v); t != nil {
		return t
	}
	if !isNumber(v) {
		panic(wrongType(op, "expected a tensor or a number as %s, but got %s", name, kindOf(v)))
	}
	return v
}

// NewPowerTransform makes it of the exponent, a number or a tensor.
func NewPowerTransform(exponent any) *PowerTransform {
	return &PowerTransform{Exponent: broadcastAll("PowerTransform", "exponent", exponent)[0]}
}

// Equal reports whether other has equal numbers, or tensors.
func (t *AffineTransform) Equal(other Transform) bool {
	o, ok := other.(*AffineTransform)
	return ok && equalValues(t.Loc, o.Loc) && equalValues(t.Scale, o.Scale)
}

// equalValues compares numbers or tensors; what can't be broadcast is not equal.
func equalValues(a, b any) (equal bool) {
	x, y := tensorOf(a), tensorOf(b)
	err := torch.Try(func() error {
		switch {
		case x != nil:
			equal = x.Eq(b).All().ItemBool()
		case y != nil:
			equal = y.Eq(a).All().ItemBool()
		default:
			equal = toFloat(a) == toFloat(b)
		}
		return nil
	})
	return err == nil && equal
}

func toFloat(v any) float64 {
	r := reflect.ValueOf(v)
	switch {
	case r.CanFloat():
		return r.Float()
	case r.CanInt():
		return float64(r.Int())
	case r.CanUint():
		return float64(r.Uint())
	case r.Kind() == reflect.Bool && r.Bool():
		return 1
	}
	return 0
}

// Domain implements [Transform].
func (t *AffineTransform) Domain() constraints.Constraint { return widened(constraints.Real, t.event) }

// Codomain implements [Transform].
func (t *AffineTransform) Codomain() constraints.Constraint { return t.Domain() }

// Bijective implements [Transform].
func (t *AffineTransform) Bijective() bool { return true }

// Sign implements [Transform].
func (t *AffineTransform) Sign() any {
	if s := tensorOf(t.Scale); s != nil {
		return s.Sign()
	}
	switch s := toFloat(t.Scale); {
	case s > 0:
		return 1
	case s < 0:
		return -1
	}
	return 0
}

// Forward implements [Transform].
func (t *AffineTransform) Forward(x *torch.Tensor) *torch.Tensor {
	return x.Mul(t.Scale).Add(t.Loc)
}

// Inverse implements [Transform].
func (t *AffineTransform) Inverse(y *torch.Tensor) *torch.Tensor { return y.Sub(t.Loc).Div(t.Scale) }

// LogAbsDetJacobian implements [Transform].
func (t *AffineTransform) LogAbsDetJacobian(x, _ *torch.Tensor) *torch.Tensor {
	shape := x.Shape()
	var result *torch.Tensor
	if s := tensorOf(t.Scale); s != nil {
		result = s.Abs().Log()
	} else {
		result = torch.FullLike(x, libm.Log(math.Abs(toFloat(t.Scale))))
	}
	if t.event > 0 {
		result = sumRightmost(result, t.event)
		shape = shape[:len(shape)-t.event]
	}
	return result.Expand(shape...)
}

// ForwardShape implements [Transform].
func (t *AffineTransform) ForwardShape(shape torch.Shape) torch.Shape {
	for _, v := range []any{t.Loc, t.Scale} {
		if s := tensorOf(v); s != nil {
			shape = torch.BroadcastShapes(shape, s.Shape())
		}
	}
	return shape
}

// InverseShape implements [Transform].
func (t *AffineTransform) InverseShape(shape torch.Shape) torch.Shape { return t.ForwardShape(shape) }

// Equal reports whether other has an equal exponent.
func (t *PowerTransform) Equal(other Transform) bool {
	o, ok := other.(*PowerTransform)
	return ok && equalValues(t.Exponent, o.Exponent)
}

// Domain implements [Transform].
func (*PowerTransform) Domain() constraints.Constraint { return constraints.Positive }

// Codomain implements [Transform].
func (*PowerTransform) Codomain() constraints.Constraint { return constraints.Positive }

// Bijective implements [Transform].
func (*PowerTransform) Bijective() bool { return true }

// Sign implements [Transform]. Before 2.0 it was 1 for negative exponents too.
func (t *PowerTransform) Sign() any {
	if !since(2, 0) {
		return 1
	}
	return t.Exponent.Sign()
}

// Forward implements [Transform].
func (t *PowerTransform) Forward(x *torch.Tensor) *torch.Tensor { return x.Pow(t.Exponent) }

// Inverse implements [Transform].
func (t *PowerTransform) Inverse(y *torch.Tensor) *torch.Tensor { return y.Pow(t.Exponent.RDiv(1)) }

// LogAbsDetJacobian implements [Transform].
func (t *PowerTransform) LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor {
	return t.Exponent.Mul(y).Div(x).Abs().Log()
}

// ForwardShape implements [Transform].
func (t *PowerTransform) ForwardShape(shape torch.Shape) torch.Shape {
	return torch.BroadcastShapes(shape, t.Exponent.Shape())
}

// InverseShape implements [Transform].
func (t *PowerTransform) InverseShape(shape torch.Shape) torch.Shape { return t.ForwardShape(shape) }
