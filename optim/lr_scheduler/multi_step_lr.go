package lr_scheduler

import (
	"fmt"
	"math"
	"slices"

	"multitorch/libm"
	"multitorch/optim"
	"multitorch/torch"
)

// MultiStepLR is torch.optim.lr_scheduler.MultiStepLR: at each of some epochs the rates fall by a factor.
type MultiStepLR struct {
	scheduler
	milestones milestones
	gamma      float64
}

// milestones are epochs in their order. One that comes twice counts twice.
type milestones []int

// MultiStepLROption is an option of [NewMultiStepLR]: [Gamma] (0.1 unless given) and [LastEpoch] (-1).
type MultiStepLROption interface{ multiStepLR(s *MultiStepLR) }

func (v Gamma) multiStepLR(s *MultiStepLR)     { s.gamma = float64(v) }
func (v LastEpoch) multiStepLR(s *MultiStepLR) { s.lastEpoch = epoch(v) }

// NewMultiStepLR makes a MultiStepLR whose rates fall at the milestones.
func NewMultiStepLR(optimizer optim.Optimizer, milestones []int, opts ...MultiStepLROption) *MultiStepLR {
	s := &MultiStepLR{milestones: slices.Sorted(slices.Values(milestones)), gamma: 0.1}
	s.lastEpoch = -1
	s.attach("MultiStepLR", optimizer)
	for _, o := range optim.Options(opts) {
		o.multiStepLR(s)
	}
	s.start(s, s.lastEpoch)
	return s
}

func (s *MultiStepLR) lrs() []float64 {
	times := 0
	for _, m := range s.milestones {
		if epoch(m) == s.lastEpoch {
			times++
		}
	}
	if times == 0 {
		return s.current()
	}
	return s.times(libm.Pow(s.gamma, float64(times)))
}

func (s *MultiStepLR) closed() []float64 {
	power := libm.Pow(s.gamma, float64(passed(s.milestones, s.lastEpoch)))
	return s.bases(func(base float64) float64 { return base * power })
}

// passed is how many milestones lie at or before an epoch.
func passed(milestones []int, at epoch) int {
	n, _ := slices.BinarySearch(milestones, int(math.Floor(float64(at)))+1)
	return n
}

func (s *MultiStepLR) kept() []kept {
	return []kept{{name: "milestones", at: &s.milestones}, {name: "gamma", at: &s.gamma}}
}

// save is how often each epoch comes, as Python's Counter has it.
func (m *milestones) save() any {
	counts := &torch.Dict{}
	for _, epoch := range *m {
		n, _ := counts.Get(epoch).(int64)
		counts.Set(epoch, n+1)
	}
	return counts
}

func (m *milestones) load(v any) (write func(), err error) {
	counts, is := v.(*torch.Dict)
	if !is {
		return nil, fmt.Errorf("expected a Counter, but got a %T", v)
	}
	var read milestones
	for epoch, count := range counts.All() {
		e, isEpoch := asInt(epoch)
		n, isCount := asInt(count)
		if !isEpoch || !isCount || n > 1<<20 {
			return nil, fmt.Errorf("expected the numbers of epochs, but got %.40v of %.40v", count, epoch)
		}
		for range n {
			read = append(read, e)
		}
	}
	slices.Sort(read)
	return func() { *m = read }, nil
}
