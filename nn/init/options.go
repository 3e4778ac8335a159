package nninit

import "multitorch/torch"

// Option is an option of the initialisers: [Gain], [A], [Mode], [Nonlinearity], [Groups], [Generator]. Each says in
// its documentation which it takes.
type Option interface{ set(*config) }

type config struct {
	gain         float64
	a            float64
	mode         string
	nonlinearity string
	groups       int
	generator    []*torch.Generator
}

// Gain scales the standard deviation. The default is 1.
type Gain float64

// A is the negative slope of the leaky ReLU behind the layer, which counts with that nonlinearity only. The default
// is 0.
type A float64

// Mode says what keeps its magnitude: "fan_in", the default, that of the outputs in the forward pass, or "fan_out", that
// of the gradients in the backward pass.
type Mode string

// Nonlinearity is the function behind the layer, see [CalculateGain]. The default is "leaky_relu".
type Nonlinearity string

// Groups is the number of a convolution's groups. The default is 1.
type Groups int

type generatorOption struct{ g *torch.Generator }

// Generator says what to draw from; the default is the default generator.
func Generator(g *torch.Generator) Option { return generatorOption{g} }

func (g Gain) set(c *config)            { c.gain = float64(g) }
func (a A) set(c *config)               { c.a = float64(a) }
func (m Mode) set(c *config)            { c.mode = string(m) }
func (n Nonlinearity) set(c *config)    { c.nonlinearity = string(n) }
func (g Groups) set(c *config)          { c.groups = int(g) }
func (g generatorOption) set(c *config) { c.generator = []*torch.Generator{g.g} }

func configure(opts []Option) config {
	c := config{gain: 1, mode: "fan_in", nonlinearity: "leaky_relu", groups: 1}
	for _, o := range opts {
		o.set(&c)
	}
	return c
}
