package tensorboard_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/trainer/tensorboard"
)

// curve is what TensorBoard shows of a directory, by the rule that its EventAccumulator has in all versions from 2.9 to
// 2.21: the first session start is the beginning, and each further one forgets what is at its step and after it.
func curve(t *testing.T, dir string) (steps []int64, values []float64) {
	started := false
	for _, file := range eventFiles(t, dir) {
		for _, e := range readAll(t, file) {
			if e.Session == tensorboard.SessionStart {
				for i := 0; started && i < len(steps); {
					if steps[i] >= e.Step {
						steps, values = append(steps[:i], steps[i+1:]...), append(values[:i], values[i+1:]...)
						continue
					}
					i++
				}
				started = true
			}
			for _, v := range e.Values {
				steps, values = append(steps, e.Step), append(values, float64(v.Data.(tensorboard.Scalar)))
			}
		}
	}
	return steps, values
}

func write(t *testing.T, dir string, from, to int, add float64, opts ...tensorboard.Option) {
	w := newWriter(t, dir, opts...)
	for step := from; step < to; step++ {
		require.NoError(t, w.Scalar("loss", step, add+float64(step)))
	}
	require.NoError(t, w.Close())
}

// A run that goes on at a step has no points of before at that step and after it, whoever began it and how often.
func TestResumeAt(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 10, 0)
	write(t, dir, 5, 8, 100, tensorboard.ResumeAt(5))
	steps, values := curve(t, dir)
	require.Equal(t, []int64{0, 1, 2, 3, 4, 5, 6, 7}, steps)
	require.Equal(t, []float64{0, 1, 2, 3, 4, 105, 106, 107}, values)

	write(t, dir, 8, 10, 200) // more of it: nothing is forgotten
	write(t, dir, 1, 2, 300, tensorboard.ResumeAt(1))
	steps, values = curve(t, dir)
	require.Equal(t, []int64{0, 1}, steps)
	require.Equal(t, []float64{0, 301}, values)

	write(t, dir, 0, 1, 400, tensorboard.ResumeAt(0))
	steps, values = curve(t, dir)
	require.Equal(t, []int64{0}, steps)
	require.Equal(t, []float64{400}, values)
}

// The files before may be of a writer that begins with no session start.
func TestResumeAtAfterAnotherWriter(t *testing.T) {
	dir := t.TempDir()
	w := newWriter(t, dir)
	require.NoError(t, w.Close())
	write(t, dir, 0, 10, 0) // a second file of a run has none
	write(t, dir, 5, 6, 100, tensorboard.ResumeAt(5))
	steps, _ := curve(t, dir)
	require.Equal(t, []int64{0, 1, 2, 3, 4, 5}, steps)

	events := readAll(t, eventFiles(t, dir)[2])
	require.Equal(t, []tensorboard.Session{0, tensorboard.SessionStart, tensorboard.SessionStart},
		[]tensorboard.Session{events[0].Session, events[1].Session, events[2].Session})
}

func TestResumeAtANegativeStep(t *testing.T) {
	_, err := tensorboard.NewWriter(t.TempDir(), tensorboard.ResumeAt(-1))
	require.ErrorContains(t, err, "ResumeAt: expected a step of at least 0, but got -1")
}

// A run that is killed again and again goes on from marks: each point is there once, in its order, whatever lies between a mark and
// the kill, and also where the mark stands among the points of a step.
func TestGoOnFromAMark(t *testing.T) {
	rapid.Check(t, func(r *rapid.T) {
		dir, err := os.MkdirTemp(t.TempDir(), "")
		require.NoError(t, err)
		steps := rapid.SliceOfN(rapid.IntRange(0, 8), 1, 20).Draw(r, "the points' steps")
		slices.Sort(steps)
		var mark tensorboard.Mark
		marked := 0 // points before it; the value of a point is its number
		for run := range rapid.IntRange(1, 4).Draw(r, "runs") {
			w := newWriter(t, dir)
			if run > 0 {
				require.NoError(t, w.GoOn(mark))
			}
			next := rapid.IntRange(marked, len(steps)).Draw(r, "the mark")
			killed := rapid.IntRange(next, len(steps)).Draw(r, "the kill")
			for i := marked; i <= killed; i++ {
				if i == next {
					mark = w.Mark()
				}
				if i < killed {
					require.NoError(t, w.Scalar("loss", steps[i], float64(i)))
				}
			}
			marked = next
			require.NoError(t, w.Close())
		}
		w := newWriter(t, dir)
		require.NoError(t, w.GoOn(mark))
		require.NoError(t, w.Close())
		_, values := curve(t, dir)
		require.Len(t, values, marked)
		for i, v := range values {
			require.Equal(t, float64(i), v)
		}
	})
}

