package distributed

import (
	"errors"
	"fmt"
	"sync/atomic"
	"time"

	"multitorch/distributed/internal/c10d"
)

// store is a c10d store whose calls end in time, also where the other side is gone without a word: the call is then left to
// itself, and the store is of no use any more.
type store struct {
	c      c10d.Store
	where  string
	prefix string
	dead   atomic.Bool
	futile chan struct{} // closed when it is no use to wait for other ranks any more; may be nil
}

// errFutile ends what waits for other ranks.
var errFutile = errors.New("another rank has failed")

// storeError says that the store does not answer.
type storeError struct {
	where string
	cause string
}

func (e *storeError) Error() string { return e.where + " does not answer: " + e.cause }

// within calls f, for at most so long, and no longer than it is of use.
func within[T any](s *store, timeout time.Duration, f func() (T, error)) (T, error) {
	type result struct {
		v   T
		err error
	}
	var none T
	if s.dead.Load() {
		return none, s.died()
	}
	done := make(chan result, 1)
	go func() {
		v, err := f()
		done <- result{v, err}
	}()
	timer := time.NewTimer(timeout)
	defer timer.Stop()
	select {
	case r := <-done:
		return r.v, r.err
	case <-s.futile:
		select {
		case r := <-done: // just in time
			return r.v, r.err
		default:
		}
		s.dead.Store(true)
		return none, s.died()
	case <-timer.C:
		s.dead.Store(true)
		return none, &storeError{s.where, fmt.Sprintf("no reply within %v", timeout)}
	}
}

// died is why a call of a store is not tried.
func (s *store) died() error {
	select {
	case <-s.futile:
		return errFutile
	default:
		return &storeError{s.where, "it did not before"}
	}
}

func (s *store) set(timeout time.Duration, key, value string) error {
	_, err := within(s, timeout, func() (int, error) { return 0, s.c.Set(s.prefix+key, value) })
	return err
}

// get waits for a key. That it has no value in time is an error, and the store goes on.
func (s *store) get(timeout time.Duration, key string) (string, error) {
	return within(s, timeout+grace, func() (string, error) { return s.c.Get(s.prefix+key, timeout) })
}

// grace is what a reply may take beside the time that was asked for.
const grace = 3 * time.Second

// read is a key's value, or "" where it has none.
func (s *store) read(timeout time.Duration, key string) (string, error) {
	return within(s, timeout, func() (string, error) {
		has, err := s.c.Has(s.prefix + key)
		if err != nil || !has {
			return "", err
		}
		return s.c.Get(s.prefix+key, timeout)
	})
}

func (s *store) add(timeout time.Duration, key string, by int) (int, error) {
	return within(s, timeout, func() (int, error) { return s.c.Add(s.prefix+key, by) })
}

// close gives it back, unless a call was left in it.
func (s *store) close() {
	if s != nil && !s.dead.Swap(true) {
		s.c.Free()
	}
}

// open connects to the store twice: for requests, which may wait for other ranks, and for signs of life and all else that
// must not wait for those. Rank 0 keeps a TCP store, unless whoever started the ranks does.
func (p *place) open() (requests, signs *store, err error) {
	defer func() {
		if err == nil {
			requests.futile = make(chan struct{})
		}
	}()
	if p.file != "" {
		for _, s := range []**store{&requests, &signs} {
			c, err := c10d.FileStore(p.file, p.size, p.initTimeout)
			if err != nil {
				return nil, nil, fmt.Errorf("distributed: the file store %s: %w", p.file, err)
			}
			*s = &store{c: c, where: "the file store " + p.file}
		}
		return requests, signs, nil
	}
	if requests, err = p.connect(p.rank == 0 && !p.agent); err == nil {
		if signs, err = p.connect(false); err != nil {
			requests.close()
		}
	}
	return requests, signs, err
}

func (p *place) connect(server bool) (*store, error) {
	s := &store{where: fmt.Sprintf("the store at %s:%d", p.host, p.port), prefix: p.attempt}
	c, err := within(s, p.initTimeout+grace, func() (c10d.Store, error) {
		c, _, err := c10d.TCPStore(p.host, p.port, server, p.initTimeout)
		return c, err
	})
	switch {
	case err != nil && server && inUse(err):
		return nil, fmt.Errorf("distributed: port %d (MASTER_PORT) is in use on this machine, which as rank 0 keeps the store there: choose "+
			"another, or end what uses it (%w)", p.port, err)
	case err != nil && server:
		return nil, fmt.Errorf("distributed: rank 0 can't keep the store at %s:%d (MASTER_ADDR, MASTER_PORT): %w", p.host, p.port, err)
	case err != nil:
		return nil, fmt.Errorf("distributed: rank %d can't reach the store at %s:%d (MASTER_ADDR, MASTER_PORT) within %v: is rank 0 running, "+
			"and is there a way to it? (%w)", p.rank, p.host, p.port, p.initTimeout, err)
	}
	s.c = c
	return s, nil
}
