package lr_scheduler

import (
	"errors"
	"math"
	"slices"

	"multitorch/libm"
	"multitorch/optim"
	"multitorch/torch"
)

// OneCycleLR is torch.optim.lr_scheduler.OneCycleLR: the rates go up and then far down, and the momentum against them, once
// in a training (Smith and Topin, Super-Convergence, 2018). Step it after each batch.
type OneCycleLR struct {
	scheduler
	totalSteps, epochs, perEpoch int
	phases                       phases
	annealing                    string
	momenta                      momenta
}

type oneCycleConfig struct {
	pctStart, divFactor, finalDivFactor float64
	threePhase                          bool
	maxLRs                              []float64
}

// OneCycleLROption is an option of [NewOneCycleLR]: [TotalSteps], or [Epochs] and [StepsPerEpoch]; [MaxLRs], [PctStart] (0.3
// unless given), [AnnealStrategy] ("cos"), [CycleMomentum] (true), [BaseMomentum] (0.85), [MaxMomentum] (0.95), [DivFactor]
// (25), [FinalDivFactor] (1e4), [ThreePhase] (false) and [LastEpoch] (-1).
type OneCycleLROption interface {
	oneCycleLR(s *OneCycleLR, c *oneCycleConfig)
}

// Of OneCycleLR.
type (
	TotalSteps     int     // all batches
	Epochs         int     // with StepsPerEpoch in the place of TotalSteps
	StepsPerEpoch  int     // with Epochs in the place of TotalSteps
	PctStart       float64 // the part of the steps on the way up
	AnnealStrategy string  // "cos" or "linear"; also SWALR's
	DivFactor      float64 // the highest rate is the first one by this
	FinalDivFactor float64 // the first rate is the last one by this
	ThreePhase     bool    // down to the first rate as long as up, and then further
)

func (v TotalSteps) oneCycleLR(s *OneCycleLR, _ *oneCycleConfig)     { s.totalSteps = int(v) }
func (v Epochs) oneCycleLR(s *OneCycleLR, _ *oneCycleConfig)         { s.epochs = int(v) }
func (v StepsPerEpoch) oneCycleLR(s *OneCycleLR, _ *oneCycleConfig)  { s.perEpoch = int(v) }
func (v PctStart) oneCycleLR(_ *OneCycleLR, c *oneCycleConfig)       { c.pctStart = float64(v) }
func (v AnnealStrategy) oneCycleLR(s *OneCycleLR, _ *oneCycleConfig) { s.annealing = string(v) }
func (v CycleMomentum) oneCycleLR(s *OneCycleLR, _ *oneCycleConfig)  { s.momenta.cycle = bool(v) }
func (v baseMomentum) oneCycleLR(s *OneCycleLR, _ *oneCycleConfig)   { s.momenta.base = v }
func (v maxMomentum) oneCycleLR(s *OneCycleLR, _ *oneCycleConfig)    { s.momenta.max = v }
func (v maxLRs) oneCycleLR(_ *OneCycleLR, c *oneCycleConfig)         { c.maxLRs = v }
func (v DivFactor) oneCycleLR(_ *OneCycleLR, c *oneCycleConfig)      { c.divFactor = float64(v) }
func (v FinalDivFactor) oneCycleLR(_ *OneCycleLR, c *oneCycleConfig) { c.finalDivFactor = float64(v) }
func (v ThreePhase) oneCycleLR(_ *OneCycleLR, c *oneCycleConfig)     { c.threePhase = bool(v) }
func (v LastEpoch) oneCycleLR(s *OneCycleLR, _ *oneCycleConfig)      { s.lastEpoch = epoch(v) }

// NewOneCycleLR makes a OneCycleLR whose highest rate is maxLR.
func NewOneCycleLR(optimizer optim.Optimizer, maxLR float64, opts ...OneCycleLROption) *OneCycleLR {
	s := &OneCycleLR{annealing: "cos", momenta: momenta{cycle: true, base: []float64{0.85}, max: []float64{0.95}}}
	c := oneCycleConfig{pctStart: 0.3, divFactor: 25, finalDivFactor: 1e4, maxLRs: []float64{maxLR}}
	s.lastEpoch = -1
	s.attach("OneCycleLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.oneCycleLR(s, &c)
	}
	s.check(&c)
	s.phases = newPhases(c.pctStart*float64(s.totalSteps), 2*c.pctStart*float64(s.totalSteps), float64(s.totalSteps-1), c.threePhase)
	s.momenta.spread(&s.scheduler)
	highest := s.perGroup("max_lr", c.maxLRs)
	if s.lastEpoch == -1 {
		for i, g := range optimizer.ParamGroups() {
			g.InitialLR = highest[i] / c.divFactor
			g.Set("max_lr", highest[i])
			g.Set("min_lr", g.InitialLR/c.finalDivFactor)
		}
		if s.momenta.cycle {
			s.momenta.keep(&s.scheduler)
		}
	}
	s.start(s, s.lastEpoch)
	return s
}

