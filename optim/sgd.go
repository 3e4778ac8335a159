package optim

import (
	"multitorch/nn"
	"multitorch/torch"
)

// SGD is torch.optim.SGD, stochastic gradient descent with momentum:
//
//	b = momentum·b + (1-dampening)·g, and b = g at the first step
//	p = p - lr·b, or with Nesterov p - lr·(g + momentum·b)
type SGD struct {
	optimizer
	defaults []SGDOption
}

const momentumBuffer = 0 // the slot of SGD's state

// NewSGD makes an SGD of one group. Parameters or settings that can't be used are
// a panic with a [*torch.Error].
func NewSGD(params []*nn.Parameter, opts ...SGDOption) *SGD {
	s := &SGD{defaults: opts, optimizer: optimizer{
		kind:     "SGD",
		settings: []string{"lr", "momentum", "dampening", "weight_decay", "nesterov", "maximize", "foreach"},
		slots:    []string{"momentum_buffer"},
		states:   map[*nn.Parameter]*state{},
	}}
	s.AddParamGroup(params)
	return s
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is
// as it was said to the constructor.
func (s *SGD) AddParamGroup(params []*nn.Parameter, opts ...SGDOption) {
	g := &Group{Params: params, LR: 1e-3}
	for _, o := range s.defaults {
		o.sgd(g)
	}
	for _, o := range opts {
		o.sgd(g)
	}
	s.add(g)
}

// Step implements [Optimizer].
func (s *SGD) Step() { s.step(s.update) }

func (s *SGD) update(g *Group, b *batch) {
	grads, temporary := b.grads, false
	if g.Maximize {
		grads, temporary = b.get(neg, grads), true
	}
	if g.WeightDecay != 0 {
		grads, temporary = b.get(add, grads, b.params, g.WeightDecay), true
	}
	if g.Momentum != 0 {
		buffers := b.momentum(g, grads)
		switch {
		case !g.Nesterov:
			grads = buffers
		case temporary || b.foreach: // PyTorch's lists change the gradients themselves here
			b.do(addTo, grads, buffers, g.Momentum)
		default:
			grads = b.get(add, grads, buffers, g.Momentum)
		}
	}
	b.do(addTo, b.params, grads, -g.LR)
}

// momentum moves the buffers on; a parameter without one gets its gradient's copy.
func (b *batch) momentum(g *Group, grads []*torch.Tensor) []*torch.Tensor {
	old := &batch{scope: b.scope, lists: b.lists, gpu: b.gpu}
	var oldGrads []*torch.Tensor
	for i, s := range b.states {
		if s.tensors[momentumBuffer] == nil {
			s.tensors[momentumBuffer] = grads[i].Clone().Keep()
			continue
		}
		old.states = append(old.states, s)
		oldGrads = append(oldGrads, grads[i])
	}
	if len(old.states) > 0 {
		buffers := old.slot(momentumBuffer)
		old.by(mulNumber, buffers, g.Momentum)
		old.do(addTo, buffers, oldGrads, 1-g.Dampening)
	}
	return b.slot(momentumBuffer)
}
