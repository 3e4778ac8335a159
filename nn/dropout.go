package nn

import (
	"fmt"

	"multitorch/torch"
)

var (
	dropout        = torch.NewOperator("aten::dropout", "input", "p", "train")
	dropoutInplace = torch.NewOperator("aten::dropout_", "self", "p", "train")
)

// Dropout zeroes each element with probability p in training and scales the
// others by 1/(1-p), as torch.nn.Dropout; in evaluation it does nothing
// (Hinton et al., "Improving neural networks by preventing co-adaptation of
// feature detectors", 2012).
type Dropout struct {
	Base
	p      float64
	config dropoutConfig
}

// DropoutOption is an option of [NewDropout]: [Inplace].
type DropoutOption interface{ dropout(*dropoutConfig) }

type dropoutConfig struct{ inplace bool }

// NewDropout makes a Dropout. PyTorch's default for p is 0.5.
func NewDropout(p float64, opts ...DropoutOption) *Dropout {
	probability(p, "Dropout", "p")
	m := &Dropout{p: p}
	for _, o := range opts {
		o.dropout(&m.config)
	}
	return m
}

// Forward maps [...] to [...]. Where it does nothing, or with Inplace, it returns
// x itself.
func (m *Dropout) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("Dropout")
	if m.p == 0 || !m.Training() {
		return x
	}
	if m.config.inplace {
		dropoutInplace.Do(x, m.p, true)
		return x
	}
	return dropout.Call(x, m.p, true)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *Dropout) ExtraRepr() string {
	return fmt.Sprintf("p=%s, inplace=%s", pyFloat(m.p), pyBool(m.config.inplace))
}
