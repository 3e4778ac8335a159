package hooks_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/datasets"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/runlog"
)

// logged is a run that can be resumed anywhere, with both logs in a folder, and a validation in every third step.
func logged(t *testing.T, dir string, more ...trainer.Hook) *run {
	t.Helper()
	r := newRun(4, append([]trainer.Hook{
		&hooks.JSONL{Path: filepath.Join(dir, "rows.jsonl")}, &hooks.CSV{Path: filepath.Join(dir, "epochs.csv")},
		&hooks.CSV{Path: filepath.Join(dir, "steps.csv"), Steps: true},
	}, more...)...)
	loader, err := datasets.NewBatchLoader(numbers(5), datasets.BatchSize(1), datasets.Shuffle(true))
	require.NoError(t, err)
	r.Train, r.ValidateEvery = loader, 3
	return r
}

type numbers int

func (n numbers) Len() int { return int(n) }

func (n numbers) GetBatch(_ context.Context, indices []int) (float64, error) {
	return float64(indices[0]), nil
}

// saver keeps the run's state as it was after a step, and ends the run some steps later.
type saver struct {
	at, end int
	epoch   bool // it is kept after the epoch, and not after its last step
	path    string
	state   func() (*torch.Dict, error)
}

func (s *saver) Name() string { return "saver" }

func (s *saver) OnStart(at trainer.Start) error {
	s.state = at.State
	return nil
}

func (s *saver) OnStep(at trainer.Step) error {
	if at.Step == s.at && !s.epoch {
		if err := s.save(); err != nil {
			return err
		}
	}
	if at.Step == s.end {
		return errBroken
	}
	return nil
}

func (s *saver) OnEpoch(at trainer.Epoch) error {
	if at.Step == s.at && s.epoch {
		return s.save()
	}
	return nil
}

func (s *saver) save() error {
	state, err := s.state()
	if err != nil {
		return err
	}
	return trainer.SaveState(s.path, state, nil)
}

var clock = regexp.MustCompile(`"time":[0-9.]+|,[0-9]{10}\.[0-9]{3},`)

func logs(t *testing.T, dir string) string {
	t.Helper()
	all := ""
	for _, name := range []string{"rows.jsonl", "epochs.csv", "steps.csv"} {
		b, err := os.ReadFile(filepath.Join(dir, name))
		require.NoError(t, err)
		all += clock.ReplaceAllString(string(b), "")
	}
	return all
}

// Wherever a run was saved and however much further it had come: resumed, it leaves the logs of one that never stopped.
func TestRowsOfAResumedRun(t *testing.T) {
	whole := t.TempDir()
	require.NoError(t, logged(t, whole).Fit(context.Background()))
	want := logs(t, whole)
	require.Equal(t, 20+5+4+5+21, strings.Count(want, "\n")) // of validations: not in step 15, which ends an epoch
	for at := 1; at < 20; at += 2 {
		for _, epoch := range []bool{false, true} {
			if epoch && at%5 != 0 {
				continue
			}
			dir := t.TempDir()
			s := &saver{at: at, end: min(at+3, 20), epoch: epoch, path: filepath.Join(dir, "state")}
			require.ErrorIs(t, logged(t, dir, s).Fit(context.Background()), errBroken)
			state, _, err := trainer.LoadState(s.path)
			require.NoError(t, err)
			require.NoError(t, logged(t, dir).Resume(context.Background(), state))
			require.Equal(t, want, logs(t, dir), "saved after step %d", at)
		}
	}
}

func TestRows(t *testing.T) {
	dir := t.TempDir()
	require.NoError(t, logged(t, dir).Fit(context.Background()))
	l, err := runlog.Read(filepath.Join(dir, "rows.jsonl"))
	require.NoError(t, err)
	require.Equal(t, []string{"train/loss", "train/accuracy", "test/loss", "test/accuracy"}, runlog.Names(l.Epochs))
	require.Equal(t, []string{"loss", "samples"}, runlog.Names(l.Steps))
	require.Equal(t, []string{"test/loss", "test/accuracy"}, runlog.Names(l.Validations))
	require.Equal(t, runlog.Epoch, l.Last.Kind)
	require.Equal(t, 20, l.Last.Step)
	table, err := os.ReadFile(filepath.Join(dir, "epochs.csv"))
	require.NoError(t, err)
	require.True(t, strings.HasPrefix(string(table), "epoch,step,time,train/loss,train/accuracy,test/loss,test/accuracy\n1,5,"), string(table))
}

