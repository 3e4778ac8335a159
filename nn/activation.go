package nn

import "multitorch/torch"

// ActivationConfig is the settings of an activation function. A number that a function does not
// have is 0.
type ActivationConfig struct {
	Inplace       bool    `json:"inplace"`                  // whether the result is written over the input: false
	Approximate   string  `json:"approximate,omitempty"`    // how GELU is computed: "none" or "tanh"
	Alpha         float64 `json:"alpha,omitempty"`          // the scale of ELU and CELU below 0: 1
	NegativeSlope float64 `json:"negative_slope,omitempty"` // of LeakyReLU: 0.01
	Lower         float64 `json:"lower,omitempty"`          // the least slope of RReLU: 1/8
	Upper         float64 `json:"upper,omitempty"`          // the greatest slope of RReLU: 1/3
	MinVal        float64 `json:"min_val,omitempty"`        // the least value of Hardtanh: -1
	MaxVal        float64 `json:"max_val,omitempty"`        // the greatest value of Hardtanh: 1
	Lambd         float64 `json:"lambd,omitempty"`          // what Hardshrink and Softshrink take for 0: 0.5
	Beta          float64 `json:"beta,omitempty"`           // the sharpness of Softplus: 1
	Threshold     float64 `json:"threshold,omitempty"`      // where Softplus becomes linear: 20
	Dim           int     `json:"dim,omitempty"`            // the dimension that GLU halves: -1
	Init          float64 `json:"init,omitempty"`           // the slopes with which PReLU begins: 0.25
	factory
}

// ActivationOption is an option of the activation functions: [Inplace]; of GELU [Approximate]; of
// ELU and CELU [Alpha]; of LeakyReLU [NegativeSlope]; of RReLU [Lower] and [Upper]; of Hardtanh
// [MinVal] and [MaxVal]; of Hardshrink and Softshrink [Lambd]; of Softplus [Beta] and
// [SoftplusThreshold]; of GLU [Dim]; of PReLU [Init], [DType], [Device]; or a whole [ActivationConfig].
type ActivationOption interface{ activation(*ActivationConfig) }

func (c ActivationConfig) activation(to *ActivationConfig) { *to = c }

// String is the settings as Python's keyword arguments, without those that are 0.
func (c ActivationConfig) String() string { return pySettings(c, "Inplace") }

// Inplace(true) lets a module write its result over its input, which saves the
// memory of one. The default is false.
type Inplace bool

// Approximate says how Φ is computed: "none", exactly, is the default; "tanh" is
// quicker on some devices.
type Approximate string

// Alpha is a scale: of what ELU and CELU are below 0, 1 by default; of the sum of squares in
// a local response norm, 1e-4 by default.
type Alpha float64

// NegativeSlope is the slope of LeakyReLU below 0. The default is 0.01.
type NegativeSlope float64

// Lower is the least slope that RReLU draws. The default is 1/8.
type Lower float64

// Upper is the greatest slope that RReLU draws. The default is 1/3.
type Upper float64

// MinVal is the least value of Hardtanh. The default is -1.
type MinVal float64

// MaxVal is the greatest value of Hardtanh. The default is 1.
type MaxVal float64

// Lambd is the size below which Hardshrink and Softshrink give 0. The default is 0.5.
type Lambd float64

// Init is the slope with which PReLU begins. The default is 0.25.
type Init float64

// SoftplusThreshold is the input times beta above which Softplus is the input itself: Python's
// threshold=. The default is 20.
func SoftplusThreshold(t float64) ActivationOption { return thresholdOption(t) }

type thresholdOption float64

func (i Inplace) activation(c *ActivationConfig)         { c.Inplace = bool(i) }
func (a Approximate) activation(c *ActivationConfig)     { c.Approximate = string(a) }
func (a Alpha) activation(c *ActivationConfig)           { c.Alpha = float64(a) }
func (s NegativeSlope) activation(c *ActivationConfig)   { c.NegativeSlope = float64(s) }
func (l Lower) activation(c *ActivationConfig)           { c.Lower = float64(l) }
func (u Upper) activation(c *ActivationConfig)           { c.Upper = float64(u) }
func (v MinVal) activation(c *ActivationConfig)          { c.MinVal = float64(v) }
func (v MaxVal) activation(c *ActivationConfig)          { c.MaxVal = float64(v) }
func (l Lambd) activation(c *ActivationConfig)           { c.Lambd = float64(l) }
func (b Beta) activation(c *ActivationConfig)            { c.Beta = float64(b) }
func (t thresholdOption) activation(c *ActivationConfig) { c.Threshold = float64(t) }
func (d Dim) activation(c *ActivationConfig)             { c.Dim = int(d) }
func (i Init) activation(c *ActivationConfig)            { c.Init = float64(i) }
func (d DType) activation(c *ActivationConfig)           { c.dtype(d) }
func (d Device) activation(c *ActivationConfig)          { c.device(d) }

// activation is what activation functions with settings have in common.
type activation struct {
	Base
	kind   string // the module's name
	config ActivationConfig
}

// init takes the options over the module's defaults.
func (m *activation) init(kind, takes string, defaults ActivationConfig, opts []ActivationOption) {
	m.kind, m.config = kind, configure(kind, takes, defaults, opts, ActivationOption.activation)
	m.config.check(kind)
}

// Config is the module's settings.
func (m *activation) Config() ActivationConfig { return m.config }

// pointwise is an operator and its form that writes over the input.
type pointwise struct{ op, inplace *torch.Operator }

func newPointwise(name string, args ...string) pointwise {
	args = append([]string{"self"}, args...)
	return pointwise{torch.NewOperator("aten::"+name, args...), torch.NewOperator("aten::"+name+"_", args...)}
}

// apply calls the operator; with Inplace it returns x itself.
func (m *activation) apply(f pointwise, x *torch.Tensor, args ...any) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave(m.kind, x, &result)
	if len(args) == 0 && !m.config.Inplace {
		return f.op.Unary(x)
	}
	args = append([]any{x}, args...)
	if m.config.Inplace {
		f.inplace.Do(args...)
		return x
	}
	return f.op.Call(args...)
}

// inplaceRepr is "inplace=True" behind other settings.
func (m *activation) inplaceRepr(others string) string {
	switch {
	case !m.config.Inplace:
		return others
	case others == "":
		return "inplace=True"
	}
	return others + ", inplace=True"
}

// rectifier is an activation function without settings but Inplace.
type rectifier struct{ activation }

func (m *rectifier) init(kind string, opts []ActivationOption) {
	m.activation.init(kind, "inplace", ActivationConfig{}, opts)
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *rectifier) ExtraRepr() string { return m.inplaceRepr("") }
