package optim

import (
	"math"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// Adamax is torch.optim.Adamax, Adam with the infinity norm in place of the average of squares (Kingma and Ba, Adam: A
// Method for Stochastic Optimization, 2015). With g the gradient and t the number of the step:
//
//	m = β1·m + (1-β1)·g        u = max(β2·u, |g| + ε)
//	p = p - lr/(1-β1ᵗ) · m/u
type Adamax struct {
	Base
	lr       float64
	defaults AdamaxConfig
}

// AdamaxConfig are Adamax's settings of a group.
type AdamaxConfig struct {
	Betas       [2]float64 `json:"betas"`        // 0.9, 0.999: the decay rates of the average and of the norm
	Eps         float64    `json:"eps"`          // 1e-8
	WeightDecay float64    `json:"weight_decay"` // 0
	Maximize    bool       `json:"maximize"`
	Foreach     *bool      `json:"foreach"` // nil: not said; see the option
}

// AdamaxOption is an option of [NewAdamax]: [LR] (2e-3 unless given), [Betas], [Eps], [WeightDecay], [Maximize] and [Foreach].
type AdamaxOption interface {
	adamax(lr *float64, c *AdamaxConfig)
}

func (v LR) adamax(lr *float64, _ *AdamaxConfig)         { *lr = float64(v) }
func (v betas) adamax(_ *float64, c *AdamaxConfig)       { c.Betas = v }
func (v Eps) adamax(_ *float64, c *AdamaxConfig)         { c.Eps = float64(v) }
func (v WeightDecay) adamax(_ *float64, c *AdamaxConfig) { c.WeightDecay = float64(v) }
func (v Maximize) adamax(_ *float64, c *AdamaxConfig)    { c.Maximize = bool(v) }
func (v Foreach) adamax(_ *float64, c *AdamaxConfig)     { c.Foreach = (*bool)(&v) }

// Check implements [Settings].
func (c *AdamaxConfig) Check() error {
	return firstError(
		CheckRange("eps", c.Eps, math.Inf(1)),
		betas(c.Betas).check(),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
	)
}

func (c *AdamaxConfig) foreach() *bool { return c.Foreach }

// The slots of Adamax's state.
const (
	adamaxStep = iota
	adamaxAvg
	adamaxInf
)

// NewAdamax makes an Adamax of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewAdamax(params []*nn.Parameter, opts ...AdamaxOption) *Adamax {
	a := &Adamax{
		Base: NewBase("Adamax", Slot{Name: "step", Count: true}, Slot{Name: "exp_avg"}, Slot{Name: "exp_inf"}),
		lr:   2e-3, defaults: AdamaxConfig{Betas: [2]float64{0.9, 0.999}, Eps: 1e-8},
	}
	for _, o := range Options(opts) {
		o.adamax(&a.lr, &a.defaults)
	}
	a.AddParamGroup(params)
	return a
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (a *Adamax) AddParamGroup(params []*nn.Parameter, opts ...AdamaxOption) {
	lr, c := a.lr, a.defaults
	for _, o := range Options(opts) {
		o.adamax(&lr, &c)
	}
	a.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (a *Adamax) Step(closure ...Closure) *torch.Tensor { return a.Update(closure, a.update) }

func (a *Adamax) update(g *Group, b *Batch) {
	c := settingsOf[*AdamaxConfig](g)
	b.Steps(adamaxStep, func(b *Batch, t float64) {
		avg, norm := b.Slot(adamaxAvg).Real(), b.Slot(adamaxInf).Real()
		if b.foreach {
			b = b.real()
		}
		params, grads := b.Params.Real(), b.decayed(c.Maximize, c.WeightDecay).Real()
		avg.average(grads, c.Betas[0])
		norm.MulInplace(c.Betas[1]).MaximumInplace(grads.Abs().AddNumberInplace(c.Eps))
		params.AddcdivInplace(avg, norm, b.same(-(g.LR / (1 - libm.Pow(c.Betas[0], t)))))
	})
}
