package nn

import (
	"fmt"
	"math"
	"slices"

	"multitorch/torch"
)

// CellConfig is the settings of a recurrent cell.
type CellConfig struct {
	Bias         bool   `json:"bias"`         // whether there are biases: true
	Nonlinearity string `json:"nonlinearity"` // an RNNCell's: "tanh" or "relu"
	factory
}

// CellOption is an option of the recurrent cells: [Bias], [DType], [Device]; of an RNNCell
// [Nonlinearity]; or a whole [CellConfig].
type CellOption interface{ cell(*CellConfig) }

func (c CellConfig) cell(to *CellConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c CellConfig) String() string { return pySettings(c) }

func (b Bias) cell(c *CellConfig)         { c.Bias = bool(b) }
func (n Nonlinearity) cell(c *CellConfig) { c.Nonlinearity = string(n) }
func (d DType) cell(c *CellConfig)        { c.dtype(d) }
func (d Device) cell(c *CellConfig)       { c.device(d) }

// recurrentCell is what the recurrent cells have in common: weights [gates·hidden, input] and
// [gates·hidden, hidden] and biases [gates·hidden], nil with Bias(false). All are drawn from
// U(-1/√hidden, 1/√hidden).
type recurrentCell struct {
	Base
	WeightIH, WeightHH *Parameter
	BiasIH, BiasHH     *Parameter
	kind               string // the module's name
	input, hidden      int
	config             CellConfig
}

// Config is the module's settings.
func (m *recurrentCell) Config() CellConfig { return m.config }

func (m *recurrentCell) init(kind string, gates, input, hidden int, c CellConfig) {
	atLeast(0, input, kind, "input_size")
	atLeast(0, hidden, kind, "hidden_size")
	c.check(kind)
	m.kind, m.input, m.hidden, m.config = kind, input, hidden, c
	bound := 0.0
	if hidden > 0 {
		bound = 1 / math.Sqrt(float64(hidden))
	}
	draw := func(shape ...int) *Parameter { return newParameter(uniform(c.empty(shape...), -bound, bound)) }
	m.WeightIH, m.WeightHH = draw(gates*hidden, input), draw(gates*hidden, hidden)
	if c.Bias {
		m.BiasIH, m.BiasHH = draw(gates*hidden), draw(gates*hidden)
	}
}

func configureCell(kind, takes string, opts []CellOption) CellConfig {
	return configure(kind, takes+" device dtype", CellConfig{Bias: true, Nonlinearity: "tanh"}, opts, CellOption.cell)
}

// step calls f with a batch and its states, which for a single input are batches of one: zeros
// where they are nil.
func (m *recurrentCell) step(x *torch.Tensor, states []*torch.Tensor,
	f func(x *torch.Tensor, states []*torch.Tensor) []*torch.Tensor,
) []*torch.Tensor {
	m.check(x, states)
	single := x.Dim() == 1
	if single {
		x = x.Unsqueeze(0)
		defer x.Free()
	}
	states = slices.Clone(states)
	for i, h := range states {
		switch {
		case h == nil:
			states[i] = torch.Zeros(torch.Shape{x.Size(0), m.hidden}, x.DType(), x.Device())
		case single:
			states[i] = h.Unsqueeze(0)
		default:
			continue
		}
		defer states[i].Free()
	}
	next := f(x, states)
	if single {
		for i, h := range next {
			next[i] = h.Squeeze(0)
			h.Free()
		}
	}
	return next
}

func (m *recurrentCell) check(x *torch.Tensor, states []*torch.Tensor) {
	shape := x.Shape()
	if len(shape) != 1 && len(shape) != 2 {
		panic(invalid(m.kind, "expected an input [N, input_size] or [input_size], but got the shape %s", pyList(shape)))
	}
	if last := shape[len(shape)-1]; last != m.input {
		panic(invalid(m.kind, "expected an input whose last dimension has %d elements (input_size), but got the shape %s", m.input, pyList(shape)))
	}
	want := slices.Clone(shape)
	want[len(want)-1] = m.hidden
	for _, h := range states {
		if h != nil && !slices.Equal(want, h.Shape()) {
			panic(invalid(m.kind, "expected a state of the shape %s beside the input %s, but got %s", pyList(want), pyList(shape), pyList(h.Shape())))
		}
	}
}

// weights are the last arguments of the operators.
func (m *recurrentCell) weights() (wIH, wHH, bIH, bHH *torch.Tensor) {
	return m.WeightIH.tensor(), m.WeightHH.tensor(), m.BiasIH.tensor(), m.BiasHH.tensor()
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *recurrentCell) ExtraRepr() string {
	s := fmt.Sprintf("%d, %d", m.input, m.hidden)
	if !m.config.Bias {
		s += ", bias=False"
	}
	if m.config.Nonlinearity != "tanh" {
		s += ", nonlinearity=" + m.config.Nonlinearity
	}
	return s
}
