package distributions

import (
	"reflect"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// CumulativeDistributionTransform is y = CDF(x) of a distribution, as torch.distributions.CumulativeDistributionTransform:
// with the inverse of another one it makes a copula.
type CumulativeDistributionTransform struct {
	TransformBase
	Distribution Distribution
}

// NewCumulativeDistributionTransform makes it of a distribution of numbers.
func NewCumulativeDistributionTransform(d Distribution) *CumulativeDistributionTransform {
	mustDistribution("CumulativeDistributionTransform", "distribution", d)
	return &CumulativeDistributionTransform{Distribution: d}
}

func mustDistribution(op, name string, d Distribution) {
	if d == nil || reflect.ValueOf(d).Kind() == reflect.Pointer && reflect.ValueOf(d).IsNil() {
		panic(wrongType(op, "the %s is nil", name))
	}
}

// Domain implements [Transform].
func (t *CumulativeDistributionTransform) Domain() constraints.Constraint {
	return t.Distribution.Support()
}

// Codomain implements [Transform].
func (*CumulativeDistributionTransform) Codomain() constraints.Constraint {
	return constraints.UnitInterval
}

// Bijective implements [Transform].
func (*CumulativeDistributionTransform) Bijective() bool { return true }

// Sign implements [Transform].
func (*CumulativeDistributionTransform) Sign() any { return 1 }

// Forward implements [Transform].
func (t *CumulativeDistributionTransform) Forward(x *torch.Tensor) *torch.Tensor {
	return t.Distribution.CDF(x)
}

// Inverse implements [Transform].
func (t *CumulativeDistributionTransform) Inverse(y *torch.Tensor) *torch.Tensor {
	return t.Distribution.ICDF(y)
}

// LogAbsDetJacobian implements [Transform].
func (t *CumulativeDistributionTransform) LogAbsDetJacobian(x, _ *torch.Tensor) *torch.Tensor {
	return t.Distribution.LogProb(x)
}

// WithCache is a transform that remembers its last x and y, as with_cache() in Python: the inverse of the last result is
// exactly what it was made of. It serves transforms that round, such as [TanhTransform], and one goroutine.
func WithCache(t Transform) Transform {
	mustTransforms("WithCache", []Transform{t})
	return &cached{Transform: t}
}

type cached struct {
	Transform
	x, y *torch.Tensor
}

func (t *cached) Forward(x *torch.Tensor) *torch.Tensor {
	if x != t.x {
		t.x, t.y = x, t.Transform.Forward(x)
	}
	return t.y
}

func (t *cached) Inverse(y *torch.Tensor) *torch.Tensor {
	if y != t.y {
		t.x, t.y = t.Transform.Inverse(y), y
	}
	return t.x
}

func (t *cached) Equal(other Transform) bool {
	if o, ok := other.(*cached); ok {
		other = o.Transform
	}
	return sameTransform(t.Transform, other)
}