func TestLog(t *testing.T) {
	var b bytes.Buffer
	text := slog.New(slog.NewTextHandler(&b, &slog.HandlerOptions{ReplaceAttr: func(_ []string, a slog.Attr) slog.Attr {
		if a.Key == slog.TimeKey {
			return slog.Attr{}
		}
		return a
	}}))
	r := newRun(2, &hooks.Log{Logger: text, Every: 4})
	r.ValidateEvery = 3
	require.NoError(t, r.Fit(context.Background()))
	lines := strings.Split(strings.TrimSpace(b.String()), "\n")
	require.Len(t, lines, 1+2+3+2+1, b.String())
	require.Equal(t, `level=INFO msg="training began" epoch=1 step=0 epochs=2 steps=10`, lines[0])
	require.Contains(t, lines[1], "msg=validation epoch=1 step=3 test.loss=")
	require.Contains(t, lines[2], "msg=step epoch=1 step=4 loss=")
	require.Regexp(t, `msg=epoch epoch=1 step=5 train.loss=[0-9.]+ train.accuracy=[0-9.]+ test.loss=[0-9.]+ test.accuracy=[0-9.]+$`, lines[3])
	require.Equal(t, `level=INFO msg="training is done" epoch=2 step=10`, lines[8])

	b.Reset()
	require.ErrorIs(t, newRun(2, &hooks.Log{Logger: text}, stopper{3, errBroken}).Fit(context.Background()), errBroken)
	require.Contains(t, b.String(), `level=ERROR msg="training failed" epoch=1 step=3 error="hook stopper: broken"`)
	b.Reset()
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	require.ErrorIs(t, newRun(2, &hooks.Log{Logger: text}).Fit(ctx), context.Canceled)
	require.Contains(t, b.String(), `level=WARN msg="training was interrupted" epoch=1 step=0`)
}

// The test binary is also a run on a disk with no room for its logs.
const noRoomEnv = "HOOKS_TEST_NO_ROOM"

func TestMain(m *testing.M) {
	if dir := os.Getenv(noRoomEnv); dir != "" {
		noRoom(dir)
		return
	}
	os.Exit(m.Run())
}

func noRoom(dir string) {
	signal.Ignore(syscall.SIGXFSZ)
	slog.SetDefault(slog.New(slog.NewTextHandler(os.Stdout, nil)))
	limit := func(n uint64) {
		if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &syscall.Rlimit{Cur: n, Max: 1 << 30}); err != nil {
			panic(err)
		}
	}
	for _, again := range []bool{true, false} { // there is room again before the end, or never
		limit(1000)
		path := filepath.Join(dir, fmt.Sprint(again))
		err := newRun(10, &hooks.JSONL{Path: path}, calling(func(step int) {
			if step == 40 && again {
				limit(1 << 30)
			}
		})).Fit(context.Background())
		limit(1 << 30)
		l, wrong := runlog.Read(path)
		fmt.Println(again, err, errors.Join(wrong), len(l.Steps), len(l.Epochs), l.Torn)
	}
}

type calling func(step int)

func (calling) Name() string { return "calling" }

func (c calling) OnStep(s trainer.Step) error {
	c(s.Step)
	return nil
}

// A full disk does not end a run. What was written is whole rows, and nothing is missing where there is room again.
func TestRowsOnAFullDisk(t *testing.T) {
	dir := t.TempDir()
	cmd := exec.Command(os.Args[0])
	cmd.Env = append(os.Environ(), noRoomEnv+"="+dir)
	out, err := cmd.CombinedOutput()
	require.NoError(t, err, string(out))
	require.Contains(t, string(out), "true <nil> <nil> 50 10 false\n")
	require.Regexp(t, `false hook jsonl: .* lacks the last \d+ of its rows: they could not be written <nil> \d \d false`, string(out))
	require.Equal(t, 2, strings.Count(string(out), "level=WARN"), string(out))
}
