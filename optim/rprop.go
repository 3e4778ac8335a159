package optim

import (
	"fmt"
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// Rprop is torch.optim.Rprop, resilient backpropagation (Riedmiller and Braun, A Direct Adaptive Method for Faster
// Backpropagation Learning: The RPROP Algorithm, 1993). Each element has a step of its own, which grows by η+ while the
// gradient keeps its sign, and shrinks by η- and is left out once when it changes:
//
//	p = p - s·sign(g)
type Rprop struct {
	Base
	lr       float64
	defaults RpropConfig
}

// RpropConfig are Rprop's settings of a group.
type RpropConfig struct {
	Etas      [2]float64 `json:"etas"`       // 0.5, 1.2: by what a step shrinks and grows
	StepSizes [2]float64 `json:"step_sizes"` // 1e-6, 50: the smallest and largest step
	Maximize  bool       `json:"maximize"`
	Foreach   *bool      `json:"foreach"` // nil: not said; see the option
}

// RpropOption is an option of [NewRprop]: [LR] (1e-2 unless given), [Etas], [StepSizes], [Maximize] and [Foreach].
type RpropOption interface {
	rprop(lr *float64, c *RpropConfig)
}

// Etas are RpropConfig's.
func Etas(minus, plus float64) etas { return etas{minus, plus} }

// StepSizes are RpropConfig's.
func StepSizes(smallest, largest float64) stepSizes { return stepSizes{smallest, largest} }

type (
	etas      [2]float64
	stepSizes [2]float64
)

func (v LR) rprop(lr *float64, _ *RpropConfig)       { *lr = float64(v) }
func (v etas) rprop(_ *float64, c *RpropConfig)      { c.Etas = v }
func (v stepSizes) rprop(_ *float64, c *RpropConfig) { c.StepSizes = v }
func (v Maximize) rprop(_ *float64, c *RpropConfig)  { c.Maximize = bool(v) }
func (v Foreach) rprop(_ *float64, c *RpropConfig)   { c.Foreach = (*bool)(&v) }

// Check implements [Settings].
func (c *RpropConfig) Check() error {
	switch {
	case !(c.Etas[0] > 0 && c.Etas[0] < 1 && c.Etas[1] > 1 && c.Etas[1] < math.Inf(1)):
		return fmt.Errorf("the etas are %v and %v: expected a number between 0 and 1, and one above 1", c.Etas[0], c.Etas[1])
	case math.IsNaN(c.StepSizes[0]) || math.IsNaN(c.StepSizes[1]):
		return fmt.Errorf("the step sizes are %v and %v: expected two numbers", c.StepSizes[0], c.StepSizes[1])
	}
	return nil
}

func (c *RpropConfig) foreach() *bool { return c.Foreach }

// The slots of Rprop's state.
const (
	rpropStep = iota
	rpropPrev
	stepSize
)

var rpropSlots = []Slot{{Name: "step", Count: true}, {Name: "prev"}, {
	Name: "step_size", Make: func(g *Group, p *torch.Tensor) *torch.Tensor { return filled(p, g.LR) },
}}

// NewRprop makes a Rprop of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewRprop(params []*nn.Parameter, opts ...RpropOption) *Rprop {
	r := &Rprop{Base: NewBase("Rprop", rpropSlots...), lr: 1e-2, defaults: RpropConfig{Etas: [2]float64{0.5, 1.2}, StepSizes: [2]float64{1e-6, 50}}}
	for _, o := range Options(opts) {
		o.rprop(&r.lr, &r.defaults)
	}
	r.AddParamGroup(params)
	return r
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (r *Rprop) AddParamGroup(params []*nn.Parameter, opts ...RpropOption) {
	lr, c := r.lr, r.defaults
	for _, o := range Options(opts) {
		o.rprop(&lr, &c)
	}
	r.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (r *Rprop) Step(closure ...Closure) *torch.Tensor { return r.Update(closure, r.update) }

func (r *Rprop) update(g *Group, b *Batch) {
	c := settingsOf[*RpropConfig](g)
	b.Count(rpropStep, func(float64) []float64 { return nil })
	params, grads := b.Params.Real(), b.decayed(c.Maximize, 0).Real()
	prev, sizes := b.Slot(rpropPrev).Real(), b.Slot(stepSize).Real()
	signs := grads.Mul(prev).Sign()
	signs.fillWhere(isAbove, 0, c.Etas[1])
	signs.fillWhere(isBelow, 0, c.Etas[0])
	signs.fillWhere(isEqual, 0, 1)
	sizes.MulListInplace(signs).ClampInplace(c.StepSizes[0], c.StepSizes[1])
	prev.CopyInplace(grads)
	prev.fill(signs.where(isEqual, c.Etas[0]), 0)
	params.AddcmulInplace(prev.Sign(), sizes, -1)
}
