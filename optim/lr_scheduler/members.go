package lr_scheduler

import (
	"fmt"

	"multitorch/optim"
	"multitorch/torch"
)

// members are the schedulers that another one steps.
type members []LRScheduler

// check is a panic unless there are some, all of one optimizer.
func (m members) check(kind string, optimizer optim.Optimizer) {
	if len(m) == 0 {
		refuse(kind, "expected at least one scheduler, but got none")
	}
	for i, member := range m {
		switch {
		case member == nil:
			refuse(kind, "scheduler %d is nil", i)
		case member.core().optimizer != optimizer:
			refuse(kind, "scheduler %d, a %s, is of another optimizer: expected all of one", i, member.core().kind)
		}
	}
}

func (m *members) save() any {
	return list(*m, func(member LRScheduler) any { return member.StateDict() })
}

// load tries the states of all members, and puts those of before back where one does not fit.
func (m *members) load(v any) (write func(), err error) {
	states, is := v.([]any)
	if !is || len(states) != len(*m) {
		return nil, fmt.Errorf("expected a list of %d states", len(*m))
	}
	var before []*torch.Dict
	for i, member := range *m {
		before = append(before, member.StateDict())
		state, is := states[i].(*torch.Dict)
		if !is {
			err = fmt.Errorf("expected a dict, but got a %T", states[i])
		} else {
			err = member.LoadStateDict(state)
		}
		if err != nil {
			break
		}
	}
	undo := func() {
		for i, state := range before {
			_ = (*m)[i].LoadStateDict(state)
		}
	}
	if undo(); err != nil {
		return nil, err
	}
	return func() {
		for i, member := range *m {
			_ = member.LoadStateDict(states[i].(*torch.Dict))
		}
	}, nil
}
