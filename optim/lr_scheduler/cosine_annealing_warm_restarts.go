package lr_scheduler

import (
	"math"

	"multitorch/libm"
	"multitorch/optim"
)

// CosineAnnealingWarmRestarts is torch.optim.lr_scheduler.CosineAnnealingWarmRestarts: the rates go down along a cosine and
// start anew, in periods that may grow (Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017).
type CosineAnnealingWarmRestarts struct {
	scheduler
	t0, ti, tMult int
	etaMin        float64
	tCur          float64
}

// CosineAnnealingWarmRestartsOption is an option of [NewCosineAnnealingWarmRestarts]: [TMult] (1 unless given), [EtaMin] (0)
// and [LastEpoch] (-1).
type CosineAnnealingWarmRestartsOption interface {
	warmRestarts(s *CosineAnnealingWarmRestarts)
}

// TMult is by what each period is longer than the one before.
type TMult int

func (v TMult) warmRestarts(s *CosineAnnealingWarmRestarts)     { s.tMult = int(v) }
func (v EtaMin) warmRestarts(s *CosineAnnealingWarmRestarts)    { s.etaMin = float64(v) }
func (v LastEpoch) warmRestarts(s *CosineAnnealingWarmRestarts) { s.lastEpoch = epoch(v) }

// NewCosineAnnealingWarmRestarts makes a CosineAnnealingWarmRestarts whose first period has t0 epochs.
func NewCosineAnnealingWarmRestarts(
	optimizer optim.Optimizer, t0 int, opts ...CosineAnnealingWarmRestartsOption,
) *CosineAnnealingWarmRestarts {
	s := &CosineAnnealingWarmRestarts{t0: t0, ti: t0, tMult: 1}
	s.lastEpoch = -1
	s.attach("CosineAnnealingWarmRestarts", optimizer)
	for _, o := range optim.Options(opts) {
		o.warmRestarts(s)
	}
	if s.t0 < 1 {
		refuse(s.kind, "the T_0 is %d: expected at least 1", s.t0)
	}
	if s.tMult < 1 {
		refuse(s.kind, "the T_mult is %d: expected at least 1", s.tMult)
	}
	s.tCur = float64(s.lastEpoch)
	s.start(s, s.lastEpoch)
	return s
}

func (s *CosineAnnealingWarmRestarts) lrs() []float64 {
	wave := 1 + libm.Cos(math.Pi*s.tCur/float64(s.ti))
	return s.bases(func(base float64) float64 { return s.etaMin + float64((base-s.etaMin)*wave)/2 })
}

// Step implements [LRScheduler]. The epoch may have a part of one: epoch + batch/batches.
func (s *CosineAnnealingWarmRestarts) Step(epoch ...float64) {
	switch {
	case len(epoch) > 0:
		s.jump(epoch[0])
	case s.lastEpoch < 0:
		s.jump(0)
	default:
		s.lastEpoch++
		if s.tCur++; s.tCur >= float64(s.ti) {
			if running().dividesPeriods {
				s.tCur = math.Mod(s.tCur, float64(s.ti))
			} else {
				s.tCur -= float64(s.ti)
			}
			s.ti *= s.tMult
		}
	}
	s.set(s.lrs())
}

// jump goes to an epoch.
func (s *CosineAnnealingWarmRestarts) jump(at float64) {
	first, grows := float64(s.t0), float64(s.tMult)
	switch {
	case !(at >= 0):
		refuse(s.kind, "the epoch is %v: expected 0 or more", at)
	case at < first:
		s.ti, s.tCur = s.t0, at
	case s.tMult == 1:
		s.tCur = math.Mod(at, first)
	default:
		n := int(libm.Log(float64(at/first*(grows-1))+1) / libm.Log(grows))
		whole := 1
		for range n {
			whole *= s.tMult
		}
		s.tCur = at - float64(s.t0*(whole-1))/(grows-1)
		s.ti = s.t0 * whole
	}
	s.lastEpoch = epoch(math.Floor(at))
}

func (s *CosineAnnealingWarmRestarts) kept() []kept {
	return []kept{
		{name: "T_0", at: &s.t0},
		{name: "T_i", at: &s.ti},
		{name: "T_mult", at: &s.tMult},
		{name: "eta_min", at: &s.etaMin},
		{name: "T_cur", at: &s.tCur},
	}
}
