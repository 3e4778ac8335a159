package main

import (
	"context"
	"crypto/sha256"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"syscall"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	"github.com/stretchr/testify/require"

	"multitorch/internal/kills"
	"multitorch/torch"
	"multitorch/trainer"
)

// endless is a run that is interrupted long before its end.
func endless(out string) []string {
	return []string{"train", "--model", "text", "--epochs", "100000", "--batch-size", "512", "--out", out}
}

// Ctrl-C, SIGTERM, and the loss of the terminal, let training finish its step and save the model.
func TestInterruptedTraining(t *testing.T) {
	t.Parallel()
	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		t.Run(signal.String(), func(t *testing.T) {
			out := t.TempDir()
			path := filepath.Join(out, checkpointName)
			r := start(t, endless(out)...)
			r.waitFor(t, "epoch 2/")
			r.signal(t, signal)
			said, status := r.end()
			require.True(t, status.Exited(), said)
			require.Equal(t, 128+int(signal), status.ExitStatus(), said)
			require.Contains(t, said, "training was interrupted after step")
			require.Contains(t, said, path+" holds the model as it was after step")

			var about description
			_, err := trainer.LoadCheckpoint(path, &about)
			require.NoError(t, err)
			require.GreaterOrEqual(t, about.Step, 6, "the first epoch was done")
			require.Contains(t, said, "after step "+strconv.Itoa(about.Step))
			require.False(t, about.Finished)
			o := multitorch("eval", path).requireOK(t)
			require.Contains(t, o.stderr, "was interrupted in epoch")
			refused(train(out, "--model", "text")...).requireError(t, failed, "there is a run already")
		})
	}
}

// A second Ctrl-C does not wait for the step.
func TestInterruptedTwice(t *testing.T) {
	t.Parallel()
	for range 10 { // until the second comes before the step of the first is done
		status := interruptedTwice(t)
		if status.Signaled() {
			require.Equal(t, syscall.SIGINT, status.Signal())
			return
		}
		require.Equal(t, 130, status.ExitStatus())
	}
	t.Fatal("it waits for its step")
}

func interruptedTwice(t *testing.T) syscall.WaitStatus {
	r := start(t, "train", "--model", "image", "--epochs", "1000", "--batch-size", "100000", "--out", t.TempDir())
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
	return status
}

// Interrupted before the first step it saves nothing.
func TestInterruptedBeforeTheFirstStep(t *testing.T) {
	out := t.TempDir()
	cancelled := func() context.Context {
		ctx, cancel := context.WithCancelCause(t.Context())
		cancel(&signalError{syscall.SIGTERM})
		return ctx
	}
	require.Equal(t, 143, run(cancelled, train(out)))
	require.NotContains(t, files(t, out), checkpointName)
	require.Equal(t, 143, run(cancelled, []string{"results"}))
}

// Interrupted while it sums pictures it says so, and has a signal's status.
func TestInterruptedWhileFilesAreSummed(t *testing.T) {
	ctx, cancel := context.WithCancelCause(t.Context())
	own := &tableTask{Data: ownData(t, 12), Test: 0.3, Target: "answer", ImageSize: 8, MaxWords: 8}
	require.NoError(t, own.load(t.Context(), "", false))
	cancel(&signalError{syscall.SIGTERM})
	_, err := sumsOf(ctx, own)
	require.ErrorContains(t, err, "pictures and sounds of the table were summed")
	require.Equal(t, 143, status(ctx, err))
	require.Equal(t, 129, status(t.Context(), &signalError{syscall.SIGHUP}))
	k, err := kong.New(newCLI(), kong.Vars{"fusions": "concat", "template": ""})
	require.NoError(t, err)
	line, err := k.Parse([]string{"runs", "list"})
	require.NoError(t, err)
	require.ErrorContains(t, interruption(line, context.Canceled), "runs list was interrupted: context canceled")
}

// eval and predict end at once, whatever they wait for.
func TestInterruptedWhileReading(t *testing.T) {
	t.Parallel()
	fifo := filepath.Join(t.TempDir(), "fifo")
	require.NoError(t, syscall.Mkfifo(fifo, 0o644))
	refused("eval", fifo).requireError(t, failed, fifo, "no regular file")
	refused("predict", "--checkpoint", fifo, "--text", "a").requireError(t, failed, fifo, "no regular file")
	refused("predict", "--checkpoint", checkpointOf(t, "image"), "--image", fifo).requireError(t, failed, "--image", "no regular file")

	for _, signal := range []syscall.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		r := start(t, append([]string{"eval"}, slices.Repeat([]string{checkpointOf(t, "text")}, 500)...)...)
		r.waitUntilGoRuns(t)
		time.Sleep(300 * time.Millisecond) // somewhere in it
		r.signal(t, signal)
		_, status := r.end()
		require.True(t, status.Signaled(), "%v", status)
		require.Equal(t, signal, status.Signal())
	}
}

