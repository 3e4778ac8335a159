package constraints

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// Joined constrains parts of a dimension each in its own way; [Cat] and [Stack] make one.
type Joined struct {
	Parts   []Constraint
	Dim     int
	Lengths []int // of the parts along Dim; nil of a Stack, whose parts are its slices
}

// Cat constrains pieces of the dimension dim, as long as lengths says, each by one of parts, as torch.cat joins them. nil
// stands for lengths of 1.
func Cat(parts []Constraint, dim int, lengths []int) Constraint {
	noNil("Cat", parts)
	if lengths == nil {
		lengths = slices.Repeat([]int{1}, len(parts))
	}
	if len(lengths) != len(parts) {
		panic(invalid("Cat", torch.ValueError, "expected a length for each of %d constraints, but got %d", len(parts), len(lengths)))
	}
	return Joined{slices.Clone(parts), dim, slices.Clone(lengths)}
}

// Stack constrains the slices of the dimension dim, each by one of parts, as torch.stack joins them.
func Stack(parts []Constraint, dim int) Constraint {
	noNil("Stack", parts)
	return Joined{Parts: slices.Clone(parts), Dim: dim}
}

func noNil(op string, parts []Constraint) {
	if len(parts) == 0 {
		panic(invalid(op, torch.ValueError, "expected one constraint or more, but got none"))
	}
	if i := slices.Index(parts, nil); i >= 0 {
		panic(invalid(op, torch.TypeError, "constraint %d is nil", i))
	}
}

// IsDiscrete implements [Constraint].
func (c Joined) IsDiscrete() bool { return slices.ContainsFunc(c.Parts, Constraint.IsDiscrete) }

// EventDim implements [Constraint].
func (c Joined) EventDim() int {
	n := 0
	for _, p := range c.Parts {
		n = max(n, p.EventDim())
	}
	if c.Lengths == nil && c.Dim+n < 0 {
		n++
	}
	return n
}

// Check implements [Constraint].
func (c Joined) Check(value *torch.Tensor) *torch.Tensor {
	var checks []*torch.Tensor
	start := 0
	for i, p := range c.Parts {
		if c.Lengths == nil {
			checks = append(checks, p.Check(value.Select(c.Dim, i)))
			continue
		}
		checks = append(checks, p.Check(value.Narrow(c.Dim, start, c.Lengths[i])))
		start += c.Lengths[i]
	}
	if c.Lengths == nil {
		return torch.Stack(checks, c.Dim)
	}
	return torch.Cat(checks, c.Dim)
}

func (c Joined) String() string {
	if c.Lengths == nil {
		return fmt.Sprintf("Stack(%v, %d)", c.Parts, c.Dim)
	}
	return fmt.Sprintf("Cat(%v, %d, %v)", c.Parts, c.Dim, c.Lengths)
}
