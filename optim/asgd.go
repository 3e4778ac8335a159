package optim

import (
	"errors"
	"math"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// ASGD is torch.optim.ASGD, stochastic gradient descent with an average of the parameters, "ax" in its state (Polyak and
// Juditsky, Acceleration of Stochastic Approximation by Averaging, 1992). With g the gradient and t the number of the step:
//
//	p = (1-λ·η)·p - η·g        ax = ax + μ·(p - ax)
//	η = lr/(1+λ·lr·t)^α        μ = 1/max(1, t-t0)
type ASGD struct {
	Base
	lr       float64
	defaults ASGDConfig
	first    float64 // the rate of the group's first parameter
}

// ASGDConfig are ASGD's settings of a group.
type ASGDConfig struct {
	Lambd       float64 `json:"lambd"`        // 1e-4: the decay of the parameters
	Alpha       float64 `json:"alpha"`        // 0.75: the power by which the rate falls
	T0          float64 `json:"t0"`           // 1e6: the step from which on there is an average
	WeightDecay float64 `json:"weight_decay"` // 0
	Maximize    bool    `json:"maximize"`
	Foreach     *bool   `json:"foreach"` // nil: not said; see the option
}

// ASGDOption is an option of [NewASGD]: [LR] (1e-2 unless given), [Lambd], [Alpha], [T0], [WeightDecay], [Maximize] and [Foreach].
type ASGDOption interface {
	asgd(lr *float64, c *ASGDConfig)
}

// Lambd and T0 are ASGDConfig's.
type (
	Lambd float64
	T0    float64
)

func (v LR) asgd(lr *float64, _ *ASGDConfig)         { *lr = float64(v) }
func (v Lambd) asgd(_ *float64, c *ASGDConfig)       { c.Lambd = float64(v) }
func (v Alpha) asgd(_ *float64, c *ASGDConfig)       { c.Alpha = float64(v) }
func (v T0) asgd(_ *float64, c *ASGDConfig)          { c.T0 = float64(v) }
func (v WeightDecay) asgd(_ *float64, c *ASGDConfig) { c.WeightDecay = float64(v) }
func (v Maximize) asgd(_ *float64, c *ASGDConfig)    { c.Maximize = bool(v) }
func (v Foreach) asgd(_ *float64, c *ASGDConfig)     { c.Foreach = (*bool)(&v) }

// Check implements [Settings].
func (c *ASGDConfig) Check() error {
	if math.IsNaN(c.T0) {
		return errors.New("the t0 is NaN: expected a number")
	}
	return firstError(
		CheckRange("lambd", c.Lambd, math.Inf(1)),
		CheckRange("alpha", c.Alpha, math.Inf(1)),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
	)
}

func (c *ASGDConfig) foreach() *bool { return c.Foreach }

// The slots of ASGD's state.
const (
	asgdStep = iota
	eta
	mu
	ax
)

var asgdSlots = []Slot{
	{Name: "step", Count: true},
	{Name: "eta", Number: func(g *Group) float64 { return g.LR }},
	{Name: "mu", Number: one},
	{Name: "ax"},
}

// NewASGD makes an ASGD of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewASGD(params []*nn.Parameter, opts ...ASGDOption) *ASGD {
	a := &ASGD{Base: NewBase("ASGD", asgdSlots...), lr: 1e-2, defaults: ASGDConfig{Lambd: 1e-4, Alpha: 0.75, T0: 1e6}}
	for _, o := range Options(opts) {
		o.asgd(&a.lr, &a.defaults)
	}
	a.AddParamGroup(params)
	return a
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (a *ASGD) AddParamGroup(params []*nn.Parameter, opts ...ASGDOption) {
	lr, c := a.lr, a.defaults
	for _, o := range Options(opts) {
		o.asgd(&lr, &c)
	}
	a.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (a *ASGD) Step(closure ...Closure) *torch.Tensor { return a.Update(closure, a.update) }

func (a *ASGD) update(g *Group, b *Batch) {
	c := settingsOf[*ASGDConfig](g)
	if b.starts {
		a.first = b.Number(eta)
	}
	b.Steps(asgdStep, func(b *Batch, t float64) {
		plain := b.real()
		plain.foreach = false // PyTorch's lists never added the weight decay into these gradients
		grads := plain.decayed(c.Maximize, c.WeightDecay)
		params, average := b.Params.Real(), b.Slot(ax).Real()
		if b.foreach && !running().asgdOfTheFirst {
			a.lists(c, g.LR, b, t, params, grads, average)
			return
		}
		rate := b.Number(eta)
		if b.foreach {
			rate = a.first
		}
		params.MulInplace(1-float64(c.Lambd*rate)).AddInplace(grads, -rate)
		if share := b.Number(mu); share != 1 {
			average.AddInplace(params.Sub(average).MulInplace(share), 1)
		} else {
			average.CopyInplace(params)
		}
		b.SetNumber(eta, g.LR/libm.Pow(1+float64(c.Lambd*g.LR*t), c.Alpha))
		b.SetNumber(mu, 1/max(1, t-c.T0))
	}, eta, mu)
}

// lists is what PyTorch's lists do since 2.2. The next rate is computed there with the count, a float32 tensor.
func (a *ASGD) lists(c *ASGDConfig, lr float64, b *Batch, t float64, params, grads, average List) {
	var terms List
	if c.WeightDecay != 0 {
		terms = grads.AddInplace(params, c.Lambd)
	} else {
		terms = grads.Add(params, c.Lambd)
	}
	params.AddcmulInplace(terms, b.asFloat32(b.Number(eta)), -1)
	average.AddcmulInplace(params.Sub(average), b.asFloat32(b.Number(mu)), 1)
	count := b.asFloat32(t).tensors[0]
	next := count.Mul(c.Lambd * lr).Add(1).Pow(c.Alpha).RDiv(lr)
	b.SetNumber(eta, b.scope.Own(next).Item())
	b.SetNumber(mu, 1/max(1, t-c.T0))
}

// asFloat32 is a number for all parameters, a tensor without dimensions.
func (b *Batch) asFloat32(number float64) List {
	t := asTensor.CallIn(b.scope, number, torch.Float32)
	if b.gpu {
		t = b.scope.Own(t.To(b.Params.tensors[0].Device()))
	}
	ts := make([]*torch.Tensor, len(b.states))
	for i := range ts {
		ts[i] = t
	}
	return List{b, ts}
}
