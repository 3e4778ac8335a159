package lr_scheduler

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// ChainedScheduler is torch.optim.lr_scheduler.ChainedScheduler: several schedulers at once, each on what the one before it
// made of the rates.
type ChainedScheduler struct {
	scheduler
	schedulers members
}

// NewChainedScheduler makes a ChainedScheduler of schedulers of one optimizer.
func NewChainedScheduler(schedulers ...LRScheduler) *ChainedScheduler {
	s := &ChainedScheduler{schedulers: slices.Clone(schedulers)}
	if len(schedulers) > 0 && schedulers[0] != nil {
		s.attach("ChainedScheduler", schedulers[0].core().optimizer)
	}
	s.schedulers.check("ChainedScheduler", s.optimizer)
	s.lastLR = s.current()
	return s
}

// String is the schedulers', one after the other.
func (s *ChainedScheduler) String() string { return fmt.Sprintf("ChainedScheduler(%v)", s.schedulers) }

func (s *ChainedScheduler) inner() members { return s.schedulers }

// Step implements [LRScheduler]. It takes no epoch.
func (s *ChainedScheduler) Step(epoch ...float64) {
	s.takesNone(epoch)
	for _, member := range s.schedulers {
		member.Step()
	}
	s.lastLR = s.current()
}

func (s *ChainedScheduler) kept() []kept {
	return []kept{{name: "_last_lr", at: &s.lastLR}, {name: "_schedulers", at: &s.schedulers}}
}

// StateDict implements [LRScheduler].
func (s *ChainedScheduler) StateDict() *torch.Dict { return save(s.kept()) }

// LoadStateDict implements [LRScheduler].
func (s *ChainedScheduler) LoadStateDict(d *torch.Dict) error { return s.loadAll(d, s.kept()) }
