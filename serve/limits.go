package serve

import (
	"cmp"
	"io"
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

// body is a request's, which takes its room among all of them as it comes: a client that says much and sends little holds little.
type body struct {
	io.ReadCloser
	of   *semaphore.Weighted
	held int64
	w    http.ResponseWriter
}

// let takes a request's body in, unless it says that it is too long.
func (l *limiter) let(w http.ResponseWriter, r *http.Request) (*body, error) {
	if r.ContentLength > l.MaxBody {
		return nil, &http.MaxBytesError{Limit: l.MaxBody}
	}
	return &body{ReadCloser: http.MaxBytesReader(w, r.Body, l.MaxBody), of: l.bodies, w: w}, nil
}

func (b *body) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if !b.of.TryAcquire(int64(n)) {
		_ = http.NewResponseController(b.w).SetReadDeadline(time.Now().Add(200 * time.Millisecond)) // the answer waits for little of the rest
		return 0, busy(time.Second, "requests hold as many bytes as there is room for")
	}
	b.held += int64(n)
	return n, err
}

// release gives its room back.
func (b *body) release() { b.of.Release(b.held) }
