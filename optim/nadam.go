package optim

import (
	"math"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// NAdam is torch.optim.NAdam, Adam with Nesterov's momentum (Dozat, Incorporating Nesterov Momentum into Adam, 2016).
// With g the gradient and t the number of the step:
//
//	μ(t) = β1·(1 - 0.96^(t·ψ)/2)        Π = μ(1)·…·μ(t)
//	m = β1·m + (1-β1)·g        v = β2·v + (1-β2)·g²        d = √(v/(1-β2ᵗ)) + ε
//	p = p - lr·(1-μ(t))/(1-Π) · g/d - lr·μ(t+1)/(1-Π·μ(t+1)) · m/d
type NAdam struct {
	Base
	lr       float64
	defaults NAdamConfig
}

// NAdamConfig are NAdam's settings of a group.
type NAdamConfig struct {
	Betas                [2]float64 `json:"betas"`                  // 0.9, 0.999: the decay rates of the averages of gradient and square
	Eps                  float64    `json:"eps"`                    // 1e-8
	WeightDecay          float64    `json:"weight_decay"`           // 0
	MomentumDecay        float64    `json:"momentum_decay"`         // 4e-3: ψ
	DecoupledWeightDecay bool       `json:"decoupled_weight_decay"` // in Python since PyTorch 2.1
	Maximize             bool       `json:"maximize"`               // in Python since PyTorch 2.5
	Foreach              *bool      `json:"foreach"`                // nil: not said; see the option
}

// NAdamOption is an option of [NewNAdam]: [LR] (2e-3 unless given), [Betas], [Eps], [WeightDecay], [MomentumDecay],
// [DecoupledWeightDecay], [Maximize] and [Foreach].
type NAdamOption interface {
	nadam(lr *float64, c *NAdamConfig)
}

// MomentumDecay is NAdamConfig's.
type MomentumDecay float64

func (v LR) nadam(lr *float64, _ *NAdamConfig)                  { *lr = float64(v) }
func (v betas) nadam(_ *float64, c *NAdamConfig)                { c.Betas = v }
func (v Eps) nadam(_ *float64, c *NAdamConfig)                  { c.Eps = float64(v) }
func (v WeightDecay) nadam(_ *float64, c *NAdamConfig)          { c.WeightDecay = float64(v) }
func (v MomentumDecay) nadam(_ *float64, c *NAdamConfig)        { c.MomentumDecay = float64(v) }
func (v DecoupledWeightDecay) nadam(_ *float64, c *NAdamConfig) { c.DecoupledWeightDecay = bool(v) }
func (v Maximize) nadam(_ *float64, c *NAdamConfig)             { c.Maximize = bool(v) }
func (v Foreach) nadam(_ *float64, c *NAdamConfig)              { c.Foreach = (*bool)(&v) }

// Check implements [Settings].
func (c *NAdamConfig) Check() error {
	return firstError(
		CheckRange("eps", c.Eps, math.Inf(1)),
		betas(c.Betas).check(),
		CheckRange("weight decay", c.WeightDecay, math.Inf(1)),
		CheckRange("momentum decay", c.MomentumDecay, math.Inf(1)),
	)
}

func (c *NAdamConfig) foreach() *bool { return c.Foreach }

// The slots of NAdam's state.
const (
	nadamStep = iota
	muProduct
	nadamAvg
	nadamAvgSq
)

var nadamSlots = []Slot{{Name: "step", Count: true}, {Name: "mu_product", Number: one}, {Name: "exp_avg"}, {Name: "exp_avg_sq"}}

// one is where a product of numbers starts.
func one(*Group) float64 { return 1 }

// NewNAdam makes a NAdam of one group. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewNAdam(params []*nn.Parameter, opts ...NAdamOption) *NAdam {
	n := &NAdam{
		Base: NewBase("NAdam", nadamSlots...), lr: 2e-3,
		defaults: NAdamConfig{Betas: [2]float64{0.9, 0.999}, Eps: 1e-8, MomentumDecay: 4e-3},
	}
	for _, o := range Options(opts) {
		o.nadam(&n.lr, &n.defaults)
	}
	n.AddParamGroup(params)
	return n
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is as it was said to the constructor.
func (n *NAdam) AddParamGroup(params []*nn.Parameter, opts ...NAdamOption) {
	lr, c := n.lr, n.defaults
	for _, o := range Options(opts) {
		o.nadam(&lr, &c)
	}
	n.Add(params, lr, &c)
}

// Step implements [Optimizer].
func (n *NAdam) Step(closure ...Closure) *torch.Tensor { return n.Update(closure, n.update) }

func (n *NAdam) update(g *Group, b *Batch) {
	c := settingsOf[*NAdamConfig](g)
	beta1, beta2 := c.Betas[0], c.Betas[1]
	mu := func(t float64) float64 { return beta1 * (1 - float64(0.5*libm.Pow(0.96, t*c.MomentumDecay))) }
	b.Steps(nadamStep, func(b *Batch, t float64) {
		avg, square := b.Slot(nadamAvg), b.Slot(nadamAvgSq)
		if running().adamsAsReal {
			b, avg, square = b.real(), avg.Real(), square.Real()
		}
		params, grads := b.Params, b.decoupledOr(g.LR, c.Maximize, c.DecoupledWeightDecay, c.WeightDecay)
		avg.average(grads, beta1)
		square.averageSquare(grads, beta2)
		correction := 1 - libm.Pow(beta2, t)
		var denominators List
		if b.foreach {
			denominators = square.Sqrt().DivInplace(b.same(running().root(correction)))
		} else {
			denominators = square.DivNumber(correction).SqrtInplace()
		}
		denominators.AddNumberInplace(c.Eps)

		now, next := mu(t), mu(t+1)
		product := float32(b.Number(muProduct)) * float32(now)
		b.SetNumber(muProduct, float64(product))
		productNext := float64(product) * next
		if !b.foreach && running().multipliesMuTwice {
			productNext = float64(product * float32(now) * float32(next))
		}
		params.AddcdivInplace(grads, denominators, b.same(-g.LR*(1-now)/(1-float64(product))))
		params.AddcdivInplace(avg, denominators, b.same(-g.LR*next/(1-productNext)))
	}, muProduct)
}