// A mark may come from a file that anybody wrote, and of a directory whose files are gone.
func TestGoOnFromABadMark(t *testing.T) {
	dir := t.TempDir()
	write(t, dir, 0, 4, 0)
	name := filepath.Base(eventFiles(t, dir)[0])
	for _, m := range []tensorboard.Mark{
		{Step: 2},
		{File: "/etc/passwd", To: 100, Step: 2},
		{File: "../" + name, To: 100, Step: 2},
		{File: "events.out.tfevents.0000000001.gone", To: 9, Step: 2},
		{File: name, From: -1, To: 9, Step: 2},
		{File: name, From: 50, To: 9, Step: 2},
		{File: name, From: 3, To: 1 << 60, Step: 2},
		{File: name, From: 1 << 60, To: 1<<60 + 1, Step: 2},
	} {
		w := newWriter(t, dir)
		require.NoError(t, w.GoOn(m))
		require.NoError(t, w.Close())
		steps, _ := curve(t, dir)
		require.Equal(t, []int64{0, 1}, steps, "%+v", m)
	}
}

// TensorBoard's own loader forgets the same points.
func TestTensorBoardReadsRunsThatWentOn(t *testing.T) {
	python := os.Getenv("MULTITORCH_TENSORBOARD")
	if python == "" {
		t.Skip("MULTITORCH_TENSORBOARD names no Python with the package tensorboard")
	}
	dir := t.TempDir()
	w := newWriter(t, dir)
	var mark tensorboard.Mark
	for step := 1; step <= 6; step++ {
		require.NoError(t, w.Scalar("loss/step", step, float64(step)))
		if step == 4 {
			mark = w.Mark() // before the epoch's figures
		}
		if step%4 == 0 {
			require.NoError(t, w.Scalar("loss/test", step, float64(step)))
			require.NoError(t, w.Text("note", step, "of this step"))
		}
	}
	require.NoError(t, w.Close())
	w = newWriter(t, dir, tensorboard.ResumeAt(5))
	require.NoError(t, w.GoOn(mark))
	require.NoError(t, w.Scalar("loss/test", 4, 104))
	for step := 5; step <= 8; step++ {
		require.NoError(t, w.Scalar("loss/step", step, 100+float64(step)))
	}
	require.NoError(t, w.Close())
	out, err := exec.Command(python, "-c", `
import json, sys
from tensorboard.backend.event_processing import event_accumulator, plugin_event_accumulator
from tensorboard.util import tensor_util
events = event_accumulator.EventAccumulator(sys.argv[1])
page = plugin_event_accumulator.EventAccumulator(sys.argv[1])  # of the web page
events.Reload(), page.Reload()
scalars = [[[e.step, e.value] for e in events.Scalars(tag)] for tag in ("loss/step", "loss/test")]
assert scalars == [[[e.step, tensor_util.make_ndarray(e.tensor_proto).item()] for e in page.Tensors(tag)] for tag in ("loss/step", "loss/test")]
print(json.dumps(scalars + [len(page.Tensors("note/text_summary"))]))
`, dir).Output()
	require.NoError(t, err)
	require.JSONEq(t, "[[[1,1],[2,2],[3,3],[4,4],[5,105],[6,106],[7,107],[8,108]],[[4,104]],0]", string(out))
}
