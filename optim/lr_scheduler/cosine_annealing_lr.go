package lr_scheduler

import (
	"math"

	"multitorch/libm"
	"multitorch/optim"
)

// CosineAnnealingLR is torch.optim.lr_scheduler.CosineAnnealingLR: the rates go down along a cosine, and up again
// (Loshchilov and Hutter, SGDR: Stochastic Gradient Descent with Warm Restarts, 2017).
type CosineAnnealingLR struct {
	scheduler
	tMax   int
	etaMin float64
}

// CosineAnnealingLROption is an option of [NewCosineAnnealingLR]: [EtaMin] (0 unless given) and [LastEpoch] (-1).
type CosineAnnealingLROption interface{ cosineAnnealingLR(s *CosineAnnealingLR) }

func (v EtaMin) cosineAnnealingLR(s *CosineAnnealingLR)    { s.etaMin = float64(v) }
func (v LastEpoch) cosineAnnealingLR(s *CosineAnnealingLR) { s.lastEpoch = epoch(v) }

// NewCosineAnnealingLR makes a CosineAnnealingLR whose rates are lowest after tMax epochs.
func NewCosineAnnealingLR(optimizer optim.Optimizer, tMax int, opts ...CosineAnnealingLROption) *CosineAnnealingLR {
	s := &CosineAnnealingLR{tMax: tMax}
	s.lastEpoch = -1
	s.attach("CosineAnnealingLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.cosineAnnealingLR(s)
	}
	if s.tMax == 0 {
		refuse(s.kind, "the T_max is 0: expected the number of epochs on the way down")
	}
	s.start(s, s.lastEpoch)
	return s
}

func (s *CosineAnnealingLR) lrs() []float64 {
	most := float64(s.tMax)
	switch {
	case s.atStart():
		return s.current()
	case s.stepCount == 1 && s.lastEpoch > 0:
		wave := 1 + libm.Cos(float64(s.lastEpoch)*math.Pi/most)
		return s.bases(func(base float64) float64 { return s.etaMin + float64((base-s.etaMin)*wave)/2 })
	case math.Mod(float64(s.lastEpoch)-1-most, 2*most) == 0:
		wave := 1 - libm.Cos(math.Pi/most)
		lrs := s.current()
		for i := range min(len(lrs), len(s.baseLRs)) {
			lrs[i] += float64((s.baseLRs[i]-s.etaMin)*wave) / 2
		}
		return lrs
	}
	wave := func(e epoch) float64 { return 1 + libm.Cos(math.Pi*float64(e)/most) }
	ratio := wave(s.lastEpoch) / wave(s.lastEpoch-1)
	return s.each(func(g *optim.Group) float64 { return float64(ratio*(g.LR-s.etaMin)) + s.etaMin })
}

func (s *CosineAnnealingLR) closed() []float64 {
	wave := 1 + libm.Cos(math.Pi*float64(s.lastEpoch)/float64(s.tMax))
	return s.bases(func(base float64) float64 { return s.etaMin + float64((base-s.etaMin)*wave)/2 })
}

func (s *CosineAnnealingLR) kept() []kept {
	return []kept{{name: "T_max", at: &s.tMax}, {name: "eta_min", at: &s.etaMin}}
}
