package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// CatTransform does a transform on each piece of a dimension, as torch.distributions.CatTransform.
type CatTransform struct{ joined }

// StackTransform does a transform on each slice of a dimension, as torch.distributions.StackTransform.
type StackTransform struct{ joined }

type joined struct {
	TransformBase
	Transforms []Transform
	Dim        int
	Lengths    []int // nil of a StackTransform
	name       string
}

// NewCatTransform makes it of the transforms, the dimension and the lengths of its pieces; nil stands for 1 each.
func NewCatTransform(transforms []Transform, dim int, lengths []int) *CatTransform {
	const op = "CatTransform"
	mustSome(op, transforms)
	if lengths == nil {
		lengths = slices.Repeat([]int{1}, len(transforms))
	}
	if len(lengths) != len(transforms) {
		panic(invalid(op, "expected a length for each of %d transforms, but got %d", len(transforms), len(lengths)))
	}
	return &CatTransform{joined{Transforms: slices.Clone(transforms), Dim: dim, Lengths: slices.Clone(lengths), name: op}}
}

// NewStackTransform makes it of the transforms and the dimension.
func NewStackTransform(transforms []Transform, dim int) *StackTransform {
	mustSome("StackTransform", transforms)
	return &StackTransform{joined{Transforms: slices.Clone(transforms), Dim: dim, name: "StackTransform"}}
}

func mustSome(op string, ts []Transform) {
	mustTransforms(op, ts)
	if len(ts) == 0 {
		panic(invalid(op, "expected one transform or more, but got none"))
	}
}

// pieces cuts x into what each transform gets.
func (t *joined) pieces(x *torch.Tensor) []*torch.Tensor {
	shape, want := x.Shape(), len(t.Transforms)
	if t.Lengths != nil {
		want = 0
		for _, n := range t.Lengths {
			want += n
		}
	}
	if t.Dim < -len(shape) || t.Dim >= len(shape) || x.Size(t.Dim) != want {
		panic(invalid(t.name, "expected a tensor of the size %d in dimension %d, but got the shape %s", want, t.Dim, pyShape(shape)))
	}
	if t.Lengths != nil {
		return x.SplitSizes(t.Lengths, t.Dim)
	}
	return x.Unbind(t.Dim)
}

func (t *joined) together(parts []*torch.Tensor, dim int) *torch.Tensor {
	if t.Lengths != nil {
		return torch.Cat(parts, dim)
	}
	return torch.Stack(parts, dim)
}

func (t *joined) Forward(x *torch.Tensor) *torch.Tensor {
	parts := t.pieces(x)
	for i, p := range parts {
		parts[i] = t.Transforms[i].Forward(p)
	}
	return t.together(parts, t.Dim)
}

func (t *joined) Inverse(y *torch.Tensor) *torch.Tensor {
	parts := t.pieces(y)
	for i, p := range parts {
		parts[i] = t.Transforms[i].Inverse(p)
	}
	return t.together(parts, t.Dim)
}

// LogAbsDetJacobian implements [Transform].
func (t *StackTransform) LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor {
	ys := t.pieces(y)
	xs := t.pieces(x)
	for i, tr := range t.Transforms {
		xs[i] = tr.LogAbsDetJacobian(xs[i], ys[i])
	}
	return torch.Stack(xs, t.Dim)
}

// LogAbsDetJacobian implements [Transform].
func (t *CatTransform) LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor {
	xs, ys := t.pieces(x), t.pieces(y)
	n := 0
	for _, tr := range t.Transforms {
		n = max(n, eventDim(tr))
	}
	for i, tr := range t.Transforms {
		xs[i] = sumRightmost(tr.LogAbsDetJacobian(xs[i], ys[i]), n-eventDim(tr))
	}
	dim := t.Dim
	if dim >= 0 {
		dim -= x.Dim()
	}
	if dim += n; dim < 0 {
		return torch.Cat(xs, dim)
	}
	total := xs[0].Add(0)
	for _, part := range xs[1:] {
		total = total.Add(part)
	}
	return total
}

func (t *joined) Bijective() bool { return allBijective(t.Transforms) }

func (t *joined) Domain() constraints.Constraint   { return t.constraint(Transform.Domain) }
func (t *joined) Codomain() constraints.Constraint { return t.constraint(Transform.Codomain) }

func (t *joined) constraint(of func(Transform) constraints.Constraint) constraints.Constraint {
	parts := make([]constraints.Constraint, len(t.Transforms))
	for i, tr := range t.Transforms {
		parts[i] = of(tr)
	}
	if t.Lengths != nil {
		return constraints.Cat(parts, t.Dim, t.Lengths)
	}
	return constraints.Stack(parts, t.Dim)
}
