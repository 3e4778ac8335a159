package lr_scheduler

import (
	"fmt"
	"math"
	"slices"

	"multitorch/optim"
	"multitorch/torch"
)

// ReduceLROnPlateau is torch.optim.lr_scheduler.ReduceLROnPlateau: the rates fall by a factor when a metric has not become
// better for some epochs. It is no [LRScheduler], for its Step wants the metric.
type ReduceLROnPlateau struct {
	scheduler
	mode, thresholdMode       string
	factor, threshold, eps    float64
	patience, cooldown        int
	minLRs                    []float64
	best, modeWorse           float64
	badEpochs, cooldownToCome int
}

// ReduceLROnPlateauOption is an option of [NewReduceLROnPlateau]: [Mode] ("min" unless given), [Factor] (0.1), [Patience]
// (10), [Threshold] (1e-4), [ThresholdMode] ("rel"), [Cooldown] (0), [MinLR] (0) and [Eps] (1e-8).
type ReduceLROnPlateauOption interface{ plateau(s *ReduceLROnPlateau) }

// Of ReduceLROnPlateau; Mode is CyclicLR's too.
type (
	Mode          string  // "min", where less is better, or "max"
	Patience      int     // how many epochs without a better metric are let pass
	Threshold     float64 // by how much a better metric is better
	ThresholdMode string  // "rel", a share of the best, or "abs"
	Cooldown      int     // how many epochs after a fall do not count
	Eps           float64 // a fall that is smaller is left out
)

// MinLR is the lowest rate of ReduceLROnPlateau: one number, or one for each group.
func MinLR(lrs ...float64) minLR { return lrs }

type minLR []float64

func (v Mode) plateau(s *ReduceLROnPlateau)          { s.mode = string(v) }
func (v Factor) plateau(s *ReduceLROnPlateau)        { s.factor = float64(v) }
func (v Patience) plateau(s *ReduceLROnPlateau)      { s.patience = int(v) }
func (v Threshold) plateau(s *ReduceLROnPlateau)     { s.threshold = float64(v) }
func (v ThresholdMode) plateau(s *ReduceLROnPlateau) { s.thresholdMode = string(v) }
func (v Cooldown) plateau(s *ReduceLROnPlateau)      { s.cooldown = int(v) }
func (v minLR) plateau(s *ReduceLROnPlateau)         { s.minLRs = v }
func (v Eps) plateau(s *ReduceLROnPlateau)           { s.eps = float64(v) }

// NewReduceLROnPlateau makes a ReduceLROnPlateau.
func NewReduceLROnPlateau(optimizer optim.Optimizer, opts ...ReduceLROnPlateauOption) *ReduceLROnPlateau {
	s := &ReduceLROnPlateau{
		mode: "min", thresholdMode: "rel", factor: 0.1, patience: 10, threshold: 1e-4, eps: 1e-8, minLRs: []float64{0},
	}
	s.attach("ReduceLROnPlateau", optimizer)
	for _, o := range optim.Options(opts) {
		o.plateau(s)
	}
	if !(s.factor < 1) {
		refuse(s.kind, "the factor is %v: expected a number below 1", s.factor)
	}
	if err := s.check(); err != nil {
		refuse(s.kind, "%v", err)
	}
	s.minLRs = s.perGroup("min_lr", s.minLRs)
	s.modeWorse = math.Inf(1)
	if s.mode == "max" {
		s.modeWorse = math.Inf(-1)
	}
	s.best, s.lastLR = s.modeWorse, s.current()
	return s
}

func (s *ReduceLROnPlateau) check() error {
	if !slices.Contains([]string{"min", "max"}, s.mode) {
		return fmt.Errorf("the mode is %.40q: expected min or max", s.mode)
	}
	if !slices.Contains([]string{"rel", "abs"}, s.thresholdMode) {
		return fmt.Errorf("the threshold_mode is %.40q: expected rel or abs", s.thresholdMode)
	}
	return nil
}

// Step goes on to the next epoch, which had a metric.
func (s *ReduceLROnPlateau) Step(metric float64) {
	s.lastEpoch++
	s.badEpochs++
	if s.isBetter(metric) {
		s.best, s.badEpochs = metric, 0
	}
	if s.cooldownToCome > 0 {
		s.cooldownToCome--
		s.badEpochs = 0
	}
	if s.badEpochs > s.patience {
		s.reduce()
		s.cooldownToCome, s.badEpochs = s.cooldown, 0
	}
	s.lastLR = s.current()
}

func (s *ReduceLROnPlateau) isBetter(metric float64) bool {
	switch {
	case s.mode == "min" && s.thresholdMode == "rel":
		return metric < s.best*(1-s.threshold)
	case s.mode == "min":
		return metric < s.best-s.threshold
	case s.thresholdMode == "rel":
		return metric > s.best*(s.threshold+1)
	}
	return metric > s.best+s.threshold
}

func (s *ReduceLROnPlateau) reduce() {
	groups := s.optimizer.ParamGroups()
	if n := len(s.minLRs); n != len(groups) {
		if n == 0 || slices.ContainsFunc(s.minLRs, func(lr float64) bool { return lr != s.minLRs[0] }) {
			refuse(s.kind, "there are %d groups now, and %d lowest rates", len(groups), n)
		}
		s.minLRs = s.perGroup("min_lr", s.minLRs[:1])
	}
	for i, g := range groups {
		lr := g.LR * s.factor
		if s.minLRs[i] > lr {
			lr = s.minLRs[i]
		}
		if g.LR-lr > s.eps {
			g.LR = lr
		}
	}
}

func (s *ReduceLROnPlateau) kept() []kept {
	return []kept{
		{name: "factor", at: &s.factor},
		{name: "min_lrs", at: &s.minLRs},
		{name: "patience", at: &s.patience},
		{name: "cooldown", at: &s.cooldown},
		{name: "cooldown_counter", at: &s.cooldownToCome},
		{name: "mode", at: &s.mode},
		{name: "threshold", at: &s.threshold},
		{name: "threshold_mode", at: &s.thresholdMode},
		{name: "best", at: &s.best},
		{name: "num_bad_epochs", at: &s.badEpochs},
		{name: "mode_worse", at: &s.modeWorse},
		{name: "eps", at: &s.eps},
		{name: "last_epoch", at: &s.lastEpoch},
		{name: "_last_lr", at: &s.lastLR, optional: true},
	}
}

// StateDict is what a later run needs to go on, in Python's form.
func (s *ReduceLROnPlateau) StateDict() *torch.Dict { return save(s.kept()) }

// LoadStateDict takes over a saved state. One that does not fit is an error and changes nothing.
func (s *ReduceLROnPlateau) LoadStateDict(d *torch.Dict) error {
	read := *s
	if err := read.loadAll(d, read.kept()); err != nil {
		return err
	}
	if err := read.check(); err != nil {
		return fmt.Errorf("the state does not fit the %s: %w", s.kind, err)
	}
	*s = read
	return nil
}
