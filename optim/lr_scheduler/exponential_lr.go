package lr_scheduler

import (
	"multitorch/libm"
	"multitorch/optim"
)

// ExponentialLR is torch.optim.lr_scheduler.ExponentialLR: at each epoch the rates fall by a factor.
type ExponentialLR struct {
	scheduler
	gamma float64
}

// ExponentialLROption is an option of [NewExponentialLR]: [LastEpoch] (-1 unless given).
type ExponentialLROption interface{ exponentialLR(s *ExponentialLR) }

func (v LastEpoch) exponentialLR(s *ExponentialLR) { s.lastEpoch = epoch(v) }

// NewExponentialLR makes an ExponentialLR whose rates fall by the factor gamma.
func NewExponentialLR(optimizer optim.Optimizer, gamma float64, opts ...ExponentialLROption) *ExponentialLR {
	s := &ExponentialLR{gamma: gamma}
	s.lastEpoch = -1
	s.attach("ExponentialLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.exponentialLR(s)
	}
	s.start(s, s.lastEpoch)
	return s
}

func (s *ExponentialLR) lrs() []float64 {
	if s.atStart() {
		return s.current()
	}
	return s.times(s.gamma)
}

func (s *ExponentialLR) closed() []float64 {
	power := libm.Pow(s.gamma, float64(s.lastEpoch))
	return s.bases(func(base float64) float64 { return base * power })
}

func (s *ExponentialLR) kept() []kept { return []kept{{name: "gamma", at: &s.gamma}} }
