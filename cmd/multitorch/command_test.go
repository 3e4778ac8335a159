package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
	"unicode"

	"github.com/stretchr/testify/require"

	"multitorch/internal/kills"
	"multitorch/torch"
)

// The test binary is also the command: with this in its environment it is nothing else.
const commandEnv = "MULTITORCH_TEST_IS_THE_COMMAND"

func TestMain(m *testing.M) {
	if os.Getenv(commandEnv) != "" {
		main()
	}
	kills.HeedSignals()
	torch.SetNumThreads(1)          // as what tests start: on some processors OpenBLAS's threads have other last bits
	stdout = &output{w: io.Discard} // of what is tried in this process
	var err error
	if fixtures, err = os.MkdirTemp("", "multitorch-test-"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	code := m.Run()
	os.RemoveAll(fixtures)
	os.Exit(code)
}

// fixtures is the folder of what several tests use.
var fixtures string

// outcome is what a run of the command showed.
type outcome struct {
	stdout, stderr string
	code           int
}

func command(args ...string) *exec.Cmd {
	cmd := exec.Command(os.Args[0], args...)
	cmd.Env = append(os.Environ(), commandEnv+"=1", "OMP_NUM_THREADS=1") // tests run at once
	return cmd
}

// multitorch runs the command to its end.
func multitorch(args ...string) outcome { return finish(command(args...)) }

// refused runs a command that is to fail, in this process: loading the libraries anew takes longer than most refusals. Its
// outcome has the error alone.
func refused(args ...string) outcome {
	begin := func() (context.Context, error) { return context.Background(), nil }
	k, err := parse(args, io.Discard, begin, func(int) {})
	code := misused
	if err == nil {
		code, err = failed, torch.Try(func() error { return k.Run() })
	}
	if err == nil {
		return outcome{}
	}
	return outcome{stderr: "multitorch: " + plain(err.Error()) + "\n", code: code}
}

func finish(cmd *exec.Cmd) outcome {
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) {
		panic(err)
	}
	return outcome{stdout.String(), stderr.String(), cmd.ProcessState.ExitCode()}
}

func (o outcome) requireOK(t testing.TB) outcome {
	t.Helper()
	require.Zero(t, o.code, "%s%s", o.stdout, o.stderr)
	return o
}

// requireError requires the exit status, and an error in a few lines that says all of want.
func (o outcome) requireError(t testing.TB, code int, want ...string) {
	t.Helper()
	require.Equal(t, code, o.code, "%s%s", o.stdout, o.stderr)
	require.NotContains(t, o.stderr, "goroutine ")
	at := strings.LastIndex(o.stderr, "multitorch: ")
	require.GreaterOrEqual(t, at, 0, o.stderr)
	for _, w := range want {
		require.Contains(t, o.stderr[at:], w)
	}
	requirePlain(t, o.stderr)
}

// requirePlain requires lines without control characters.
func requirePlain(t testing.TB, text string) {
	t.Helper()
	for _, r := range text {
		require.True(t, r == '\n' || !unicode.IsControl(r), "the control character %q in %q", r, text)
	}
}

// running is a run of the command that a test talks to.
type running struct {
	cmd   *exec.Cmd
	lines *bufio.Scanner // of its standard error
}

func start(t testing.TB, args ...string) *running { return startCommand(t, command(args...)) }

func startCommand(t testing.TB, cmd *exec.Cmd) *running {
	stderr, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	return &running{cmd, bufio.NewScanner(stderr)}
}

// waitFor reads its standard error up to a line that has a part.
func (r *running) waitFor(t testing.TB, part string) {
	t.Helper()
	var seen []string
	for r.lines.Scan() {
		seen = append(seen, r.lines.Text())
		if strings.Contains(r.lines.Text(), part) {
			return
		}
	}
	_ = r.cmd.Wait()
	require.Fail(t, "the command ended without saying "+part, "%q", seen)
}

// waitUntilGoRuns waits until the libraries are loaded, some of which handle signals in their own way until Go takes them over:
// Go is there when it handles the signal by which it stops its threads.
func (r *running) waitUntilGoRuns(t testing.TB) {
	t.Helper()
	require.Eventually(t, func() bool {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", r.cmd.Process.Pid))
		require.NoError(t, err)
		_, caught, _ := strings.Cut(string(status), "SigCgt:")
		var signals uint64
		_, err = fmt.Sscanf(caught, "%x", &signals)
		return err == nil && signals>>(syscall.SIGURG-1)&1 == 1
	}, time.Minute, 10*time.Millisecond)
}

// end waits for the end and returns the rest of the standard error.
func (r *running) end() (rest string, status syscall.WaitStatus) {
	for r.lines.Scan() {
		rest += r.lines.Text() + "\n"
	}
	_ = r.cmd.Wait()
	return rest, r.cmd.ProcessState.Sys().(syscall.WaitStatus)
}

func (r *running) signal(t testing.TB, s os.Signal) {
	t.Helper()
	require.NoError(t, r.cmd.Process.Signal(s))
}

// quick makes a run of few, large steps.
var quick = []string{"--epochs", "1", "--batch-size", "256", "--lr", "0.003"}

func train(out string, args ...string) []string {
	return given(append([]string{"train", "--out", out}, quick...), args...)
}

// given adds flags to a command line, in the place of those of the same names, which are refused if they are given twice.
func given(line []string, flags ...string) []string {
	var kept []string
	for i := 0; i < len(line); i++ {
		if strings.HasPrefix(line[i], "--") && slices.Contains(flags, line[i]) {
			i++ // with its value
			continue
		}
		kept = append(kept, line[i])
	}
	return append(kept, flags...)
}

var trainOnce sync.Map // kind to func() outcome

// trained is a short run of a model kind that all tests share: its folder, and
// what the command showed.
func trained(t testing.TB, kind string) (string, outcome) {
	t.Helper()
	out := filepath.Join(fixtures, kind)
	once, _ := trainOnce.LoadOrStore(kind, sync.OnceValue(func() outcome { return multitorch(train(out, "--model", kind)...) }))
	o := once.(func() outcome)()
	return out, o.requireOK(t)
}

// checkpointOf is that run's checkpoint.
func checkpointOf(t testing.TB, kind string) string {
	t.Helper()
	out, _ := trained(t, kind)
	return filepath.Join(out, checkpointName)
}

// runFiles are what a finished run leaves, beside its events.
var runFiles = []string{checkpointName, curvesName, stateName, runFileName, rowsName, tableName, reportName}

// files are the names in a folder; none where there is no folder.
func files(t testing.TB, dir string) (names []string) {
	t.Helper()
	entries, err := os.ReadDir(dir)
	if !errors.Is(err, os.ErrNotExist) {
		require.NoError(t, err)
	}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
