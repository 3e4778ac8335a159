package lr_scheduler

import (
	"math"
	"slices"

	"multitorch/libm"
	"multitorch/optim"
)

// CyclicLR is torch.optim.lr_scheduler.CyclicLR: the rates go up and down between two, and the momentum against them (Smith,
// Cyclical Learning Rates for Training Neural Networks, 2017). Step it after each batch.
type CyclicLR struct {
	scheduler
	lowest, maxLRs      []float64
	stepUp, stepDown    float64
	totalSize, stepPart float64
	mode, scaleMode     string
	gamma               float64
	scaleFn             func(x float64) float64
	momenta             momenta
}

// CyclicLROption is an option of [NewCyclicLR]: [BaseLRs], [MaxLRs], [StepSizeUp] (2000 unless given), [StepSizeDown] (as up),
// [Mode] ("triangular", "triangular2" or "exp_range"), [Gamma] (1; of exp_range), [ScaleFn], [ScaleMode], [CycleMomentum]
// (true), [BaseMomentum] (0.8), [MaxMomentum] (0.9) and [LastEpoch] (-1).
type CyclicLROption interface{ cyclicLR(s *CyclicLR) }

// BaseLRs are the lowest rates, one for each group, in the place of one for all.
func BaseLRs(lrs ...float64) baseLRs { return lrs }

type baseLRs []float64

// Of CyclicLR.
type (
	StepSizeUp   int // the batches on the way up
	StepSizeDown int // the batches on the way down
	// ScaleFn scales the way between the rates, in Mode's place. It is not in the state.
	ScaleFn func(x float64) float64
	// ScaleMode says what ScaleFn is asked for: "cycle", the number of the cycle from 1, or "iterations", that of the batch.
	ScaleMode string
)

func (v baseLRs) cyclicLR(s *CyclicLR)       { s.lowest = v }
func (v maxLRs) cyclicLR(s *CyclicLR)        { s.maxLRs = v }
func (v StepSizeUp) cyclicLR(s *CyclicLR)    { s.stepUp = float64(v) }
func (v StepSizeDown) cyclicLR(s *CyclicLR)  { s.stepDown = float64(v) }
func (v Mode) cyclicLR(s *CyclicLR)          { s.mode = string(v) }
func (v Gamma) cyclicLR(s *CyclicLR)         { s.gamma = float64(v) }
func (v ScaleFn) cyclicLR(s *CyclicLR)       { s.scaleFn = v }
func (v ScaleMode) cyclicLR(s *CyclicLR)     { s.scaleMode = string(v) }
func (v CycleMomentum) cyclicLR(s *CyclicLR) { s.momenta.cycle = bool(v) }
func (v baseMomentum) cyclicLR(s *CyclicLR)  { s.momenta.base = v }
func (v maxMomentum) cyclicLR(s *CyclicLR)   { s.momenta.max = v }
func (v LastEpoch) cyclicLR(s *CyclicLR)     { s.lastEpoch = epoch(v) }

// NewCyclicLR makes a CyclicLR between two rates.
func NewCyclicLR(optimizer optim.Optimizer, baseLR, maxLR float64, opts ...CyclicLROption) *CyclicLR {
	s := &CyclicLR{
		lowest: []float64{baseLR}, maxLRs: []float64{maxLR}, stepUp: 2000, stepDown: -1, mode: "triangular", scaleMode: "cycle", gamma: 1,
		momenta: momenta{cycle: true, base: []float64{0.8}, max: []float64{0.9}},
	}
	s.lastEpoch = -1
	s.attach("CyclicLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.cyclicLR(s)
	}
	s.shape()
	s.lowest, s.maxLRs = s.perGroup("base_lr", s.lowest), s.perGroup("max_lr", s.maxLRs)
	s.momenta.spread(&s.scheduler)
	for i, g := range optimizer.ParamGroups() {
		if s.lastEpoch == -1 {
			g.LR = s.lowest[i]
		} else if s.momenta.cycle && !running().keepsMomenta {
			if momentum, has := g.Get("momentum").(float64); has { // 1.13 goes on from where it was
				s.momenta.base[i] = momentum
			}
		}
	}
	if s.momenta.cycle && s.lastEpoch == -1 && running().keepsMomenta {
		s.momenta.keep(&s.scheduler)
	}
	s.start(s, s.lastEpoch)
	s.baseLRs = s.lowest
	return s
}

