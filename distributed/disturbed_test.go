package distributed_test

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/distributed/launch"
	"multitorch/trainer"
)

// steady trains slowly, saves the run's state after each step, and goes on from it. What it says goes to a file.
var steady = scene("steady", func(ctx context.Context, g *distributed.Group) error {
	dir := os.Getenv("DIR")
	must(os.WriteFile(fmt.Sprintf("%s/pid%d-%s", dir, g.Rank(), os.Getenv("TORCHELASTIC_RESTART_COUNT")), []byte(strconv.Itoa(os.Getpid())), 0o600))
	d := &diary{}
	state := filepath.Join(dir, "state")
	d.keep = func(int) error {
		time.Sleep(30 * time.Millisecond)
		saved, err := d.from.State()
		if err != nil {
			return err
		}
		return errors.Join(os.WriteFile(filepath.Join(dir, "diary"+os.Getenv("TORCHELASTIC_RESTART_COUNT")), []byte(d.out), 0o600),
			trainer.SaveState(state, saved, nil))
	}
	resume := ""
	if _, err := os.Stat(state); err == nil {
		resume = state
	}
	err := fit(ctx, g, d, resume)
	if g.Rank() == 0 {
		must(os.WriteFile(filepath.Join(dir, "diary"+os.Getenv("TORCHELASTIC_RESTART_COUNT")), []byte(d.out), 0o600))
	}
	return err
})

// said is what several goroutines write.
type said struct {
	mu   sync.Mutex
	text strings.Builder
}

func (s *said) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.text.Write(b)
}

// disturb launches the steady run on three ranks, does something to one of them at a moment, and returns what was said, and the
// diaries of the run and of its restart.
func disturb(t *testing.T, victim int, after time.Duration, how syscall.Signal) (errs, before, rest string) {
	t.Helper()
	dir := t.TempDir()
	timeout, grace := time.Minute, time.Minute // a busy machine is slow, and who is killed is missed at once
	if how == syscall.SIGSTOP {
		timeout, grace = 4*time.Second, 9*time.Second
	}
	for k, v := range map[string]string{"SCENE": steady, "SCENE_TIMEOUT": timeout.String(), "DIR": dir, "OMP_NUM_THREADS": "1"} {
		t.Setenv(k, v)
	}
	go func() {
		path := fmt.Sprintf("%s/pid%d-0", dir, victim)
		for began := time.Now(); time.Since(began) < time.Minute; time.Sleep(5 * time.Millisecond) {
			if text, err := os.ReadFile(path); err == nil && len(text) > 0 {
				pid, _ := strconv.Atoi(string(text))
				time.Sleep(after)
				_ = syscall.Kill(pid, how)
				return
			}
		}
	}()
	var out said
	err := launch.Run(context.Background(), launch.Config{
		Command: []string{os.Args[0]}, Ranks: 3, Restarts: 1, Grace: grace, Stdout: &out, Stderr: &out,
	})
	require.NoError(t, err, out.text.String())
	read := func(attempt int) string {
		text, err := os.ReadFile(fmt.Sprintf("%s/diary%d", dir, attempt))
		if !errors.Is(err, os.ErrNotExist) {
			require.NoError(t, err)
		}
		return string(text)
	}
	return out.text.String(), read(0), read(1)
}

// disturbances is how many there are: one in a usual test, twenty under "make distributed".
func disturbances() int {
	if n, err := strconv.Atoi(os.Getenv("MULTITORCH_DISTURBANCES")); err == nil {
		return n
	}
	return 1
}

// TestDisturbedRuns kills ranks, and stops others, at random moments. The others end with an error that names the rank, and the run
// that is started again goes on with the numbers of one that nobody disturbed.
func TestDisturbedRuns(t *testing.T) {
	calm := undisturbed(t)
	seed := uint64(time.Now().UnixNano())
	random := rand.New(rand.NewPCG(seed, 0))
	for i := range disturbances() {
		victim, how := random.IntN(3), []syscall.Signal{syscall.SIGKILL, syscall.SIGSTOP}[i%2]
		after := time.Duration(random.IntN(300)) * time.Millisecond
		t.Run(fmt.Sprintf("%v to rank %d after %v", how, victim, after), func(t *testing.T) {
			errs, before, rest := disturb(t, victim, after, how)
			if !strings.Contains(errs, "starting all 3 ranks again") {
				t.Log("the run was done before it was disturbed")
				return
			}
			require.Contains(t, errs, fmt.Sprintf("distributed: rank %d ", victim), "named")
			requireCalm(t, calm, before, rest)
		})
	}
}

// undisturbed are the lines of a run on three ranks.
func undisturbed(t *testing.T) map[string]bool {
	t.Helper()
	calm := map[string]bool{}
	for _, line := range strings.Split(play(t, 3, trained)[0], "\n") {
		calm[line] = true
	}
	return calm
}

// requireCalm looks whether what a run said before it was disturbed, and what it said when it went on, is of an undisturbed one.
func requireCalm(t *testing.T, calm map[string]bool, before, rest string) {
	t.Helper()
	for _, line := range strings.Split(before+rest, "\n") {
		require.True(t, calm[line], "%q is not in an undisturbed run", line)
	}
	require.Contains(t, rest, "epoch 3")
}

// waiting ends rank 1, and has the others wait for it, in the way that WAIT says.
var waiting = scene("waiting", func(_ context.Context, g *distributed.Group) error {
	how := os.Getenv("WAIT")
	if g.Rank() == 1 {
		if how == "to connect" {
			// It has come when the others begin to connect.
			time.AfterFunc(300*time.Millisecond, func() { _ = syscall.Kill(os.Getpid(), syscall.SIGKILL) })
			return g.Barrier()
		}
		return syscall.Kill(os.Getpid(), syscall.SIGKILL)
	}
	if how == "to connect" {
		_, err := g.NewGroup(0, 1, 2)
		return err
	}
	return g.Agree(how)
})

// TestALostRankIsNamedToThoseThatWaitForIt also where they do not compute together, so that no connection of theirs breaks: long
// before the time-out, by the launcher's word.
func TestALostRankIsNamedToThoseThatWaitForIt(t *testing.T) {
	for _, wait := range []string{"to connect", "to agree"} {
		t.Run(wait, func(t *testing.T) {
			for k, v := range map[string]string{"SCENE": waiting, "SCENE_TIMEOUT": "10m", "WAIT": wait} {
				t.Setenv(k, v)
			}
			var out said
			err := launch.Run(context.Background(), launch.Config{
				Command: []string{os.Args[0]}, Ranks: 3, Grace: time.Minute, Stdout: &out, Stderr: &out,
			})
			require.ErrorContains(t, err, "rank 1 ended with signal: killed")
			text := out.text.String()
			require.Equal(t, 2, strings.Count(text, "distributed: rank 1 ended with an error: signal: killed"), text)
		})
	}
}
