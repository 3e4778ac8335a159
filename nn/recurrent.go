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
	Nonlinearity  string  `json:"nonlinearity"`  // an RNN's: "tanh" or "relu"
	Bias          bool    `json:"bias"`          // whether there are biases: true
	BatchFirst    bool    `json:"batch_first"`   // whether sequences are [N, L, features]: false
	Dropout       float64 `json:"dropout"`       // on the outputs of all layers but the last: 0
	Bidirectional bool    `json:"bidirectional"` // whether each layer also reads backwards: false
	ProjSize      int     `json:"proj_size"`     // an LSTM's: the features that its outputs are projected to, 0 for hidden_size
	factory
}

// RNNOption is an option of the recurrent networks: [NumLayers], [Bias], [BatchFirst],
// [Bidirectional], [DType], [Device], a [*Dropout]; of an RNN [Nonlinearity]; of an LSTM
// [ProjSize]; or a whole [RNNConfig].
type RNNOption interface{ rnn(*RNNConfig) }

func (c RNNConfig) rnn(to *RNNConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c RNNConfig) String() string { return pySettings(c) }

// NumLayers stacks recurrent layers, each on the outputs of the one below. The
// default is 1.
type NumLayers int

// Nonlinearity is what an RNN applies at each step: "tanh", the default, or "relu".
type Nonlinearity string

// BatchFirst(true) says that sequences are [N, L, features] rather than
// [L, N, features], which is the default.
type BatchFirst bool

// Bidirectional(true) adds to each layer one that reads the sequence backwards.
type Bidirectional bool

// ProjSize projects an LSTM's outputs and hidden states to this many features, fewer than its
// hidden ones. The default, 0, leaves them as they are.
type ProjSize int

func (n NumLayers) rnn(c *RNNConfig)     { c.NumLayers = int(n) }
func (n Nonlinearity) rnn(c *RNNConfig)  { c.Nonlinearity = string(n) }
func (b Bias) rnn(c *RNNConfig)          { c.Bias = bool(b) }
func (b BatchFirst) rnn(c *RNNConfig)    { c.BatchFirst = bool(b) }
func (b Bidirectional) rnn(c *RNNConfig) { c.Bidirectional = bool(b) }
func (p ProjSize) rnn(c *RNNConfig)      { c.ProjSize = int(p) }
func (d DType) rnn(c *RNNConfig)         { c.dtype(d) }
func (d Device) rnn(c *RNNConfig)        { c.device(d) }

// rnn makes a Dropout an option of the recurrent networks, Python's dropout=p: in training
// it stands between each layer and the next.
//
//	nn.NewGRU(100, 64, nn.NumLayers(2), nn.NewDropout(0.5))
func (m *Dropout) rnn(c *RNNConfig) { c.Dropout = m.config.P }

// configureRNN is the settings of a recurrent network.
func configureRNN(kind, takes string, opts []RNNOption) RNNConfig {
	c := RNNConfig{NumLayers: 1, Nonlinearity: "tanh", Bias: true}
	return configure(kind, takes+" device dtype", c, opts, RNNOption.rnn)
}

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
func (m *recurrent) init(kind string, gates, input, hidden int, c RNNConfig) {
	atLeast(1, input, kind, "input_size")
	atLeast(1, hidden, kind, "hidden_size")
	atLeast(1, c.NumLayers, kind, "num_layers")
	probability(c.Dropout, kind, "dropout")
	atLeast(0, c.ProjSize, kind, "proj_size")
	if c.ProjSize >= hidden {
		panic(invalid(kind, "proj_size has to be smaller than hidden_size, but got %d and %d", c.ProjSize, hidden))
	}
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
			in = m.output() * m.directions()
		}
		for direction := range m.directions() {
			suffix := fmt.Sprintf("_l%d%s", layer, []string{"", "_reverse"}[direction])
			add("weight_ih"+suffix, gates*hidden, in)
			add("weight_hh"+suffix, gates*hidden, m.output())
			if c.Bias {
				add("bias_ih"+suffix, gates*hidden)
				add("bias_hh"+suffix, gates*hidden)
			}
			if c.ProjSize > 0 {
				add("weight_hr"+suffix, c.ProjSize, hidden)
			}
		}
	}
}

// FlattenParameters does nothing: it stands where programs in Python call flatten_parameters, which prepares weights on a GPU.
func (m *recurrent) FlattenParameters() {}

// output is the number of features of an output, in one direction.
func (m *recurrent) output() int {
	if m.config.ProjSize > 0 {
		return m.config.ProjSize
	}
	return m.hidden
}

// operation is the name of PyTorch's operator: gru.
func (m *recurrent) operation() string { return strings.ToLower(m.kind) }

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
		ws[i] = p.Value.(*Parameter).tensor()
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
	if c.ProjSize != 0 {
		fmt.Fprintf(&b, ", proj_size=%d", c.ProjSize)
	}
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
