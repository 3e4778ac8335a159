package distributed

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"multitorch/distributed/internal/c10d"
	"multitorch/torch"
)

// world is what all groups of a process share.
type world struct {
	*place
	requests, signs *store
	interval        time.Duration // of signs of life
	stop            chan struct{}
	stopped         sync.WaitGroup
	mu              sync.Mutex
	groups          []*Group
	made, agreed    int // groups and agreements so far, which are counted by all ranks alike
}

// Init meets the other processes, as torch.distributed.init_process_group, and returns the group of all of them. It ends with
// an error that says what to do where the environment contradicts itself, the port is in use, the store can't be reached,
// ranks do not come within InitTimeout, or come with another WORLD_SIZE or another version of libtorch. [Group.Destroy] is
// its counterpart.
func Init(opts ...Option) (*Group, error) {
	p, err := settle(opts, os.Getenv)
	if err != nil {
		return nil, err
	}
	w := &world{place: p, stop: make(chan struct{}), interval: min(max(p.timeout/10, 100*time.Millisecond), time.Second)}
	if w.requests, w.signs, err = p.open(); err != nil {
		return nil, err
	}
	if err = w.join(); err != nil {
		w.requests.close()
		w.signs.close()
		return nil, err
	}
	g, err := w.meet()
	if err != nil {
		w.report(err)
		close(w.stop)
		w.stopped.Wait()
		left := w.signs.set(grace, fmt.Sprintf("left/%d", w.rank), "1")
		if left == nil && w.keepsStore() {
			w.waitForOthers(2 * time.Second) // they are to read why, too
		}
		w.requests.close()
		w.signs.close()
		return nil, err
	}
	return g, nil
}

// keepsStore reports whether the store ends with this process.
func (w *world) keepsStore() bool { return w.rank == 0 && !w.agent && w.file == "" }

// join takes this process's place among the ranks.
func (w *world) join() error {
	n, err := w.requests.add(w.initTimeout, fmt.Sprintf("join/%d", w.rank), 1)
	switch {
	case err != nil:
		return fmt.Errorf("distributed: %w", err)
	case n > 1 && w.file != "":
		return fmt.Errorf("distributed: %s has a rank %d already: another process has the same RANK, or the file is of an earlier run; "+
			"then delete it", w.requests.where, w.rank)
	case n > 1:
		return fmt.Errorf("distributed: another process has joined %s as rank %d: each needs its own RANK", w.requests.where, w.rank)
	}
	return nil
}

// meet waits for all ranks to come, and connects them.
func (w *world) meet() (*Group, error) {
	w.beat()         // the first sign of life
	w.stopped.Add(1) // also while it connects, which takes long if another rank is lost then
	go w.signal()
	all := make([]int, w.size)
	for i := range all {
		all[i] = i
	}
	settings := []string{fmt.Sprintf("WORLD_SIZE %d", w.size), "libtorch " + torch.Version(), w.backends()}
	if err := w.agree("world", all, settings); err != nil {
		return nil, err
	}
	return w.group(all)
}

// group connects the ranks given, of which this is one.
func (w *world) group(ranks []int) (*Group, error) {
	w.mu.Lock()
	w.made++
	name := fmt.Sprintf("%sgroup/%d", w.requests.prefix, w.made)
	w.mu.Unlock()
	rank := slices.Index(ranks, w.rank)
	if rank < 0 {
		return nil, nil
	}
	c, err := within(w.requests, max(w.timeout, w.initTimeout)+grace, func() (c10d.Group, error) {
		return c10d.NewGroup(w.requests.c, name, rank, len(ranks), w.timeout, w.network, w.address(), w.nccl)
	})
	if err != nil {
		err = fmt.Errorf("distributed: rank %d can't connect to the ranks %v: %w", w.rank, ranks, err)
		if strings.Contains(err.Error(), "ProcessGroupNCCL") { // it was not even tried
			return nil, err
		}
		return nil, w.explain(err)
	}
	g := &Group{world: w, c: c, rank: rank, ranks: ranks}
	w.mu.Lock()
	w.groups = append(w.groups, g)
	w.mu.Unlock()
	return g, nil
}

// verdict is what rank 0 finds of what all ranks said.
type verdict struct {
	Missing, Differing []int
	Differences        []string
}

// agree sees whether all the ranks, which all call it, say the same. It takes at most InitTimeout.
func (w *world) agree(about string, ranks []int, lines []string) error {
	w.mu.Lock()
	w.agreed++
	key := fmt.Sprintf("agree/%d/", w.agreed)
	w.mu.Unlock()
	mine, err := json.Marshal(append([]string{about}, lines...))
	if err == nil {
		err = w.requests.set(w.initTimeout, key+fmt.Sprint(w.rank), string(mine))
	}
	var v verdict
	switch {
	case err != nil:
	case w.rank == ranks[0]:
		if v, err = w.compare(key, ranks, append([]string{about}, lines...)); err == nil {
			text, _ := json.Marshal(v)
			err = w.requests.set(w.initTimeout, key+"verdict", string(text))
		}
	default:
		var text string
		if text, err = w.requests.get(w.initTimeout+2*grace, key+"verdict"); err == nil {
			err = json.Unmarshal([]byte(text), &v)
		}
	}
	switch {
	case errors.Is(err, errFutile):
		return w.explain(fmt.Errorf("distributed: rank %d: seeing whether the ranks agree on the %s: %w", w.rank, about, err))
	case err != nil:
		return w.explain(fmt.Errorf("distributed: rank %d did not say within %v whether the ranks agree on the %s: %w",
			ranks[0], w.initTimeout, about, err))
	case len(v.Missing) > 0:
		return &RankError{Ranks: v.Missing, Reason: fmt.Sprintf("did not come within %v", w.initTimeout)}
	case len(v.Differing) > 0:
		verb := "disagree"
		if len(v.Differing) == 1 {
			verb = "disagrees"
		}
		return &RankError{Ranks: v.Differing, Reason: fmt.Sprintf("%s with rank %d on the %s: %s", verb, ranks[0], about,
			strings.Join(v.Differences, "; "))}
	}
	return nil
}

// compare holds what the other ranks said against this rank's own words.
func (w *world) compare(key string, ranks []int, mine []string) (v verdict, err error) {
	deadline := time.Now().Add(w.initTimeout)
	for _, r := range ranks[1:] {
		text, err := w.requests.get(max(time.Until(deadline), 10*time.Millisecond), key+fmt.Sprint(r))
		switch {
		case errors.Is(err, errFutile):
			return v, err
		case err != nil:
			v.Missing = append(v.Missing, r)
			continue
		}
		var theirs []string
		if err := json.Unmarshal([]byte(text), &theirs); err != nil {
			theirs = []string{"what can't be read"}
		}
		if d := firstDifference(mine, theirs); d != "" {
			v.Differing = append(v.Differing, r)
			v.Differences = append(v.Differences, fmt.Sprintf("rank %d has %s", r, d))
		}
	}
	return v, nil
}

func firstDifference(mine, theirs []string) string {
	for i := range max(len(mine), len(theirs)) {
		a, b := "nothing more", "nothing more"
		if i < len(mine) {
			a = mine[i]
		}
		if i < len(theirs) {
			b = theirs[i]
		}
		if a != b {
			return fmt.Sprintf("%s, where rank 0 has %s", b, a)
		}
	}
	return ""
}
