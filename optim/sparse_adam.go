package optim

import (
	"errors"
	"fmt"
	"math"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// SparseAdam is torch.optim.SparseAdam, Adam for sparse gradients, such as those of an embedding: averages and parameters
// change only where the gradient has values.
type SparseAdam struct {
	Base
	lr       float64
	defaults SparseAdamConfig
}

// SparseAdamConfig are SparseAdam's settings of a group.
type SparseAdamConfig struct {
	Betas    [2]float64 `json:"betas"` // 0.9, 0.999: the decay rates of the averages of gradient and square
	Eps      float64    `json:"eps"`   // 1e-8; above 0
	Maximize bool       `json:"maximize"`
}

// SparseAdamOption is an option of [NewSparseAdam]: [LR] (1e-3 unless given; above 0), [Betas], [Eps] and [Maximize].
type SparseAdamOption interface {
	sparseAdam(lr *float64, c *SparseAdamConfig)
}

func (v LR) sparseAdam(lr *float64, _ *SparseAdamConfig)      { *lr = float64(v) }
func (v betas) sparseAdam(_ *float64, c *SparseAdamConfig)    { c.Betas = v }
func (v Eps) sparseAdam(_ *float64, c *SparseAdamConfig)      { c.Eps = float64(v) }
func (v Maximize) sparseAdam(_ *float64, c *SparseAdamConfig) { c.Maximize = bool(v) }

// Check implements [Settings].
func (c *SparseAdamConfig) Check() error {
	if c.Eps == 0 {
		return errors.New("the eps is 0: expected a number above 0")
	}
	return firstError(CheckRange("eps", c.Eps, math.Inf(1)), betas(c.Betas).check())
}

// NewSparseAdam makes a SparseAdam of one group. Parameters or settings that can't be used are a panic with a
// [*torch.Error].
func NewSparseAdam(params []*nn.Parameter, opts ...SparseAdamOption) *SparseAdam {
	s := &SparseAdam{
		Base: NewBase("SparseAdam", Slot{Name: "step", Count: true}, Slot{Name: "exp_avg"}, Slot{Name: "exp_avg_sq"}),
		lr:   1e-3, defaults: SparseAdamConfig{Betas: [2]float64{0.9, 0.999}, Eps: 1e-8},
	}
	s.Sparse = true
	for _, o := range Options(opts) {
		o.sparseAdam(&s.lr, &s.defaults)
	}
	s.AddParamGroup(params)
	return s
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (s *SparseAdam) AddParamGroup(params []*nn.Parameter, opts ...SparseAdamOption) {
	lr, c := s.lr, s.defaults
	for _, o := range Options(opts) {
		o.sparseAdam(&lr, &c)
	}
	if lr == 0 {
		s.refuse(torch.ValueError, "the learning rate is 0: expected a number above 0")
	}
	for i, p := range params {
		switch {
		case p == nil || p.Tensor == nil: // Add says so
		case p.IsComplex():
			s.refuse(torch.ValueError, fmt.Sprintf("parameter %d, %v, is complex: expected real ones", i, p.Shape()))
		case torch.TraitsOf(p.Tensor).Sparse:
			s.refuse(torch.ValueError, fmt.Sprintf("parameter %d, %v, is sparse: its gradients may be, parameters are dense", i, p.Shape()))
		}
	}
	s.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (s *SparseAdam) Step(closure ...Closure) *torch.Tensor { return s.Update(closure, s.update) }

func (s *SparseAdam) update(g *Group, b *Batch) {
	c := settingsOf[*SparseAdamConfig](g)
	for i, t := range b.Grads.tensors {
		if !torch.TraitsOf(t).Sparse {
			s.refuse(torch.OtherError, fmt.Sprintf(
				"the gradient of a parameter, %v, is dense: SparseAdam takes sparse ones, Adam takes these", b.Params.tensors[i].Shape()))
		}
	}
	b.Steps(0, func(b *Batch, t float64) {
		correction1, correction2 := 1-libm.Pow(c.Betas[0], t), 1-libm.Pow(c.Betas[1], t)
		rate := g.LR * math.Sqrt(correction2) / correction1
		b.Each(func(b *Batch) { b.sparseStep(c, rate) })
	})
}

// sparseStep is a step for one parameter.
func (b *Batch) sparseStep(c *SparseAdamConfig, rate float64) {
	grad := b.coalesced(c.Maximize)
	if grad.values.Numel() == 0 {
		return
	}
	avg, square := b.Slot(1).tensors[0], b.Slot(2).tensors[0]
	oldAvg := grad.of(avg)
	avgChange := sub.one.CallIn(b.scope, grad.values, oldAvg, 1)
	mulNumber.one.Do(avgChange, 1-c.Betas[0])
	grad.addTo(avg, avgChange, 1)

	oldSquare := grad.of(square)
	squareChange := squared.CallIn(b.scope, grad.values, 2)
	subTo.Do(squareChange, oldSquare)
	mulNumber.one.Do(squareChange, 1-c.Betas[1])
	grad.addTo(square, squareChange, 1)

	addTo.one.Do(avgChange, oldAvg, 1)
	addTo.one.Do(squareChange, oldSquare, 1)
	sqrtTo.one.Do(squareChange)
	addNumber.one.Do(squareChange, c.Eps)
	divTo.one.Do(avgChange, squareChange)
	mulNumber.one.Do(avgChange, -rate)
	grad.addTo(b.Params.tensors[0], avgChange, 1)
}
