package nn

import "multitorch/torch"

var (
	rnnCells = map[string]*torch.Operator{"tanh": newCell("rnn_tanh_cell"), "relu": newCell("rnn_relu_cell")}
	gruCell  = newCell("gru_cell")
	lstmCell = newCell("lstm_cell")
)

func newCell(name string) *torch.Operator {
	return torch.NewOperator("aten::"+name, "input", "hx", "w_ih", "w_hh", "b_ih", "b_hh")
}

// RNNCell is one step of an [RNN], as torch.nn.RNNCell. The weights are [hidden, input] and
// [hidden, hidden], the biases [hidden].
type RNNCell struct{ recurrentCell }

// NewRNNCell makes a cell for input features with a state of hidden features.
func NewRNNCell(input, hidden int, opts ...CellOption) *RNNCell {
	m := &RNNCell{}
	c := configureCell("RNNCell", "bias nonlinearity", opts)
	checkNonlinearity("RNNCell", c.Nonlinearity)
	m.init("RNNCell", 1, input, hidden, c)
	return m
}

// Forward maps an input [N, input] or [input] and a state [N, hidden] or [hidden], zeros where it
// is nil, to the next state.
func (m *RNNCell) Forward(x, h *torch.Tensor) (next *torch.Tensor) {
	in := m.enterAll(&x, &h)
	defer m.leaveAll("RNNCell", in, &next)
	return m.next(rnnCells[m.config.Nonlinearity], x, h)
}

// GRUCell is one step of a [GRU], as torch.nn.GRUCell. The weights are [3·hidden, input] and
// [3·hidden, hidden], the biases [3·hidden], with the reset, update and new gates one above the
// other.
type GRUCell struct{ recurrentCell }

// NewGRUCell makes a cell for input features with a state of hidden features.
func NewGRUCell(input, hidden int, opts ...CellOption) *GRUCell {
	m := &GRUCell{}
	m.init("GRUCell", 3, input, hidden, configureCell("GRUCell", "bias", opts))
	return m
}

// Forward is [RNNCell.Forward].
func (m *GRUCell) Forward(x, h *torch.Tensor) (next *torch.Tensor) {
	in := m.enterAll(&x, &h)
	defer m.leaveAll("GRUCell", in, &next)
	return m.next(gruCell, x, h)
}

// next calls the operator of a cell with one state.
func (m *recurrentCell) next(op *torch.Operator, x, h *torch.Tensor) *torch.Tensor {
	return m.step(x, []*torch.Tensor{h}, func(x *torch.Tensor, states []*torch.Tensor) []*torch.Tensor {
		wIH, wHH, bIH, bHH := m.weights()
		return []*torch.Tensor{op.Call(x, states[0], wIH, wHH, bIH, bHH)}
	})[0]
}

// LSTMCell is one step of an [LSTM], as torch.nn.LSTMCell. The weights are [4·hidden, input] and
// [4·hidden, hidden], the biases [4·hidden], with the input, forget, cell and output gates one
// above the other.
type LSTMCell struct{ recurrentCell }

// NewLSTMCell makes a cell for input features with a state and a cell of hidden features.
func NewLSTMCell(input, hidden int, opts ...CellOption) *LSTMCell {
	m := &LSTMCell{}
	m.init("LSTMCell", 4, input, hidden, configureCell("LSTMCell", "bias", opts))
	return m
}

// Forward maps an input [N, input] or [input], a state h and a cell c, both [N, hidden] or
// [hidden] and zeros where both are nil, to the next state and cell.
func (m *LSTMCell) Forward(x, h, c *torch.Tensor) (hNext, cNext *torch.Tensor) {
	in := m.enterAll(&x, &h, &c)
	defer m.leaveAll("LSTMCell", in, &hNext, &cNext)
	if (h == nil) != (c == nil) {
		panic(invalid("LSTMCell", "expected a hidden state and a cell, or nil for both, but got one of them"))
	}
	next := m.step(x, []*torch.Tensor{h, c}, func(x *torch.Tensor, states []*torch.Tensor) []*torch.Tensor {
		wIH, wHH, bIH, bHH := m.weights()
		h, c := lstmCell.Call2(x, states, wIH, wHH, bIH, bHH)
		return []*torch.Tensor{h, c}
	})
	return next[0], next[1]
}
