package optim

import (
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// RMSprop is torch.optim.RMSprop (Tieleman and Hinton, Lecture 6.5, 2012; centred: Graves, Generating Sequences With
// Recurrent Neural Networks, 2013). With g the gradient:
//
//	v = α·v + (1-α)·g²        centred: a = α·a + (1-α)·g, and v - a² in v's place below
//	p = p - lr·g/(√v + ε), or with momentum b = momentum·b + g/(√v + ε), p = p - lr·b
type RMSprop struct {
	Base
	lr       float64
	defaults RMSpropConfig
}

// RMSpropConfig are RMSprop's settings of a group.
type RMSpropConfig struct {
	Alpha       float64 `json:"alpha"`        // 0.99: the decay rate of the averages
	Eps         float64 `json:"eps"`          // 1e-8
	WeightDecay float64 `json:"weight_decay"` // 0
	Momentum    float64 `json:"momentum"`     // 0
	Centered    bool    `json:"centered"`     // divides by an estimate of the variance
	Maximize    bool    `json:"maximize"`
	Foreach     *bool   `json:"foreach"` // nil: not said; see the option
}

// RMSpropOption is an option of [NewRMSprop]: [LR] (0.01 unless given), [Alpha], [Eps], [WeightDecay], [Momentum],
// [Centered], [Maximize] and [Foreach].
type RMSpropOption interface {
	rmsprop(lr *float64, c *RMSpropConfig)
}

// Alpha is RMSpropConfig's, and ASGDConfig's.
type Alpha float64

// Centered is RMSpropConfig's.
type Centered bool

func (v LR) rmsprop(lr *float64, _ *RMSpropConfig)         { *lr = float64(v) }
func (v Alpha) rmsprop(_ *float64, c *RMSpropConfig)       { c.Alpha = float64(v) }
func (v Eps) rmsprop(_ *float64, c *RMSpropConfig)         { c.Eps = float64(v) }
func (v WeightDecay) rmsprop(_ *float64, c *RMSpropConfig) { c.WeightDecay = float64(v) }
func (v Momentum) rmsprop(_ *float64, c *RMSpropConfig)    { c.Momentum = float64(v) }
func (v Centered) rmsprop(_ *float64, c *RMSpropConfig)    { c.Centered = bool(v) }
func (v Maximize) rmsprop(_ *float64, c *RMSpropConfig)    { c.Maximize = bool(v) }
func (v Foreach) rmsprop(_ *float64, c *RMSpropConfig)     { c.Foreach = (*bool)(&v) }

// Check implements [Settings].
func (c *RMSpropConfig) Check() error {
	return firstError(
		CheckRange("alpha", c.Alpha, math.Inf(1)),
		CheckRange("eps", c.Eps, math.Inf(1)),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
		CheckRange("momentum", c.Momentum, math.Inf(1)),
	)
}

func (c *RMSpropConfig) foreach() *bool { return c.Foreach }

// The slots of RMSprop's state.
const (
	rmspropStep = iota
	squareAvg
	rmspropBuffer // with momentum
	gradAvg       // centred
)

var rmspropSlots = []Slot{
	{Name: "step", Count: true},
	{Name: "square_avg"},
	{Name: "momentum_buffer", Needed: func(s Settings, _ *torch.Tensor) bool { return s.(*RMSpropConfig).Momentum > 0 }},
	{Name: "grad_avg", Needed: func(s Settings, _ *torch.Tensor) bool { return s.(*RMSpropConfig).Centered }},
}

// NewRMSprop makes an RMSprop of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewRMSprop(params []*nn.Parameter, opts ...RMSpropOption) *RMSprop {
	r := &RMSprop{Base: NewBase("RMSprop", rmspropSlots...), lr: 1e-2, defaults: RMSpropConfig{Alpha: 0.99, Eps: 1e-8}}
	for _, o := range Options(opts) {
		o.rmsprop(&r.lr, &r.defaults)
	}
	r.AddParamGroup(params)
	return r
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (r *RMSprop) AddParamGroup(params []*nn.Parameter, opts ...RMSpropOption) {
	lr, c := r.lr, r.defaults
	for _, o := range Options(opts) {
		o.rmsprop(&lr, &c)
	}
	r.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (r *RMSprop) Step(closure ...Closure) *torch.Tensor { return r.Update(closure, r.update) }

func (r *RMSprop) update(g *Group, b *Batch) {
	c := settingsOf[*RMSpropConfig](g)
	b.Count(rmspropStep, func(float64) []float64 { return nil })
	params, grads, square := b.Params.Real(), b.decayed(c.Maximize, c.WeightDecay).Real(), b.Slot(squareAvg).Real()
	square.averageSquare(grads, c.Alpha)
	var roots List
	if c.Centered {
		avg := b.Slot(gradAvg).Real()
		avg.average(grads, c.Alpha)
		roots = square.Addcmul(avg, avg, -1).SqrtInplace()
	} else {
		roots = square.Sqrt()
	}
	roots.AddNumberInplace(c.Eps)
	if c.Momentum > 0 {
		buffer := b.Slot(rmspropBuffer).Real()
		buffer.MulInplace(c.Momentum).AddcdivInplace(grads, roots, b.same(1))
		params.AddInplace(buffer, -g.LR)
	} else {
		params.AddcdivInplace(grads, roots, b.same(-g.LR))
	}
}
