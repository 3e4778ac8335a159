package distributions

import (
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// ComposeTransform does one transform after the other, as torch.distributions.ComposeTransform. Without any it is the
// identity.
type ComposeTransform struct{ Parts []Transform }

// NewComposeTransform makes it of its parts, the first one first.
func NewComposeTransform(parts ...Transform) *ComposeTransform {
	mustTransforms("ComposeTransform", parts)
	return &ComposeTransform{slices.Clone(parts)}
}

// Equal reports whether other has equal parts.
func (t *ComposeTransform) Equal(other Transform) bool {
	o, ok := other.(*ComposeTransform)
	return ok && slices.EqualFunc(t.Parts, o.Parts, sameTransform)
}

// Domain implements [Transform].
func (t *ComposeTransform) Domain() constraints.Constraint {
	if len(t.Parts) == 0 {
		return constraints.Real
	}
	n := t.Parts[len(t.Parts)-1].Codomain().EventDim()
	for _, p := range slices.Backward(t.Parts) {
		n = max(n+p.Domain().EventDim()-p.Codomain().EventDim(), p.Domain().EventDim())
	}
	return widened(t.Parts[0].Domain(), n)
}

// Codomain implements [Transform].
func (t *ComposeTransform) Codomain() constraints.Constraint {
	if len(t.Parts) == 0 {
		return constraints.Real
	}
	n := t.Parts[0].Domain().EventDim()
	for _, p := range t.Parts {
		n = max(n+p.Codomain().EventDim()-p.Domain().EventDim(), p.Codomain().EventDim())
	}
	return widened(t.Parts[len(t.Parts)-1].Codomain(), n)
}

// widened is a constraint of events of n dimensions.
func widened(c constraints.Constraint, n int) constraints.Constraint {
	if more := n - c.EventDim(); more > 0 {
		return constraints.Independent(c, more)
	}
	return c
}

// Bijective implements [Transform].
func (t *ComposeTransform) Bijective() bool { return allBijective(t.Parts) }

func allBijective(ts []Transform) bool {
	return !slices.ContainsFunc(ts, func(t Transform) bool { return !t.Bijective() })
}

// Sign implements [Transform].
func (t *ComposeTransform) Sign() any {
	var sign any = 1
	for _, p := range t.Parts {
		sign = product(sign, p.Sign())
	}
	return sign
}

// product multiplies signs, numbers or tensors.
func product(a, b any) any {
	x, y := tensorOf(a), tensorOf(b)
	switch {
	case x != nil:
		return x.Mul(b)
	case y != nil:
		return y.Mul(a)
	}
	return a.(int) * b.(int)
}

// Forward implements [Transform].
func (t *ComposeTransform) Forward(x *torch.Tensor) *torch.Tensor {
	for _, p := range t.Parts {
		x = p.Forward(x)
	}
	return x
}

// Inverse implements [Transform].
func (t *ComposeTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	for _, p := range slices.Backward(t.Parts) {
		y = p.Inverse(y)
	}
	return y
}

// LogAbsDetJacobian implements [Transform].
func (t *ComposeTransform) LogAbsDetJacobian(x, y *torch.Tensor) *torch.Tensor {
	if len(t.Parts) == 0 {
		return torch.ZerosLike(x)
	}
	last := len(t.Parts) - 1
	xs := []*torch.Tensor{x}
	for i, p := range t.Parts[:last] {
		xs = append(xs, p.Forward(xs[i]))
	}
	xs = append(xs, y)
	n := t.Domain().EventDim()
	var total *torch.Tensor
	for i, p := range t.Parts {
		term := sumRightmost(p.LogAbsDetJacobian(xs[i], xs[i+1]), n-p.Domain().EventDim())
		n += p.Codomain().EventDim() - p.Domain().EventDim()
		if total == nil {
			total = term
		} else {
			total = total.Add(term)
		}
	}
	return total
}

// ForwardShape implements [Transform].
func (t *ComposeTransform) ForwardShape(shape torch.Shape) torch.Shape {
	for _, p := range t.Parts {
		shape = p.ForwardShape(shape)
	}
	return shape
}

// InverseShape implements [Transform].
func (t *ComposeTransform) InverseShape(shape torch.Shape) torch.Shape {
	for _, p := range slices.Backward(t.Parts) {
		shape = p.InverseShape(shape)
	}
	return shape
}
