package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// IndependentTransform takes the last dimensions of what another transform works on as one event, as
// torch.distributions.IndependentTransform.
type IndependentTransform struct {
	TransformBase
	Base                    Transform
	ReinterpretedBatchNDims int
}

// NewIndependentTransform makes it of the transform and the number of dimensions.
func NewIndependentTransform(base Transform, reinterpretedBatchNDims int) *IndependentTransform {
	mustTransforms("IndependentTransform", []Transform{base})
	if reinterpretedBatchNDims < 0 {
		panic(invalid("IndependentTransform", "expected 0 dimensions or more, but got %d", reinterpretedBatchNDims))
	}
	return &IndependentTransform{Base: base, ReinterpretedBatchNDims: reinterpretedBatchNDims}
}

// Domain implements [Transform].
func (t *IndependentTransform) Domain() constraints.Constraint {
	return constraints.Independent(t.Base.Domain(), t.ReinterpretedBatchNDims)
}

// Codomain implements [Transform].
func (t *IndependentTransform) Codomain() constraints.Constraint {
	return constraints.Independent(t.Base.Codomain(), t.ReinterpretedBatchNDims)
}

// Bijective implements [Transform].
func (t *IndependentTransform) Bijective() bool { return t.Base.Bijective() }

// Sign implements [Transform].
func (t *IndependentTransform) Sign() any { return t.Base.Sign() }

// Forward implements [Transform].
func (t *IndependentTransform) Forward(x *torch.Tensor) *torch.Tensor {
	atLeast("IndependentTransform", x.Shape(), t.Domain().EventDim())
	return t.Base.Forward(x)
}

// Inverse implements [Transform].
func (t *IndependentTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	atLeast("IndependentTransform", y.Shape(), t.Codomain().EventDim())
	return t.Base.Inverse(y)
}

// LogAbsDetJacobian implements [Transform].
func (t *IndependentTransform) LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor {
	return sumRightmost(t.Base.LogAbsDetJacobian(x, y), t.ReinterpretedBatchNDims)
}

// ForwardShape implements [Transform].
func (t *IndependentTransform) ForwardShape(shape torch.Shape) torch.Shape {
	return t.Base.ForwardShape(shape)
}

// InverseShape implements [Transform].
func (t *IndependentTransform) InverseShape(shape torch.Shape) torch.Shape {
	return t.Base.InverseShape(shape)
}

// ReshapeTransform gives events another shape, as torch.distributions.ReshapeTransform.
type ReshapeTransform struct {
	TransformBase
	InShape, OutShape torch.Shape
}

// NewReshapeTransform makes it of two shapes with as many elements.
func NewReshapeTransform(inShape, outShape torch.Shape) *ReshapeTransform {
	if numel(inShape) != numel(outShape) {
		panic(invalid("ReshapeTransform", "expected shapes with as many elements, but got %s and %s", pyShape(inShape), pyShape(outShape)))
	}
	return &ReshapeTransform{InShape: slices.Clone(inShape), OutShape: slices.Clone(outShape)}
}

func numel(shape torch.Shape) int {
	n := 1
	for _, size := range shape {
		n *= size
	}
	return n
}

// Domain implements [Transform].
func (t *ReshapeTransform) Domain() constraints.Constraint {
	return constraints.Independent(constraints.Real, len(t.InShape))
}

// Codomain implements [Transform].
func (t *ReshapeTransform) Codomain() constraints.Constraint {
	return constraints.Independent(constraints.Real, len(t.OutShape))
}

// Bijective implements [Transform].
func (*ReshapeTransform) Bijective() bool { return true }

// Forward implements [Transform].
func (t *ReshapeTransform) Forward(x *torch.Tensor) *torch.Tensor {
	return x.Reshape(t.ForwardShape(x.Shape())...)
}

// Inverse implements [Transform].
func (t *ReshapeTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	return y.Reshape(t.InverseShape(y.Shape())...)
}

// LogAbsDetJacobian implements [Transform].
func (t *ReshapeTransform) LogAbsDetJacobian(x, _ *torch.Tensor) *torch.Tensor {
	shape := atLeast("ReshapeTransform", x.Shape(), len(t.InShape))
	return x.NewZeros(shape[:len(shape)-len(t.InShape)])
}

// ForwardShape implements [Transform].
func (t *ReshapeTransform) ForwardShape(shape torch.Shape) torch.Shape {
	return replaced(shape, t.InShape, t.OutShape)
}

// InverseShape implements [Transform].
func (t *ReshapeTransform) InverseShape(shape torch.Shape) torch.Shape {
	return replaced(shape, t.OutShape, t.InShape)
}

// replaced is a shape that ends in from, with to in its place.
func replaced(shape, from, to torch.Shape) torch.Shape {
	cut := len(atLeast("ReshapeTransform", shape, len(from))) - len(from)
	if !slices.Equal(shape[cut:], from) {
		panic(invalid("ReshapeTransform", "expected a shape that ends in %s, but got %s", pyShape(from), pyShape(shape)))
	}
	return slices.Concat(shape[:cut], to)
}
