package optim

import (
	"fmt"
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// Adadelta is torch.optim.Adadelta (Zeiler, ADADELTA: An Adaptive Learning Rate Method, 2012). With g the gradient:
//
//	v = ρ·v + (1-ρ)·g²        d = √(u + ε)/√(v + ε) · g        u = ρ·u + (1-ρ)·d²
//	p = p - lr·d
type Adadelta struct {
	Base
	lr       float64
	defaults AdadeltaConfig
}

// AdadeltaConfig are Adadelta's settings of a group.
type AdadeltaConfig struct {
	Rho         float64 `json:"rho"`          // 0.9: the decay rate of the averages
	Eps         float64 `json:"eps"`          // 1e-6
	WeightDecay float64 `json:"weight_decay"` // 0
	Maximize    bool    `json:"maximize"`
	Foreach     *bool   `json:"foreach"` // nil: not said; see the option
}

// AdadeltaOption is an option of [NewAdadelta]: [LR] (1.0 unless given), [Rho], [Eps], [WeightDecay], [Maximize] and [Foreach].
type AdadeltaOption interface {
	adadelta(lr *float64, c *AdadeltaConfig)
}

// Rho is AdadeltaConfig's.
type Rho float64

func (v LR) adadelta(lr *float64, _ *AdadeltaConfig)         { *lr = float64(v) }
func (v Rho) adadelta(_ *float64, c *AdadeltaConfig)         { c.Rho = float64(v) }
func (v Eps) adadelta(_ *float64, c *AdadeltaConfig)         { c.Eps = float64(v) }
func (v WeightDecay) adadelta(_ *float64, c *AdadeltaConfig) { c.WeightDecay = float64(v) }
func (v Maximize) adadelta(_ *float64, c *AdadeltaConfig)    { c.Maximize = bool(v) }
func (v Foreach) adadelta(_ *float64, c *AdadeltaConfig)     { c.Foreach = (*bool)(&v) }

// Check implements [Settings].
func (c *AdadeltaConfig) Check() error {
	if !(c.Rho >= 0 && c.Rho <= 1) {
		return fmt.Errorf("the rho is %v: expected a number from 0 to 1", c.Rho)
	}
	return firstError(
		CheckRange("eps", c.Eps, math.Inf(1)),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
	)
}

func (c *AdadeltaConfig) foreach() *bool { return c.Foreach }

// The slots of Adadelta's state.
const (
	adadeltaStep = iota
	adadeltaAvg
	accDelta
)

var adadeltaSlots = []Slot{{Name: "step", Count: true}, {Name: "square_avg"}, {Name: "acc_delta"}}

// NewAdadelta makes an Adadelta of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewAdadelta(params []*nn.Parameter, opts ...AdadeltaOption) *Adadelta {
	a := &Adadelta{Base: NewBase("Adadelta", adadeltaSlots...), lr: 1.0, defaults: AdadeltaConfig{Rho: 0.9, Eps: 1e-6}}
	for _, o := range Options(opts) {
		o.adadelta(&a.lr, &a.defaults)
	}
	a.AddParamGroup(params)
	return a
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (a *Adadelta) AddParamGroup(params []*nn.Parameter, opts ...AdadeltaOption) {
	lr, c := a.lr, a.defaults
	for _, o := range Options(opts) {
		o.adadelta(&lr, &c)
	}
	a.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (a *Adadelta) Step(closure ...Closure) *torch.Tensor { return a.Update(closure, a.update) }

func (a *Adadelta) update(g *Group, b *Batch) {
	c := settingsOf[*AdadeltaConfig](g)
	b.Count(adadeltaStep, func(float64) []float64 { return nil })
	params, grads := b.Params, b.decayed(c.Maximize, c.WeightDecay)
	square, acc := b.Slot(adadeltaAvg), b.Slot(accDelta)
	if !b.foreach || running().listsAsReal {
		params, grads, square, acc = params.Real(), grads.Real(), square.Real(), acc.Real()
	}
	square.averageSquare(grads, c.Rho)
	roots := square.AddNumber(c.Eps).SqrtInplace()
	delta := acc.AddNumber(c.Eps).SqrtInplace().DivListInplace(roots).MulListInplace(grads)
	acc.averageSquare(delta, c.Rho)
	params.AddInplace(delta, -g.LR)
}
