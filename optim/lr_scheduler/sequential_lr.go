package lr_scheduler

import (
	"slices"

	"multitorch/optim"
	"multitorch/torch"
)

// SequentialLR is torch.optim.lr_scheduler.SequentialLR: one scheduler after the other, each from its milestone on.
type SequentialLR struct {
	scheduler
	schedulers members
	milestones []int
}

// SequentialLROption is an option of [NewSequentialLR]: [LastEpoch] (-1 unless given).
type SequentialLROption interface{ sequentialLR(s *SequentialLR) }

func (v LastEpoch) sequentialLR(s *SequentialLR) { s.lastEpoch = epoch(v) }

// NewSequentialLR makes a SequentialLR: the first scheduler goes to the first milestone, and the last one from the last on.
func NewSequentialLR(
	optimizer optim.Optimizer, schedulers []LRScheduler, milestones []int, opts ...SequentialLROption,
) *SequentialLR {
	s := &SequentialLR{schedulers: slices.Clone(schedulers), milestones: slices.Clone(milestones)}
	s.lastEpoch = -1
	s.attach("SequentialLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.sequentialLR(s)
	}
	s.schedulers.check(s.kind, optimizer)
	if len(milestones) != len(schedulers)-1 {
		refuse(s.kind, "expected one scheduler more than there are milestones, but got %d and %d", len(schedulers), len(milestones))
	}
	for i, member := range s.schedulers[1:] {
		if member.core().rule == nil {
			refuse(s.kind, "scheduler %d is a %s, which can't be begun at a milestone: it may only be the first", i+1, member.core().kind)
		}
	}
	s.lastEpoch++
	for _, g := range optimizer.ParamGroups() {
		g.LR = g.InitialLR
	}
	s.undo(s.schedulers)
	first := s.schedulers[0]
	if running().beginsByMilestone {
		first = s.schedulers[passed(s.milestones, 0)]
	}
	first.core().initialStep(first.Step)
	s.lastLR = first.GetLastLR()
	return s
}

// undo takes back the first steps of schedulers.
func (s *SequentialLR) undo(of members) {
	for _, member := range of {
		if inner, has := member.(interface{ inner() members }); has && running().undoesInnermost {
			s.undo(inner.inner())
		} else {
			member.core().lastEpoch--
		}
	}
}

func (s *SequentialLR) inner() members { return s.schedulers }

// Step implements [LRScheduler]. It takes no epoch.
func (s *SequentialLR) Step(at ...float64) {
	s.takesNone(at)
	s.lastEpoch++
	i := passed(s.milestones, s.lastEpoch)
	member := s.schedulers[i]
	switch {
	case i == 0 || epoch(s.milestones[i-1]) != s.lastEpoch:
		member.Step()
	case running().asksForInitial:
		member.core().update(0)
	default:
		member.Step(0)
	}
	s.lastLR = member.GetLastLR()
}

func (s *scheduler) takesNone(at []float64) {
	if len(at) > 0 {
		refuse(s.kind, "Step takes no epoch here, but got %v", at[0])
	}
}

func (s *SequentialLR) kept() []kept {
	return []kept{
		{name: "_milestones", at: &s.milestones},
		{name: "last_epoch", at: &s.lastEpoch},
		{name: "_last_lr", at: &s.lastLR},
		{name: "_schedulers", at: &s.schedulers},
	}
}

// StateDict implements [LRScheduler].
func (s *SequentialLR) StateDict() *torch.Dict { return save(s.kept()) }

// LoadStateDict implements [LRScheduler].
func (s *SequentialLR) LoadStateDict(d *torch.Dict) error { return s.loadAll(d, s.kept()) }
