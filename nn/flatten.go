package nn

import (
	"fmt"

	"multitorch/torch"
)

// Flatten joins dimensions into one, as torch.nn.Flatten: by default all but the
// first, so that a batch stays one.
type Flatten struct {
	Base
	config FlattenConfig
}

// FlattenConfig is the settings of a Flatten.
type FlattenConfig struct {
	StartDim int `json:"start_dim"` // the first dimension to join: 1
	EndDim   int `json:"end_dim"`   // the last: -1, the last of all
}

// FlattenOption is an option of [NewFlatten]: [StartDim], [EndDim], or a whole [FlattenConfig].
type FlattenOption interface{ flatten(*FlattenConfig) }

func (c FlattenConfig) flatten(to *FlattenConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c FlattenConfig) String() string { return pySettings(c) }

// StartDim is the first dimension to join. The default is 1.
type StartDim int

// EndDim is the last dimension to join. The default is -1, the last of all.
type EndDim int

func (d StartDim) flatten(c *FlattenConfig) { c.StartDim = int(d) }
func (d EndDim) flatten(c *FlattenConfig)   { c.EndDim = int(d) }

// NewFlatten makes a Flatten.
func NewFlatten(opts ...FlattenOption) *Flatten {
	c := FlattenConfig{StartDim: 1, EndDim: -1}
	return &Flatten{config: configure("Flatten", "start_dim end_dim", c, opts, FlattenOption.flatten)}
}

// Config is the module's settings.
func (m *Flatten) Config() FlattenConfig { return m.config }

// Forward maps [N, ...] to [N, product of the rest]; a view of x where possible.
func (m *Flatten) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Flatten", x, &result)
	return x.Flatten(m.config.StartDim, m.config.EndDim)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Flatten) ExtraRepr() string {
	return fmt.Sprintf("start_dim=%d, end_dim=%d", m.config.StartDim, m.config.EndDim)
}