// A signal that the program was started without has no effect, as nohup has it.
func TestIgnoredSignal(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	cmd := command(endless(out)...)
	cmd.Args = append([]string{"sh", "-c", `trap "" HUP; exec "$@"`, "sh", cmd.Path}, cmd.Args[1:]...)
	var err error
	cmd.Path, err = exec.LookPath("sh")
	require.NoError(t, err)
	r := startCommand(t, cmd)
	r.waitFor(t, "epoch 1/")
	r.signal(t, syscall.SIGHUP)
	r.waitFor(t, "epoch 20/")
	r.signal(t, syscall.SIGINT)
	said, status := r.end()
	require.Equal(t, 130, status.ExitStatus(), said)
}

// When nobody reads what training writes, it goes on, and leaves all that it should.
func TestTrainingWithoutAReader(t *testing.T) {
	t.Parallel()
	out := filepath.Join(t.TempDir(), "run")
	cmd := command(train(out, "--model", "text", "--epochs", "3")...)
	read, write, err := os.Pipe()
	require.NoError(t, err)
	require.NoError(t, read.Close())
	cmd.Stdout, cmd.Stderr = write, write
	require.NoError(t, cmd.Run())
	require.Subset(t, files(t, out), runFiles)
	multitorch("eval", filepath.Join(out, checkpointName)).requireOK(t)
}

// Interrupted while the data is prepared it leaves none that is half prepared.
func TestInterruptedWhileDataIsPrepared(t *testing.T) {
	t.Parallel()
	dir := dataFolder(t, packages...)
	out := filepath.Join(t.TempDir(), "run")
	r := start(t, train(out, "--data-dir", dir)...)
	r.waitFor(t, "preparing the pictures")
	r.signal(t, syscall.SIGINT)
	said, status := r.end()
	require.Equal(t, 130, status.ExitStatus(), said)
	require.Equal(t, packages, files(t, dir))
	require.Empty(t, files(t, out))
}

// Killed outright, the checkpoint of an epoch before is there, and stays when the run is begun again; killed before there
// is one, the folder can be used again, and then holds a run and nothing else.
func TestKilledTraining(t *testing.T) {
	t.Parallel()
	withModel, times := 0, kills.Times(4)
	for i := range times {
		out := t.TempDir()
		path := filepath.Join(out, checkpointName)
		r := start(t, endless(out)...)
		r.waitFor(t, []string{"step 1/", "epoch 1/", "epoch 2/"}[i%3])
		time.Sleep(time.Duration(rand.IntN(30_000)) * time.Microsecond)
		require.NoError(t, r.cmd.Process.Kill())
		_, status := r.end()
		require.Equal(t, syscall.SIGKILL, status.Signal())
		model, err := os.ReadFile(path)
		again := multitorch(train(out, "--model", "text")...)
		if err != nil {
			require.ErrorIs(t, err, os.ErrNotExist)
			again.requireOK(t)
			require.Subset(t, files(t, out), runFiles)
			require.NotContains(t, files(t, out), filepath.Base(trainer.PreviousState(stateName)), "of the one that was killed")
			continue
		}
		withModel++
		again.requireError(t, failed, "there is a run already")
		after, err := os.ReadFile(path)
		require.NoError(t, err)
		require.Equal(t, sha256.Sum256(model), sha256.Sum256(after))
		_, err = loadModel(path, torch.CPU)
		require.NoError(t, err)
	}
	t.Logf("%d kills: %d after the first model, %d before", times, withModel, times-withModel)
}

// Two runs can't write into one folder.
func TestTwoRunsInOneFolder(t *testing.T) {
	t.Parallel()
	out := t.TempDir()
	r := start(t, given(endless(out), "--batch-size", "1")...) // a long first epoch
	r.waitFor(t, "step 1/")
	refused(train(out, "--model", "text")...).
		requireError(t, failed, "--out", out, "another writer is open for this directory", "choose another directory")
	r.signal(t, syscall.SIGINT)
	said, status := r.end()
	require.Equal(t, 130, status.ExitStatus(), said)
}

// Two runs of one name that begin together get folders of their own.
func TestTwoRunsAtOnce(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	var runs []*running
	for range 2 {
		cmd := command("train", "--model", "text", "--epochs", "100000", "--batch-size", "512")
		cmd.Dir = dir
		runs = append(runs, startCommand(t, cmd))
	}
	for _, r := range runs {
		r.waitFor(t, "epoch 1/")
		r.signal(t, syscall.SIGINT)
		_, status := r.end()
		require.Equal(t, 130, status.ExitStatus())
	}
	for _, name := range []string{"emoji10-text-seed0", "emoji10-text-seed0-2"} {
		require.Contains(t, files(t, filepath.Join(dir, "runs", name)), checkpointName)
	}
}

// A loss that is not finite ends training; nothing after it is saved. Whether it is
// NaN or infinite depends on the version of libtorch.
func TestLossThatIsNotFinite(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		args []string
		want string
	}{
		"in a step":         {nil, "at step 2 (epoch 1), so training stopped before"},
		"in the validation": {[]string{"--batch-size", "5000"}, "after step 1 (epoch 1), so training stopped"},
	} {
		t.Run(name, func(t *testing.T) {
			out := t.TempDir()
			o := multitorch(given(train(out, "--model", "text", "--lr", "1e37", "--epochs", "3"), c.args...)...)
			o.requireError(t, failed, c.want, "a smaller learning rate", "this run saved no model")
			names := files(t, out)
			require.NotContains(t, names, checkpointName)
		})
	}
}
