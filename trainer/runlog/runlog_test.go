package runlog_test

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/trainer/runlog"
)

var at = time.UnixMilli(1764140000123)

func stepRow(epoch, step int) runlog.Row {
	return runlog.Row{Kind: runlog.Step, Epoch: epoch, Step: step, Time: at, Values: []runlog.Value{{Name: "loss", Value: 1 / float64(step)}}}
}

func epochRow(epoch, step int) runlog.Row {
	return runlog.Row{Kind: runlog.Epoch, Epoch: epoch, Step: step, Time: at, Values: []runlog.Value{
		{Name: "train/loss", Value: 1.5}, {Name: `test/"odd", <name>`, Value: math.NaN()},
	}}
}

// write takes the steps of a run of five a epoch from a place up to, and with, a step.
func write(t *testing.T, open func(runlog.Place) (*runlog.Writer, error), from runlog.Place, to int) {
	t.Helper()
	w, err := open(from)
	require.NoError(t, err)
	for step := from.Step + 1; step <= to; step++ {
		epoch := (step + 4) / 5
		require.NoError(t, w.Write(stepRow(epoch, step)))
		if step%5 == 0 {
			require.NoError(t, w.Write(epochRow(epoch, step)))
		}
	}
	require.NoError(t, w.Sync())
	require.NoError(t, w.Close())
}

func read(t *testing.T, path string) string {
	t.Helper()
	b, err := os.ReadFile(path)
	require.NoError(t, err)
	return string(b)
}

// A run that goes on at any place leaves the file of one that never stopped.
func TestResume(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "log")
	for name, open := range map[string]func(runlog.Place) (*runlog.Writer, error){
		"json":   func(p runlog.Place) (*runlog.Writer, error) { return runlog.JSONL(path, p) },
		"steps":  func(p runlog.Place) (*runlog.Writer, error) { return runlog.CSV(path, runlog.Step, p) },
		"epochs": func(p runlog.Place) (*runlog.Writer, error) { return runlog.CSV(path, runlog.Epoch, p) },
	} {
		begin := runlog.Place{Epoch: 1}
		write(t, open, begin, 20)
		whole := read(t, path)
		require.NotEmpty(t, whole)
		for step := range 20 {
			write(t, open, begin, 20) // it went on up to there, and nothing of it was saved
			write(t, open, runlog.Place{Epoch: step/5 + 1, Step: step}, 20)
			require.Equal(t, whole, read(t, path), "%s, after step %d", name, step)
			require.NoError(t, os.WriteFile(path, []byte(whole[:len(whole)-3]), 0o666)) // a power cut
			write(t, open, runlog.Place{Epoch: step/5 + 1, Step: step}, 20)
			require.Equal(t, whole, read(t, path), "%s, after step %d", name, step)
		}
		// Saved after an epoch's last step and before its end: the row of the epoch comes again.
		w, err := open(runlog.Place{Epoch: 1, Step: 5})
		require.NoError(t, err)
		require.NoError(t, w.Write(epochRow(1, 5)))
		require.NoError(t, w.Close())
		write(t, open, runlog.Place{Epoch: 2, Step: 5}, 20)
		require.Equal(t, whole, read(t, path), name)
	}
}

func TestJSONL(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, func(p runlog.Place) (*runlog.Writer, error) { return runlog.JSONL(path, p) }, runlog.Place{Epoch: 1}, 10)
	lines := strings.Split(strings.TrimSpace(read(t, path)), "\n")
	require.Len(t, lines, 12)
	require.Equal(t, `{"kind":"step","epoch":1,"step":4,"time":1764140000.123,"loss":0.25}`, lines[3])
	require.Equal(t, `{"kind":"epoch","epoch":1,"step":5,"time":1764140000.123,"train/loss":1.5,"test/\"odd\", <name>":"NaN"}`, lines[5])
	for _, line := range lines {
		require.True(t, json.Valid([]byte(line)), line)
	}
	l, err := runlog.Read(path)
	require.NoError(t, err)
	require.Len(t, l.Steps, 10)
	require.Len(t, l.Epochs, 2)
	require.Equal(t, []string{"train/loss", `test/"odd", <name>`}, runlog.Names(l.Epochs))
	require.Equal(t, stepRow(1, 4), l.Steps[3])
	require.Equal(t, 10, l.Last.Step)
	require.Equal(t, runlog.Epoch, l.Last.Kind)
	require.False(t, l.Torn)
}

func TestCSV(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	write(t, func(p runlog.Place) (*runlog.Writer, error) { return runlog.CSV(path, runlog.Epoch, p) }, runlog.Place{Epoch: 1}, 10)
	require.Equal(t, `epoch,step,time,train/loss,"test/""odd"", <name>"
1,5,1764140000.123,1.5,NaN
2,10,1764140000.123,1.5,NaN
`, read(t, path))
	w, err := runlog.CSV(path, runlog.Epoch, runlog.Place{Epoch: 3, Step: 10})
	require.NoError(t, err)
	require.ErrorContains(t, w.Write(runlog.Row{Kind: runlog.Epoch, Epoch: 3, Step: 15}), "expected the columns")
	require.NoError(t, w.Close())
	w, err = runlog.CSV(path, runlog.Epoch, runlog.Place{Epoch: 1})
	require.NoError(t, err)
	require.ErrorContains(t, w.Write(runlog.Row{Kind: runlog.Epoch, Epoch: 1, Values: []runlog.Value{{Name: "a\nb"}}}), "without line breaks")
	require.NoError(t, w.Close())
}

