package constraints

import "multitorch/torch"

// Of single numbers.
var (
	Real               Constraint = real{}                                   // whatever is no NaN
	Boolean            Constraint = boolean{}                                // 0 or 1
	Positive           Constraint = GreaterThan(0.0)                         // above 0
	Nonnegative        Constraint = GreaterThanEq(0.0)                       // 0 or above
	UnitInterval       Constraint = Interval(0.0, 1.0)                       // from 0 to 1
	NonnegativeInteger Constraint = atLeastInteger{bounds: bounds{lower: 0}} // 0, 1, 2, …
	PositiveInteger    Constraint = atLeastInteger{bounds: bounds{lower: 1}} // 1, 2, 3, …
)

// Bounded is a constraint with a bound or two, numbers or tensors; nil where there is none.
type Bounded interface {
	Constraint
	LowerBound() any
	UpperBound() any
}

// IntegerInterval is the integers from lower to upper, both included. Bounds, here and below, are numbers or tensors.
func IntegerInterval(lower, upper any) Bounded { return integerInterval{bounds: bounds{lower, upper}} }

// GreaterThan is what lies above lower.
func GreaterThan(lower any) Bounded { return greaterThan{bounds: bounds{lower: lower}} }

// GreaterThanEq is lower and what lies above it.
func GreaterThanEq(lower any) Bounded { return greaterThanEq{bounds: bounds{lower: lower}} }

// LessThan is what lies below upper.
func LessThan(upper any) Bounded { return lessThan{bounds: bounds{upper: upper}} }

// Interval is what lies between lower and upper, both included.
func Interval(lower, upper any) Bounded { return interval{bounds: bounds{lower, upper}} }

// HalfOpenInterval is what lies between lower and upper, lower included.
func HalfOpenInterval(lower, upper any) Bounded {
	return halfOpenInterval{bounds: bounds{lower, upper}}
}

type (
	number     struct{} // a constraint of single numbers
	continuous struct{}
	discrete   struct{}

	real struct {
		number
		continuous
	}
	boolean struct {
		number
		discrete
	}
	greaterThan struct {
		bounds
		continuous
	}
	greaterThanEq struct {
		bounds
		continuous
	}
	lessThan struct {
		bounds
		continuous
	}
	interval struct {
		bounds
		continuous
	}
	halfOpenInterval struct {
		bounds
		continuous
	}
	integerInterval struct {
		bounds
		discrete
	}
	atLeastInteger struct {
		bounds
		discrete
	}
)

func (number) EventDim() int        { return 0 }
func (continuous) IsDiscrete() bool { return false }
func (discrete) IsDiscrete() bool   { return true }

func (real) Check(v *torch.Tensor) *torch.Tensor    { return v.Eq(v) }
func (boolean) Check(v *torch.Tensor) *torch.Tensor { return v.Eq(0).Or(v.Eq(1)) }

func (c greaterThan) Check(v *torch.Tensor) *torch.Tensor   { return v.Gt(c.lower) }
func (c greaterThanEq) Check(v *torch.Tensor) *torch.Tensor { return v.Ge(c.lower) }
func (c lessThan) Check(v *torch.Tensor) *torch.Tensor      { return v.Lt(c.upper) }
func (c interval) Check(v *torch.Tensor) *torch.Tensor      { return v.Ge(c.lower).And(v.Le(c.upper)) }

func (c halfOpenInterval) Check(v *torch.Tensor) *torch.Tensor {
	return v.Ge(c.lower).And(v.Lt(c.upper))
}

func (c integerInterval) Check(v *torch.Tensor) *torch.Tensor {
	return whole(v).And(v.Ge(c.lower)).And(v.Le(c.upper))
}
func (c atLeastInteger) Check(v *torch.Tensor) *torch.Tensor { return whole(v).And(v.Ge(c.lower)) }

func whole(v *torch.Tensor) *torch.Tensor { return v.Remainder(1).Eq(0) }

func (real) String() string               { return "Real()" }
func (boolean) String() string            { return "Boolean()" }
func (c greaterThan) String() string      { return "GreaterThan(" + c.bounds.String() + ")" }
func (c greaterThanEq) String() string    { return "GreaterThanEq(" + c.bounds.String() + ")" }
func (c lessThan) String() string         { return "LessThan(" + c.bounds.String() + ")" }
func (c interval) String() string         { return "Interval(" + c.bounds.String() + ")" }
func (c halfOpenInterval) String() string { return "HalfOpenInterval(" + c.bounds.String() + ")" }
func (c integerInterval) String() string  { return "IntegerInterval(" + c.bounds.String() + ")" }
func (c atLeastInteger) String() string   { return "IntegerGreaterThan(" + c.bounds.String() + ")" }
