package lr_scheduler

import (
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
func (v LastEpoch) stepLR(s *StepLR) { s.lastEpoch = int(v) }

// NewStepLR makes a StepLR whose rates fall every stepSize epochs.
func NewStepLR(optimizer optim.Optimizer, stepSize int, opts ...StepLROption) *StepLR {
	s := &StepLR{stepSize: stepSize, gamma: 0.1}
	s.lastEpoch = -1
	s.attach("StepLR", optimizer)
	for _, o := range opts {
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
	if s.lastEpoch == 0 || s.lastEpoch%s.stepSize != 0 {
		return s.current()
	}
	return s.times(s.gamma)
}

func (s *StepLR) closed() []float64 {
	power := libm.Pow(s.gamma, float64(floorDiv(s.lastEpoch, s.stepSize)))
	return s.bases(func(base float64) float64 { return base * power })
}

// floorDiv is Python's //.
func floorDiv(a, b int) int {
	q := a / b
	if a%b != 0 && (a < 0) != (b < 0) {
		q--
	}
	return q
}

func (s *StepLR) kept() []kept {
	return []kept{{name: "step_size", at: &s.stepSize}, {name: "gamma", at: &s.gamma}}
}
