package serve

import (
	"cmp"
	"net/http"
	"runtime"
	"time"

	"golang.org/x/sync/semaphore"
)

// Limits bound what requests may take. What is 0 is the default.
type Limits struct {
	MaxBody   int64         // bytes of a request: 32 MiB
	MaxBodies int64         // bytes of all requests that are being read or wait: 16 of MaxBody
	Decoders  int           // requests that are decoded at once: the number of processors
	ReadTime  time.Duration // the longest that a body may take to come: 30 s
	Time      time.Duration // the longest from a body's end to its answer: 60 s
	Patience  time.Duration // who would have to wait longer than this is refused: a quarter of Time
	IdleTime  time.Duration // the longest that a connection waits for its next request: 60 s
}

func (l Limits) withDefaults() Limits {
	l.MaxBody = cmp.Or(l.MaxBody, 32<<20)
	l.MaxBodies = max(cmp.Or(l.MaxBodies, 16*l.MaxBody), l.MaxBody)
	l.Decoders = cmp.Or(l.Decoders, runtime.GOMAXPROCS(0))
	l.ReadTime = cmp.Or(l.ReadTime, 30*time.Second)
	l.Time = cmp.Or(l.Time, time.Minute)
	l.Patience = cmp.Or(l.Patience, l.Time/4)
	l.IdleTime = cmp.Or(l.IdleTime, time.Minute)
	return l
}

// headerTime is the longest that a request's header may take, and maxHeader its bytes.
const (
	headerTime = 5 * time.Second
	maxHeader  = 16 << 10
)

// limiter holds what all endpoints have in common.
type limiter struct {
	Limits
	decoders chan struct{}
	bodies   *semaphore.Weighted
}

func newLimiter(l Limits) *limiter {
	l = l.withDefaults()
	return &limiter{l, make(chan struct{}, l.Decoders), semaphore.NewWeighted(l.MaxBodies)}
}

// hold takes the memory of a request's body, as far as it says how long it is, before any of it is read.
func (l *limiter) hold(r *http.Request) (release func(), err error) {
	n := r.ContentLength
	if n > l.MaxBody {
		return nil, &http.MaxBytesError{Limit: l.MaxBody}
	}
	if n < 0 {
		n = l.MaxBody
	}
	if !l.bodies.TryAcquire(n) {
		return nil, busy(time.Second, "requests hold as many bytes as there is room for")
	}
	return func() { l.bodies.Release(n) }, nil
}
