package lr_scheduler

import (
	"multitorch/libm"
	"multitorch/optim"
)

// PolynomialLR is torch.optim.lr_scheduler.PolynomialLR: the rates fall to 0 as a power of the epochs that are left.
type PolynomialLR struct {
	scheduler
	totalIters int
	power      float64
}

// PolynomialLROption is an option of [NewPolynomialLR]: [TotalIters] (5 unless given), [Power] (1) and [LastEpoch] (-1).
type PolynomialLROption interface{ polynomialLR(s *PolynomialLR) }

// Power is PolynomialLR's.
type Power float64

func (v TotalIters) polynomialLR(s *PolynomialLR) { s.totalIters = int(v) }
func (v Power) polynomialLR(s *PolynomialLR)      { s.power = float64(v) }
func (v LastEpoch) polynomialLR(s *PolynomialLR)  { s.lastEpoch = epoch(v) }

// NewPolynomialLR makes a PolynomialLR.
func NewPolynomialLR(optimizer optim.Optimizer, opts ...PolynomialLROption) *PolynomialLR {
	s := &PolynomialLR{totalIters: 5, power: 1}
	s.lastEpoch = -1
	s.attach("PolynomialLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.polynomialLR(s)
	}
	s.start(s, s.lastEpoch)
	return s
}

func (s *PolynomialLR) lrs() []float64 {
	if s.atStart() || s.lastEpoch > epoch(s.totalIters) {
		return s.current()
	}
	left := func(e epoch) float64 { return 1 - float64(e)/float64(s.totalIters) }
	return s.times(libm.Pow(left(s.lastEpoch)/left(s.lastEpoch-1), s.power))
}

func (s *PolynomialLR) closed() []float64 {
	factor := libm.Pow(1-float64(min(epoch(s.totalIters), s.lastEpoch))/float64(s.totalIters), s.power)
	return s.bases(func(base float64) float64 { return base * factor })
}

func (s *PolynomialLR) kept() []kept {
	return []kept{{name: "total_iters", at: &s.totalIters}, {name: "power", at: &s.power}}
}
