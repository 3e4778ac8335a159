package nn

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"multitorch/torch"
)

var (
	gru       = torch.NewOperator("aten::gru.input", "input", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional", "batch_first")
	gruPacked = torch.NewOperator("aten::gru.data", "data", "batch_sizes", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional")
)

// GRU is a gated recurrent network of one or more layers, as torch.nn.GRU. For
// each layer k it has the parameters weight_ih_l{k} [3·hidden, input],
// weight_hh_l{k} [3·hidden, hidden], bias_ih_l{k} and bias_hh_l{k} [3·hidden],
// with the reset, update and new gates one above the other, and with Bidirectional
// the same again under names that end in _reverse. All are drawn from
// U(-1/√hidden, 1/√hidden).
type GRU struct {
	Base
	input, hidden int
	config        gruConfig
	members       []Member
}

// GRUOption is an option of [NewGRU]: [NumLayers], [Bias], [BatchFirst],
// [DropoutProb], [Bidirectional].
type GRUOption interface{ gru(*gruConfig) }

type gruConfig struct {
	layers        int
	bias          bool
	batchFirst    bool
	dropout       float64
	bidirectional bool
}

// NumLayers stacks recurrent layers, each on the outputs of the one below. The
// default is 1.
type NumLayers int

func (n NumLayers) gru(c *gruConfig) { c.layers = int(n) }

// DropoutProb is the probability with which, in training, the output of every
// layer but the last is zeroed: Python's dropout=p. The default is 0.
type DropoutProb float64

func (p DropoutProb) gru(c *gruConfig) { c.dropout = float64(p) }

// Bidirectional(true) adds to each layer one that reads the sequence backwards.
type Bidirectional bool

func (b Bidirectional) gru(c *gruConfig) { c.bidirectional = bool(b) }

// NewGRU makes a network for sequences of input features with a hidden state of
// hidden features.
func NewGRU(input, hidden int, opts ...GRUOption) *GRU {
	c := gruConfig{layers: 1, bias: true}
	for _, o := range opts {
		o.gru(&c)
	}
	atLeast(1, input, "GRU", "input_size")
	atLeast(1, hidden, "GRU", "hidden_size")
	atLeast(1, c.layers, "GRU", "num_layers")
	probability(c.dropout, "GRU", "dropout")
	if c.dropout > 0 && c.layers == 1 {
		slog.Warn("GRU: dropout is added after all recurrent layers but the last, so it has no effect with num_layers 1", "dropout", c.dropout)
	}
	m := &GRU{input: input, hidden: hidden, config: c}
	bound := 1 / math.Sqrt(float64(hidden))
	add := func(name string, shape ...int) {
		m.members = append(m.members, Member{name, NewParameter(torch.Empty(shape).UniformInplace(-bound, bound))})
	}
	for layer := range c.layers {
		in := input
		if layer > 0 {
			in = hidden * m.directions()
		}
		for direction := range m.directions() {
			suffix := fmt.Sprintf("_l%d%s", layer, []string{"", "_reverse"}[direction])
			add("weight_ih"+suffix, 3*hidden, in)
			add("weight_hh"+suffix, 3*hidden, hidden)
			if c.bias {
				add("bias_ih"+suffix, 3*hidden)
				add("bias_hh"+suffix, 3*hidden)
			}
		}
	}
	return m
}

// Members lists the parameters, in PyTorch's order.
func (m *GRU) Members() []Member { return slices.Clone(m.members) }

// Forward reads a batch of sequences from the hidden state h0, or from zeros
// where h0 is nil, and returns the last layer's output at every step and the
// state of each layer and direction after the last one:
//
//	x       [L, N, input]              [N, L, input] with BatchFirst   or [L, input]
//	h0, hn  [layers·D, N, hidden]                                      or [layers·D, hidden]
//	output  [L, N, D·hidden]           [N, L, D·hidden]                or [L, D·hidden]
//
// D is 2 with Bidirectional, else 1. Sequences of several lengths go through
// [GRU.ForwardPacked].
func (m *GRU) Forward(x, h0 *torch.Tensor) (output, hn *torch.Tensor) {
	defer m.guard("GRU")
	switch dim := x.Dim(); dim {
	case 3:
		return m.batch(x, h0)
	case 2:
		return m.single(x, h0)
	default:
		panic(invalid("gru", "expected an input of 3 dimensions, or 2 for a single sequence, but got the shape %s", pyList(x.Shape())))
	}
}

func (m *GRU) batch(x, h0 *torch.Tensor) (output, hn *torch.Tensor) {
	shape := x.Shape()
	m.checkInput(shape)
	n := shape[1]
	if m.config.batchFirst {
		n = shape[0]
	}
	h, done := m.state(x, h0, n)
	defer done()
	c := &m.config
	return gru.Call2(x, h, m.weights(), c.bias, c.layers, c.dropout, m.Training(), c.bidirectional, c.batchFirst)
}

// single is Forward for one sequence, which goes through as a batch of one.
func (m *GRU) single(x, h0 *torch.Tensor) (output, hn *torch.Tensor) {
	dim := 1
	if m.config.batchFirst {
		dim = 0
	}
	xs := x.Unsqueeze(dim)
	defer xs.Free()
	if h0 != nil {
		if h0.Dim() != 2 {
			panic(invalid("gru", "expected an h0 of 2 dimensions for a single sequence, but got the shape %s", pyList(h0.Shape())))
		}
		h0 = h0.Unsqueeze(1)
		defer h0.Free()
	}
	outputs, hns := m.batch(xs, h0)
	defer outputs.Free()
	defer hns.Free()
	return outputs.Squeeze(dim), hns.Squeeze(1)
}

// ForwardPacked is Forward for sequences of several lengths, as
// [PackPaddedSequence] makes them. h0 and hn are in the order of the sequences
// before packing.
func (m *GRU) ForwardPacked(x *PackedSequence, h0 *torch.Tensor) (output *PackedSequence, hn *torch.Tensor) {
	defer m.guard("GRU")
	shape := x.Data.Shape()
	if len(shape) != 2 {
		panic(invalid("gru", "expected packed data of 2 dimensions, but got the shape %s", pyList(shape)))
	}
	m.checkInput(shape)
	if h0 != nil && x.SortedIndices != nil {
		m.checkState(h0, x.batch())
		h0 = h0.IndexSelect(1, x.SortedIndices)
		defer h0.Free()
	}
	h, done := m.state(x.Data, h0, x.batch())
	defer done()
	c := &m.config
	data, hn := gruPacked.Call2(x.Data, x.BatchSizes, h, m.weights(), c.bias, c.layers, c.dropout, m.Training(), c.bidirectional)
	if x.UnsortedIndices != nil {
		defer hn.Free()
		hn = hn.IndexSelect(1, x.UnsortedIndices)
	}
	return &PackedSequence{data, x.BatchSizes, x.SortedIndices, x.UnsortedIndices}, hn
}

func (m *GRU) checkInput(shape torch.Shape) {
	if last := shape[len(shape)-1]; last != m.input {
		panic(invalid("gru", "expected an input whose last dimension has %d elements (input_size), but got the shape %s", m.input, pyList(shape)))
	}
}

func (m *GRU) checkState(h0 *torch.Tensor, n int) {
	if want, got := m.stateShape(n), h0.Shape(); !slices.Equal(want, got) {
		panic(invalid("gru", "expected a hidden state of the shape %s (layers·directions, batch, hidden_size), but got %s", pyList(want), pyList(got)))
	}
}

func (m *GRU) stateShape(n int) torch.Shape {
	return torch.Shape{m.config.layers * m.directions(), n, m.hidden}
}

// state is h0, or zeros like x where it is nil, and what to call when it has
// been used.
func (m *GRU) state(x, h0 *torch.Tensor, n int) (h *torch.Tensor, done func()) {
	if h0 == nil {
		h0 = torch.Zeros(m.stateShape(n), x.DType(), x.Device())
		return h0, h0.Free
	}
	m.checkState(h0, n)
	return h0, func() {}
}

func (m *GRU) weights() []*torch.Tensor {
	ws := make([]*torch.Tensor, len(m.members))
	for i, p := range m.members {
		ws[i] = p.Value.(*Parameter).Tensor
	}
	return ws
}

func (m *GRU) directions() int {
	if m.config.bidirectional {
		return 2
	}
	return 1
}

// ExtraRepr is what [Describe] prints in the brackets.
func (m *GRU) ExtraRepr() string {
	c := &m.config
	var b strings.Builder
	fmt.Fprintf(&b, "%d, %d", m.input, m.hidden)
	if c.layers != 1 {
		fmt.Fprintf(&b, ", num_layers=%d", c.layers)
	}
	if !c.bias {
		b.WriteString(", bias=False")
	}
	if c.batchFirst {
		b.WriteString(", batch_first=True")
	}
	if c.dropout != 0 {
		b.WriteString(", dropout=" + pyFloat(c.dropout))
	}
	if c.bidirectional {
		b.WriteString(", bidirectional=True")
	}
	return b.String()
}
