package distributions

import (
	"fmt"
	"slices"

	"multitorch/distributions/constraints"
	"multitorch/torch"
)

// Independent takes the last n dimensions of a batch as one event, whose probability is the product of theirs, as
// torch.distributions.Independent.
type Independent struct {
	Base
	BaseDist                Distribution
	ReinterpretedBatchNDims int
}

// NewIndependent makes it of the distribution and the number of dimensions.
func NewIndependent(base Distribution, reinterpretedBatchNDims int, opts ...Option) *Independent {
	mustDistribution("Independent", "base distribution", base)
	batch := base.BatchShape()
	if n := reinterpretedBatchNDims; n < 0 || n > len(batch) {
		panic(invalid("Independent", "expected reinterpreted_batch_ndims from 0 to %d, the dimensions of the batch, but got %d", len(batch), n))
	}
	d := &Independent{BaseDist: base, ReinterpretedBatchNDims: reinterpretedBatchNDims}
	n := len(batch) - reinterpretedBatchNDims
	d.Init(d, batch[:n], slices.Concat(batch[n:], base.EventShape()), nil, opts...)
	return d
}

// Expand implements [Distribution].
func (d *Independent) Expand(shape ...int) Distribution {
	base := d.BaseDist.Expand(slices.Concat(shape, d.event[:d.ReinterpretedBatchNDims])...)
	return NewIndependent(base, d.ReinterpretedBatchNDims, d.keep())
}

// HasRSample implements [Distribution].
func (d *Independent) HasRSample() bool { return d.BaseDist.HasRSample() }

// HasEnumerateSupport implements [Distribution].
func (d *Independent) HasEnumerateSupport() bool {
	return d.ReinterpretedBatchNDims == 0 && d.BaseDist.HasEnumerateSupport()
}

// Support implements [Distribution].
func (d *Independent) Support() constraints.Constraint {
	if d.ReinterpretedBatchNDims == 0 {
		return d.BaseDist.Support()
	}
	return constraints.Independent(d.BaseDist.Support(), d.ReinterpretedBatchNDims)
}

// Mean implements [Distribution].
func (d *Independent) Mean() *torch.Tensor { return d.BaseDist.Mean() }

// Mode implements [Distribution].
func (d *Independent) Mode() *torch.Tensor { return d.BaseDist.Mode() }

// Variance implements [Distribution].
func (d *Independent) Variance() *torch.Tensor { return d.BaseDist.Variance() }

// Sample implements [Distribution].
func (d *Independent) Sample(shape ...int) *torch.Tensor { return d.BaseDist.Sample(shape...) }

// RSample implements [Distribution].
func (d *Independent) RSample(shape ...int) *torch.Tensor { return d.BaseDist.RSample(shape...) }

// LogProb implements [Distribution].
func (d *Independent) LogProb(value *torch.Tensor) *torch.Tensor {
	return sumRightmost(d.BaseDist.LogProb(value), d.ReinterpretedBatchNDims)
}

// Entropy implements [Distribution].
func (d *Independent) Entropy() *torch.Tensor {
	return sumRightmost(d.BaseDist.Entropy(), d.ReinterpretedBatchNDims)
}

// EnumerateSupport implements [Distribution].
func (d *Independent) EnumerateSupport(expand bool) *torch.Tensor {
	if d.ReinterpretedBatchNDims > 0 {
		panic(notImplemented("Independent", "it can't enumerate a Cartesian product"))
	}
	return d.BaseDist.EnumerateSupport(expand)
}

// String implements [Distribution].
func (d *Independent) String() string {
	return fmt.Sprintf("Independent(%s, %d)", d.BaseDist, d.ReinterpretedBatchNDims)
}
