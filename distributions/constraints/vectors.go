package constraints

import (
	"fmt"

	"multitorch/torch"
)

// Of vectors, the last dimension.
var (
	RealVector Constraint = Independent(Real, 1)
	Simplex    Constraint = simplex{} // nonnegative, and the sum is 1
	OneHot     Constraint = oneHot{}  // one 1, and else 0
)

// Multinomial is nonnegative counts whose sum is upper at most.
func Multinomial(upper any) Bounded { return multinomial{bounds: bounds{upper: upper}} }

// Independent takes the last n dimensions of what base constrains as one event, which lies within where all of it does.
func Independent(base Constraint, n int) Constraint {
	if base == nil {
		panic(invalid("Independent", torch.TypeError, "the constraint is nil"))
	}
	if n < 0 {
		panic(invalid("Independent", torch.ValueError, "expected 0 dimensions or more, but got %d", n))
	}
	return IndependentConstraint{base, n}
}

// IndependentConstraint is what [Independent] makes.
type IndependentConstraint struct {
	Base                    Constraint
	ReinterpretedBatchNDims int
}

// EventDim implements [Constraint].
func (c IndependentConstraint) EventDim() int { return c.Base.EventDim() + c.ReinterpretedBatchNDims }

// IsDiscrete implements [Constraint].
func (c IndependentConstraint) IsDiscrete() bool { return c.Base.IsDiscrete() }

// Check implements [Constraint].
func (c IndependentConstraint) Check(value *torch.Tensor) *torch.Tensor {
	ok := c.Base.Check(value)
	keep := ok.Dim() - c.ReinterpretedBatchNDims
	if keep < 0 {
		panic(invalid(c.String(), torch.ValueError, "expected a value of %d dimensions or more, but got the shape %v",
			c.EventDim(), value.Shape()))
	}
	return allOf(ok, keep)
}

func (c IndependentConstraint) String() string {
	return fmt.Sprintf("IndependentConstraint(%s, %d)", c.Base, c.ReinterpretedBatchNDims)
}

// allOf takes the dimensions of ok from the one with number keep together.
func allOf(ok *torch.Tensor, keep int) *torch.Tensor {
	if keep == ok.Dim() {
		return ok
	}
	return ok.Flatten(keep, -1).All(-1)
}

type (
	simplex     struct{ continuous }
	oneHot      struct{ discrete }
	multinomial struct {
		bounds
		discrete
	}
)

func (simplex) EventDim() int     { return 1 }
func (oneHot) EventDim() int      { return 1 }
func (multinomial) EventDim() int { return 1 }

func (simplex) Check(v *torch.Tensor) *torch.Tensor {
	return v.Ge(0).All(-1).And(v.Sum(-1).Sub(1).Abs().Lt(1e-6))
}

func (oneHot) Check(v *torch.Tensor) *torch.Tensor {
	return v.Eq(0).Or(v.Eq(1)).All(-1).And(v.Sum(-1).Eq(1))
}

func (c multinomial) Check(v *torch.Tensor) *torch.Tensor {
	return v.Ge(0).All(-1).And(v.Sum(-1).Le(c.upper))
}

func (simplex) String() string     { return "Simplex()" }
func (oneHot) String() string      { return "OneHot()" }
func (multinomial) String() string { return "Multinomial()" }

func invalid(op string, kind torch.Kind, format string, args ...any) *torch.Error {
	return &torch.Error{Op: op, Kind: kind, Message: fmt.Sprintf(format, args...)}
}
