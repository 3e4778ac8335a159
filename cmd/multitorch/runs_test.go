package main

import (
	"encoding/xml"
	"errors"
	"image/png"
	"io"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/trainer"
	"multitorch/trainer/runlog"
	"multitorch/trainer/tensorboard"
)

// link puts runs that tests share into a folder of their own, beside others that are none.
func link(t *testing.T, kinds ...string) string {
	t.Helper()
	dir := t.TempDir()
	for _, kind := range kinds {
		out, _ := trained(t, kind)
		to := filepath.Join(dir, "group", kind)
		require.NoError(t, os.MkdirAll(to, 0o755))
		for _, name := range []string{runFileName, rowsName, checkpointName} {
			require.NoError(t, os.Symlink(filepath.Join(out, name), filepath.Join(to, name)))
		}
	}
	for name, content := range map[string]string{
		"foreign/letter.txt": "hello", "broken/" + runFileName: "a: [", "torn/" + rowsName: `{"kind":"step","ep`, "empty/" + checkpointName: "",
		"other/" + rowsName: "hello\nthere\n", "\x1b[31mred/" + rowsName: "hello\nthere\n",
	} {
		require.NoError(t, os.MkdirAll(filepath.Join(dir, filepath.Dir(name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte(content), 0o644))
	}
	return dir
}

// A figure that is not a number, which JSON has as a text, hides no run.
func TestRunWithoutFigures(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	about := description{Task: "emoji10", Recipe: recipe{Epochs: 3}, Epoch: 2, Test: map[string]float64{"loss": math.NaN()}}
	require.NoError(t, trainer.SaveCheckpoint(filepath.Join(dir, checkpointName), nn.NewLinear(1, 1), about))
	r, err := readRun(dir)
	require.NoError(t, err)
	done, of := r.epochs()
	require.Equal(t, []any{"emoji10", "interrupted", 2, 3, ""}, []any{r.task(), r.state(), done, of, r.figure()})
	events, err := tensorboard.NewWriter(dir)
	require.NoError(t, err)
	defer events.Close()
	r, err = readRun(dir)
	require.NoError(t, err)
	require.Equal(t, "running", r.state())
}

// The time between a stop and what went on does not count.
func TestTook(t *testing.T) {
	at := func(seconds int) time.Time { return time.Unix(int64(seconds), 0) }
	var l runlog.Log
	for _, second := range []int{10, 12, 14, 100, 103, 500, 501} {
		l.Steps = append(l.Steps, runlog.Row{Time: at(second)})
	}
	l.Last = runlog.Row{Time: at(502)}
	require.Equal(t, 492*time.Second, took(&l, nil))
	dir := t.TempDir()
	for _, second := range []string{"9", "99", "200", "499", "600", "x"} { // one of them left no row
		require.NoError(t, os.WriteFile(filepath.Join(dir, eventsPrefix+second+".host.1.0"), nil, 0o644))
	}
	require.Len(t, sessions(dir), 5)
	require.Equal(t, (4+4+3)*time.Second, took(&l, []time.Time{at(9), at(99), at(499)}))
	require.Equal(t, (4+4+3)*time.Second, took(&l, sessions(dir)), "what the third session did is done again")
	require.Zero(t, took(&runlog.Log{}, sessions(dir)))
}

func TestRuns(t *testing.T) {
	t.Parallel()
	dir := link(t, "text", "concat")
	skipped := func(o outcome) {
		t.Helper()
		require.Equal(t, 6, strings.Count(o.stderr, "skipped: "), o.stderr)
		for _, want := range []string{
			"foreign: it holds no run: expected run.yaml", "broken/run.yaml: line 1", "torn: its run left nothing", "empty/checkpoint.safetensors",
			"other/rows.jsonl: line 1", `\x1b[31mred/rows.jsonl`,
		} {
			require.Contains(t, o.stderr, want)
		}
		requirePlain(t, o.stderr)
	}
	o := multitorch("runs", "list", dir).requireOK(t)
	skipped(o)
	require.Regexp(t, `(?m)^group/text +emoji10 +\d{4}-\d\d-\d\d \d\d:\d\d  finished  1 of 1  test/accuracy  0\.\d{4} \(epoch 1\)$`, o.stdout)
	require.Equal(t, 3, strings.Count(o.stdout, "\n"), o.stdout)

	o = multitorch("runs", "compare", dir).requireOK(t)
	skipped(o)
	require.Regexp(t, `(?m)^ +concat +text$`, o.stdout)
	require.Regexp(t, `(?m)^model +concat +text$`, o.stdout)
	require.NotContains(t, o.stdout, "batch-size")
	require.Regexp(t, `(?m)^test/macro-F1, best +0\.\d{4} \(epoch 1\)  0\.\d{4} \(epoch 1\)$`, o.stdout)

	group := filepath.Join(dir, "group")
	picture := filepath.Join(dir, "runs.png")
	o = multitorch("runs", "plot", group, "--out", picture).requireOK(t)
	require.Contains(t, o.stdout, "2 runs in "+picture)
	f, err := os.Open(picture)
	require.NoError(t, err)
	defer f.Close()
	_, err = png.Decode(f)
	require.NoError(t, err)
	picture = filepath.Join(dir, "runs.svg")
	multitorch("runs", "plot", group, "--out", picture, "--figure", "loss").requireOK(t)
	drawn, err := os.ReadFile(picture)
	require.NoError(t, err)
	require.Contains(t, string(drawn), ">concat</text>")
	require.Contains(t, string(drawn), ">Step</text>")
	for d := xml.NewDecoder(strings.NewReader(string(drawn))); ; {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else {
			require.NoError(t, err)
		}
	}

	refused("runs", "plot", group, "--figure", "nothing").requireError(t, failed, `no run has "nothing": expected one of`, "train/loss")
	refused("runs", "list", filepath.Join(dir, "foreign")).requireError(t, failed, "there are no runs")
	refused("runs", "compare", filepath.Join(dir, "none")).requireError(t, failed, "no such file")
}
