package lr_scheduler

import (
	"math"

	"multitorch/libm"
	"multitorch/optim"
)

// SWALR is torch.optim.swa_utils.SWALR: the rates go to one that they keep, while weights are averaged.
type SWALR struct {
	scheduler
	annealEpochs   int
	annealStrategy string
	swaLRs         []float64
}

// SWALROption is an option of [NewSWALR]: [AnnealEpochs] (10 unless given), [AnnealStrategy] ("cos"), [SWALRs] and [LastEpoch]
// (-1).
type SWALROption interface{ swaLR(s *SWALR) }

// AnnealEpochs is how many epochs the way to the last rate takes.
type AnnealEpochs int

// SWALRs are the last rates, one for each group, in the place of one for all.
func SWALRs(lrs ...float64) swaLRs { return lrs }

type swaLRs []float64

func (v AnnealEpochs) swaLR(s *SWALR)   { s.annealEpochs = int(v) }
func (v AnnealStrategy) swaLR(s *SWALR) { s.annealStrategy = string(v) }
func (v swaLRs) swaLR(s *SWALR)         { s.swaLRs = v }
func (v LastEpoch) swaLR(s *SWALR)      { s.lastEpoch = epoch(v) }

// NewSWALR makes a SWALR that goes to the rate swaLR.
func NewSWALR(optimizer optim.Optimizer, swaLR float64, opts ...SWALROption) *SWALR {
	s := &SWALR{annealEpochs: 10, annealStrategy: "cos", swaLRs: []float64{swaLR}}
	s.lastEpoch = -1
	s.attach("SWALR", optimizer)
	for _, o := range optim.Options(opts) {
		o.swaLR(s)
	}
	s.checkStrategy(s.annealStrategy)
	if s.annealEpochs < 0 {
		refuse(s.kind, "the anneal_epochs are %d: expected 0 or more", s.annealEpochs)
	}
	for i, lr := range s.perGroup("swa_lr", s.swaLRs) {
		optimizer.ParamGroups()[i].Set("swa_lr", lr)
	}
	s.start(s, s.lastEpoch)
	return s
}

// anneal is how far the rates have come after a number of steps.
func (s *SWALR) anneal(steps int) float64 {
	t := max(0, min(1, float64(steps)/float64(max(1, s.annealEpochs))))
	if s.annealStrategy == "linear" {
		return t
	}
	return (1 - libm.Cos(math.Pi*t)) / 2
}

func (s *SWALR) lrs() []float64 {
	step := s.stepCount - 1
	if s.annealEpochs == 0 {
		step = max(1, step)
	}
	before, now := s.anneal(step-1), s.anneal(step)
	return s.each(func(g *optim.Group) float64 {
		last, has := g.Get("swa_lr").(float64)
		if !has {
			refuse(s.kind, "a group has no swa_lr: it was added after this scheduler was made")
		}
		lr := last
		if before != 1 {
			lr = (g.LR - float64(before*last)) / (1 - before)
		}
		return float64(last*now) + float64(lr*(1-now))
	})
}

func (s *SWALR) kept() []kept {
	return []kept{
		{name: "anneal_epochs", at: &s.annealEpochs}, {name: "_anneal_strategy", at: &s.annealStrategy, optional: true},
	}
}
