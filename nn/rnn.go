package nn

import "multitorch/torch"

var rnns = map[string]recurrence{"tanh": newRecurrence("rnn_tanh"), "relu": newRecurrence("rnn_relu")}

// RNN is a plain recurrent network of one or more layers, as torch.nn.RNN: at each step
// h = tanh(W_ih·x + b_ih + W_hh·h + b_hh) (Elman, "Finding Structure in Time", 1990). For each
// layer k it has the parameters weight_ih_l{k} [hidden, input], weight_hh_l{k} [hidden, hidden],
// bias_ih_l{k} and bias_hh_l{k} [hidden], and with Bidirectional the same again under names that
// end in _reverse. All are drawn from U(-1/√hidden, 1/√hidden).
type RNN struct{ recurrent }

// NewRNN makes a network for sequences of input features with a hidden state of hidden
// features.
func NewRNN(input, hidden int, opts ...RNNOption) *RNN {
	m := &RNN{}
	c := configureRNN("RNN", "num_layers nonlinearity bias batch_first dropout bidirectional", opts)
	checkNonlinearity("RNN", c.Nonlinearity)
	m.init("RNN", 1, input, hidden, c)
	return m
}

func checkNonlinearity(kind, n string) {
	if n != "tanh" && n != "relu" {
		panic(invalid(kind, "nonlinearity must be tanh or relu, but got %.80q", n))
	}
}

// Forward is [GRU.Forward], with the same shapes.
func (m *RNN) Forward(x, h0 *torch.Tensor) (output, hn *torch.Tensor) {
	in := m.enterAll(&x, &h0)
	defer m.leaveAll("RNN", in, &output, &hn)
	ys := m.forward(rnns[m.config.Nonlinearity], x, state{"h0", h0, m.hidden})
	return ys[0], ys[1]
}

// ForwardPacked is [GRU.ForwardPacked].
func (m *RNN) ForwardPacked(x *PackedSequence, h0 *torch.Tensor) (output *PackedSequence, hn *torch.Tensor) {
	in := m.enterPacked(&x, &h0)
	defer m.leavePacked("RNN", in, &output, &hn)
	output, hs := m.forwardPacked(rnns[m.config.Nonlinearity], x, state{"h0", h0, m.hidden})
	return output, hs[0]
}
