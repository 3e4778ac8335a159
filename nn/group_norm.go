package nn

import (
	"fmt"

	"multitorch/torch"
)

var groupNorm = torch.NewOperator("aten::group_norm", "input", "num_groups", "weight", "bias", "eps", "cudnn_enabled")

// GroupNorm normalises groups of channels to mean 0 and variance 1, each sample for itself, as
// torch.nn.GroupNorm (Wu and He, "Group Normalization", 2018).
type GroupNorm struct {
	Base
	Weight           *Parameter // [C], ones at first; nil with Affine(false)
	Bias             *Parameter // [C], zeros at first; nil with Affine(false) or Bias(false)
	groups, channels int
	config           NormConfig
}

// NewGroupNorm makes a layer that puts a number of channels into a number of groups.
func NewGroupNorm(groups, channels int, opts ...NormOption) *GroupNorm {
	c := configureNorm("GroupNorm", "eps affine bias", opts)
	atLeast(1, groups, "GroupNorm", "num_groups")
	atLeast(0, channels, "GroupNorm", "num_channels")
	if channels%groups != 0 {
		panic(invalid("GroupNorm", "num_channels must be divisible by num_groups, but got %d and %d", channels, groups))
	}
	m := &GroupNorm{groups: groups, channels: channels, config: c}
	m.Weight, m.Bias = c.affine(c.Affine, channels)
	return m
}

// Config is the module's settings.
func (m *GroupNorm) Config() NormConfig { return m.config }

// Forward maps [N, C, ...] to the same.
func (m *GroupNorm) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("GroupNorm", x, &result)
	const op = "group_norm"
	shape := x.Shape()
	if len(shape) < 2 {
		panic(invalid(op, "expected an input of at least 2 dimensions [N, C, ...], but got the shape %s", pyList(shape)))
	}
	channels(op, x, 1, m.channels, "num_channels")
	elements := shape[0] * shape[1] / m.groups
	for _, n := range shape[2:] {
		elements *= n
	}
	if elements == 1 {
		panic(invalid(op, "expected more than 1 value per group, but got the shape %s", pyList(shape)))
	}
	return groupNorm.Call(x, m.groups, m.Weight.tensor(), m.Bias.tensor(), m.config.Eps, true)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *GroupNorm) ExtraRepr() string {
	c := &m.config
	return fmt.Sprintf("%d, %d, eps=%s, affine=%s%s", m.groups, m.channels, pyFloat(c.Eps), pyBool(c.Affine), biasRepr(m.Bias))
}
