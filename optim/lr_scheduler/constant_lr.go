package lr_scheduler

import "multitorch/optim"

// ConstantLR is torch.optim.lr_scheduler.ConstantLR: the rates by a factor for some epochs, and whole after them.
type ConstantLR struct {
	scheduler
	factor     float64
	totalIters int
}

// ConstantLROption is an option of [NewConstantLR]: [Factor] (1/3 unless given), [TotalIters] (5) and [LastEpoch] (-1).
type ConstantLROption interface{ constantLR(s *ConstantLR) }

// Factor is that of ConstantLR, from 0 to 1, and ReduceLROnPlateau's, below 1.
type Factor float64

func (v Factor) constantLR(s *ConstantLR)     { s.factor = float64(v) }
func (v TotalIters) constantLR(s *ConstantLR) { s.totalIters = int(v) }
func (v LastEpoch) constantLR(s *ConstantLR)  { s.lastEpoch = epoch(v) }

// NewConstantLR makes a ConstantLR.
func NewConstantLR(optimizer optim.Optimizer, opts ...ConstantLROption) *ConstantLR {
	s := &ConstantLR{factor: 1.0 / 3, totalIters: 5}
	s.lastEpoch = -1
	s.attach("ConstantLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.constantLR(s)
	}
	s.checkFactor("factor", s.factor)
	s.start(s, s.lastEpoch)
	return s
}

func (s *scheduler) checkFactor(name string, factor float64) {
	if !(factor >= 0 && factor <= 1) {
		refuse(s.kind, "the %s is %v: expected a number from 0 to 1", name, factor)
	}
}

func (s *ConstantLR) lrs() []float64 {
	switch s.lastEpoch {
	case 0:
		return s.times(s.factor)
	case epoch(s.totalIters):
		if s.factor == 0 {
			refuse(s.kind, "a factor of 0 can't be taken back after %d epochs: the rates would be divided by 0", s.totalIters)
		}
		return s.times(1 / s.factor)
	}
	return s.current()
}

func (s *ConstantLR) closed() []float64 {
	factor := s.factor
	if s.lastEpoch >= epoch(s.totalIters) {
		factor += 1 - s.factor
	}
	return s.bases(func(base float64) float64 { return base * factor })
}

func (s *ConstantLR) kept() []kept {
	return []kept{{name: "factor", at: &s.factor}, {name: "total_iters", at: &s.totalIters}}
}