// shape checks how a cycle goes.
func (s *CyclicLR) shape() {
	switch {
	case s.scaleFn == nil && !slices.Contains([]string{"triangular", "triangular2", "exp_range"}, s.mode):
		refuse(s.kind, "the mode is %.40q: expected triangular, triangular2 or exp_range, or a ScaleFn", s.mode)
	case !slices.Contains([]string{"cycle", "iterations"}, s.scaleMode):
		refuse(s.kind, "the scale_mode is %.40q: expected cycle or iterations", s.scaleMode)
	case s.stepUp < 1 || s.stepDown < 0 && s.stepDown != -1:
		refuse(s.kind, "the step_size_up and step_size_down are %v and %v: expected at least 1 and 0", s.stepUp, s.stepDown)
	}
	if s.stepDown == -1 {
		s.stepDown = s.stepUp
	}
	s.totalSize = s.stepUp + s.stepDown
	s.stepPart = s.stepUp / s.totalSize
	if s.scaleFn == nil {
		s.scaleMode = map[bool]string{true: "iterations", false: "cycle"}[s.mode == "exp_range"]
	}
}

func (s *CyclicLR) scale(x float64) float64 {
	switch {
	case s.scaleFn != nil:
		return s.scaleFn(x)
	case s.mode == "triangular2":
		return 1 / libm.Pow(2, x-1)
	case s.mode == "exp_range":
		return libm.Pow(s.gamma, x)
	}
	return 1
}

func (s *CyclicLR) lrs() []float64 {
	epoch := float64(s.lastEpoch)
	cycle := math.Floor(1 + epoch/s.totalSize)
	x := 1 + epoch/s.totalSize - cycle
	part := (x - 1) / (s.stepPart - 1)
	if x <= s.stepPart {
		part = x / s.stepPart
	}
	at := cycle
	if s.scaleMode != "cycle" {
		at = epoch
	}
	lrs := make([]float64, len(s.baseLRs))
	for i, base := range s.baseLRs {
		lrs[i] = base + float64((s.maxLRs[i]-base)*part*s.scale(at))
	}
	if s.momenta.cycle {
		groups := s.optimizer.ParamGroups()
		for i := range s.momenta.base {
			highest := s.momenta.max[i]
			s.momenta.set(groups[i], highest-float64((highest-s.momenta.base[i])*part*s.scale(at)))
		}
	}
	return lrs
}

func (s *CyclicLR) kept() []kept {
	all := []kept{
		{name: "max_lrs", at: &s.maxLRs},
		{name: "total_size", at: &s.totalSize},
		{name: "step_ratio", at: &s.stepPart},
		{name: "mode", at: &s.mode},
		{name: "gamma", at: &s.gamma},
		{name: "scale_mode", at: &s.scaleMode},
		{name: "cycle_momentum", at: &s.momenta.cycle},
	}
	if s.momenta.cycle {
		all = append(all, kept{name: "base_momentums", at: &s.momenta.base, optional: true},
			kept{name: "max_momentums", at: &s.momenta.max, optional: true})
	}
	if running().keepsMomenta {
		all = append(all, kept{name: "_scale_fn_custom", at: none{}, optional: true},
			kept{name: "use_beta1", at: &s.momenta.useBeta1, optional: true})
	}
	return all
}

// none is Python's None, in the place of a function.
type none struct{}

func (none) save() any                { return nil }
func (none) load(any) (func(), error) { return func() {}, nil }
