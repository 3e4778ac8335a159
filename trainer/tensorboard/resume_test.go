package tensorboard_test

import (
	"testing"

	"github.com/stretchr/testify/require"

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
