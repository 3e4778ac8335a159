package nn

import (
	"fmt"

	"multitorch/torch"
)

var (
	featureDropout        = torch.NewOperator("aten::feature_dropout", "input", "p", "train")
	featureDropoutInplace = torch.NewOperator("aten::feature_dropout_", "self", "p", "train")
	alphaDropout          = torch.NewOperator("aten::alpha_dropout", "input", "p", "train")
	featureAlphaDropout   = torch.NewOperator("aten::feature_alpha_dropout", "input", "p", "train")
)

// Dropout1d is [Dropout] of whole channels of sequences, as torch.nn.Dropout1d.
type Dropout1d struct{ dropoutModule }

// NewDropout1d makes a Dropout1d. PyTorch's default for p is 0.5.
func NewDropout1d(p float64, opts ...DropoutOption) *Dropout1d {
	m := &Dropout1d{}
	m.init("Dropout1d", p, opts)
	return m
}

// Forward maps [N, C, L] to the same, or [C, L] without N.
func (m *Dropout1d) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if dim := x.Dim(); dim != 2 && dim != 3 {
		panic(invalid("dropout1d", "expected an input [N, C, L] or [C, L], but got the shape %s", pyList(x.Shape())))
	}
	return m.features(x, x.Dim() == 3)
}

// Dropout2d is [Dropout] of whole channels of pictures, as torch.nn.Dropout2d (Tompson et al.,
// "Efficient Object Localization Using Convolutional Networks", 2014).
type Dropout2d struct{ dropoutModule }

// NewDropout2d makes a Dropout2d. PyTorch's default for p is 0.5.
func NewDropout2d(p float64, opts ...DropoutOption) *Dropout2d {
	m := &Dropout2d{}
	m.init("Dropout2d", p, opts)
	return m
}

// Forward maps [N, C, H, W] to the same. As in PyTorch, three dimensions are taken for [N, C, L],
// and other numbers of them lead to a warning.
func (m *Dropout2d) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if x.Dim() != 4 {
		warnOnce("dropout2d: expected an input [N, C, H, W]; use Dropout1d for [N, C, L]")
	}
	return m.features(x, true)
}

// Dropout3d is [Dropout] of whole channels of volumes, as torch.nn.Dropout3d.
type Dropout3d struct{ dropoutModule }

// NewDropout3d makes a Dropout3d. PyTorch's default for p is 0.5.
func NewDropout3d(p float64, opts ...DropoutOption) *Dropout3d {
	m := &Dropout3d{}
	m.init("Dropout3d", p, opts)
	return m
}

// Forward maps [N, C, D, H, W] to the same, or without N. As in PyTorch, other numbers of
// dimensions lead to a warning.
func (m *Dropout3d) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if dim := x.Dim(); dim != 4 && dim != 5 {
		warnOnce("dropout3d: expected an input [N, C, D, H, W] or [C, D, H, W]; use Dropout for others")
	}
	return m.features(x, x.Dim() == 5)
}

// AlphaDropout is a [Dropout] that keeps mean and variance, for [SELU], as torch.nn.AlphaDropout
// (Klambauer et al., "Self-Normalizing Neural Networks", 2017). Inplace is printed and changes
// nothing, in PyTorch too.
type AlphaDropout struct{ dropoutModule }

// NewAlphaDropout makes an AlphaDropout. PyTorch's default for p is 0.5.
func NewAlphaDropout(p float64, opts ...DropoutOption) *AlphaDropout {
	m := &AlphaDropout{}
	m.init("AlphaDropout", p, opts)
	return m
}

// Forward maps [...] to [...]. Where it does nothing it returns x itself.
func (m *AlphaDropout) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if m.idle() {
		return x
	}
	return alphaDropout.Call(x, m.config.P, true)
}

// FeatureAlphaDropout is [AlphaDropout] of whole channels, as torch.nn.FeatureAlphaDropout.
type FeatureAlphaDropout struct{ dropoutModule }

// NewFeatureAlphaDropout makes a FeatureAlphaDropout. PyTorch's default for p is 0.5.
func NewFeatureAlphaDropout(p float64, opts ...DropoutOption) *FeatureAlphaDropout {
	m := &FeatureAlphaDropout{}
	m.init("FeatureAlphaDropout", p, opts)
	return m
}

// Forward maps [N, C, ...] to the same. Where it does nothing it returns x itself.
func (m *FeatureAlphaDropout) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if m.idle() {
		return x
	}
	return featureAlphaDropout.Call(x, m.config.P, true)
}

// dropoutModule is what the dropouts have in common.
type dropoutModule struct {
	Base
	kind   string // the module's name
	config DropoutConfig
}

func (m *dropoutModule) init(kind string, p float64, opts []DropoutOption) {
	probability(p, kind, "p")
	m.kind, m.config = kind, configure(kind, "inplace", DropoutConfig{P: p}, opts, DropoutOption.dropout)
}

// Config is the module's settings.
func (m *dropoutModule) Config() DropoutConfig { return m.config }

// idle reports whether there is nothing to do.
func (m *dropoutModule) idle() bool { return m.config.P == 0 || !m.Training() }

// features zeroes channels, of a batch or of one sample.
func (m *dropoutModule) features(x *torch.Tensor, batch bool) *torch.Tensor {
	switch {
	case m.idle():
		return x
	case m.config.Inplace && batch:
		featureDropoutInplace.Do(x, m.config.P, true)
		return x
	case batch:
		return featureDropout.Call(x, m.config.P, true)
	}
	var on passing
	defer on.free()
	one := on.way(x.Unsqueeze(0))
	if m.config.Inplace {
		featureDropoutInplace.Do(one, m.config.P, true)
		return x
	}
	return on.way(featureDropout.Call(one, m.config.P, true)).Squeeze(0)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *dropoutModule) ExtraRepr() string {
	return fmt.Sprintf("p=%s, inplace=%s", pyFloat(m.config.P), pyBool(m.config.Inplace))
}
