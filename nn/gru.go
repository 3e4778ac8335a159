package nn

import "multitorch/torch"

var gru = newRecurrence("gru")

// GRU is a gated recurrent network of one or more layers, as torch.nn.GRU (Cho et al.,
// "Learning Phrase Representations using RNN Encoder-Decoder", 2014). For
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
	m.init("GRU", 3, input, hidden, configureRNN("GRU", "num_layers bias batch_first dropout bidirectional", opts))
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
	in := m.enterAll(&x, &h0)
	defer m.leaveAll("GRU", in, &output, &hn)
	ys := m.forward(gru, x, state{"h0", h0, m.hidden})
	return ys[0], ys[1]
}

// ForwardPacked is Forward for sequences of several lengths, as
// [PackPaddedSequence] makes them. h0 and hn are in the order of the sequences
// before packing.
func (m *GRU) ForwardPacked(x *PackedSequence, h0 *torch.Tensor) (output *PackedSequence, hn *torch.Tensor) {
	in := m.enterPacked(&x, &h0)
	defer m.leavePacked("GRU", in, &output, &hn)
	output, hs := m.forwardPacked(gru, x, state{"h0", h0, m.hidden})
	return output, hs[0]
}
