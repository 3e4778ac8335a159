package optim

import (
	"fmt"
	"math"
)

// AdamOption is an option of [NewAdam] and [NewAdamW]: [LR], [Betas], [Eps],
// [WeightDecay], [AMSGrad], [Maximize] and [Foreach].
type AdamOption interface{ adam(*Group) }

// SGDOption is an option of [NewSGD]: [LR], [Momentum], [Dampening],
// [WeightDecay], [Nesterov], [Maximize] and [Foreach].
type SGDOption interface{ sgd(*Group) }

// LR is the learning rate. The default is 1e-3.
type LR float64

func (v LR) adam(g *Group) { g.LR = float64(v) }
func (v LR) sgd(g *Group)  { g.LR = float64(v) }

// WeightDecay pulls parameters towards 0: as a term of the gradient in Adam and
// SGD (default 0), apart from it in AdamW (default 0.01).
type WeightDecay float64

func (v WeightDecay) adam(g *Group) { g.WeightDecay = float64(v) }
func (v WeightDecay) sgd(g *Group)  { g.WeightDecay = float64(v) }

// Maximize(true) climbs instead of descending.
type Maximize bool

func (v Maximize) adam(g *Group) { g.Maximize = bool(v) }
func (v Maximize) sgd(g *Group)  { g.Maximize = bool(v) }

// Foreach says how parameters are gone through: true by operators on lists of
// tensors, false one after the other. Left out, PyTorch's own default decides on
// a GPU (lists since 2.0), and on the CPU, where both give the same bits, the
// quicker one is taken.
type Foreach bool

func (v Foreach) adam(g *Group) { g.Foreach = (*bool)(&v) }
func (v Foreach) sgd(g *Group)  { g.Foreach = (*bool)(&v) }

// Betas are the decay rates of Adam's averages of the gradient and of its square.
// The default is 0.9, 0.999.
func Betas(beta1, beta2 float64) AdamOption { return betas{beta1, beta2} }

type betas [2]float64

func (v betas) adam(g *Group) { g.Betas = v }

// Eps is added to Adam's denominator. The default is 1e-8.
type Eps float64

func (v Eps) adam(g *Group) { g.Eps = float64(v) }

// AMSGrad(true) divides by the largest average of squares so far (Reddi et al.,
// On the Convergence of Adam and Beyond, 2018).
type AMSGrad bool

func (v AMSGrad) adam(g *Group) { g.AMSGrad = bool(v) }

// Momentum is the share of SGD's last update that goes into the next. The default
// is 0.
type Momentum float64

func (v Momentum) sgd(g *Group) { g.Momentum = float64(v) }

// Dampening is the share of the gradient that SGD's momentum leaves out. The
// default is 0.
type Dampening float64

func (v Dampening) sgd(g *Group) { g.Dampening = float64(v) }

// Nesterov(true) looks ahead along SGD's momentum. It needs momentum, and no
// dampening.
type Nesterov bool

func (v Nesterov) sgd(g *Group) { g.Nesterov = bool(v) }

// check says what PyTorch's constructors refuse, and refuses what is not finite.
func (g *Group) check() error {
	values := []struct {
		name  string
		value float64
		below float64
	}{
		{"learning rate", g.LR, math.Inf(1)},
		{"weight decay", g.WeightDecay, math.Inf(1)},
		{"beta at index 0", g.Betas[0], 1},
		{"beta at index 1", g.Betas[1], 1},
		{"eps", g.Eps, math.Inf(1)},
		{"momentum", g.Momentum, math.Inf(1)},
	}
	for _, v := range values {
		if !(v.value >= 0 && v.value < v.below) {
			return fmt.Errorf("the %s is %v: expected a number from 0 to below %v", v.name, v.value, v.below)
		}
	}
	if math.IsNaN(g.Dampening) || math.IsInf(g.Dampening, 0) {
		return fmt.Errorf("the dampening is %v: expected a finite number", g.Dampening)
	}
	if g.Nesterov && (g.Momentum == 0 || g.Dampening != 0) {
		return fmt.Errorf("Nesterov needs a momentum above 0 and no dampening, but they are %v and %v", g.Momentum, g.Dampening)
	}
	return nil
}
