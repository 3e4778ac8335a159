package nn

import "multitorch/torch"

var (
	dropout        = torch.NewOperator("aten::dropout", "input", "p", "train")
	dropoutInplace = torch.NewOperator("aten::dropout_", "self", "p", "train")
)

// Dropout zeroes each element with probability p in training and scales the
// others by 1/(1-p), as torch.nn.Dropout; in evaluation it does nothing
// (Hinton et al., "Improving neural networks by preventing co-adaptation of
// feature detectors", 2012).
type Dropout struct{ dropoutModule }

// DropoutConfig is the settings of a dropout.
type DropoutConfig struct {
	P       float64 `json:"p"`       // the probability of an element to be zeroed: 0.5
	Inplace bool    `json:"inplace"` // whether the result is written over the input: false
}

// DropoutOption is an option of the dropouts: [Inplace].
type DropoutOption interface{ dropout(*DropoutConfig) }

// String is the settings as Python's keyword arguments.
func (c DropoutConfig) String() string { return pySettings(c) }

func (i Inplace) dropout(c *DropoutConfig) { c.Inplace = bool(i) }

// NewDropout makes a Dropout. PyTorch's default for p is 0.5.
func NewDropout(p float64, opts ...DropoutOption) *Dropout {
	m := &Dropout{}
	m.init("Dropout", p, opts)
	return m
}

// Forward maps [...] to [...]. Where it does nothing, or with Inplace, it returns
// x itself.
func (m *Dropout) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if m.idle() {
		return x
	}
	if m.config.Inplace {
		dropoutInplace.Do(x, m.config.P, true)
		return x
	}
	return dropout.Call(x, m.config.P, true)
}
