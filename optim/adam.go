package optim

import (
	"multitorch/libm"
	"multitorch/nn"
)

// Adam is torch.optim.Adam (Kingma and Ba, Adam: A Method for Stochastic
// Optimization, 2015). With g the gradient and t the number of the step:
//
//	m = β1·m + (1-β1)·g        v = β2·v + (1-β2)·g²
//	p = p - lr/(1-β1ᵗ) · m / (√v/√(1-β2ᵗ) + ε)
type Adam struct {
	optimizer
	defaults  []AdamOption
	decoupled bool // AdamW
}

// AdamW is torch.optim.AdamW: Adam whose weight decay shrinks the parameters and
// stays out of the averages (Loshchilov and Hutter, Decoupled Weight Decay
// Regularization, 2019).
type AdamW struct{ Adam }

// The slots of Adam's state.
const (
	expAvg = iota
	expAvgSq
	maxExpAvgSq // with AMSGrad
)

// NewAdam makes an Adam of one group. Parameters or settings that can't be used
// are a panic with a [*torch.Error].
func NewAdam(params []*nn.Parameter, opts ...AdamOption) *Adam {
	a := newAdam("Adam", opts)
	a.AddParamGroup(params)
	return &a
}

// NewAdamW is [NewAdam] for AdamW. Its weight decay is 0.01 unless given.
func NewAdamW(params []*nn.Parameter, opts ...AdamOption) *AdamW {
	a := &AdamW{newAdam("AdamW", append([]AdamOption{WeightDecay(1e-2)}, opts...))}
	a.decoupled = true
	a.AddParamGroup(params)
	return a
}

func newAdam(kind string, defaults []AdamOption) Adam {
	return Adam{defaults: defaults, optimizer: optimizer{
		kind:     kind,
		settings: []string{"lr", "betas", "eps", "weight_decay", "amsgrad", "maximize", "foreach"},
		slots:    []string{"exp_avg", "exp_avg_sq", "max_exp_avg_sq"},
		steps:    true,
		states:   map[*nn.Parameter]*state{},
	}}
}

// AddParamGroup adds parameters with settings of their own. What opts don't say is
// as it was said to the constructor.
func (a *Adam) AddParamGroup(params []*nn.Parameter, opts ...AdamOption) {
	g := &Group{Params: params, LR: 1e-3, Betas: [2]float64{0.9, 0.999}, Eps: 1e-8}
	for _, o := range a.defaults {
		o.adam(g)
	}
	for _, o := range opts {
		o.adam(g)
	}
	a.add(g)
}

// Step implements [Optimizer].
func (a *Adam) Step() { a.step(a.update) }

func (a *Adam) update(g *Group, b *batch) {
	params, grads := b.params, b.grads
	avg, sq := b.slot(expAvg), b.slot(expAvgSq)
	if g.Maximize {
		grads = b.get(neg, grads)
	}
	if g.WeightDecay != 0 && !a.decoupled {
		if g.Maximize || b.foreach && running().decaysGrads {
			b.do(addTo, grads, params, g.WeightDecay)
		} else {
			grads = b.get(add, grads, params, g.WeightDecay)
		}
	}
	isComplex := params[0].DType().IsComplex()
	if isComplex {
		params, grads, avg, sq = b.asReal(params), b.asReal(grads), b.asReal(avg), b.asReal(sq)
	}
	if g.WeightDecay != 0 && a.decoupled {
		b.by(mulNumber, params, 1-float64(g.LR*g.WeightDecay)) // float64: not fused into one operation
	}

	beta1, beta2 := g.Betas[0], g.Betas[1]
	if running().lerps {
		b.do(lerp, avg, grads, 1-beta1)
	} else {
		b.by(mulNumber, avg, beta1)
		b.do(addTo, avg, grads, 1-beta1)
	}
	b.by(mulNumber, sq, beta2)
	b.do(addcmul, sq, grads, grads, 1-beta2)

	if g.AMSGrad {
		largest := b.slot(maxExpAvgSq)
		if isComplex {
			largest = b.asReal(largest)
		}
		b.do(maximum, largest, sq)
		sq = largest
	}
	sizes, roots := b.corrections(g)
	denominators := b.get(sqrt, sq)
	b.by(divNumber, denominators, roots)
	b.by(addNumber, denominators, g.Eps)
	b.do(addcdiv, params, avg, denominators, sizes)
}

// corrections counts a step, and returns -lr/(1-β1ᵗ) and √(1-β2ᵗ) for each
// parameter: what makes up for averages that started from 0.
func (b *batch) corrections(g *Group) (sizes, roots []float64) {
	both := make([]float64, 2*len(b.states))
	sizes, roots = both[:len(b.states)], both[len(b.states):]
	for i, s := range b.states {
		s.step++
		if i > 0 && s.step == b.states[i-1].step {
			sizes[i], roots[i] = sizes[i-1], roots[i-1]
			continue
		}
		t := float64(s.step)
		sizes[i] = -(g.LR / (1 - libm.Pow(g.Betas[0], t)))
		roots[i] = running().root(1 - libm.Pow(g.Betas[1], t))
	}
	return sizes, roots
}
