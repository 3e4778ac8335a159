package serve

import (
	"context"
	"errors"
	"net"
	"net/http"
	"sync"
	"time"
)

// lastListener knows which connections have requests on them, so that a server that stops loses none.
type lastListener struct {
	net.Listener
	ending, closed chan struct{}
	once           sync.Once

	mu     sync.Mutex
	states map[net.Conn]connection
}

// connection is what is known of one.
type connection struct {
	state http.ConnState
	since time.Time
}

// lull is how long a connection has to be idle before it is closed: a client that has just had an answer may be sending its next
// request, which would be lost; that is answered, and told that the connection ends. A busy machine takes its time for it.
const lull = time.Second

func newLastListener(l net.Listener) *lastListener {
	return &lastListener{
		Listener: l, ending: make(chan struct{}), closed: make(chan struct{}), states: map[net.Conn]connection{},
	}
}

// deadliner is a listener that can stop waiting, as those of TCP can.
type deadliner interface{ SetDeadline(time.Time) error }

// Accept gives the connections that have come. After the last it waits until it is closed: an error would end the server.
func (l *lastListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	if err == nil {
		l.state(c, http.StateNew) // before anyone looks whether there are any
		return c, nil
	}
	select {
	case <-l.ending:
		l.Listener.Close()
		<-l.closed
		return nil, net.ErrClosed
	default:
		return nil, err
	}
}

// Close implements net.Listener.
func (l *lastListener) Close() error {
	l.once.Do(func() { close(l.closed) })
	if err := l.Listener.Close(); !errors.Is(err, net.ErrClosed) {
		return err
	}
	return nil
}

// state is told by the server of each connection.
func (l *lastListener) state(c net.Conn, s http.ConnState) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if s == http.StateClosed || s == http.StateHijacked {
		delete(l.states, c)
	} else {
		l.states[c] = connection{s, time.Now()}
	}
}

// finish takes the connections that wait at the door, lets no more in, and waits until there is no request on any,
// nor one to be expected.
func (l *lastListener) finish(ctx context.Context) {
	close(l.ending)
	if d, ok := l.Listener.(deadliner); ok {
		_ = d.SetDeadline(time.Now().Add(10 * time.Millisecond)) // what has come is given out before the deadline counts
	}
	for ctx.Err() == nil && l.busy() {
		time.Sleep(5 * time.Millisecond)
	}
}

func (l *lastListener) busy() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, s := range l.states {
		if s.state != http.StateIdle || time.Since(s.since) < lull {
			return true
		}
	}
	return false
}
