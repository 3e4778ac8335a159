package nn

import "multitorch/torch"

// Softsign is x / (1 + |x|), elementwise, as torch.nn.Softsign.
type Softsign struct{ Base }

// NewSoftsign makes a Softsign.
func NewSoftsign() *Softsign { return &Softsign{} }

// Forward maps [...] to [...].
func (m *Softsign) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Softsign", x, &result)
	var on passing
	defer on.free()
	return x.Div(on.way(on.way(x.Abs()).Add(1)))
}

// Tanhshrink is x - tanh(x), elementwise, as torch.nn.Tanhshrink.
type Tanhshrink struct{ Base }

// NewTanhshrink makes a Tanhshrink.
func NewTanhshrink() *Tanhshrink { return &Tanhshrink{} }

// Forward maps [...] to [...].
func (m *Tanhshrink) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("Tanhshrink", x, &result)
	var on passing
	defer on.free()
	return x.Sub(on.way(x.Tanh()))
}

// LogSigmoid is log(1 / (1 + exp(-x))), elementwise, as torch.nn.LogSigmoid.
type LogSigmoid struct{ Base }

// NewLogSigmoid makes a LogSigmoid.
func NewLogSigmoid() *LogSigmoid { return &LogSigmoid{} }

// Forward maps [...] to [...].
func (m *LogSigmoid) Forward(x *torch.Tensor) (result *torch.Tensor) {
	x = m.enter(x)
	defer m.leave("LogSigmoid", x, &result)
	return logSigmoid.Unary(x)
}
