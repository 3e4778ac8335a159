package distributed

import (
	"encoding/json"
	"fmt"
	"io"
	"strings"

	"multitorch/distributed/internal/c10d"
)

// Trace is what a process did between [StartTrace] and Stop: its collectives, and the nodes of its backward passes.
type Trace struct {
	Events []TraceEvent
}

// TraceEvent is from Begin to End, in nanoseconds of the machine's monotonic clock.
type TraceEvent struct {
	Name       string // "gloo:all_reduce", or "autograd::engine::evaluate_function: AddmmBackward0"
	Begin, End int64
}

// Collective reports whether it is a collective.
func (e TraceEvent) Collective() bool {
	return strings.HasPrefix(e.Name, "gloo:") || strings.HasPrefix(e.Name, "nccl:")
}

// StartTrace begins a trace, of which a process has one at a time. The function that it returns ends it.
func StartTrace() (stop func() (*Trace, error), err error) {
	if err := c10d.StartTrace(); err != nil {
		return nil, fmt.Errorf("distributed: %w", err)
	}
	return stopTrace, nil
}

func stopTrace() (*Trace, error) {
	text, err := c10d.StopTrace()
	if err != nil {
		return nil, fmt.Errorf("distributed: %w", err)
	}
	t := &Trace{}
	for line := range strings.Lines(text) {
		var e TraceEvent
		times, name, _ := cutFields(strings.TrimSuffix(line, "\n"))
		if _, err := fmt.Sscan(times, &e.Begin, &e.End); err != nil {
			return nil, fmt.Errorf("distributed: a trace's line %q: %w", line, err)
		}
		e.Name = name
		t.Events = append(t.Events, e)
	}
	return t, nil
}

// cutFields cuts behind the second space.
func cutFields(line string) (two, rest string, ok bool) {
	first, more, _ := strings.Cut(line, " ")
	second, rest, ok := strings.Cut(more, " ")
	return first + " " + second, rest, ok
}

// WriteTo writes the trace for chrome://tracing and ui.perfetto.dev, collectives and backward passes on a line each.
func (t *Trace) WriteTo(w io.Writer) (int64, error) {
	type event struct {
		Name      string  `json:"name"`
		Phase     string  `json:"ph"`
		Process   int     `json:"pid"`
		Thread    string  `json:"tid"`
		Timestamp float64 `json:"ts"`
		Duration  float64 `json:"dur"`
	}
	all := make([]event, len(t.Events))
	for i, e := range t.Events {
		line := "backward"
		if e.Collective() {
			line = "collectives"
		}
		all[i] = event{e.Name, "X", 0, line, float64(e.Begin) / 1e3, float64(e.End-e.Begin) / 1e3}
	}
	text, err := json.Marshal(map[string]any{"traceEvents": all})
	if err != nil {
		return 0, err
	}
	n, err := w.Write(text)
	return int64(n), err
}
