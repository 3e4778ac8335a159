package main

import (
	"context"
	"path/filepath"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/trainer"
)

// endless is a run that is interrupted long before its end.
func endless(out string) []string {
	return []string{"train", "--model", "text", "--epochs", "100000", "--batch-size", "512", "--out", out}
}

// Ctrl-C, and SIGTERM, let training finish its step and save the model.
func TestInterruptedTraining(t *testing.T) {
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM} {
		t.Run(signal.String(), func(t *testing.T) {
			out := t.TempDir()
			path := filepath.Join(out, checkpointName)
			r := start(t, endless(out)...)
			r.waitFor(t, "epoch 2/")
			r.signal(t, signal)
			said, status := r.end()
			require.True(t, status.Exited(), said)
			require.Equal(t, interrupted, status.ExitStatus(), said)
			require.Contains(t, said, "training was interrupted after step")
			require.Contains(t, said, path+" holds the model as it was after step")

			var about description
			_, err := trainer.LoadCheckpoint(path, &about)
			require.NoError(t, err)
			require.GreaterOrEqual(t, about.Step, 6, "the first epoch was done")
			require.Contains(t, said, "after step "+strconv.Itoa(about.Step))
			multitorch("eval", path).requireOK(t)
		})
	}
}

// A second Ctrl-C does not wait for the step.
func TestInterruptedTwice(t *testing.T) {
	r := start(t, "train", "--epochs", "1000", "--batch-size", "100000", "--out", t.TempDir())
	r.waitFor(t, "step 1/")
	r.signal(t, syscall.SIGINT)
	r.waitFor(t, "Ctrl-C once more ends the program at once")
	ended := make(chan struct{})
	go func() { // again and again: one that comes before the first was dealt with is not counted
		for r.cmd.Process.Signal(syscall.SIGINT) == nil {
			select {
			case <-ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}()
	defer close(ended)
	_, status := r.end()
	require.True(t, status.Signaled(), "%v", status)
	require.Equal(t, syscall.SIGINT, status.Signal())
}

// Interrupted before the first step it saves nothing.
func TestInterruptedBeforeTheFirstStep(t *testing.T) {
	out := t.TempDir()
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	require.Equal(t, interrupted, run(ctx, train(out)))
	require.NotContains(t, files(t, out), checkpointName)
	require.Equal(t, interrupted, run(ctx, []string{"eval", checkpointOf(t, "text")}))
	require.Equal(t, interrupted, run(ctx, []string{"results"}))
}

// Interrupted while the data is prepared it leaves none that is half prepared.
func TestInterruptedWhileDataIsPrepared(t *testing.T) {
	dir := dataFolder(t, packages...)
	out := filepath.Join(t.TempDir(), "run")
	r := start(t, train(out, "--data-dir", dir)...)
	r.waitFor(t, "preparing the pictures")
	r.signal(t, syscall.SIGINT)
	said, status := r.end()
	require.Equal(t, interrupted, status.ExitStatus(), said)
	require.Equal(t, packages, files(t, dir))
	require.Empty(t, files(t, out))
}

// Killed outright, the checkpoint of an epoch before is there, and the folder can
// be used again.
func TestKilledTraining(t *testing.T) {
	out := t.TempDir()
	path := filepath.Join(out, checkpointName)
	for i := range 3 {
		r := start(t, endless(out)...)
		r.waitFor(t, "epoch 2/")
		time.AfterFunc(time.Duration(i)*3*time.Millisecond, func() { _ = r.cmd.Process.Kill() })
		_, status := r.end()
		require.Equal(t, syscall.SIGKILL, status.Signal())
		_, _, err := loadClassifier(path, torch.CPU)
		require.NoError(t, err)
	}
	multitorch(train(out, "--model", "text")...).requireOK(t)
	multitorch("eval", path).requireOK(t)
}

// Two runs can't write into one folder.
func TestTwoRunsInOneFolder(t *testing.T) {
	out := t.TempDir()
	r := start(t, endless(out)...)
	r.waitFor(t, "epoch 1/")
	multitorch(train(out, "--model", "text")...).
		requireError(t, failed, "--out", out, "another writer is open for this directory", "choose another directory")
	r.signal(t, syscall.SIGINT)
	said, status := r.end()
	require.Equal(t, interrupted, status.ExitStatus(), said)
}

// A loss that is not finite ends training; nothing after it is saved. Whether it is
// NaN or infinite depends on the version of libtorch.
func TestLossThatIsNotFinite(t *testing.T) {
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"in a step":         {nil, "at step 2 (epoch 1), so training stopped before"},
		"in the validation": {[]string{"--batch-size", "5000"}, "after step 1 (epoch 1), so training stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			o := multitorch(append(train(out, "--model", "text", "--lr", "1e37", "--epochs", "3"), c.args...)...)
			o.requireError(t, failed, c.want, "a smaller learning rate", "this run saved no model")
			names := files(t, out)
			require.Len(t, names, 1, "%v: only the event file", names)
		})
	}
}
