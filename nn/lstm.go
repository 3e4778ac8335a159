package nn

import "multitorch/torch"

var lstm = newRecurrence("lstm")

// LSTM is a network of long short-term memory of one or more layers, as torch.nn.LSTM (Hochreiter
// and Schmidhuber, 1997). For each layer k it has the parameters weight_ih_l{k} [4·hidden, input],
// weight_hh_l{k} [4·hidden, out], bias_ih_l{k} and bias_hh_l{k} [4·hidden], with the input, forget,
// cell and output gates one above the other, with ProjSize weight_hr_l{k} [proj, hidden], and with
// Bidirectional the same again under names that end in _reverse; out is proj, or hidden without
// one. All are drawn from U(-1/√hidden, 1/√hidden).
type LSTM struct{ recurrent }

// NewLSTM makes a network for sequences of input features with a hidden state and a cell of
// hidden features.
func NewLSTM(input, hidden int, opts ...RNNOption) *LSTM {
	m := &LSTM{}
	m.init("LSTM", 4, input, hidden, configureRNN("LSTM", "num_layers bias batch_first dropout bidirectional proj_size", opts))
	return m
}

// Forward reads a batch of sequences from the hidden state h0 and the cell c0, or from zeros
// where both are nil, and returns the last layer's output at every step, and the hidden state
// and the cell of each layer and direction after the last one:
//
//	x       [L, N, input]              [N, L, input] with BatchFirst   or [L, input]
//	h0, hn  [layers·D, N, out]                                         or [layers·D, out]
//	c0, cn  [layers·D, N, hidden]                                      or [layers·D, hidden]
//	output  [L, N, D·out]              [N, L, D·out]                   or [L, D·out]
//
// D is 2 with Bidirectional, else 1; out is ProjSize, or hidden without one. Sequences of several
// lengths go through [LSTM.ForwardPacked].
func (m *LSTM) Forward(x, h0, c0 *torch.Tensor) (output, hn, cn *torch.Tensor) {
	in := m.enterAll(&x, &h0, &c0)
	defer m.leaveAll("LSTM", in, &output, &hn, &cn)
	ys := m.forward(lstm, x, m.cells(h0, c0)...)
	return ys[0], ys[1], ys[2]
}

// ForwardPacked is Forward for sequences of several lengths, as [PackPaddedSequence] makes them.
// States and cells are in the order of the sequences before packing.
func (m *LSTM) ForwardPacked(x *PackedSequence, h0, c0 *torch.Tensor) (output *PackedSequence, hn, cn *torch.Tensor) {
	in := m.enterPacked(&x, &h0, &c0)
	defer m.leavePacked("LSTM", in, &output, &hn, &cn)
	output, hs := m.forwardPacked(lstm, x, m.cells(h0, c0)...)
	return output, hs[0], hs[1]
}

func (m *LSTM) cells(h0, c0 *torch.Tensor) []state {
	if (h0 == nil) != (c0 == nil) {
		panic(invalid("lstm", "expected a hidden state and a cell, or nil for both, but got one of them"))
	}
	return []state{{"h0", h0, m.output()}, {"c0", c0, m.hidden}}
}
