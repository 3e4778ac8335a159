package distributions

import (
	"slices"

	"multitorch/torch"
)

// LogisticNormal is probabilities made of n normal numbers, n+1 that sum to 1, as torch.distributions.LogisticNormal.
type LogisticNormal struct {
	TransformedDistribution
	Loc, Scale *torch.Tensor
}

// NewLogisticNormal makes it of the mean and the standard deviation of the numbers.
func NewLogisticNormal(loc, scale any, opts ...Option) *LogisticNormal {
	base := NewNormal(loc, scale, opts...)
	if len(base.batch) == 0 {
		base = base.Expand(1).(*Normal)
	}
	d := &LogisticNormal{Loc: base.Loc, Scale: base.Scale}
	d.transform(d, base, []Transform{NewStickBreakingTransform()}, hidden(locScale(d.Loc, d.Scale)), opts...)
	return d
}

func (d *LogisticNormal) parent() Distribution { return &d.TransformedDistribution }

// Expand implements [Distribution].
func (d *LogisticNormal) Expand(shape ...int) Distribution {
	shape = append(slices.Clone(shape), d.Loc.Size(-1))
	return NewLogisticNormal(d.Loc.Expand(shape...), d.Scale.Expand(shape...), d.keep())
}
