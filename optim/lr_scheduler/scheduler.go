package lr_scheduler

import (
	"fmt"
	"log/slog"
	"math"
	"slices"
	"strings"

	"multitorch/internal/pyrepr"
	"multitorch/optim"
	"multitorch/torch"
)

// LRScheduler moves the learning rates of an optimizer's groups.
type LRScheduler interface {
	// Step goes on to the next epoch, or to the one that is given, as PyTorch's deprecated way does: by a closed form of
	// the rates, where there is one. Call it after the optimizer's Step: before, a warning says that the first rate was
	// passed over.
	Step(epoch ...float64)
	// GetLastLR are the groups' rates since the last Step.
	GetLastLR() []float64
	// StateDict is what a later run needs to go on, in Python's form: for [torch.Save].
	StateDict() *torch.Dict
	// LoadStateDict takes over what a scheduler of the same kind saved, here or in Python. One that does not fit is an
	// error and changes nothing.
	LoadStateDict(*torch.Dict) error

	core() *scheduler
}

// scheduler is what all of them have in common, in the names of PyTorch's code.
type scheduler struct {
	kind      string
	rule      rule
	optimizer optim.Optimizer
	baseLRs   []float64
	lastEpoch epoch
	stepCount int
	lastLR    []float64

	initial bool // the step that sets the first rates is on
	stepped int  // the optimizer's steps before this scheduler
}

// epoch is a number of epochs. One that a program gives may have a part of one, such as epoch + batch/batches.
type epoch float64

// save is an integer as long as it is one, as in Python.
func (e *epoch) save() any {
	if whole := int64(*e); epoch(whole) == *e {
		return whole
	}
	return float64(*e)
}

func (e *epoch) load(v any) (write func(), err error) {
	return readInto(e, v, func(v any) (epoch, bool) { f, is := asFloat(v); return epoch(f), is })
}

// whole is the epoch for a function that takes whole ones.
func (s *scheduler) whole() int {
	if s.lastEpoch != epoch(math.Trunc(float64(s.lastEpoch))) {
		refuse(s.kind, "the epoch is %v, but its functions take whole ones", s.lastEpoch)
	}
	return int(s.lastEpoch)
}

// rule is how a scheduler's rates go.
type rule interface {
	// lrs are the rates of the epoch lastEpoch.
	lrs() []float64
	// kept are what a state has beside the common numbers.
	kept() []kept
}

// closedForm is of a rule that can say the rates of any epoch.
type closedForm interface{ closed() []float64 }

// LastEpoch(n) resumes after epoch n, with groups whose rates a scheduler has moved before.
type LastEpoch int

// refuse is a panic for what can't be used.
func refuse(kind, format string, args ...any) {
	panic(&torch.Error{Op: "lr_scheduler." + kind, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)})
}

// attach notes the optimizer, before a constructor looks at its groups.
func (s *scheduler) attach(kind string, optimizer optim.Optimizer) {
	if optimizer == nil {
		panic(&torch.Error{Op: "lr_scheduler." + kind, Kind: torch.TypeError, Message: "expected an optimizer, but got nil"})
	}
	s.kind, s.optimizer = kind, optimizer
}

// start sets the first rates. Rates that a group began with are noted in it.
func (s *scheduler) start(r rule, lastEpoch epoch) {
	s.rule, s.lastEpoch = r, lastEpoch
	for i, g := range s.optimizer.ParamGroups() {
		switch {
		case lastEpoch == -1 && g.InitialLR == 0:
			g.InitialLR = g.LR
		case lastEpoch != -1 && g.InitialLR == 0:
			refuse(s.kind, "group %d has no initial_lr to resume from with LastEpoch(%v): load the optimizer's state first", i, lastEpoch)
		}
		s.baseLRs = append(s.baseLRs, g.InitialLR)
	}
	s.initialStep(r.(LRScheduler).Step)
}

func (s *scheduler) initialStep(step func(epoch ...float64)) {
	s.stepCount, s.initial = 0, true
	if o, counts := s.optimizer.(interface{ Steps() int }); counts {
		s.stepped = o.Steps()
	}
	step()
	s.initial = false
}

func (s *scheduler) core() *scheduler { return s }

// String is what the scheduler is and how far it came: "StepLR(last_epoch=3, last_lr=[0.1])".
func (s *scheduler) String() string {
	lrs := make([]string, len(s.lastLR))
	for i, lr := range s.lastLR {
		lrs[i] = pyrepr.Float(lr)
	}
	return fmt.Sprintf("%s(last_epoch=%v, last_lr=[%s])", s.kind, s.lastEpoch, strings.Join(lrs, ", "))
}

// GetLastLR implements [LRScheduler].
func (s *scheduler) GetLastLR() []float64 { return slices.Clone(s.lastLR) }

// Step implements [LRScheduler].
func (s *scheduler) Step(epoch ...float64) {
	s.count()
	s.update(epoch...)
}

// count counts a step, and warns at the first one if the optimizer has made none.
func (s *scheduler) count() {
	o, counts := s.optimizer.(interface{ Steps() int })
	if s.stepCount == 1 && counts && o.Steps() == s.stepped {
		slog.Warn("Detected call of `lr_scheduler.step()` before `optimizer.step()`: call them in the opposite order, " +
			"or the first value of the learning rate schedule is skipped")
	}
	s.stepCount++
}

// update sets the rates of the next epoch, or of a given one.
func (s *scheduler) update(at ...float64) {
	if len(at) == 0 {
		s.lastEpoch++
		s.set(s.rule.lrs())
		return
	}
	s.lastEpoch = epoch(at[0])
	if c, has := s.rule.(closedForm); has {
		s.set(c.closed())
	} else {
		s.set(s.rule.lrs())
	}
}

func (s *scheduler) set(lrs []float64) {
	groups := s.optimizer.ParamGroups()
	for i := range min(len(groups), len(lrs)) {
		groups[i].LR = lrs[i]
	}
	s.lastLR = s.current()
}

// current are the groups' rates as they are.
func (s *scheduler) current() []float64 {
	return s.each(func(g *optim.Group) float64 { return g.LR })
}

func (s *scheduler) each(of func(g *optim.Group) float64) []float64 {
	groups := s.optimizer.ParamGroups()
	lrs := make([]float64, len(groups))
	for i, g := range groups {
		lrs[i] = of(g)
	}
	return lrs
}

// times are the rates by a factor.
func (s *scheduler) times(factor float64) []float64 {
	return s.each(func(g *optim.Group) float64 { return g.LR * factor })
}

// bases are numbers made of the rates that the groups began with.
func (s *scheduler) bases(of func(base float64) float64) []float64 {
	lrs := make([]float64, len(s.baseLRs))
	for i, base := range s.baseLRs {
		lrs[i] = of(base)
	}
	return lrs
}

// atStart says whether a rule is asked for the first rates.
func (s *scheduler) atStart() bool {
	if running().asksForInitial {
		return s.initial
	}
	return s.lastEpoch == 0
}

// perGroup is a number for each group, from one for all or one for each.
func (s *scheduler) perGroup(name string, numbers []float64) []float64 {
	n := len(s.optimizer.ParamGroups())
	switch len(numbers) {
	case n:
		return slices.Clone(numbers)
	case 1:
		return slices.Repeat(numbers, n)
	}
	refuse(s.kind, "expected 1 or %d numbers for %s, one for each group, but got %d", n, name, len(numbers))
	return nil
}
