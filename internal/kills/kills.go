// Package kills kills test processes while they save, at random moments, and looks at what they left.
package kills

import (
	"bufio"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"os/signal"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

// Variable is the environment variable that asks for a number of kills.
const Variable = "MULTITORCH_KILLS"

// Times is that number, or quick where none is asked for.
func Times(quick int) int {
	if n, err := strconv.Atoi(os.Getenv(Variable)); err == nil {
		return n
	}
	return quick
}

// HeedSignals, in TestMain, has children start with the system's defaults. Under nohup, or behind a shell's &, signals are
// ignored, and children inherit that unless their parent listens.
func HeedSignals() {
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}

// Saver is a way to save something into a folder, over what is there. Each generation, counted from 1, is something else:
// longer or shorter, in more files or fewer.
type Saver struct {
	Save func(dir string, generation int) error
	// Check is an error unless the folder has that generation, whole and with the right values.
	Check func(dir string, generation int) error
	// Files are the names in the folder when nothing is left behind.
	Files func(dir string, generation int) ([]string, error)
}

// What a child is told.
const (
	folderVariable = "MULTITORCH_TEST_KILLED_FOLDER"
	firstVariable  = "MULTITORCH_TEST_KILLED_FIRST"
)

// Test kills children that save one generation after the other. After each kill the folder must have the last generation
// that was finished, or the one that was begun; and after the next save that one, and nothing else.
//
// A child is the same test in another process, so a test calls Test once, with the same arguments each time.
func Test(t *testing.T, s Saver) {
	t.Helper()
	if dir := os.Getenv(folderVariable); dir != "" {
		first, err := strconv.Atoi(os.Getenv(firstVariable))
		require.NoError(t, err)
		saveOn(s, dir, first)
	}
	dir := t.TempDir()
	require.NoError(t, s.Save(dir, 1))
	last, before, began, leftovers := 1, 0, 0, 0
	takes := time.Millisecond
	times := Times(2)
	for range times {
		c := start(t, dir, last+1)
		c.next(t) // the first save began
		for range rand.IntN(3) {
			now := time.Now()
			c.next(t)
			c.next(t)
			takes = (takes + time.Since(now)) / 2
		}
		time.Sleep(time.Duration(rand.Int64N(int64(takes * 3 / 2))))
		done, begun := c.kill(t, last)
		if err := s.Check(dir, done); err == nil {
			before++
			last = done
		} else {
			require.NoError(t, s.Check(dir, begun), "killed between the ends of generation %d (%v) and %d", done, err, begun)
			began++
			last = begun
		}
		want, err := s.Files(dir, last)
		require.NoError(t, err)
		if len(namesIn(t, dir)) > len(want) {
			leftovers++
		}
		last = begun + 1
		require.NoError(t, s.Save(dir, last))
		require.NoError(t, s.Check(dir, last))
		want, err = s.Files(dir, last)
		require.NoError(t, err)
		require.ElementsMatch(t, want, namesIn(t, dir), "after the next save")
	}
	t.Logf("%d kills: %d left what was saved before, %d the new; %d left something for the next save to remove",
		times, before, began, leftovers)
}

// saveOn saves until it is killed.
func saveOn(s Saver, dir string, generation int) {
	for ; ; generation++ {
		fmt.Fprintln(os.Stderr, "kills: begin", generation)
		if err := s.Save(dir, generation); err != nil {
			fmt.Fprintln(os.Stderr, "kills: error", err)
			os.Exit(1)
		}
		fmt.Fprintln(os.Stderr, "kills: done", generation)
	}
}

type child struct {
	cmd         *exec.Cmd
	said        *bufio.Scanner
	done, begun int
}

func start(t *testing.T, dir string, first int) *child {
	t.Helper()
	pattern := "^" + strings.Join(strings.Split(t.Name(), "/"), "$/^") + "$"
	cmd := exec.Command(os.Args[0], "-test.run", pattern)
	cmd.Env = append(os.Environ(), folderVariable+"="+dir, firstVariable+"="+strconv.Itoa(first))
	out, err := cmd.StderrPipe()
	require.NoError(t, err)
	require.NoError(t, cmd.Start())
	return &child{cmd: cmd, said: bufio.NewScanner(out)}
}

// next waits for the next word, and reports whether there was one.
func (c *child) next(t *testing.T) bool {
	t.Helper()
	for c.said.Scan() {
		text, is := strings.CutPrefix(c.said.Text(), "kills: ")
		if !is {
			continue
		}
		what, number, _ := strings.Cut(text, " ")
		require.NotEqual(t, "error", what, "a save that was not killed failed: %s", number)
		n, err := strconv.Atoi(number)
		require.NoError(t, err)
		if what == "done" {
			c.done = n
		} else {
			c.begun = n
		}
		return true
	}
	return false
}

// kill returns the last generation that was saved, last if it is none of the child's, and the one that was begun.
func (c *child) kill(t *testing.T, last int) (done, begun int) {
	t.Helper()
	require.NoError(t, c.cmd.Process.Kill())
	for c.next(t) {
	}
	require.ErrorContains(t, c.cmd.Wait(), "killed")
	return max(c.done, last), max(c.begun, last)
}

func namesIn(t *testing.T, dir string) []string {
	t.Helper()
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	names := []string{}
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}
