package distributed

import (
	"fmt"
	"runtime"
	"strings"
	"time"

	"multitorch/distributed/internal/c10d"
	"multitorch/internal/lend"
	"multitorch/internal/libtorch"
	"multitorch/torch"
)

// Work is a collective that was started.
type Work struct {
	g       *Group
	what    string
	c       c10d.Work
	onGPU   bool
	cleanup runtime.Cleanup
	results []*torch.Tensor
	finish  func() // after the last part
	parts   []*Work
	done    bool
	err     error
}

// TimeoutError is the error of a Wait whose time is over while the collective still goes on.
type TimeoutError struct {
	What string // "all-reduce of float32[10]"
	Time time.Duration
}

func (e *TimeoutError) Error() string {
	return fmt.Sprintf("distributed: %s is not done after %v; it goes on", e.What, e.Time)
}

// Timeout reports true, as net.Error has it.
func (e *TimeoutError) Timeout() bool { return true }

// start begins a collective. Its tensors are held by it until it is done.
func (g *Group) start(kind c10d.Kind, name string, op, peer int, in, out []*torch.Tensor) *Work {
	w := &Work{g: g, what: name, results: out}
	tensors := in
	if len(in) == 0 {
		tensors = out
	}
	if len(tensors) > 0 {
		w.what += " of " + describe(tensors[0])
	}
	if w.err = g.check(w.what, append(append([]*torch.Tensor(nil), in...), out...)); w.err != nil {
		return w
	}
	ins, releaseIn := borrow(in, name)
	defer releaseIn()
	outs, releaseOut := borrow(out, name)
	defer releaseOut()
	c, err := g.c.Start(kind, op, peer, ins, outs, g.world.timeout)
	if err != nil {
		w.err = g.failed(w.what, err)
		return w
	}
	w.c, w.onGPU = c, g.world.nccl && (len(tensors) == 0 || tensors[0].Device() != torch.CPU)
	w.cleanup = runtime.AddCleanup(w, func(c c10d.Work) { c.Free() }, c)
	return w
}

// borrow gives tensors' handles until release is called.
func borrow(ts []*torch.Tensor, op string) (handles []libtorch.Tensor, release func()) {
	handles = make([]libtorch.Tensor, len(ts))
	var back []func()
	release = func() {
		for _, b := range back {
			b()
		}
	}
	for i, t := range ts {
		h, r := lend.Tensor(t, op)
		handles[i], back = h, append(back, r)
	}
	return handles, release
}

func describe(t *torch.Tensor) string {
	return fmt.Sprintf("%v%v", t.DType(), strings.ReplaceAll(fmt.Sprint(t.Shape()), " ", ", "))
}

// check refuses what the backends can't take, in words that say what to do.
func (g *Group) check(what string, ts []*torch.Tensor) error {
	if g == nil {
		return fmt.Errorf("distributed: %s: this rank is not in the group", what)
	}
	for _, t := range ts {
		if err := g.carries(what, t); err != nil {
			return err
		}
		switch {
		case t.Device() != ts[0].Device():
			return fmt.Errorf("distributed: %s: expected tensors on one device, but they are on %v and %v", what, ts[0].Device(), t.Device())
		case !t.IsContiguous():
			return fmt.Errorf("distributed: %s: the tensor is not contiguous: give Contiguous() of it", what)
		case describe(t) != describe(ts[0]):
			return fmt.Errorf("distributed: %s: expected tensors of one type and shape, but got %s too", what, describe(t))
		}
	}
	return nil
}

// carries is an error where a tensor's device has no backend.
func (g *Group) carries(what string, t *torch.Tensor) error {
	if d := t.Device(); d != torch.CPU && !(g.world.nccl && d.IsCUDA()) {
		return fmt.Errorf("distributed: %s: a tensor is on %v: here only tensors on the CPU are carried, by Gloo: %s", what, d, g.world.noNCCL)
	}
	return nil
}

// failed is the error of a collective, with the ranks whose fault it is.
func (g *Group) failed(what string, err error) error {
	err = fmt.Errorf("distributed: rank %d of %d: %s: %w", g.rank, len(g.ranks), what, err)
	if !fromGloo(err.Error()) {
		return err
	}
	return g.world.explain(err)
}

// fromGloo reports whether a message, of Gloo's or NCCL's, is of a connection that failed, and not of arguments.
func fromGloo(message string) bool {
	for _, sign := range []string{
		"Connection", "connection", "imed out", "gloo/transport", "Socket", "socket", "Broken pipe", "timeout", "Application timeout",
		"not being able to communicate", "recv", "Read error", "Write error", "writev",
		"ncclRemoteError", "ncclSystemError", "NCCL communicator was aborted",
	} {
		if strings.Contains(message, sign) {
			return true
		}
	}
	return false
}

// Wait waits until the collective is done, at most for the time given and the world's Timeout. After a [*TimeoutError] it
// goes on, and can be waited for again; another error is the collective's own. On a GPU it is the current stream that waits, as in
// PyTorch, unless a time is given; NCCL's watchdog then sees to the world's Timeout, and ends the process after it.
func (w *Work) Wait(atMost ...time.Duration) error {
	if w.done || w.err != nil {
		return w.err
	}
	for _, p := range w.parts {
		if err := p.Wait(atMost...); err != nil {
			return err
		}
	}
	if w.c != 0 {
		limit := w.g.world.timeout + grace // Gloo's own time-out comes first, and has the better words
		if len(atMost) > 0 {
			limit = min(limit, atMost[0])
		}
		if w.onGPU {
			if len(atMost) > 0 && !w.doneWithin(limit) {
				return &TimeoutError{w.what, limit}
			}
			limit = 0 // with another one NCCL's work would abort the group
		}
		err := w.c.Wait(limit)
		if err != nil && !w.c.Done() {
			if len(atMost) > 0 {
				return &TimeoutError{w.what, limit}
			}
			err = fmt.Errorf("timed out after %v", limit)
		}
		w.cleanup.Stop()
		w.c.Free()
		w.c = 0
		if err != nil {
			w.err = w.g.failed(w.what, err)
			return w.err
		}
	}
	w.done = true
	if w.finish != nil {
		w.finish()
	}
	return nil
}

// doneWithin waits for the GPU.
func (w *Work) doneWithin(limit time.Duration) bool {
	for end := time.Now().Add(limit); !w.c.Done(); time.Sleep(100 * time.Microsecond) {
		if time.Now().After(end) {
			return w.c.Done()
		}
	}
	return true
}

// Done reports whether the collective is done, well or not.
func (w *Work) Done() bool {
	for _, p := range w.parts {
		if !p.Done() {
			return false
		}
	}
	return w.done || w.err != nil || w.c == 0 || w.c.Done()
}

// Tensors are what the collective gives, after Wait.
func (w *Work) Tensors() []*torch.Tensor { return w.results }
