package optim

import (
	"fmt"
	"math"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// Adafactor is torch.optim.Adafactor, which remembers of a matrix's squares only a row and a column (Shazeer and Stern,
// Adafactor: Adaptive Learning Rates with Sublinear Memory Cost, 2018). With g the gradient and t the number of the step:
//
//	β = 1 - t^τ        α = max(ε2, rms(p))·min(lr, 1/√t)
//	R = β·R + (1-β)·mean(g², columns)        C = β·C + (1-β)·mean(g², rows)        V = R·C / max(mean(R), ε1)
//	U = g/√max(V, ε1²)        p = (1-lr·λ)·p - α·U/max(1, rms(U)/d)
//
// Of a vector V is the average of squares itself. In Python since PyTorch 2.5.
type Adafactor struct {
	Base
	lr       float64
	defaults AdafactorConfig
	eps1     float64 // the group's
}

// AdafactorConfig are Adafactor's settings of a group.
type AdafactorConfig struct {
	Beta2Decay  float64     `json:"beta2_decay"`  // -0.8: τ
	Eps         [2]*float64 `json:"eps"`          // ε1, nil: what is smallest beside 1 in the parameter's dtype; ε2, 1e-3
	D           float64     `json:"d"`            // 1: d
	WeightDecay float64     `json:"weight_decay"` // 0: λ
	Foreach     *bool       `json:"foreach"`      // nil: not said; see the option
	Maximize    bool        `json:"maximize"`
}

// AdafactorOption is an option of [NewAdafactor]: [LR] (1e-2 unless given), [Beta2Decay], [Eps1], [Eps2], [D], [WeightDecay],
// [Foreach] and [Maximize].
type AdafactorOption interface {
	adafactor(lr *float64, c *AdafactorConfig)
}

// Of AdafactorConfig.
type (
	Beta2Decay float64
	Eps1       float64 // the first of Eps
	Eps2       float64 // the second of Eps
	D          float64
)

func (v LR) adafactor(lr *float64, _ *AdafactorConfig)         { *lr = float64(v) }
func (v Beta2Decay) adafactor(_ *float64, c *AdafactorConfig)  { c.Beta2Decay = float64(v) }
func (v Eps1) adafactor(_ *float64, c *AdafactorConfig)        { c.Eps[0] = (*float64)(&v) }
func (v Eps2) adafactor(_ *float64, c *AdafactorConfig)        { c.Eps[1] = (*float64)(&v) }
func (v D) adafactor(_ *float64, c *AdafactorConfig)           { c.D = float64(v) }
func (v WeightDecay) adafactor(_ *float64, c *AdafactorConfig) { c.WeightDecay = float64(v) }
func (v Foreach) adafactor(_ *float64, c *AdafactorConfig)     { c.Foreach = (*bool)(&v) }
func (v Maximize) adafactor(_ *float64, c *AdafactorConfig)    { c.Maximize = bool(v) }

// Check implements [Settings].
func (c *AdafactorConfig) Check() error {
	switch {
	case !(c.Beta2Decay <= 0):
		return fmt.Errorf("the beta2 decay is %v: expected 0 or a number below", c.Beta2Decay)
	case !(c.D >= 1 && c.D < math.Inf(1)):
		return fmt.Errorf("the d is %v: expected a number from 1", c.D)
	case c.Eps[1] == nil:
		return fmt.Errorf("the eps at index 1 is missing")
	case c.Eps[0] != nil && !(*c.Eps[0] >= 0 && *c.Eps[0] < math.Inf(1)):
		return CheckRange("eps at index 0", *c.Eps[0], math.Inf(1))
	}
	return firstError(
		CheckRange("eps at index 1", *c.Eps[1], math.Inf(1)),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
	)
}

// foreach is that of the option; where it is not given, parameters are gone through one after the other.
func (c *AdafactorConfig) foreach() *bool {
	yes := c.Foreach != nil && *c.Foreach
	return &yes
}

// The slots of Adafactor's state.
const (
	adafactorStep = iota
	rowVar
	colVar
	variance
)

// factored are a parameter's shape with one dimension made 1, counted from the end; nil of vectors.
func factored(p *torch.Tensor, dim int) torch.Shape {
	if p.Dim() < 2 {
		return nil
	}
	shape := p.Shape()
	shape[len(shape)-dim] = 1
	return shape
}

// smallestBesideOne is the distance from 1 to the next number of a dtype.
func smallestBesideOne(d torch.DType) float64 {
	switch d {
	case torch.Float64:
		return 1.0 / (1 << 52)
	case torch.Float16:
		return 1.0 / (1 << 10)
	case torch.BFloat16:
		return 1.0 / (1 << 7)
	}
	return 1.0 / (1 << 23)
}

func factor(name string, dim int) Slot {
	shape := func(p *torch.Tensor) torch.Shape { return factored(p, dim) }
	return Slot{
		Name: name, Shape: shape,
		Make:   func(_ *Group, p *torch.Tensor) *torch.Tensor { return torch.Zeros(shape(p), p.DType(), p.Device()) },
		Needed: func(_ Settings, p *torch.Tensor) bool { return p.Dim() > 1 },
	}
}

var adafactorSlots = []Slot{
	{Name: "step", Count: true},
	factor("row_var", 1), factor("col_var", 2),
	{Name: "variance", Needed: func(_ Settings, p *torch.Tensor) bool { return p.Dim() < 2 }},
}

// NewAdafactor makes an Adafactor of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewAdafactor(params []*nn.Parameter, opts ...AdafactorOption) *Adafactor {
	eps2 := 1e-3
	a := &Adafactor{
		Base: NewBase("Adafactor", adafactorSlots...), lr: 1e-2,
		defaults: AdafactorConfig{Beta2Decay: -0.8, Eps: [2]*float64{nil, &eps2}, D: 1},
	}
	for _, o := range Options(opts) {
		o.adafactor(&a.lr, &a.defaults)
	}
	a.AddParamGroup(params)
	return a
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (a *Adafactor) AddParamGroup(params []*nn.Parameter, opts ...AdafactorOption) {
	lr, c := a.lr, a.defaults
	for _, o := range Options(opts) {
		o.adafactor(&lr, &c)
	}
	for i, p := range params {
		if p != nil && p.Tensor != nil && p.IsComplex() {
			a.refuse(torch.ValueError, fmt.Sprintf("parameter %d, %v, is complex: expected real ones", i, p.Shape()))
		}
	}
	a.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (a *Adafactor) Step(closure ...Closure) *torch.Tensor { return a.Update(closure, a.update) }

func (a *Adafactor) update(g *Group, b *Batch) {
	c := settingsOf[*AdafactorConfig](g)
	switch {
	case c.Eps[0] != nil:
		a.eps1 = *c.Eps[0]
	case b.starts: // PyTorch takes that of a group's first parameter for all
		a.eps1 = smallestBesideOne(b.Params.tensors[0].DType())
	}
	b.Steps(adafactorStep, func(b *Batch, t float64) {
		grads := b.decayed(c.Maximize, 0)
		for i := range b.states {
			one := b.part([]int{i})
			one.lists = false
			a.one(c, g.LR, t, one, one.of(grads).tensors[0])
		}
	})
}

// one is a step for one parameter.
func (a *Adafactor) one(c *AdafactorConfig, lr, t float64, b *Batch, grad *torch.Tensor) {
	s, param := b.scope, b.Params.tensors[0]
	rms := func(x *torch.Tensor) float64 { return s.Own(vectorNorm.Call(x, 2)).Item() }
	root := libm.Pow(float64(param.Numel()), 0.5)
	share := libm.Pow(t, c.Beta2Decay)
	alpha := *c.Eps[1]
	if r := rms(param) / root; r > alpha {
		alpha = r
	}
	alpha *= min(lr, 1/libm.Pow(t, 0.5))
	if c.WeightDecay != 0 {
		mulNumber.one.Do(param, 1-float64(lr*c.WeightDecay))
	}
	update := a.variance(b, grad, share)
	clampMin.Do(update, float64(a.eps1*a.eps1))
	rsqrtTo.Do(update)
	mulTo.one.Do(update, grad)
	denominator := 1.0
	if r := rms(update) / (root * c.D); r > 1 {
		denominator = r
	}
	if b.foreach {
		mulNumber.one.Do(update, -alpha/denominator)
		addTo.one.Do(param, update, 1)
	} else {
		addTo.one.Do(param, update, -alpha/denominator)
	}
}

// variance is what is estimated of the squares.
func (a *Adafactor) variance(b *Batch, grad *torch.Tensor, share float64) *torch.Tensor {
	s := b.scope
	if grad.Dim() < 2 {
		v := b.Slot(variance).tensors[0]
		lerp.one.Do(v, mul.one.CallIn(s, grad, grad), share)
		return clone.one.CallIn(s, v)
	}
	means := [2]*torch.Tensor{}
	for i, slot := range []int{rowVar, colVar} {
		mean := vectorNormOf.CallIn(s, grad, 2, []int{-1 - i}, true)
		squareTo.Do(mean)
		divNumber.one.Do(mean, float64(grad.Size(-1-i)))
		means[i] = b.Slot(slot).tensors[0]
		lerp.one.Do(means[i], mean, share)
	}
	estimate := s.Own(means[0].Matmul(means[1]))
	rows := meanOf.CallIn(s, means[0], []int{-2}, true)
	clampMin.Do(rows, a.eps1)
	divTo.one.Do(estimate, rows)
	return estimate
}
