package optim

import (
	"math"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// Adam is torch.optim.Adam (Kingma and Ba, Adam: A Method for Stochastic
// Optimization, 2015). With g the gradient and t the number of the step:
//
//	m = β1·m + (1-β1)·g        v = β2·v + (1-β2)·g²
//	p = p - lr/(1-β1ᵗ) · m / (√v/√(1-β2ᵗ) + ε)
type Adam struct {
	Base
	lr        float64
	defaults  AdamConfig
	decoupled bool // AdamW
}

// AdamW is torch.optim.AdamW: Adam whose weight decay shrinks the parameters and
// stays out of the averages (Loshchilov and Hutter, Decoupled Weight Decay
// Regularization, 2019).
type AdamW struct{ Adam }

// AdamConfig are Adam's and AdamW's settings of a group.
type AdamConfig struct {
	Betas       [2]float64 `json:"betas"`        // 0.9, 0.999: the decay rates of the averages of gradient and square
	Eps         float64    `json:"eps"`          // 1e-8
	WeightDecay float64    `json:"weight_decay"` // 0, of AdamW 0.01
	AMSGrad     bool       `json:"amsgrad"`      // divides by the largest average of squares so far
	Maximize    bool       `json:"maximize"`
	Foreach     *bool      `json:"foreach"` // nil: not said; see the option
	Fused       *bool      `json:"fused"`   // nil: not said; see the option
}

// AdamOption is an option of [NewAdam] and [NewAdamW]: [LR] (1e-3 unless given), [Betas], [Eps], [WeightDecay], [AMSGrad],
// [Maximize], [Foreach] and [Fused].
type AdamOption interface {
	adam(lr *float64, c *AdamConfig)
}

// AMSGrad is AdamConfig's (Reddi et al., On the Convergence of Adam and Beyond, 2018).
type AMSGrad bool

func (v LR) adam(lr *float64, _ *AdamConfig)         { *lr = float64(v) }
func (v betas) adam(_ *float64, c *AdamConfig)       { c.Betas = v }
func (v Eps) adam(_ *float64, c *AdamConfig)         { c.Eps = float64(v) }
func (v WeightDecay) adam(_ *float64, c *AdamConfig) { c.WeightDecay = float64(v) }
func (v AMSGrad) adam(_ *float64, c *AdamConfig)     { c.AMSGrad = bool(v) }
func (v Maximize) adam(_ *float64, c *AdamConfig)    { c.Maximize = bool(v) }
func (v Foreach) adam(_ *float64, c *AdamConfig)     { c.Foreach = (*bool)(&v) }
func (v Fused) adam(_ *float64, c *AdamConfig)       { c.Fused = (*bool)(&v) }

// Check implements [Settings].
func (c *AdamConfig) Check() error {
	return firstError(
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
		betas(c.Betas).check(),
		CheckRange("eps", c.Eps, math.Inf(1)),
		checkFused(c.Fused, c.Foreach),
	)
}

func (c *AdamConfig) foreach() *bool { return c.Foreach }

// The slots of Adam's state.
const (
	adamStep = iota
	expAvg
	expAvgSq
	maxExpAvgSq // with AMSGrad
)

var adamSlots = []Slot{
	{Name: "step", Count: true},
	{Name: "exp_avg"},
	{Name: "exp_avg_sq"},
	{Name: "max_exp_avg_sq", Needed: func(s Settings, _ *torch.Tensor) bool { return s.(*AdamConfig).AMSGrad }},
}

// NewAdam makes an Adam of one group. Parameters or settings that can't be used
// are a panic with a [*torch.Error].
func NewAdam(params []*nn.Parameter, opts ...AdamOption) *Adam {
	a := newAdam("Adam", 0, opts)
	a.AddParamGroup(params)
	return &a
}

// NewAdamW is [NewAdam] for AdamW.
func NewAdamW(params []*nn.Parameter, opts ...AdamOption) *AdamW {
	a := &AdamW{newAdam("AdamW", 1e-2, opts)}
	a.decoupled = true
	a.AddParamGroup(params)
	return a
}

func newAdam(kind string, weightDecay float64, opts []AdamOption) Adam {
	a := Adam{
		Base: NewBase(kind, adamSlots...), lr: 1e-3,
		defaults: AdamConfig{Betas: [2]float64{0.9, 0.999}, Eps: 1e-8, WeightDecay: weightDecay},
	}
	for _, o := range Options(opts) {
		o.adam(&a.lr, &a.defaults)
	}
	return a
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is
// as it was said to the constructor.
func (a *Adam) AddParamGroup(params []*nn.Parameter, opts ...AdamOption) {
	lr, c := a.lr, a.defaults
	for _, o := range Options(opts) {
		o.adam(&lr, &c)
	}
	a.fusable(c.Fused, params, fusedAdam, 4)
	a.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (a *Adam) Step(closure ...Closure) *torch.Tensor { return a.Update(closure, a.update) }

func (a *Adam) update(g *Group, b *Batch) {
	c := settingsOf[*AdamConfig](g)
	if isTrue(c.Fused) {
		b.Steps(adamStep, func(b *Batch, t float64) { a.fused(c, g.LR, b, t) })
		return
	}
	decay := c.WeightDecay
	if a.decoupled {
		decay = 0
	}
	params, grads := b.Params.Real(), b.decayed(c.Maximize, decay).Real()
	avg, square := b.Slot(expAvg).Real(), b.Slot(expAvgSq).Real()
	if c.WeightDecay != 0 && a.decoupled {
		params.MulInplace(1 - float64(g.LR*c.WeightDecay)) // float64: not fused into one operation
	}
	beta1, beta2 := c.Betas[0], c.Betas[1]
	avg.average(grads, beta1)
	square.averageSquare(grads, beta2)
	if c.AMSGrad {
		square = b.Slot(maxExpAvgSq).Real().MaximumInplace(square)
	}
	// What makes up for averages that started from 0.
	corrections := b.Count(adamStep, func(t float64) []float64 {
		return []float64{-(g.LR / (1 - libm.Pow(beta1, t))), running().root(1 - libm.Pow(beta2, t))}
	})
	denominators := square.Sqrt().DivInplace(corrections[1]).AddNumberInplace(c.Eps)
	params.AddcdivInplace(avg, denominators, corrections[0])
}

func (a *Adam) fused(c *AdamConfig, lr float64, b *Batch, t float64) {
	kernel, largest := fusedAdam, []*torch.Tensor{}
	if a.decoupled {
		kernel = fusedAdamW
	}
	if c.AMSGrad {
		largest = b.Slot(maxExpAvgSq).tensors
	}
	kernel.Do(b.Params.tensors, b.Grads.tensors, b.Slot(expAvg).tensors, b.Slot(expAvgSq).tensors, largest, b.countsOf(t),
		lr, c.Betas[0], c.Betas[1], c.WeightDecay, c.Eps, c.AMSGrad, c.Maximize)
}
