package distributions

import (
	"reflect"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Transform maps values x to values y, as torch.distributions.Transform. One of your own embeds a [TransformBase].
type Transform interface {
	// Forward is y of x.
	Forward(x *torch.Tensor) *torch.Tensor
	// Inverse is x of y.
	Inverse(y *torch.Tensor) *torch.Tensor
	// LogAbsDetJacobian is the logarithm of |dy/dx|, of each event.
	LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor

	// Domain and Codomain are where x and y lie.
	Domain() constraints.Constraint
	Codomain() constraints.Constraint
	// Bijective says that Inverse undoes Forward.
	Bijective() bool
	// Sign is the sign of dy/dx, a number or a tensor, of a transform of numbers that rises or falls throughout.
	Sign() any

	// ForwardShape is the shape of y for a shape of x, and InverseShape the other way.
	ForwardShape(shape torch.Shape) torch.Shape
	InverseShape(shape torch.Shape) torch.Shape
}

// TransformBase is what transforms embed: shapes stay, it is not bijective, and has no sign and no Jacobian.
type TransformBase struct{}

// LogAbsDetJacobian is an error.
func (TransformBase) LogAbsDetJacobian(_, _ *torch.Tensor) *torch.Tensor {
	panic(notImplemented("Transform", "it has no log_abs_det_jacobian"))
}

// Bijective implements [Transform].
func (TransformBase) Bijective() bool { return false }

// Sign is an error.
func (TransformBase) Sign() any { panic(notImplemented("Transform", "it has no sign")) }

// ForwardShape implements [Transform].
func (TransformBase) ForwardShape(shape torch.Shape) torch.Shape { return shape }

// InverseShape implements [Transform].
func (TransformBase) InverseShape(shape torch.Shape) torch.Shape { return shape }

// rising is what increasing transforms of numbers embed.
type rising struct{ TransformBase }

func (rising) Bijective() bool                { return true }
func (rising) Sign() any                      { return 1 }
func (rising) Domain() constraints.Constraint { return constraints.Real }

// Inv is the transform from y to x.
func Inv(t Transform) Transform {
	switch t := t.(type) {
	case nil:
		panic(wrongType("Inv", "the transform is nil"))
	case *inverse:
		return t.of
	case *ComposeTransform:
		parts := make([]Transform, len(t.Parts))
		for i, p := range t.Parts {
			parts[len(parts)-1-i] = Inv(p)
		}
		return &ComposeTransform{Parts: parts}
	}
	return &inverse{t}
}

type inverse struct{ of Transform }

func (t *inverse) Forward(x *torch.Tensor) *torch.Tensor      { return t.of.Inverse(x) }
func (t *inverse) Inverse(y *torch.Tensor) *torch.Tensor      { return t.of.Forward(y) }
func (t *inverse) Domain() constraints.Constraint             { return t.of.Codomain() }
func (t *inverse) Codomain() constraints.Constraint           { return t.of.Domain() }
func (t *inverse) Bijective() bool                            { return t.of.Bijective() }
func (t *inverse) Sign() any                                  { return t.of.Sign() }
func (t *inverse) ForwardShape(shape torch.Shape) torch.Shape { return t.of.InverseShape(shape) }
func (t *inverse) InverseShape(shape torch.Shape) torch.Shape { return t.of.ForwardShape(shape) }
func (t *inverse) Equal(other Transform) bool {
	o, ok := other.(*inverse)
	return ok && sameTransform(t.of, o.of)
}

func (t *inverse) LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor {
	return t.of.LogAbsDetJacobian(y, x).Neg()
}

// sameTransform reports whether two transforms are equal: the same one, of one type that has no settings, or by their
// method Equal.
func sameTransform(a, b Transform) bool {
	if e, ok := a.(interface{ Equal(Transform) bool }); ok {
		return e.Equal(b)
	}
	t := reflect.TypeOf(a)
	if t == reflect.TypeOf(b) && t.Kind() == reflect.Pointer && t.Elem().Size() == 0 {
		return true
	}
	return a == b
}

// eventDim is the number of an event's dimensions, where it is the same of x and y.
func eventDim(t Transform) int {
	d, c := t.Domain().EventDim(), t.Codomain().EventDim()
	if d != c {
		panic(invalid(typeName(t), "expected a transform of as many dimensions as it has, but it makes %d of %d", c, d))
	}
	return d
}

func mustTransforms(op string, ts []Transform) {
	if i := slices.Index(ts, nil); i >= 0 {
		panic(wrongType(op, "transform %d is nil", i))
	}
}
