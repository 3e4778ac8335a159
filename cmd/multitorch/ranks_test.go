package main

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// launched is the command, trained by several ranks.
func launched(ranks int, flags []string, args ...string) *exec.Cmd {
	launch := append([]string{"launch", "-n", strconv.Itoa(ranks)}, flags...)
	return command(append(append(launch, "--", os.Args[0], "train"), args...)...)
}

// rankOf finds the process of a rank that a launcher has started.
func rankOf(t *testing.T, launcher, rank int) (pid int) {
	t.Helper()
	require.Eventually(t, func() bool {
		tasks, _ := filepath.Glob(fmt.Sprintf("/proc/%d/task/*/children", launcher))
		for _, path := range tasks {
			text, _ := os.ReadFile(path)
			for _, child := range strings.Fields(string(text)) {
				env, _ := os.ReadFile("/proc/" + child + "/environ")
				if bytes.Contains(env, []byte("\x00RANK="+strconv.Itoa(rank)+"\x00")) {
					pid, _ = strconv.Atoi(child)
					return true
				}
			}
		}
		return false
	}, time.Minute, time.Millisecond)
	return pid
}

// ranksOf finds those of all ranks.
func ranksOf(t *testing.T, launcher, ranks int) (pids []int) {
	t.Helper()
	for rank := range ranks {
		pids = append(pids, rankOf(t, launcher, rank))
	}
	return pids
}

// killLauncher kills a launcher outright, and waits until its ranks have ended with it.
func killLauncher(t *testing.T, r *running, ranks []int) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Kill())
	r.end()
	for _, pid := range ranks {
		require.Eventually(t, func() bool {
			env, _ := os.ReadFile(fmt.Sprintf("/proc/%d/environ", pid)) // that of a process which has ended is empty
			return len(env) == 0
		}, time.Minute, time.Millisecond)
	}
}

// waitForState waits until a run that goes on in a folder has saved another state than there was.
func waitForState(t *testing.T, out string, before os.FileInfo) os.FileInfo {
	t.Helper()
	var now os.FileInfo
	require.Eventually(t, func() bool {
		var err error
		now, err = os.Stat(filepath.Join(out, stateName))
		return err == nil && !os.SameFile(before, now)
	}, time.Minute, time.Millisecond)
	return now
}

// A rank is killed, and the launcher starts both again, who go on to what nobody disturbed leaves. A run whose launcher is killed
// goes on with other numbers of ranks. The model has no dropout, of which another number of ranks draws otherwise.
func TestRanksAreKilledAndGoOn(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	args := func(out string) []string {
		return []string{"dialogue", "--model", "mlp", "--scenes", "400", "--epochs", "2", "--save-every", "1ms", "--out", out}
	}
	whole := filepath.Join(dir, "whole")
	want := finish(launched(2, nil, args(whole)...)).requireOK(t)

	restarted := false
	for n := 0; !restarted; n++ { // until it is killed before it is done
		require.Less(t, n, 10)
		out := filepath.Join(dir, fmt.Sprint("killed-", n))
		r := startCommand(t, launched(2, []string{"--restarts", "1"}, args(out)...))
		victim := rankOf(t, r.cmd.Process.Pid, 1)
		waitForState(t, out, waitForState(t, out, nil)) // of the beginning, and of a step
		_ = syscall.Kill(victim, syscall.SIGKILL)
		said, status := r.end()
		require.Zero(t, status.ExitStatus(), said[max(0, len(said)-2000):])
		require.Equal(t, contents(t, whole), contents(t, out))
		restarted = strings.Contains(said, "starting all 2 ranks again (1 of 1)")
	}

	other := filepath.Join(dir, "other")
	r := startCommand(t, launched(2, nil, args(other)...))
	ranks := ranksOf(t, r.cmd.Process.Pid, 2)
	state := waitForState(t, other, waitForState(t, other, nil))
	killLauncher(t, r, ranks)
	r = startCommand(t, launched(4, nil, "--resume", other))
	ranks = ranksOf(t, r.cmd.Process.Pid, 4)
	waitForState(t, other, state)
	killLauncher(t, r, ranks)
	got := multitorch("train", "--resume", other).requireOK(t)
	requireClose(t, shown(t, want.stdout), shown(t, got.stdout))

	require.Contains(t, finish(launched(2, []string{"--restarts", "1"}, "--model", "text")).stderr, "ranks that are started again need --out")
}

// A user's own table is trained by two ranks, one of which says what it is taken for, and it is evaluated by one process.
func TestTablesInRanks(t *testing.T) {
	t.Parallel()
	path, out := ownData(t, 12), filepath.Join(t.TempDir(), "run")
	o := finish(launched(2, nil, "table", "--data", path, "--out", out, "--image-size", "16", "--epochs", "2")).requireOK(t)
	require.Equal(t, 1, strings.Count(o.stderr, "36 of 36 cells end as pictures do"), o.stderr)
	reached := regexp.MustCompile(`(?m)^accuracy +(\d+\.\d %)$`).FindStringSubmatch(o.stdout)
	require.NotNil(t, reached, o.stdout)
	o = multitorch("eval", filepath.Join(out, checkpointName)).requireOK(t)
	require.Contains(t, o.stdout, "accuracy "+reached[1])
}

var lastFigures = regexp.MustCompile(`(?m)^(?:test loss|accuracy|relational|not relational|macro-F1) +(\d+\.\d+)`)

// shown are the last loss and the shares that train says.
func shown(t *testing.T, stdout string) (figures []float64) {
	t.Helper()
	for _, m := range lastFigures.FindAllStringSubmatch(stdout, -1) {
		v, err := strconv.ParseFloat(m[1], 64)
		require.NoError(t, err)
		figures = append(figures, v)
	}
	require.Len(t, figures, 5, stdout)
	return figures
}

// requireClose allows for sums in another order.
func requireClose(t *testing.T, want, got []float64) {
	t.Helper()
	require.Len(t, got, len(want))
	for i := range want {
		require.InEpsilon(t, want[i], got[i], 0.01)
	}
}
