package trainer_test

import (
	"bufio"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/internal/kills"
	"multitorch/torch"
	"multitorch/trainer"
)

// stateOf is a state of some size, all of whose numbers are n.
func stateOf(n, size int) *torch.Dict {
	d := &torch.Dict{}
	d.Set("step", int64(n))
	d.Set("weights", torch.Full(torch.Shape{size}, n, torch.Float32))
	return d
}

// stepOf is which state a file has, whole.
func stepOf(state *torch.Dict) (int, error) {
	n, _ := state.Get("step").(int64)
	weights, ok := state.Get("weights").(*torch.Tensor)
	if !ok || !torch.Equal(weights, torch.FullLike(weights, n)) {
		return 0, fmt.Errorf("this is not the state %d", n)
	}
	return int(n), nil
}

// Whenever the writer is killed, the file is a whole state: the last one that it wrote, or the next.
func TestKilledStates(t *testing.T) {
	kills.Test(t, kills.Saver{
		Save: func(dir string, n int) error {
			return trainer.ReplaceState(filepath.Join(dir, "state.safetensors"), stateOf(n, 50_000+n%7*1000), nil)
		},
		Check: func(dir string, n int) error {
			state, _, err := trainer.LoadState(filepath.Join(dir, "state.safetensors"))
			if err != nil {
				return err
			}
			if got, err := stepOf(state); err != nil || got != n {
				return fmt.Errorf("expected the state %d, but got %d: %w", n, got, err)
			}
			return nil
		},
		Files: func(_ string, n int) ([]string, error) {
			return []string{"state.safetensors", "state.previous.safetensors"}[:min(n, 2)], nil
		},
	})
}

const fullDiskVariable, writerVariable = "MULTITORCH_TEST_FULL_DISK", "MULTITORCH_TEST_FULL_DISK_WRITER"

// The same on a file system that is full again and again: a tmpfs of its own, which takes a name space of mounts. make kills runs it.
func TestKilledStatesOnAFullDisk(t *testing.T) {
	if os.Getenv(kills.Variable) == "" {
		t.Skip("make kills runs it")
	}
	if path := os.Getenv(writerVariable); path != "" {
		writeStates(path)
	}
	disk := os.Getenv(fullDiskVariable)
	if disk == "" {
		disk = t.TempDir()
		cmd := exec.Command("unshare", "-rm", "sh", "-c", `mount -t tmpfs -o size=4m none "$1" && exec "$0" -test.v -test.run "^$2\$"`,
			os.Args[0], disk, t.Name())
		cmd.Env = append(os.Environ(), fullDiskVariable+"="+disk)
		said, err := cmd.CombinedOutput()
		require.NoError(t, err, "%s", said)
		require.Contains(t, string(said), "kills on a disk of 4 MB")
		t.Log(string(said))
		return
	}
	path := filepath.Join(disk, "state.safetensors")
	require.NoError(t, trainer.ReplaceState(path, stateOf(0, 10), nil))
	have, last, full, times := 0, 0, 0, kills.Times(200)
	for range times {
		cmd := exec.Command(os.Args[0], "-test.run", "^"+t.Name()+"$")
		cmd.Env = append(os.Environ(), writerVariable+"="+path, fmt.Sprintf("FIRST=%d", last+1))
		out, err := cmd.StderrPipe()
		require.NoError(t, err)
		require.NoError(t, cmd.Start())
		lines := bufio.NewScanner(out)
		require.True(t, lines.Scan(), "the first save began")
		done, begun := have, last+1
		kill := time.AfterFunc(time.Duration(rand.IntN(40_000))*time.Microsecond, func() { _ = cmd.Process.Kill() })
		for lines.Scan() {
			var n int
			switch what, number, _ := strings.Cut(lines.Text(), " "); what {
			case "begin", "done":
				_, err := fmt.Sscan(number, &n)
				require.NoError(t, err)
				if begun = max(begun, n); what == "done" {
					done = n
				}
			case "full":
				full++
			default:
				require.Fail(t, lines.Text())
			}
		}
		kill.Stop()
		require.ErrorContains(t, cmd.Wait(), "killed")
		state, _, err := trainer.LoadState(path)
		require.NoError(t, err)
		got, err := stepOf(state)
		require.NoError(t, err)
		require.GreaterOrEqual(t, got, done)
		require.LessOrEqual(t, got, begun)
		have, last = got, begun
	}
	require.Positive(t, full)
	t.Logf("%d kills on a disk of 4 MB, which was full %d times: each left a whole state", times, full)
}

// writeStates writes states of up to a third and more of the disk until it is killed, and says how it goes.
func writeStates(path string) {
	var first int
	_, _ = fmt.Sscan(os.Getenv("FIRST"), &first)
	for n := first; ; n++ {
		fmt.Fprintln(os.Stderr, "begin", n)
		switch err := trainer.ReplaceState(path, stateOf(n, rand.IntN(600_000)), nil); {
		case err == nil:
			fmt.Fprintln(os.Stderr, "done", n)
		case errors.Is(err, syscall.ENOSPC):
			fmt.Fprintln(os.Stderr, "full", n)
		default:
			fmt.Fprintln(os.Stderr, "failed:", err)
			os.Exit(1)
		}
	}
}
