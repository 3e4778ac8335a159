package lr_scheduler

import "multitorch/optim"

// LinearLR is torch.optim.lr_scheduler.LinearLR: the rates by a factor that goes from one number to another in equal parts.
type LinearLR struct {
	scheduler
	startFactor, endFactor float64
	totalIters             int
}

// LinearLROption is an option of [NewLinearLR]: [StartFactor] (1/3 unless given), [EndFactor] (1), [TotalIters] (5) and
// [LastEpoch] (-1).
type LinearLROption interface{ linearLR(s *LinearLR) }

// StartFactor and EndFactor are LinearLR's: above 0, and from 0, to 1.
type (
	StartFactor float64
	EndFactor   float64
)

func (v StartFactor) linearLR(s *LinearLR) { s.startFactor = float64(v) }
func (v EndFactor) linearLR(s *LinearLR)   { s.endFactor = float64(v) }
func (v TotalIters) linearLR(s *LinearLR)  { s.totalIters = int(v) }
func (v LastEpoch) linearLR(s *LinearLR)   { s.lastEpoch = epoch(v) }

// NewLinearLR makes a LinearLR.
func NewLinearLR(optimizer optim.Optimizer, opts ...LinearLROption) *LinearLR {
	s := &LinearLR{startFactor: 1.0 / 3, endFactor: 1, totalIters: 5}
	s.lastEpoch = -1
	s.attach("LinearLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.linearLR(s)
	}
	if s.startFactor == 0 {
		refuse(s.kind, "the start_factor is 0: expected a number above 0, up to 1, since the next rates are made of it")
	}
	s.checkFactor("start_factor", s.startFactor)
	s.checkFactor("end_factor", s.endFactor)
	s.start(s, s.lastEpoch)
	return s
}

func (s *LinearLR) lrs() []float64 {
	switch {
	case s.lastEpoch == 0:
		return s.times(s.startFactor)
	case running().asksForInitial && s.initial || s.lastEpoch > epoch(s.totalIters):
		return s.current()
	}
	way := s.endFactor - s.startFactor
	return s.times(1 + way/(float64(float64(s.totalIters)*s.startFactor)+float64(float64(s.lastEpoch-1)*way)))
}

func (s *LinearLR) closed() []float64 {
	factor := s.startFactor + float64((s.endFactor-s.startFactor)*float64(min(epoch(s.totalIters), s.lastEpoch)))/float64(s.totalIters)
	return s.bases(func(base float64) float64 { return base * factor })
}

func (s *LinearLR) kept() []kept {
	return []kept{
		{name: "start_factor", at: &s.startFactor}, {name: "end_factor", at: &s.endFactor}, {name: "total_iters", at: &s.totalIters},
	}
}
