package distributed

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"multitorch/distributed/internal/c10d"
	"multitorch/torch"
)

// Group is processes that compute together. All of them call the same collectives in the same order; a group may be used by
// one goroutine at a time.
type Group struct {
	world *world
	c     c10d.Group
	rank  int
	ranks []int
}

// Rank is which of the group's processes this is, from 0.
func (g *Group) Rank() int { return g.rank }

// WorldSize is how many processes the group has.
func (g *Group) WorldSize() int { return len(g.ranks) }

// Ranks are the ranks, in the group of all, of this group's processes.
func (g *Group) Ranks() []int { return slices.Clone(g.ranks) }

// LocalRank is which of the processes of its machine this is: LOCAL_RANK, or without it the rank.
func (g *Group) LocalRank() int { return g.world.local }

// NewGroup makes a group of some of all ranks, which it names in ascending order, as torch.distributed.new_group. All ranks
// call it, and those that are not in it get nil. Ranks within it are counted anew.
func (g *Group) NewGroup(ranks ...int) (*Group, error) {
	for i, r := range ranks {
		if r < 0 || r >= g.world.size || i > 0 && r <= ranks[i-1] {
			return nil, fmt.Errorf("distributed: NewGroup: expected ranks from 0 to %d in ascending order, but got %v", g.world.size-1, ranks)
		}
	}
	if len(ranks) == 0 {
		return nil, errors.New("distributed: NewGroup: expected one rank or more, but got none")
	}
	return g.world.group(slices.Clone(ranks))
}

// Agree sees whether all ranks of the world, which all call it, say the same about something: the data, a setting. Ranks that
// do not are named in a [RankError], by the first line that differs, on every rank.
func (g *Group) Agree(about string, lines ...string) error {
	all := make([]int, g.world.size)
	for i := range all {
		all[i] = i
	}
	return g.world.agree(about, all, lines)
}

// Explain finds out which ranks are to blame for an error that a collective, or a Backward with one in it, ended with: it
// becomes a [*RankError] where ranks are gone. Collectives' own errors are explained already, and others stay as they are.
func (g *Group) Explain(err error) error {
	var t *torch.Error
	if errors.As(err, &t) && fromGloo(t.Message) {
		return g.world.explain(err)
	}
	return err
}

// Destroy leaves the world, with all its groups. It ends collectives that are under way by their time-out. An error that the
// rank ends with is left to the others; give nil where all went well. Rank 0, where it keeps the store, waits some seconds
// for the others to leave too.
func (g *Group) Destroy(because error) {
	w := g.world
	w.mu.Lock()
	groups := w.groups
	w.groups = nil
	w.mu.Unlock()
	if groups == nil {
		return
	}
	if because != nil {
		w.report(because)
	}
	close(w.stop)
	w.stopped.Wait()
	left := w.signs.set(grace, fmt.Sprintf("left/%d", w.rank), "1")
	if left == nil && w.keepsStore() {
		w.waitForOthers(3*w.interval + 2*grace)
	}
	done := make(chan struct{})
	go func() { // their threads may be in the middle of something
		for _, g := range slices.Backward(groups) {
			g.c.Free(because != nil)
		}
		close(done)
	}()
	if because == nil {
		<-done
	} else {
		select {
		case <-done:
		case <-time.After(grace):
			return // the stores are in use
		}
	}
	w.signs.close()
	w.requests.close()
}

// waitForOthers keeps the store until all have left, or do not come.
func (w *world) waitForOthers(atMost time.Duration) {
	for end := time.Now().Add(atMost); time.Now().Before(end); time.Sleep(20 * time.Millisecond) {
		left := true
		for r := range w.size {
			text, err := w.signs.read(grace, fmt.Sprintf("left/%d", r))
			if err != nil {
				return
			}
			left = left && text != ""
		}
		if left {
			time.Sleep(20 * time.Millisecond) // for the reply to the last one
			return
		}
	}
}

// Run is [Init], f and [Group.Destroy]: f is given the group and may return an error or panic with a [*torch.Error], which is
// explained and left to the other ranks.
func Run(ctx context.Context, f func(ctx context.Context, g *Group) error, opts ...Option) error {
	g, err := Init(opts...)
	if err != nil {
		return err
	}
	err = g.Explain(torch.Try(func() error { return f(ctx, g) }))
	g.Destroy(err)
	return err
}
