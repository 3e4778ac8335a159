package nn

// ActivationConfig is the settings of an activation function.
type ActivationConfig struct {
	Inplace     bool   `json:"inplace"`     // whether the result is written over the input: false
	Approximate string `json:"approximate"` // how GELU is computed: "none" or "tanh"
}

// ActivationOption is an option of the activation functions: [Inplace], of GELU [Approximate], or a
// whole [ActivationConfig].
type ActivationOption interface{ activation(*ActivationConfig) }

func (c ActivationConfig) activation(to *ActivationConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c ActivationConfig) String() string { return pySettings(c) }

// Inplace(true) lets a module write its result over its input, which saves the
// memory of one. The default is false.
type Inplace bool

// Approximate says how Φ is computed: "none", exactly, is the default; "tanh" is
// quicker on some devices.
type Approximate string

func (i Inplace) activation(c *ActivationConfig)     { c.Inplace = bool(i) }
func (a Approximate) activation(c *ActivationConfig) { c.Approximate = string(a) }

// activation is what activation functions with settings have in common.
type activation struct {
	Base
	config ActivationConfig
}

// Config is the module's settings.
func (m *activation) Config() ActivationConfig { return m.config }

func configureActivation(kind, takes string, opts []ActivationOption) ActivationConfig {
	return configure(kind, takes, ActivationConfig{Approximate: "none"}, opts, ActivationOption.activation)
}
