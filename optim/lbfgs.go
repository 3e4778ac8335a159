package optim

import (
	"encoding/json"
	"fmt"
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

// LBFGS is torch.optim.LBFGS, after minFunc (Schmidt, 2005). A step calls its closure several times: it goes along
// directions that are made of the last gradients and ways, which stand for the curvature.
//
//	opt := optim.NewLBFGS(nn.Parameters(model), optim.LineSearchFn("strong_wolfe"))
//	loss := opt.Step(func() *torch.Tensor {
//		opt.ZeroGrad()
//		loss := …
//		loss.Backward()
//		return loss
//	})
//
// All parameters form one group, on one device. Beside the parameters' size twice HistorySize is taken.
type LBFGS struct{ Base }

// LBFGSConfig are LBFGS's settings.
type LBFGSConfig struct {
	MaxIter         int          `json:"max_iter"`         // 20: directions in a step
	MaxEval         int          `json:"max_eval"`         // 5/4 of MaxIter: calls of the closure in a step
	ToleranceGrad   float64      `json:"tolerance_grad"`   // 1e-7: a step ends where no gradient is larger
	ToleranceChange float64      `json:"tolerance_change"` // 1e-9: a step ends where loss or parameters change less
	HistorySize     int          `json:"history_size"`     // 100
	LineSearchFn    LineSearchFn `json:"line_search_fn"`   // "", or "strong_wolfe"
	Maximize        bool         `json:"maximize"`         // in Python since PyTorch 2.14
}

// LBFGSOption is an option of [NewLBFGS]: [LR] (1 unless given), [MaxIter], [MaxEval], [ToleranceGrad], [ToleranceChange],
// [HistorySize], [LineSearchFn] and [Maximize].
type LBFGSOption interface {
	lbfgs(lr *float64, c *LBFGSConfig)
}

// Of LBFGSConfig.
type (
	MaxIter         int
	MaxEval         int
	ToleranceGrad   float64
	ToleranceChange float64
	HistorySize     int
	// LineSearchFn("strong_wolfe") looks for the length of each way; "", the default, goes LR far.
	LineSearchFn string
)

const strongWolfe LineSearchFn = "strong_wolfe"

func (v LR) lbfgs(lr *float64, _ *LBFGSConfig)             { *lr = float64(v) }
func (v MaxIter) lbfgs(_ *float64, c *LBFGSConfig)         { c.MaxIter = int(v) }
func (v MaxEval) lbfgs(_ *float64, c *LBFGSConfig)         { c.MaxEval = int(v) }
func (v ToleranceGrad) lbfgs(_ *float64, c *LBFGSConfig)   { c.ToleranceGrad = float64(v) }
func (v ToleranceChange) lbfgs(_ *float64, c *LBFGSConfig) { c.ToleranceChange = float64(v) }
func (v HistorySize) lbfgs(_ *float64, c *LBFGSConfig)     { c.HistorySize = int(v) }
func (v LineSearchFn) lbfgs(_ *float64, c *LBFGSConfig)    { c.LineSearchFn = v }
func (v Maximize) lbfgs(_ *float64, c *LBFGSConfig)        { c.Maximize = bool(v) }

// MarshalJSON writes "" as null, Python's None.
func (v LineSearchFn) MarshalJSON() ([]byte, error) {
	if v == "" {
		return []byte("null"), nil
	}
	return json.Marshal(string(v))
}

// Check implements [Settings].
func (c *LBFGSConfig) Check() error {
	for _, n := range []struct {
		name  string
		value int
	}{{"max iter", c.MaxIter}, {"max eval", c.MaxEval}, {"history size", c.HistorySize}} {
		if n.value < 1 {
			return fmt.Errorf("the %s is %d: expected at least 1", n.name, n.value)
		}
	}
	if c.LineSearchFn != "" && c.LineSearchFn != strongWolfe {
		return fmt.Errorf("the line search is %.60q: expected %q, or none", string(c.LineSearchFn), strongWolfe)
	}
	return firstError(
		CheckRange("tolerance of gradients", c.ToleranceGrad, math.Inf(1)),
		CheckRange("tolerance of changes", c.ToleranceChange, math.Inf(1)),
	)
}

// NewLBFGS makes an LBFGS. Parameters or settings that can't be used are a panic with a [*torch.Error].
func NewLBFGS(params []*nn.Parameter, opts ...LBFGSOption) *LBFGS {
	lr, c := 1.0, LBFGSConfig{MaxIter: 20, MaxEval: -1, ToleranceGrad: 1e-7, ToleranceChange: 1e-9, HistorySize: 100}
	for _, o := range Options(opts) {
		o.lbfgs(&lr, &c)
	}
	if c.MaxEval == -1 {
		c.MaxEval = c.MaxIter * 5 / 4
	}
	l := &LBFGS{NewBase("LBFGS", lbfgsSlots...)}
	l.Add(params, lr, &c)
	return l
}

// Step implements [Optimizer]. It can't go without a closure, and returns the loss of its first call.
func (l *LBFGS) Step(closure ...Closure) (loss *torch.Tensor) {
	switch {
	case len(closure) != 1 || closure[0] == nil:
		l.refuse(torch.TypeError, "expected a closure that clears the gradients, computes the loss and its gradients, and returns the loss")
	case len(l.groups) != 1:
		l.refuse(torch.ValueError, fmt.Sprintf("expected one group of parameters, but there are %d", len(l.groups)))
	}
	torch.NoGrad(func() {
		torch.Scoped(func(s *torch.Scope) {
			r := &lbfgsStep{LBFGS: l, Group: l.groups[0], c: settingsOf[*LBFGSConfig](l.groups[0]), scope: s, closure: closure[0]}
			loss = r.run()
		})
	})
	l.steps++
	return loss
}
