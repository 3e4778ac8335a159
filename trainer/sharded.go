package trainer

import (
	"cmp"
	"errors"

	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer/ranks"
)

// The state of a [ranks.ShardedOptimizer] lies on all ranks, and hooks that save are rank 0's, when they see fit. So while rank 0
// calls its hooks, the other ranks, which have called theirs, wait for what it asks of them.
const (
	goOn   = iota // all hooks were called
	gather        // the optimizers' states are wanted
	stop          // a hook of rank 0 has ended the run, well
	fail          // a hook of rank 0 has failed
)

var errHookOfRankZero = errors.New("a hook of rank 0 has failed")

// shards is what a run with optimizers that are shared out has to know.
type shards struct {
	optimizers []ranks.ShardedOptimizer // in an order that all ranks have
	whole      map[optim.Optimizer]optim.State
	waiting    bool // the other ranks wait for what rank 0 asks
	told       bool // and were told that a hook of its has failed
}

func (r *run[B, O]) findShards() (s shards) {
	add := func(o optim.Optimizer) {
		if sharded, is := o.(ranks.ShardedOptimizer); is {
			s.optimizers = append(s.optimizers, sharded)
		}
	}
	add(r.Optimizer)
	for _, name := range r.savedNames() {
		if o, is := r.Saved[name].(ofOptimizer); is {
			add(o.Optimizer)
		}
	}
	return s
}

// served calls hooks, between which rank 0 may ask for the state.
func (r *run[B, O]) served(call func() error) error {
	if r.ranks == nil || r.ranks.shards.optimizers == nil {
		return call()
	}
	s := &r.ranks.shards
	if r.ranks.group.Rank() > 0 {
		return joined(call(), r.serve())
	}
	s.waiting = true
	err := call()
	s.waiting = false
	word := goOn
	switch {
	case errors.Is(err, ErrStop):
		word = stop
	case err != nil:
		word = fail
	}
	_, lost := r.ranks.say(word)
	s.told = word == fail && lost == nil
	return joined(err, lost)
}

// serve does what rank 0 asks, until it goes on.
func (r *run[B, O]) serve() error {
	for {
		word, err := r.ranks.say(goOn)
		if err != nil {
			return err
		}
		switch word {
		case goOn:
			return nil
		case gather:
			if err := r.ranks.gatherShards(); err != nil {
				return err
			}
		case stop:
			return ErrStop
		default:
			r.ranks.shards.told = true
			return errHookOfRankZero
		}
	}
}

// say gives all ranks rank 0's word.
func (t *together) say(word int) (int, error) {
	n := torch.New(word, torch.Int64)
	err := t.group.Broadcast(n, 0)
	return int(n.Item()), err
}

func (t *together) gatherShards() error {
	t.shards.whole = map[optim.Optimizer]optim.State{}
	for _, o := range t.shards.optimizers {
		state, err := o.WholeStateDict(0)
		if err != nil {
			return err
		}
		t.shards.whole[o] = state
	}
	return nil
}

// wholeStates has the ranks' shares ready for a state, on rank 0. Where the other ranks aren't there, a run has none.
func (r *run[B, O]) wholeStates() (forget func(), err error) {
	if r.ranks == nil || r.ranks.shards.optimizers == nil {
		return func() {}, nil
	}
	if !r.ranks.shards.waiting {
		return nil, ErrMidStep
	}
	_, err = r.ranks.say(gather)
	err = cmp.Or(err, r.ranks.gatherShards())
	return func() { r.ranks.shards.whole = nil }, err
}

// stateOf is an optimizer's whole state.
func (r *run[B, O]) stateOf(o optim.Optimizer) optim.State {
	if r.ranks != nil {
		if state, is := r.ranks.shards.whole[o]; is {
			return state
		}
	}
	return o.StateDict()
}

// allEnd reports whether a run's end is one that all ranks come to after the same step.
func (r *run[B, O]) allEnd(err error) bool {
	var interrupted *InterruptedError
	return err == nil || errors.As(err, &interrupted) || r.ranks != nil && r.ranks.shards.told
}