func (s *OneCycleLR) check(c *oneCycleConfig) {
	if s.totalSteps == 0 && (s.epochs != 0 || s.perEpoch != 0) {
		if s.epochs < 1 || s.perEpoch < 1 {
			refuse(s.kind, "the epochs and steps_per_epoch are %d and %d: expected at least 1", s.epochs, s.perEpoch)
		}
		s.totalSteps = s.epochs * s.perEpoch
	}
	switch {
	case s.totalSteps < 1:
		refuse(s.kind, "the total_steps are %d: expected at least 1, or Epochs and StepsPerEpoch", s.totalSteps)
	case !(c.pctStart >= 0 && c.pctStart <= 1):
		refuse(s.kind, "the pct_start is %v: expected a number from 0 to 1", c.pctStart)
	case c.divFactor == 0 || c.finalDivFactor == 0:
		refuse(s.kind, "the div_factor and final_div_factor are %v and %v: rates are divided by them", c.divFactor, c.finalDivFactor)
	}
	s.checkStrategy(s.annealing)
}

func (s *scheduler) checkStrategy(strategy string) {
	if !slices.Contains([]string{"cos", "linear"}, strategy) {
		refuse(s.kind, "the anneal_strategy is %.40q: expected cos or linear", strategy)
	}
}

func (s *OneCycleLR) lrs() []float64 {
	step := float64(s.lastEpoch)
	if s.lastEpoch > epoch(s.totalSteps) {
		refuse(s.kind, "it was stepped %v times, and made for %d steps", s.lastEpoch, s.totalSteps)
	}
	return s.each(func(g *optim.Group) float64 {
		i, from := 0, 0.0
		for ; i < len(s.phases)-1 && step > s.phases[i].endStep; i++ {
			from = s.phases[i].endStep
		}
		p := s.phases[i]
		part := (step - from) / (p.endStep - from)
		if s.momenta.cycle {
			s.momenta.set(g, s.anneal(s.limit(g, p.startMomentum), s.limit(g, p.endMomentum), part))
		}
		return s.anneal(s.limit(g, p.startLR), s.limit(g, p.endLR), part)
	})
}

// limit is one of the numbers that a group keeps.
func (s *OneCycleLR) limit(g *optim.Group, name string) float64 {
	v, has := g.Get(name).(float64)
	if !has {
		refuse(s.kind, "a group has no %s: was the optimizer's state saved without this scheduler?", name)
	}
	return v
}

func (s *OneCycleLR) anneal(start, end, part float64) float64 {
	if s.annealing == "linear" {
		return float64((end-start)*part) + start
	}
	return end + float64((start-end)/2*(libm.Cos(math.Pi*part)+1))
}

func (s *OneCycleLR) kept() []kept {
	all := []kept{
		{name: "total_steps", at: &s.totalSteps},
		{name: "_schedule_phases", at: &s.phases},
		{name: "cycle_momentum", at: &s.momenta.cycle},
	}
	if running().keepsMomenta {
		all = append(all, kept{name: "_anneal_func_type", at: &s.annealing, optional: true})
	}
	if s.momenta.cycle {
		all = append(all, kept{name: "use_beta1", at: &s.momenta.useBeta1, optional: true})
	}
	return all
}

// phase is a part of the cycle: to which step it goes, and between which numbers of the groups.
type phase struct {
	endStep                                    float64
	startLR, endLR, startMomentum, endMomentum string
}

type phases []phase

func newPhases(up, down, end float64, three bool) phases {
	first := phase{up - 1, "initial_lr", "max_lr", "max_momentum", "base_momentum"}
	if !three {
		return phases{first, {end, "max_lr", "min_lr", "base_momentum", "max_momentum"}}
	}
	return phases{
		first,
		{down - 2, "max_lr", "initial_lr", "base_momentum", "max_momentum"},
		{end, "initial_lr", "min_lr", "max_momentum", "max_momentum"},
	}
}

func (p *phase) kept() []kept {
	return []kept{
		{name: "end_step", at: &p.endStep},
		{name: "start_lr", at: &p.startLR},
		{name: "end_lr", at: &p.endLR},
		{name: "start_momentum", at: &p.startMomentum},
		{name: "end_momentum", at: &p.endMomentum},
	}
}

func (p *phases) save() any { return list(*p, func(one phase) any { return save(one.kept()) }) }

func (p *phases) load(v any) (write func(), err error) {
	items, is := v.([]any)
	if !is || len(items) < 1 {
		return nil, errors.New("expected a list of phases")
	}
	read := make(phases, len(items))
	for i := range items {
		d, _ := items[i].(*torch.Dict)
		w, err := load(d, read[i].kept())
		if err != nil {
			return nil, err
		}
		w()
	}
	return func() { *p = read }, nil
}
