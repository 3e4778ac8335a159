package lr_scheduler

import (
	"math"

	"multitorch/libm"
	"multitorch/optim"
)

// StepLR is torch.optim.lr_scheduler.StepLR: every so many epochs the rates fall by a factor.
type StepLR struct {
	scheduler
	stepSize int
	gamma    float64
}

// StepLROption is an option of [NewStepLR]: [Gamma] (0.1 unless given) and [LastEpoch] (-1).
type StepLROption interface{ stepLR(s *StepLR) }

func (v Gamma) stepLR(s *StepLR)     { s.gamma = float64(v) }
func (v LastEpoch) stepLR(s *StepLR) { s.lastEpoch = epoch(v) }

// NewStepLR makes a StepLR whose rates fall every stepSize epochs.
func NewStepLR(optimizer optim.Optimizer, stepSize int, opts ...StepLROption) *StepLR {
	s := &StepLR{stepSize: stepSize, gamma: 0.1}
	s.lastEpoch = -1
	s.attach("StepLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.stepLR(s)
	}
	s.check()
	s.start(s, s.lastEpoch)
	return s
}

func (s *StepLR) check() {
	if s.stepSize < 1 {
		refuse(s.kind, "the step_size is %d: expected at least 1", s.stepSize)
	}
}

func (s *StepLR) lrs() []float64 {
	if s.lastEpoch == 0 || math.Mod(float64(s.lastEpoch), float64(s.stepSize)) != 0 {
		return s.current()
	}
	return s.times(s.gamma)
}

func (s *StepLR) closed() []float64 {
	power := libm.Pow(s.gamma, math.Floor(float64(s.lastEpoch)/float64(s.stepSize)))
	return s.bases(func(base float64) float64 { return base * power })
}

func (s *StepLR) kept() []kept {
	return []kept{{name: "step_size", at: &s.stepSize}, {name: "gamma", at: &s.gamma}}
}
