package optim

import (
	"fmt"
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// SGD is torch.optim.SGD, stochastic gradient descent with momentum:
//
//	b = momentum·b + (1-dampening)·g, and b = g at the first step
//	p = p - lr·b, or with Nesterov p - lr·(g + momentum·b)
type SGD struct {
	Base
	lr       float64
	defaults SGDConfig
}

// SGDConfig are SGD's settings of a group.
type SGDConfig struct {
	Momentum    float64 `json:"momentum"`     // 0
	Dampening   float64 `json:"dampening"`    // 0: the share of the gradient that the momentum leaves out
	WeightDecay float64 `json:"weight_decay"` // 0
	Nesterov    bool    `json:"nesterov"`     // looks ahead along the momentum; needs momentum, and no dampening
	Maximize    bool    `json:"maximize"`
	Foreach     *bool   `json:"foreach"` // nil: not said; see the option
	Fused       *bool   `json:"fused"`   // nil: not said; see the option
}

// SGDOption is an option of [NewSGD]: [LR] (1e-3 unless given), [Momentum], [Dampening], [WeightDecay], [Nesterov],
// [Maximize], [Foreach] and [Fused].
type SGDOption interface {
	sgd(lr *float64, c *SGDConfig)
}

// Dampening is SGDConfig's.
type Dampening float64

// Nesterov is SGDConfig's.
type Nesterov bool

func (v LR) sgd(lr *float64, _ *SGDConfig)         { *lr = float64(v) }
func (v Momentum) sgd(_ *float64, c *SGDConfig)    { c.Momentum = float64(v) }
func (v Dampening) sgd(_ *float64, c *SGDConfig)   { c.Dampening = float64(v) }
func (v WeightDecay) sgd(_ *float64, c *SGDConfig) { c.WeightDecay = float64(v) }
func (v Nesterov) sgd(_ *float64, c *SGDConfig)    { c.Nesterov = bool(v) }
func (v Maximize) sgd(_ *float64, c *SGDConfig)    { c.Maximize = bool(v) }
func (v Foreach) sgd(_ *float64, c *SGDConfig)     { c.Foreach = (*bool)(&v) }
func (v Fused) sgd(_ *float64, c *SGDConfig)       { c.Fused = (*bool)(&v) }

// Check implements [Settings].
func (c *SGDConfig) Check() error {
	switch {
	case math.IsNaN(c.Dampening) || math.IsInf(c.Dampening, 0):
		return fmt.Errorf("the dampening is %v: expected a finite number", c.Dampening)
	case c.Nesterov && (c.Momentum == 0 || c.Dampening != 0):
		return fmt.Errorf("Nesterov needs a momentum above 0 and no dampening, but they are %v and %v", c.Momentum, c.Dampening)
	}
	return firstError(
		CheckRange("momentum", c.Momentum, math.Inf(1)),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
		checkFused(c.Fused, c.Foreach),
	)
}

func (c *SGDConfig) foreach() *bool { return c.Foreach }

const momentumBuffer = 0 // the slot of SGD's state

// NewSGD makes an SGD of one group. Parameters or settings that can't be used are
// a panic with a [*torch.Error].
func NewSGD(params []*nn.Parameter, opts ...SGDOption) *SGD {
	s := &SGD{Base: NewBase("SGD", Slot{Name: "momentum_buffer", Needed: never}), lr: 1e-3}
	s.Sparse = true
	for _, o := range Options(opts) {
		o.sgd(&s.lr, &s.defaults)
	}
	s.AddParamGroup(params)
	return s
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is
// as it was said to the constructor.
func (s *SGD) AddParamGroup(params []*nn.Parameter, opts ...SGDOption) {
	lr, c := s.lr, s.defaults
	for _, o := range Options(opts) {
		o.sgd(&lr, &c)
	}
	s.fusable(c.Fused, params, fusedSGD, 4)
	s.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (s *SGD) Step(closure ...Closure) *torch.Tensor { return s.Update(closure, s.update) }

func (s *SGD) update(g *Group, b *Batch) {
	c := settingsOf[*SGDConfig](g)
	if isTrue(c.Fused) {
		s.fused(c, g.LR, b)
		return
	}
	grads, temporary := b.Grads, false
	if c.Maximize {
		grads, temporary = grads.Neg(), true
	}
	if c.WeightDecay != 0 {
		grads, temporary = grads.Add(b.Params, c.WeightDecay), true
	}
	if c.Momentum != 0 {
		if old, oldGrads := b.Without(momentumBuffer, grads); old != nil {
			old.Slot(momentumBuffer).MulInplace(c.Momentum).AddInplace(oldGrads, 1-c.Dampening)
		}
		buffers := b.Slot(momentumBuffer)
		switch {
		case !c.Nesterov:
			grads = buffers
		case temporary || b.foreach: // PyTorch's lists change the gradients themselves here
			grads.AddInplace(buffers, c.Momentum)
		default:
			grads = grads.Add(buffers, c.Momentum)
		}
	}
	b.Params.AddInplace(grads, -g.LR)
}

// fused goes through the parameters that take their first step and the others.
func (s *SGD) fused(c *SGDConfig, lr float64, b *Batch) {
	b.refuseSparse()
	step := func(b *Batch, first bool) {
		buffers := []*torch.Tensor{}
		if c.Momentum != 0 {
			buffers = b.Slot(momentumBuffer).tensors
		}
		fusedSGD.Do(b.Params.tensors, b.Grads.tensors, buffers, c.WeightDecay, c.Momentum, lr, c.Dampening, c.Nesterov, c.Maximize, first)
	}
	var parts [2][]int
	for i, state := range b.states {
		has := 0
		if state.tensors[momentumBuffer] == nil && c.Momentum != 0 {
			has = 1
		}
		parts[has] = append(parts[has], i)
	}
	for first, members := range parts {
		if len(members) > 0 {
			step(b.part(members), first == 1)
		}
	}
}

// firstError is the first that is one.
func firstError(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func never(Settings, *torch.Tensor) bool { return false }
