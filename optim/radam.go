package optim

import (
	"math"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// RAdam is torch.optim.RAdam, Adam that takes the variance of its rate into account (Liu et al., On the Variance of the
// Adaptive Learning Rate and Beyond, 2020). With g the gradient and t the number of the step:
//
//	m = β1·m + (1-β1)·g        v = β2·v + (1-β2)·g²
//	ρ∞ = 2/(1-β2) - 1        ρ = ρ∞ - 2t·β2ᵗ/(1-β2ᵗ)        r = √((ρ-4)(ρ-2)ρ∞ / ((ρ∞-4)(ρ∞-2)ρ))
//	p = p - lr·m/(1-β1ᵗ) · r·√(1-β2ᵗ)/(√v + ε), or while ρ is at most 5, p = p - lr·m/(1-β1ᵗ)
type RAdam struct {
	Base
	lr       float64
	defaults RAdamConfig
}

// RAdamConfig are RAdam's settings of a group.
type RAdamConfig struct {
	Betas                [2]float64 `json:"betas"`                  // 0.9, 0.999: the decay rates of the averages of gradient and square
	Eps                  float64    `json:"eps"`                    // 1e-8
	WeightDecay          float64    `json:"weight_decay"`           // 0
	DecoupledWeightDecay bool       `json:"decoupled_weight_decay"` // in Python since PyTorch 2.1
	Maximize             bool       `json:"maximize"`               // in Python since PyTorch 2.5
	Foreach              *bool      `json:"foreach"`                // nil: not said; see the option
}

// RAdamOption is an option of [NewRAdam]: [LR] (1e-3 unless given), [Betas], [Eps], [WeightDecay], [DecoupledWeightDecay],
// [Maximize] and [Foreach].
type RAdamOption interface {
	radam(lr *float64, c *RAdamConfig)
}

func (v LR) radam(lr *float64, _ *RAdamConfig)                  { *lr = float64(v) }
func (v betas) radam(_ *float64, c *RAdamConfig)                { c.Betas = v }
func (v Eps) radam(_ *float64, c *RAdamConfig)                  { c.Eps = float64(v) }
func (v WeightDecay) radam(_ *float64, c *RAdamConfig)          { c.WeightDecay = float64(v) }
func (v DecoupledWeightDecay) radam(_ *float64, c *RAdamConfig) { c.DecoupledWeightDecay = bool(v) }
func (v Maximize) radam(_ *float64, c *RAdamConfig)             { c.Maximize = bool(v) }
func (v Foreach) radam(_ *float64, c *RAdamConfig)              { c.Foreach = (*bool)(&v) }

// Check implements [Settings].
func (c *RAdamConfig) Check() error {
	return firstError(
		CheckRange("eps", c.Eps, math.Inf(1)),
		betas(c.Betas).check(),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
	)
}

func (c *RAdamConfig) foreach() *bool { return c.Foreach }

// The slots of RAdam's state.
const (
	radamStep = iota
	radamAvg
	radamAvgSq
)

// NewRAdam makes a RAdam of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewRAdam(params []*nn.Parameter, opts ...RAdamOption) *RAdam {
	r := &RAdam{
		Base: NewBase("RAdam", Slot{Name: "step", Count: true}, Slot{Name: "exp_avg"}, Slot{Name: "exp_avg_sq"}),
		lr:   1e-3, defaults: RAdamConfig{Betas: [2]float64{0.9, 0.999}, Eps: 1e-8},
	}
	for _, o := range Options(opts) {
		o.radam(&r.lr, &r.defaults)
	}
	r.AddParamGroup(params)
	return r
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (r *RAdam) AddParamGroup(params []*nn.Parameter, opts ...RAdamOption) {
	lr, c := r.lr, r.defaults
	for _, o := range Options(opts) {
		o.radam(&lr, &c)
	}
	r.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (r *RAdam) Step(closure ...Closure) *torch.Tensor { return r.Update(closure, r.update) }

func (r *RAdam) update(g *Group, b *Batch) {
	c := settingsOf[*RAdamConfig](g)
	beta1, beta2 := c.Betas[0], c.Betas[1]
	b.Steps(radamStep, func(b *Batch, t float64) {
		avg, square := b.Slot(radamAvg), b.Slot(radamAvgSq)
		if running().adamsAsReal {
			b, avg, square = b.real(), avg.Real(), square.Real()
		}
		params, grads := b.Params, b.decoupledOr(g.LR, c.Maximize, c.DecoupledWeightDecay, c.WeightDecay)
		avg.average(grads, beta1)
		square.averageSquare(grads, beta2)

		power := libm.Pow(beta2, t)
		correction1, correction2 := 1-libm.Pow(beta1, t), 1-power
		most := 2/(1-beta2) - 1
		rho := most - float64(2*t*power)/correction2
		rectifier := 0.0
		if rho > 5 {
			rectifier = running().root((rho - 4) * (rho - 2) * most / ((most - 4) * (most - 2) * rho))
		}
		switch {
		case b.foreach:
			radamLists(g.LR, c.Eps, rectifier, correction1, running().root(correction2), params, avg, square)
		case rho > 5:
			rates := square.Sqrt().AddNumberInplace(c.Eps).ReciprocalInplace().MulInplace(running().root(correction2))
			step := avg.DivNumber(correction1).MulInplace(g.LR).MulListInplace(rates).MulInplace(rectifier)
			params.AddInplace(step, -1)
		default:
			params.AddInplace(avg.DivNumber(correction1).MulInplace(g.LR), -1)
		}
	})
}

// radamLists is what PyTorch's lists do, in which the part with a rectifier and that without are both computed.
func radamLists(lr, eps, rectifier, correction1, root2 float64, params, avg, square List) {
	unrectified := 1.0
	if rectifier > 0 {
		unrectified = 0
	}
	plain := -(lr * unrectified / correction1)
	b, roots := params.batch, square.Sqrt()
	if !running().radamAddsRates {
		params.AddcdivInplace(avg, roots.DivInplace(b.same(root2)), b.same(-(lr * rectifier / correction1)))
		params.AddcdivInplace(avg, b.get(onesLike, roots.tensors), b.same(plain))
		return
	}
	rates := roots.AddNumberInplace(eps).DivInplace(b.same(-(root2 * (lr * rectifier / correction1))))
	rates.ReciprocalInplace().AddNumberInplace(plain)
	params.AddcmulInplace(avg, rates, 1)
}
