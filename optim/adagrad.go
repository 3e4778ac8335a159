package optim

import (
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// Adagrad is torch.optim.Adagrad (Duchi et al., Adaptive Subgradient Methods for Online Learning and Stochastic
// Optimization, 2011). With g the gradient and t the number of the step:
//
//	s = s + g²
//	p = p - lr/(1+(t-1)·η) · g/(√s + ε)
//
// It takes sparse gradients, without weight decay.
type Adagrad struct {
	Base
	lr       float64
	defaults AdagradConfig
}

// AdagradConfig are Adagrad's settings of a group.
type AdagradConfig struct {
	LRDecay                 float64 `json:"lr_decay"`                  // 0: η
	WeightDecay             float64 `json:"weight_decay"`              // 0
	InitialAccumulatorValue float64 `json:"initial_accumulator_value"` // 0: what s starts from
	Eps                     float64 `json:"eps"`                       // 1e-10
	Maximize                bool    `json:"maximize"`
	Foreach                 *bool   `json:"foreach"` // nil: not said; see the option
	Fused                   *bool   `json:"fused"`   // nil: not said; see the option
}

// AdagradOption is an option of [NewAdagrad]: [LR] (1e-2 unless given), [LRDecay], [WeightDecay], [InitialAccumulatorValue],
// [Eps], [Maximize], [Foreach] and [Fused].
type AdagradOption interface {
	adagrad(lr *float64, c *AdagradConfig)
}

// InitialAccumulatorValue is AdagradConfig's.
type InitialAccumulatorValue float64

func (v LR) adagrad(lr *float64, _ *AdagradConfig)         { *lr = float64(v) }
func (v LRDecay) adagrad(_ *float64, c *AdagradConfig)     { c.LRDecay = float64(v) }
func (v WeightDecay) adagrad(_ *float64, c *AdagradConfig) { c.WeightDecay = float64(v) }
func (v InitialAccumulatorValue) adagrad(_ *float64, c *AdagradConfig) {
	c.InitialAccumulatorValue = float64(v)
}
func (v Eps) adagrad(_ *float64, c *AdagradConfig)      { c.Eps = float64(v) }
func (v Maximize) adagrad(_ *float64, c *AdagradConfig) { c.Maximize = bool(v) }
func (v Foreach) adagrad(_ *float64, c *AdagradConfig)  { c.Foreach = (*bool)(&v) }
func (v Fused) adagrad(_ *float64, c *AdagradConfig)    { c.Fused = (*bool)(&v) }

// Check implements [Settings].
func (c *AdagradConfig) Check() error {
	return firstError(
		CheckRange("lr decay", c.LRDecay, math.Inf(1)),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
		CheckRange("initial accumulator value", c.InitialAccumulatorValue, math.Inf(1)),
		CheckRange("eps", c.Eps, math.Inf(1)),
		checkFused(c.Fused, c.Foreach),
	)
}

func (c *AdagradConfig) foreach() *bool { return c.Foreach }

// The slots of Adagrad's state.
const (
	adagradStep = iota
	adagradSum
)

var adagradSlots = []Slot{{Name: "step", Count: true}, {Name: "sum", Make: func(g *Group, p *torch.Tensor) *torch.Tensor {
	return filled(p, settingsOf[*AdagradConfig](g).InitialAccumulatorValue)
}}}

// NewAdagrad makes an Adagrad of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewAdagrad(params []*nn.Parameter, opts ...AdagradOption) *Adagrad {
	a := &Adagrad{Base: NewBase("Adagrad", adagradSlots...), lr: 1e-2, defaults: AdagradConfig{Eps: 1e-10}}
	a.Sparse, a.Eager = true, true
	for _, o := range Options(opts) {
		o.adagrad(&a.lr, &a.defaults)
	}
	a.AddParamGroup(params)
	return a
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (a *Adagrad) AddParamGroup(params []*nn.Parameter, opts ...AdagradOption) {
	lr, c := a.lr, a.defaults
	for _, o := range Options(opts) {
		o.adagrad(&lr, &c)
	}
	a.fusable(c.Fused, params, fusedAdagrad, 6)
	a.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (a *Adagrad) Step(closure ...Closure) *torch.Tensor { return a.Update(closure, a.update) }

func (a *Adagrad) update(g *Group, b *Batch) {
	c := settingsOf[*AdagradConfig](g)
	if isTrue(c.Fused) {
		b.refuseSparse()
		b.Steps(adagradStep, func(b *Batch, t float64) {
			fusedAdagrad.Do(b.Params.tensors, b.Grads.tensors, b.Slot(adagradSum).tensors, b.countsOf(t),
				g.LR, c.LRDecay, c.WeightDecay, c.Eps, c.Maximize)
		})
		return
	}
	if b.sparse && c.WeightDecay != 0 {
		a.refuse(torch.OtherError, "weight decay does not go together with sparse gradients")
	}
	b.Steps(adagradStep, func(b *Batch, t float64) {
		rate := g.LR / (1 + float64((t-1)*c.LRDecay))
		if b.sparse {
			b.Each(func(one *Batch) { a.one(c, one, t, rate) })
			return
		}
		a.dense(c, g.LR, b, t, rate)
	})
}

func (a *Adagrad) dense(c *AdagradConfig, lr float64, b *Batch, t, rate float64) {
	grads := b.decayed(c.Maximize, c.WeightDecay).Real()
	params, sum := b.Params.Real(), b.Slot(adagradSum).Real()
	sum.AddcmulInplace(grads, grads, 1)
	roots := sum.Sqrt().AddNumberInplace(c.Eps)
	switch {
	case !b.foreach:
		params.AddcdivInplace(grads, roots, b.same(-rate))
	case running().adagradDivides:
		// The rate is a float32 tensor there, as the count is.
		reciprocal := 1 / (1 + float32(float32(t-1)*float32(c.LRDecay)))
		params.AddInplace(grads.MulNumber(float64(reciprocal*float32(-lr))).DivListInplace(roots), 1)
	default:
		params.AddcdivInplace(grads.MulNumber(-rate), roots, b.same(1))
	}
}

// one is a step for one parameter, whose gradient may be sparse.
func (a *Adagrad) one(c *AdagradConfig, b *Batch, t, rate float64) {
	if !torch.TraitsOf(b.Grads.tensors[0]).Sparse {
		b.foreach = false
		a.dense(c, 0, b, t, rate)
		return
	}
	grad := b.coalesced(c.Maximize)
	sum := b.Slot(adagradSum).tensors[0]
	grad.addTo(sum, squared.CallIn(b.scope, grad.values, 2), 1)
	roots := grad.of(sum)
	sqrtTo.one.Do(roots)
	addNumber.one.Do(roots, c.Eps)
	grad.addTo(b.Params.tensors[0], div.CallIn(b.scope, grad.values, roots), -rate)
}
