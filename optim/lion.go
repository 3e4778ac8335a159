package optim

import (
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// Lion goes by the sign of an average alone (Chen et al., Symbolic Discovery of Optimization Algorithms, 2023). PyTorch has
// none; this one runs the operators of the paper's own program. With g the gradient:
//
//	p = (1-lr·λ)·p - lr·sign(β1·m + (1-β1)·g)        m = β2·m + (1-β2)·g
type Lion struct {
	Base
	lr       float64
	defaults LionConfig
}

// LionConfig are Lion's settings of a group.
type LionConfig struct {
	Betas       [2]float64 `json:"betas"`        // 0.9, 0.99: of the direction and of the average
	WeightDecay float64    `json:"weight_decay"` // 0: λ
	Maximize    bool       `json:"maximize"`
	Foreach     *bool      `json:"foreach"` // nil: not said; see the option
}

// LionOption is an option of [NewLion]: [LR] (1e-4 unless given), [Betas], [WeightDecay], [Maximize] and [Foreach].
type LionOption interface {
	lion(lr *float64, c *LionConfig)
}

func (v LR) lion(lr *float64, _ *LionConfig)         { *lr = float64(v) }
func (v betas) lion(_ *float64, c *LionConfig)       { c.Betas = v }
func (v WeightDecay) lion(_ *float64, c *LionConfig) { c.WeightDecay = float64(v) }
func (v Maximize) lion(_ *float64, c *LionConfig)    { c.Maximize = bool(v) }
func (v Foreach) lion(_ *float64, c *LionConfig)     { c.Foreach = (*bool)(&v) }

// Check implements [Settings].
func (c *LionConfig) Check() error {
	return firstError(betas(c.Betas).check(), CheckRange("weight decay", c.WeightDecay, math.Inf(1)))
}

func (c *LionConfig) foreach() *bool { return c.Foreach }

// NewLion makes a Lion of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewLion(params []*nn.Parameter, opts ...LionOption) *Lion {
	l := &Lion{Base: NewBase("Lion", Slot{Name: "exp_avg"}), lr: 1e-4, defaults: LionConfig{Betas: [2]float64{0.9, 0.99}}}
	for _, o := range Options(opts) {
		o.lion(&l.lr, &l.defaults)
	}
	l.AddParamGroup(params)
	return l
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (l *Lion) AddParamGroup(params []*nn.Parameter, opts ...LionOption) {
	lr, c := l.lr, l.defaults
	for _, o := range Options(opts) {
		o.lion(&lr, &c)
	}
	l.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (l *Lion) Step(closure ...Closure) *torch.Tensor { return l.Update(closure, l.update) }

func (l *Lion) update(g *Group, b *Batch) {
	c := settingsOf[*LionConfig](g)
	params, grads, avg := b.Params.Real(), b.decayed(c.Maximize, 0).Real(), b.Slot(0).Real()
	params.MulInplace(1 - float64(g.LR*c.WeightDecay))
	direction := avg.MulNumber(c.Betas[0]).AddInplace(grads.MulNumber(1-c.Betas[0]), 1)
	params.AddInplace(direction.Sign(), -g.LR)
	avg.MulInplace(c.Betas[1]).AddInplace(grads, 1-c.Betas[1])
}
