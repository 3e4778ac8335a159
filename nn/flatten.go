package nn

import (
	"fmt"

	"multitorch/torch"
)

// Flatten joins dimensions into one, as torch.nn.Flatten: by default all but the
// first, so that a batch stays one.
type Flatten struct {
	Base
	config flattenConfig
}

// FlattenOption is an option of [NewFlatten]: [StartDim], [EndDim].
type FlattenOption interface{ flatten(*flattenConfig) }

type flattenConfig struct{ start, end int }

// StartDim is the first dimension to join. The default is 1.
type StartDim int

func (d StartDim) flatten(c *flattenConfig) { c.start = int(d) }

// EndDim is the last dimension to join. The default is -1, the last of all.
type EndDim int

func (d EndDim) flatten(c *flattenConfig) { c.end = int(d) }

// NewFlatten makes a Flatten.
func NewFlatten(opts ...FlattenOption) *Flatten {
	m := &Flatten{config: flattenConfig{start: 1, end: -1}}
	for _, o := range opts {
		o.flatten(&m.config)
	}
	return m
}

// Forward maps [N, ...] to [N, product of the rest]; a view of x where possible.
func (m *Flatten) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("Flatten")
	return x.Flatten(m.config.start, m.config.end)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Flatten) ExtraRepr() string {
	return fmt.Sprintf("start_dim=%d, end_dim=%d", m.config.start, m.config.end)
}
