package distributions

import (
	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Distribution is a batch of distributions of one kind, as torch.distributions.Distribution. One of your own embeds a
// [Base], and has the methods that it can.
type Distribution interface {
	// BatchShape is the shape in which the parameters are batched.
	BatchShape() torch.Shape
	// EventShape is the shape of one sample of one distribution.
	EventShape() torch.Shape

	// Sample draws samples, of the shape given, then BatchShape, then EventShape. They have no gradient.
	Sample(shape ...int) *torch.Tensor
	// RSample draws samples that are differentiable in the parameters; see HasRSample.
	RSample(shape ...int) *torch.Tensor
	HasRSample() bool

	// LogProb is the logarithm of the density, or of the probability, at value, in the shape of value without the event's
	// dimensions, broadcast with BatchShape.
	LogProb(value *torch.Tensor) *torch.Tensor
	// CDF is the probability of value and what is below.
	CDF(value *torch.Tensor) *torch.Tensor
	// ICDF is the inverse of CDF.
	ICDF(value *torch.Tensor) *torch.Tensor

	Mean() *torch.Tensor
	Mode() *torch.Tensor
	Variance() *torch.Tensor
	Stddev() *torch.Tensor
	Entropy() *torch.Tensor
	Perplexity() *torch.Tensor // exp of the entropy

	// EnumerateSupport is all values there are, along a new first dimension: of a batch each with the same values, or,
	// if not expanded, in dimensions of size 1.
	EnumerateSupport(expand bool) *torch.Tensor
	HasEnumerateSupport() bool

	// Expand is the distribution with its batch expanded to shape, as [torch.Tensor.Expand].
	Expand(shape ...int) Distribution

	// Support is where the samples lie.
	Support() constraints.Constraint

	// String is as Python prints it: "Normal(loc: 0.0, scale: 1.0)".
	String() string
}

// Parameter is a parameter with its constraint. It is checked when the distribution is made, and printed.
type Parameter struct {
	Name       string
	Value      *torch.Tensor
	Constraint constraints.Constraint // nil: nothing is checked
	Hidden     bool                   // not printed: Python computes it
}
