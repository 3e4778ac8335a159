package nn

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"multitorch/torch"
)

// RNNConfig is the settings of a recurrent network.
type RNNConfig struct {
	NumLayers     int     `json:"num_layers"`    // 1
	Bias          bool    `json:"bias"`          // whether there are biases: true
	BatchFirst    bool    `json:"batch_first"`   // whether sequences are [N, L, features]: false
	Dropout       float64 `json:"dropout"`       // on the outputs of all layers but the last: 0
	Bidirectional bool    `json:"bidirectional"` // whether each layer also reads backwards: false
	factory
}

// RNNOption is an option of the recurrent networks: [NumLayers], [Bias], [BatchFirst],
// [Bidirectional], [DType], [Device], a [*Dropout], or a whole [RNNConfig].
type RNNOption interface{ rnn(*RNNConfig) }

func (c RNNConfig) rnn(to *RNNConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c RNNConfig) String() string { return pySettings(c) }

// NumLayers stacks recurrent layers, each on the outputs of the one below. The
// default is 1.
type NumLayers int

// BatchFirst(true) says that sequences are [N, L, features] rather than
// [L, N, features], which is the default.
type BatchFirst bool

// Bidirectional(true) adds to each layer one that reads the sequence backwards.
type Bidirectional bool

func (n NumLayers) rnn(c *RNNConfig)     { c.NumLayers = int(n) }
func (b Bias) rnn(c *RNNConfig)          { c.Bias = bool(b) }
func (b BatchFirst) rnn(c *RNNConfig)    { c.BatchFirst = bool(b) }
func (b Bidirectional) rnn(c *RNNConfig) { c.Bidirectional = bool(b) }
func (d DType) rnn(c *RNNConfig)         { c.dtype(d) }
func (d Device) rnn(c *RNNConfig)        { c.device(d) }

// rnn makes a Dropout an option of the recurrent networks, Python's dropout=p: in training
// it stands between each layer and the next.
//
//	nn.NewGRU(100, 64, nn.NumLayers(2), nn.NewDropout(0.5))
func (m *Dropout) rnn(c *RNNConfig) { c.Dropout = m.config.P }

// recurrent is what recurrent networks have in common. Its parameters are not fields, since
// their number depends on the arguments.
type recurrent struct {
	Base
	kind          string // the module's name
	input, hidden int
	config        RNNConfig
	members       []Member
}

// Config is the module's settings.
func (m *recurrent) Config() RNNConfig { return m.config }

// Members lists the parameters, in PyTorch's order.
func (m *recurrent) Members() []Member { return slices.Clone(m.members) }

// init draws the parameters of a network whose cells have a number of gates.
func (m *recurrent) init(kind string, gates, input, hidden int, opts []RNNOption) {
	const takes = "num_layers bias batch_first dropout bidirectional device dtype"
	c := configure(kind, takes, RNNConfig{NumLayers: 1, Bias: true}, opts, RNNOption.rnn)
	atLeast(1, input, kind, "input_size")
	atLeast(1, hidden, kind, "hidden_size")
	atLeast(1, c.NumLayers, kind, "num_layers")
	probability(c.Dropout, kind, "dropout")
	c.check(kind)
	if c.Dropout > 0 && c.NumLayers == 1 {
		slog.Warn(kind+": dropout is added after all recurrent layers but the last, so it has no effect with num_layers 1", "dropout", c.Dropout)
	}
	m.kind, m.input, m.hidden, m.config = kind, input, hidden, c
	bound := 1 / math.Sqrt(float64(hidden))
	add := func(name string, shape ...int) {
		m.members = append(m.members, Member{name, newParameter(uniform(c.empty(shape...), -bound, bound))})
	}
	for layer := range c.NumLayers {
		in := input
		if layer > 0 {
			in = hidden * m.directions()
		}
		for direction := range m.directions() {
			suffix := fmt.Sprintf("_l%d%s", layer, []string{"", "_reverse"}[direction])
			add("weight_ih"+suffix, gates*hidden, in)
			add("weight_hh"+suffix, gates*hidden, hidden)
			if c.Bias {
				add("bias_ih"+suffix, gates*hidden)
				add("bias_hh"+suffix, gates*hidden)
			}
		}
	}
}

// operation is the name of PyTorch's operator: gru.
func (m *recurrent) operation() string { return strings.ToLower(m.kind) }

func (m *recurrent) checkInput(shape torch.Shape) {
	if last := shape[len(shape)-1]; last != m.input {
		panic(invalid(m.operation(), "expected an input whose last dimension has %d elements (input_size), but got the shape %s",
			m.input, pyList(shape)))
	}
}

func (m *recurrent) checkState(h0 *torch.Tensor, n int) {
	if want, got := m.stateShape(n), h0.Shape(); !slices.Equal(want, got) {
		panic(invalid(m.operation(), "expected a hidden state of the shape %s (layers·directions, batch, hidden_size), but got %s",
			pyList(want), pyList(got)))
	}
}

func (m *recurrent) stateShape(n int) torch.Shape {
	return torch.Shape{m.config.NumLayers * m.directions(), n, m.hidden}
}

// state is h0, or zeros like x where it is nil, and what to call when it has
// been used.
func (m *recurrent) state(x, h0 *torch.Tensor, n int) (h *torch.Tensor, done func()) {
	if h0 == nil {
		h0 = torch.Zeros(m.stateShape(n), x.DType(), x.Device())
		return h0, h0.Free
	}
	m.checkState(h0, n)
	return h0, func() {}
}

// batchDim is the dimension of an input that counts the sequences.
func (m *recurrent) batchDim() int {
	if m.config.BatchFirst {
		return 0
	}
	return 1
}

func (m *recurrent) weights() []*torch.Tensor {
	ws := make([]*torch.Tensor, len(m.members))
	for i, p := range m.members {
		ws[i] = p.Value.(*Parameter).Tensor
	}
	return ws
}

func (m *recurrent) directions() int {
	if m.config.Bidirectional {
		return 2
	}
	return 1
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *recurrent) ExtraRepr() string {
	c := &m.config
	var b strings.Builder
	fmt.Fprintf(&b, "%d, %d", m.input, m.hidden)
	if c.NumLayers != 1 {
		fmt.Fprintf(&b, ", num_layers=%d", c.NumLayers)
	}
	if !c.Bias {
		b.WriteString(", bias=False")
	}
	if c.BatchFirst {
		b.WriteString(", batch_first=True")
	}
	if c.Dropout != 0 {
		b.WriteString(", dropout=" + pyFloat(c.Dropout))
	}
	if c.Bidirectional {
		b.WriteString(", bidirectional=True")
	}
	return b.String()
}
