package distributed

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"multitorch/distributed/internal/failure"
)

// RankError is the error of what failed because of other ranks.
type RankError struct {
	Ranks  []int  // whose fault it is; nil where the store is gone, by which that would be known
	Reason string // "gave no sign of life for 3s", or what they reported
	Err    error  // what failed here; may be nil
}

func (e *RankError) Error() string {
	var b strings.Builder
	b.WriteString("distributed: ")
	if len(e.Ranks) > 0 {
		fmt.Fprintf(&b, "%s ", ranksText(e.Ranks))
	}
	b.WriteString(e.Reason)
	if e.Err != nil {
		fmt.Fprintf(&b, " (%v)", e.Err)
	}
	return b.String()
}

// Unwrap is what failed here.
func (e *RankError) Unwrap() error { return e.Err }

func ranksText(ranks []int) string {
	text := strings.ReplaceAll(strings.Trim(fmt.Sprint(ranks), "[]"), " ", ", ")
	if len(ranks) == 1 {
		return "rank " + text
	}
	return "ranks " + text
}

// beat gives a sign of life.
func (w *world) beat() error {
	return w.signs.set(3*w.interval+grace, fmt.Sprintf("alive/%d", w.rank), fmt.Sprint(time.Now().UnixNano()))
}

// signal gives signs of life until the world ends, or the store, and looks whether another rank has failed.
func (w *world) signal() {
	defer w.stopped.Done()
	tick := time.NewTicker(w.interval)
	defer tick.Stop()
	for known := false; ; {
		select {
		case <-w.stop:
			return
		case <-tick.C:
			if w.beat() != nil {
				return
			}
			if known {
				continue
			}
			text, err := w.signs.read(3*w.interval+grace, failure.Any)
			if err != nil {
				return
			}
			if known = text != ""; known {
				close(w.requests.futile) // who was to answer may be gone
			}
		}
	}
}

// report leaves word of an error, so that the others can say why they end.
func (w *world) report(err error) {
	r := failure.Report{Error: err.Error(), Ranks: []int{w.rank}}
	var lost *RankError
	if errors.As(err, &lost) && len(lost.Ranks) > 0 {
		r.Ranks = lost.Ranks
	}
	// Without a store nobody could be told.
	_ = r.Leave(w.rank, func(key, value string) error { return w.signs.set(grace, key, value) })
}

// explain finds out which ranks are gone, by their reports and signs of life, and says so beside the error of what failed
// here. It takes some three signs of life, 3 s at most.
func (w *world) explain(cause error) error {
	var already *RankError
	if cause == nil || errors.As(cause, &already) || w.size == 1 {
		return cause
	}
	before, err := w.seen()
	if err != nil {
		return w.cutOff(err, cause)
	}
	patience := 3*w.interval + w.interval/2
	for end := time.Now().Add(patience); ; {
		if r, err := w.reported(); err != nil {
			return w.cutOff(err, cause)
		} else if r != nil {
			r.Err = cause
			return r
		}
		if time.Now().After(end) {
			break
		}
		time.Sleep(w.interval / 2)
	}
	after, err := w.seen()
	if err != nil {
		return w.cutOff(err, cause)
	}
	var lost []int
	for r := range w.size {
		if r != w.rank && before[r] == after[r] {
			lost = append(lost, r)
		}
	}
	if lost == nil {
		return fmt.Errorf("distributed: rank %d: all ranks give signs of life; one may be late, or at another collective than the rest: %w", w.rank, cause)
	}
	return &RankError{Ranks: lost, Reason: fmt.Sprintf("gave no sign of life for %v: killed, stopped, or cut off from the network", patience), Err: cause}
}

func (w *world) cutOff(err, cause error) error {
	reason := fmt.Sprintf("rank %d has lost the others: %v; its machine is cut off, or that which keeps the store", w.rank, err)
	if w.file == "" && !w.agent && w.rank != 0 {
		return &RankError{Ranks: []int{0}, Reason: "keeps the store and is lost, or this rank is cut off from it: " + reason, Err: cause}
	}
	return &RankError{Reason: reason, Err: cause}
}

// seen are the last signs of life of all ranks. One that has left well gives no more.
func (w *world) seen() ([]string, error) {
	all := make([]string, w.size)
	for r := range all {
		var err error
		if all[r], err = w.signs.read(grace, fmt.Sprintf("alive/%d", r)); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// reported is what ranks that ended with an error of their own said, or else whom those blame that ended because of others.
func (w *world) reported() (*RankError, error) {
	var own, others RankError
	for r := range w.size {
		text, err := w.signs.read(grace, failure.Of(r))
		if err != nil {
			return nil, err
		}
		var said failure.Report
		if r == w.rank || text == "" || json.Unmarshal([]byte(text), &said) != nil {
			continue
		}
		to := &others
		if slices.Equal(said.Ranks, []int{r}) {
			to = &own
		}
		for _, blamed := range said.Ranks {
			if blamed != w.rank && !slices.Contains(to.Ranks, blamed) {
				to.Ranks = append(to.Ranks, blamed)
			}
		}
		to.Reason = strings.TrimPrefix(to.Reason+"; "+said.Error, "; ")
	}
	switch {
	case own.Ranks != nil:
		own.Reason = "ended with an error: " + own.Reason
		return &own, nil
	case others.Ranks != nil:
		others.Reason = "as another rank found: " + others.Reason
		return &others, nil
	}
	return nil, nil
}
