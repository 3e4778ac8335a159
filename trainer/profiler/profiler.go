// Package profiler says where the time of a program goes: by phases (data, forward, backward, optimizer), and by the modules of a
// model, whose places in it are named. What it noted is a table ([Profiler.Table]) and a trace that chrome://tracing and
// ui.perfetto.dev show ([Profiler.WriteTrace]). While it runs, the goroutine's pprof labels say the same ("phase", "module"), so
// that a CPU profile that is taken meanwhile can be divided by them; labels of the program's own are replaced.
//
// Times are those of Go's clock: how long a module's Forward took, from its first to its last hook. That of a module's backward
// is from when the gradient of its output is known until that of its input is, or until the next module's begins or the phase
// ends, where its input needs none. What no hook of a module sees counts for the phase alone: operations between modules, and
// packed sequences. On a GPU give [Profiler.Sync], without which times are those of starting what it does.
package profiler

import (
	"context"
	"runtime/pprof"
	"sync"
	"time"

	"multitorch/internal/goroutine"
)

// Profiler notes spans of time. Its methods may be called by any goroutine; make one with [New].
type Profiler struct {
	// Sync waits for a device, before each time is read; nil for the CPU.
	Sync func()

	mu     sync.Mutex
	began  time.Time
	spans  []Span
	lost   int
	open   map[uintptr][]*Span // by goroutine, the innermost last
	phase  map[uintptr]*Span
	owners map[uintptr]int // numbers of goroutines, in the order in which they came
}

// Span is a stretch of time.
type Span struct {
	Name      string // "Conv2d", or the phase's
	Category  string // "phase", "forward" or "backward"
	Module    string // the module's place in the model; "" for none
	Phase     string // in which it was
	Shapes    string // of a module's inputs; of its outputs in a backward span
	Goroutine int    // from 0, in the order in which they came
	Begin     time.Duration
	Took      time.Duration
	inner     time.Duration // of Took, in spans within it
	gradFn    string        // of the input, before
}

// Self is what a span took itself, without those within it.
func (s *Span) Self() time.Duration { return s.Took - s.inner }

// mostSpans bounds the memory, at a few hundred bytes each.
const mostSpans = 1 << 20

// New begins now.
func New() *Profiler {
	return &Profiler{began: time.Now(), open: map[uintptr][]*Span{}, phase: map[uintptr]*Span{}, owners: map[uintptr]int{}}
}

// now is the time since the beginning. The lock need not be held.
func (p *Profiler) now() time.Duration {
	if p.Sync != nil {
		p.Sync()
	}
	return time.Since(p.began)
}

// Phase begins a phase on this goroutine, and ends the one before; "" only ends it. Spans that are open end with it: a Forward that
// failed has no end of its own.
func (p *Profiler) Phase(name string) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	g := goroutine.ID()
	for len(p.open[g]) > 0 {
		p.end(g, now)
	}
	if s := p.phase[g]; s != nil {
		s.Took = now - s.Begin
		p.keep(s)
		delete(p.phase, g)
	}
	if name != "" {
		p.phase[g] = &Span{Name: name, Category: "phase", Phase: name, Goroutine: p.owner(g), Begin: now}
	}
	p.label(g)
}

// begin opens a span within the innermost one of this goroutine.
func (p *Profiler) begin(s Span) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	g := goroutine.ID()
	s.Begin, s.Goroutine = now, p.owner(g)
	if phase := p.phase[g]; phase != nil {
		s.Phase = phase.Name
	}
	p.open[g] = append(p.open[g], &s)
	p.label(g)
}

// done closes the innermost span of this goroutine that is of a module and a category, and those within it.
func (p *Profiler) done(category, module string) (closed Span) {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	g := goroutine.ID()
	open := p.open[g]
	for i := len(open) - 1; i >= 0; i-- {
		if open[i].Category == category && open[i].Module == module {
			closed = *open[i]
			for len(p.open[g]) > i {
				p.end(g, now)
			}
			break
		}
	}
	p.label(g)
	return closed
}

// doneBackward closes this goroutine's innermost span, if it is one of the backward pass.
func (p *Profiler) doneBackward() {
	now := p.now()
	p.mu.Lock()
	defer p.mu.Unlock()
	g := goroutine.ID()
	if open := p.open[g]; len(open) > 0 && open[len(open)-1].Category == "backward" {
		p.end(g, now)
	}
}

// end closes the innermost span.
func (p *Profiler) end(g uintptr, now time.Duration) {
	open := p.open[g]
	s := open[len(open)-1]
	p.open[g] = open[:len(open)-1]
	s.Took = now - s.Begin
	if len(open) > 1 {
		open[len(open)-2].inner += s.Took
	} else if phase := p.phase[g]; phase != nil {
		phase.inner += s.Took
	}
	p.keep(s)
}

func (p *Profiler) keep(s *Span) {
	if len(p.spans) == mostSpans {
		p.lost++
		return
	}
	p.spans = append(p.spans, *s)
}

func (p *Profiler) owner(g uintptr) int {
	if _, known := p.owners[g]; !known {
		p.owners[g] = len(p.owners)
	}
	return p.owners[g]
}

// label sets this goroutine's labels.
func (p *Profiler) label(g uintptr) {
	labels := map[string]string{}
	if s := p.phase[g]; s != nil {
		labels["phase"] = s.Name
	}
	if open := p.open[g]; len(open) > 0 {
		labels["module"] = open[len(open)-1].Module + " (" + open[len(open)-1].Name + ")"
	}
	args := []string{}
	for name, text := range labels {
		args = append(args, name, text)
	}
	pprof.SetGoroutineLabels(pprof.WithLabels(context.Background(), pprof.Labels(args...)))
}

// Spans are those that have ended, in the order of their ends. A million are kept.
func (p *Profiler) Spans() []Span {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]Span(nil), p.spans...)
}