func TestReadFailures(t *testing.T) {
	dir := t.TempDir()
	good := `{"kind":"step","epoch":1,"step":1,"time":1,"loss":2,"note":["of","later"]}` + "\n"
	for name, c := range map[string]struct{ content, want string }{
		"text":     {"hello\n" + good, "line 1: expected a row of a run"},
		"between":  {good + "{}\n" + good, "line 2: expected a row"},
		"kind":     {`{"kind":"x","epoch":1,"step":1}` + "\n" + good, "line 1"},
		"kind not": {`{"kind":1,"epoch":1,"step":1}` + "\n" + good, "line 1"},
		"half":     {`{"kind":"step","epoch":1.5,"step":1}` + "\n" + good, "line 1"},
		"epoch":    {`{"kind":"step","epoch":"1","step":1}` + "\n" + good, "line 1"},
		"large":    {`{"kind":"step","epoch":1e300,"step":1}` + "\n" + good, "line 1"},
		"twice":    {`{"kind":"step","epoch":1,"epoch":1,"step":1}` + "\n" + good, "line 1"},
		"time":     {`{"kind":"step","epoch":1,"step":1,"time":-1}` + "\n" + good, "line 1"},
		"more":     {`{"kind":"step","epoch":1,"step":1} {}` + "\n" + good, "line 1"},
		"deep":     {strings.Repeat("[", 100_000) + "\n" + good, "line 1"},
		"long":     {strings.Repeat(" ", runlog.MaxLine+1), "line 1 has more than"},
		"many":     {`{"kind":"step","epoch":1,"step":1` + many(2000) + "}\n" + good, "more than 1000 figures"},
	} {
		path := filepath.Join(dir, name)
		require.NoError(t, os.WriteFile(path, []byte(c.content), 0o666))
		_, err := runlog.Read(path)
		require.ErrorContains(t, err, c.want, name)
		require.ErrorContains(t, err, path)
	}
	torn := filepath.Join(dir, "torn")
	require.NoError(t, os.WriteFile(torn, []byte(good+good[:20]), 0o666))
	l, err := runlog.Read(torn)
	require.NoError(t, err)
	require.True(t, l.Torn)
	require.Len(t, l.Steps, 1)
	require.Equal(t, []runlog.Value{{Name: "loss", Value: 2}}, l.Steps[0].Values)

	pipe := filepath.Join(dir, "pipe")
	require.NoError(t, syscall.Mkfifo(pipe, 0o666))
	_, err = runlog.Read(pipe)
	require.ErrorContains(t, err, "a pipe")
	_, err = runlog.JSONL(pipe, runlog.Place{Epoch: 1})
	require.ErrorContains(t, err, "expected to write a regular file")
	_, err = runlog.JSONL(filepath.Join(dir, "none", "log"), runlog.Place{Epoch: 1})
	require.ErrorContains(t, err, "no such file")
}

func many(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `,"%d":1`, i)
	}
	return b.String()
}

// A log of any length is read in the same memory, and its points are spread over it.
func TestThinned(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	w, err := runlog.JSONL(path, runlog.Place{Epoch: 1})
	require.NoError(t, err)
	for step := 1; step <= 20_000; step++ {
		require.NoError(t, w.Write(stepRow(1, step)))
	}
	require.NoError(t, w.Close())
	l, err := runlog.Read(path)
	require.NoError(t, err)
	require.Greater(t, len(l.Steps), runlog.MostPoints/2)
	require.LessOrEqual(t, len(l.Steps), runlog.MostPoints)
	gap := l.Steps[1].Step - l.Steps[0].Step
	for i, r := range l.Steps {
		require.Equal(t, 1+i*gap, r.Step)
	}
	require.Equal(t, 20_000, l.Last.Step)
}

func TestBest(t *testing.T) {
	var rows []runlog.Row
	for i, v := range []float64{math.NaN(), 2, 3, 3, 1, math.NaN()} {
		rows = append(rows, runlog.Row{Kind: runlog.Epoch, Epoch: i + 1, Values: []runlog.Value{{Name: "x", Value: v}}})
	}
	best, ok := runlog.Best(rows, "x", true)
	require.True(t, ok)
	require.Equal(t, 3, best.Epoch)
	best, _ = runlog.Best(rows, "x", false)
	require.Equal(t, 5, best.Epoch)
	_, ok = runlog.Best(rows, "y", true)
	require.False(t, ok)
}

// Whatever is in a file: an error that names it, or rows.
func FuzzRead(f *testing.F) {
	f.Add([]byte(`{"kind":"epoch","epoch":1,"step":96,"time":1764140000.123,"train/loss":1.81,"test/loss":"NaN"}` + "\n"))
	f.Add([]byte("{\n"))
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, content []byte) {
		path := filepath.Join(dir, "log")
		require.NoError(t, os.WriteFile(path, content, 0o666))
		if l, err := runlog.Read(path); err != nil {
			require.ErrorContains(t, err, path)
		} else {
			runlog.Names(l.Steps)
		}
		w, err := runlog.JSONL(path, runlog.Place{Epoch: 2, Step: 3})
		if err == nil {
			require.NoError(t, w.Close())
		}
	})
}
