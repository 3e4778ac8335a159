package trainer

import (
	"cmp"
	"errors"

	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer/ranks"
)

// A run's state lies on all ranks: each has its own metrics, and its share of a [ranks.ShardedOptimizer]'s state. Hooks that save are
// rank 0's, when they see fit. So while rank 0 calls its hooks, the other ranks, which have called theirs, wait for what it asks.
const (
	goOn   = iota // all hooks were called
	gather        // the state is wanted
	stop          // a hook of rank 0 has ended the run, well
	fail          // a hook of rank 0 has failed
)

var (
	errHookOfRankZero = errors.New("a hook of rank 0 has failed")
	errNotRankZero    = errors.New("the state of a run of several ranks is rank 0's: give the hook that asks for it a method RankZero")
)

// gathered is what rank 0 has of all ranks while it makes a state.
type gathered struct {
	optimizers map[optim.Optimizer]optim.State
	sums       *torch.Dict // nil between epochs, as is random
	random     []any       // each rank's generators: within an epoch ranks draw unequally many numbers
}

// state is an optimizer's whole state.
func (g gathered) state(o optim.Optimizer) *torch.Dict {
	if whole, is := g.optimizers[o]; is {
		return optimizerDict(whole)
	}
	return OfOptimizer(o).StateDict()
}

// sharded are the run's optimizers that are shared out, in an order that all ranks have.
func (r *run[B, O]) sharded() (all []ranks.ShardedOptimizer) {
	add := func(o optim.Optimizer) {
		if s, is := o.(ranks.ShardedOptimizer); is {
			all = append(all, s)
		}
	}
	add(r.Optimizer)
	for _, name := range r.savedNames() {
		if o, is := r.Saved[name].(ofOptimizer); is {
			add(o.Optimizer)
		}
	}
	return all
}

// served calls hooks, in which rank 0 may ask for the state.
func (r *run[B, O]) served(call func() error) error {
	t := r.ranks
	if t == nil {
		return call()
	}
	if t.group.Rank() > 0 {
		return joined(call(), r.serve())
	}
	t.waiting = true
	err := call()
	t.waiting = false
	word := goOn
	switch {
	case errors.Is(err, ErrStop):
		word = stop
	case err != nil:
		word = fail
	}
	_, lost := t.say(word)
	t.told = word == fail && lost == nil
	return joined(err, lost)
}

// serve does what rank 0 asks, until it goes on.
func (r *run[B, O]) serve() error {
	for {
		word, err := r.ranks.say(goOn)
		switch {
		case err != nil:
			return err
		case word == goOn:
			return nil
		case word == stop:
			return ErrStop
		case word == fail:
			r.ranks.told = true
			return errHookOfRankZero
		}
		if _, err := r.gather(); err != nil {
			return err
		}
	}
}

// say gives all ranks rank 0's word.
func (t *together) say(word int) (int, error) {
	n := torch.New(word, torch.Int64)
	err := t.group.Broadcast(n, 0)
	return int(n.Item()), err
}

// gathered has the parts of the state that lie on other ranks ready. Where these aren't there, a run has no state.
func (r *run[B, O]) gathered() (g gathered, err error) {
	switch {
	case r.ranks == nil:
		return g, nil
	case r.ranks.group.Rank() > 0:
		return g, errNotRankZero
	case !r.ranks.waiting:
		return g, ErrMidStep
	}
	if _, err := r.ranks.say(gather); err != nil {
		return g, err
	}
	return r.gather()
}

// gather is what all ranks do for a state.
func (r *run[B, O]) gather() (g gathered, err error) {
	g.optimizers = map[optim.Optimizer]optim.State{}
	for _, o := range r.sharded() {
		if g.optimizers[o], err = o.WholeStateDict(0); err != nil {
			return g, err
		}
	}
	if r.batch == 0 {
		return g, nil
	}
	if g.sums, err = r.wholeSums(); err != nil {
		return g, err
	}
	all, err := allGatherDict(r.ranks.group, r.randomOfState().dict())
	for _, d := range all {
		g.random = append(g.random, d)
	}
	return g, err
}

// ofRank is this rank's generators in a state. That of a run of another number of ranks, or of the beginning of an epoch, has none of
// its own: all go on with rank 0's.
func (r *run[B, O]) ofRank(state *torch.Dict) (own *torch.Dict, has bool) {
	g := r.group()
	all, _ := state.Get(randomOfRanks).([]any)
	if g == nil || len(all) != g.WorldSize() {
		return nil, false
	}
	own, has = all[g.Rank()].(*torch.Dict)
	return own, has
}

const randomOfRanks = "random_of_ranks"

// sums are what this process has summed up in the epoch.
func (r *run[B, O]) sums() (*torch.Dict, error) {
	if r.kept != nil {
		return r.kept, nil
	}
	return r.tally.state()
}

// wholeSums are those of all ranks.
func (r *run[B, O]) wholeSums() (whole *torch.Dict, err error) {
	now, err := r.tally.state()
	mine, wrong := r.sums()
	if err = cmp.Or(err, wrong); err != nil {
		return nil, err
	}
	if err := r.tally.gather(r.ranks.group, mine); err != nil {
		return nil, err
	}
	whole, err = r.tally.state()
	return whole, cmp.Or(err, r.tally.load(now))
}

// allEnd reports whether a run's end is one that all ranks come to after the same step.
func (r *run[B, O]) allEnd(err error) bool {
	var interrupted *InterruptedError
	return err == nil || errors.As(err, &interrupted) || r.ranks != nil && r.ranks.told
}
