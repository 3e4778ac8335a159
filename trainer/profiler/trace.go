package profiler

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"multitorch/internal/atomicfile"
)

// traceEvent is an event of Chrome's trace format, times in microseconds:
// https://docs.google.com/document/d/1CvAClvFfyA5R-PhYUmn5OOQtYMH4h6I0nSsKchNAySU.
type traceEvent struct {
	Name     string         `json:"name"`
	Category string         `json:"cat,omitempty"`
	Phase    string         `json:"ph"` // "X": a whole span; "M": about a process or thread
	Time     float64        `json:"ts"`
	Duration float64        `json:"dur"`
	Process  int            `json:"pid"`
	Thread   int            `json:"tid"`
	Args     map[string]any `json:"args,omitempty"`
}

// WriteTrace writes a trace: JSON that chrome://tracing and ui.perfetto.dev show. Phases and modules stand above each other, a row for
// each goroutine.
func (p *Profiler) WriteTrace(w io.Writer) error {
	p.mu.Lock()
	spans, goroutines := p.spans, len(p.owners)
	p.mu.Unlock()
	out := bufio.NewWriter(w)
	separator := "{\"displayTimeUnit\":\"ms\",\"traceEvents\":[\n"
	put := func(e traceEvent) error {
		text, err := json.Marshal(e)
		if err == nil {
			_, err = out.WriteString(separator + string(text))
		}
		separator = ",\n"
		return err
	}
	const process, first = 1, 1 // 0 is what Linux's traces call an idle processor
	err := put(traceEvent{Name: "process_name", Phase: "M", Process: process, Args: map[string]any{"name": "multitorch"}})
	for g := range goroutines {
		if err == nil {
			err = put(traceEvent{
				Name: "thread_name", Phase: "M", Process: process, Thread: first + g, Args: map[string]any{"name": fmt.Sprintf("goroutine %d", g)},
			})
		}
	}
	for _, s := range spans {
		if err != nil {
			return err
		}
		e := traceEvent{
			Name: s.Name, Category: s.Category, Phase: "X", Process: process, Thread: first + s.Goroutine,
			Time: eighths(s.Begin), Duration: eighths(s.Begin+s.Took) - eighths(s.Begin),
		}
		if s.Category != "phase" {
			e.Name = s.title()
			e.Args = map[string]any{"module": s.Module, "type": s.Name, "shapes": s.Shapes}
		}
		err = put(e)
	}
	if err == nil {
		_, err = out.WriteString("\n]}\n")
	}
	if err == nil {
		err = out.Flush()
	}
	return err
}

// eighths are microseconds, down to the eighth, 125 ns. They are exact in binary, and so is their sum: a reader that makes whole
// nanoseconds of a begin and of a duration sees no span end after the one that it lies in. Perfetto's leaves such a span out.
func eighths(d time.Duration) float64 { return float64(d/125) / 8 }

// SaveTrace writes a trace to a file: whole, or not at all.
func (p *Profiler) SaveTrace(path string) error { return atomicfile.Write(path, p.WriteTrace) }

// title is how a module is called: "features.0 (Conv2d)".
func (s *Span) title() string {
	if s.Module == "" {
		return "model (" + s.Name + ")"
	}
	return s.Module + " (" + s.Name + ")"
}
