package main

import (
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"multitorch/trainer/runlog"
)

// took is from a run's first row to its last, less the time between a stop and what went on: sessions are when the run was begun and
// resumed.
func took(l *runlog.Log, sessions []time.Time) time.Duration {
	var at []time.Time
	for _, rows := range [][]runlog.Row{l.Steps, l.Epochs, {l.Last}} {
		for _, r := range rows {
			at = append(at, r.Time)
		}
	}
	slices.SortFunc(at, time.Time.Compare)
	first, last := at[0], at[len(at)-1]
	all, until := last.Sub(first), first // until: the run's last sign of life before a session
	for _, begun := range sessions {
		if !begun.After(first) || begun.After(last) {
			continue
		}
		for _, row := range at {
			if row.Before(begun) && row.After(until) {
				until = row
			}
		}
		all -= begun.Sub(until)
		until = begun
	}
	return all.Round(time.Second)
}

// sessions are when a run was begun and resumed: TensorBoard's files, of which each has one, say so in their names, to the second.
func sessions(dir string) (begun []time.Time) {
	entries, _ := os.ReadDir(dir)
	for _, e := range entries {
		name, is := strings.CutPrefix(e.Name(), eventsPrefix)
		second, _, _ := strings.Cut(name, ".")
		if at, err := strconv.ParseInt(second, 10, 64); is && err == nil {
			begun = append(begun, time.Unix(at, 0))
		}
	}
	slices.SortFunc(begun, time.Time.Compare)
	return begun
}
