package main

import (
	"context"
	"fmt"
	"slices"
	"strconv"

	"multitorch/internal/settings"
	"multitorch/trainer/hooks"
	"multitorch/trainer/tensorboard"
)

// boardOf is the hook that writes a run's events: with the settings that decide its numbers, by which TensorBoard compares runs.
func boardOf(t task, out string, events *tensorboard.Writer) *hooks.TensorBoard {
	b := &hooks.TensorBoard{Writer: events, HParams: map[string]any{}, Metrics: []string{"loss/test"}}
	columns := t.info().columns
	if columns == nil {
		columns = []string{"accuracy", "macro-F1"}
	}
	for _, name := range columns {
		b.Metrics = append(b.Metrics, name+"/test")
	}
	s, err := settings.Read(runFilePath(out))
	if err != nil {
		return b // of before there were such files
	}
	for _, name := range s.Names() {
		if name == "epochs" || name == "data" || name != environmentKey && !slices.Contains(free, name) {
			b.HParams[name] = scalarOf(s.Text(name))
		}
	}
	return b
}

// scalarOf is a setting as the number or truth value that it is, or else as its text.
func scalarOf(text string) any {
	if v, err := strconv.ParseFloat(text, 64); err == nil {
		return v
	}
	if text == "true" || text == "false" {
		return text == "true"
	}
	return text
}

// drawn has the graph of a loop's model drawn, by its first batch. Without one there is a graph without lines.
func drawn(ctx context.Context, b *hooks.TensorBoard, loop training) {
	b.Forward = func() {
		if err := loop.Forward(ctx); err != nil {
			logLine(fmt.Sprintf("WARNING: TensorBoard gets a graph without lines: %v", err))
		}
	}
}
