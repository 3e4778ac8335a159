package nn

import "multitorch/torch"

var (
	gru = torch.NewOperator("aten::gru.input",
		"input", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional", "batch_first")
	gruPacked = torch.NewOperator("aten::gru.data",
		"data", "batch_sizes", "hx", "params", "has_biases", "num_layers", "dropout", "train", "bidirectional")
)

// GRU is a gated recurrent network of one or more layers, as torch.nn.GRU. For
// each layer k it has the parameters weight_ih_l{k} [3·hidden, input],
// weight_hh_l{k} [3·hidden, hidden], bias_ih_l{k} and bias_hh_l{k} [3·hidden],
// with the reset, update and new gates one above the other, and with Bidirectional
// the same again under names that end in _reverse. All are drawn from
// U(-1/√hidden, 1/√hidden).
type GRU struct{ recurrent }

// NewGRU makes a network for sequences of input features with a hidden state of
// hidden features.
func NewGRU(input, hidden int, opts ...RNNOption) *GRU {
	m := &GRU{}
	m.init("GRU", 3, input, hidden, opts)
	return m
}

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
	h, done := m.state(x, h0, shape[m.batchDim()])
	defer done()
	c := &m.config
	return gru.Call2(x, h, m.weights(), c.Bias, c.NumLayers, c.Dropout, m.Training(), c.Bidirectional, c.BatchFirst)
}

// single is Forward for one sequence, which goes through as a batch of one.
func (m *GRU) single(x, h0 *torch.Tensor) (output, hn *torch.Tensor) {
	xs := x.Unsqueeze(m.batchDim())
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
	return outputs.Squeeze(m.batchDim()), hns.Squeeze(1)
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
	data, hn := gruPacked.Call2(x.Data, x.BatchSizes, h, m.weights(), c.Bias, c.NumLayers, c.Dropout, m.Training(), c.Bidirectional)
	if x.UnsortedIndices != nil {
		defer hn.Free()
		hn = hn.IndexSelect(1, x.UnsortedIndices)
	}
	return &PackedSequence{data, x.BatchSizes, x.SortedIndices, x.UnsortedIndices}, hn
}
