package nn

import "multitorch/torch"

var gelu = torch.NewOperator("aten::gelu", "self", "approximate")

// GELU is x·Φ(x), elementwise, where Φ is the normal distribution's, as
// torch.nn.GELU (Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016).
type GELU struct {
	Base
	approximate Approximate
}

// GELUOption is an option of [NewGELU]: [Approximate].
type GELUOption interface{ gelu(*GELU) }

// Approximate says how Φ is computed: "none", exactly, is the default; "tanh" is
// quicker on some devices.
type Approximate string

func (a Approximate) gelu(m *GELU) { m.approximate = a }

// NewGELU makes a GELU.
func NewGELU(opts ...GELUOption) *GELU {
	m := &GELU{approximate: "none"}
	for _, o := range opts {
		o.gelu(m)
	}
	if m.approximate != "none" && m.approximate != "tanh" {
		panic(invalid("GELU", "approximate must be none or tanh, but got %q", string(m.approximate)))
	}
	return m
}

// Forward maps [...] to [...].
func (m *GELU) Forward(x *torch.Tensor) *torch.Tensor {
	defer m.guard("GELU")
	return gelu.Call(x, string(m.approximate))
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *GELU) ExtraRepr() string { return "approximate='" + string(m.approximate) + "'" }
