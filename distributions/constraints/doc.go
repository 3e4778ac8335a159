// Package constraints has the constraints of torch.distributions.constraints: the regions in which the parameters of a
// distribution, and its samples, have to lie.
//
//	ok := constraints.Positive.Check(scale) // of truth values, one for each element
//
// A [Constraint] is also where a transform starts and ends: distributions.BijectTo(constraints.Simplex) maps the free
// space onto it.
package constraints

import "multitorch/torch"

// Constraint is a region of values.
type Constraint interface {
	// Check says of each event of value whether it lies within: truth values in the shape of value without its last
	// EventDim dimensions.
	Check(value *torch.Tensor) *torch.Tensor

	// EventDim is how many of the last dimensions make one event: 0 of numbers, 1 of vectors.
	EventDim() int

	// IsDiscrete says that the values can be counted.
	IsDiscrete() bool

	// String is as repr() in Python: "GreaterThan(lower_bound=0.0)".
	String() string
}
