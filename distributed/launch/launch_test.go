package launch_test

import (
	"bytes"
	"context"
	"errors"
	"net"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/stretchr/testify/require"

	"multitorch/distributed"
	"multitorch/distributed/launch"
	"multitorch/internal/kills"
	"multitorch/torch"
)

// The test binary is also what is launched, where SCENE says so.
func TestMain(m *testing.M) {
	if os.Getenv("SCENE") == "" {
		kills.HeedSignals()
		os.Exit(m.Run())
	}
	err := distributed.Run(context.Background(), func(_ context.Context, g *distributed.Group) error {
		x := torch.Ones([]int{1})
		if err := g.AllReduce(x, distributed.Sum); err != nil || x.Item() != float64(g.WorldSize()) {
			return errors.Join(err, errors.New("the sum is wrong"))
		}
		if os.Getenv("TORCHELASTIC_RESTART_COUNT") == "0" && g.Rank() == 1 {
			_ = syscall.Kill(os.Getpid(), syscall.SIGKILL)
		}
		return g.Barrier()
	}, distributed.Timeout(time.Minute))
	if err != nil {
		os.Stderr.WriteString(err.Error() + "\n")
		os.Exit(1)
	}
	os.Exit(0)
}

func shell(script string) []string { return []string{"/bin/sh", "-c", script} }

func run(t *testing.T, c launch.Config) (out, errs string, err error) {
	t.Helper()
	var o, e bytes.Buffer
	c.Stdout, c.Stderr = &o, &e
	err = launch.Run(context.Background(), c)
	return o.String(), e.String(), err
}

func TestEnvironmentAndPrefixes(t *testing.T) {
	out, errs, err := run(t, launch.Config{
		Ranks: 3, Command: shell(`echo $RANK $LOCAL_RANK of $WORLD_SIZE $LOCAL_WORLD_SIZE; echo bad $RANK >&2`),
	})
	require.NoError(t, err)
	require.ElementsMatch(t, []string{"0 0 of 3 3", "[rank 1] 1 1 of 3 3", "[rank 2] 2 2 of 3 3"}, strings.Split(strings.TrimSpace(out), "\n"))
	require.ElementsMatch(t, []string{"bad 0", "[rank 1] bad 1", "[rank 2] bad 2"}, strings.Split(strings.TrimSpace(errs), "\n"))
}

func TestOneThatFailsEndsAll(t *testing.T) {
	for name, test := range map[string]struct {
		script string
		code   int
	}{
		"by a status":        {`[ $RANK = 1 ] && exit 7; exec sleep 100`, 7},
		"by a signal":        {`[ $RANK = 1 ] && kill -9 $$; exec sleep 100`, 137},
		"others don't heed":  {`[ $RANK = 1 ] && exit 7; trap "" TERM; sleep 100; sleep 100`, 7},
		"others are stopped": {`[ $RANK = 1 ] && sleep 0.2 && exit 7; kill -STOP $$`, 7},
	} {
		t.Run(name, func(t *testing.T) {
			began := time.Now()
			_, _, err := run(t, launch.Config{Ranks: 3, Command: shell(test.script), Grace: 200 * time.Millisecond})
			var first *launch.Error
			require.ErrorAs(t, err, &first)
			require.Equal(t, 1, first.Rank)
			require.Equal(t, test.code, first.Code)
			require.Less(t, time.Since(began), time.Minute) // of the 100 s for which the others sleep
		})
	}
}

func TestSignalsReachEveryRank(t *testing.T) {
	dir := t.TempDir()
	go func() {
		for { // when all are there
			if files, _ := filepath.Glob(dir + "/ready*"); len(files) == 2 {
				break
			}
			time.Sleep(10 * time.Millisecond)
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGINT)
	}()
	out, _, err := run(t, launch.Config{
		Ranks: 2, Grace: time.Minute,
		Command: shell(`trap "echo bye; exit 5" INT; touch ` + dir + `/ready$RANK; while true; do sleep 0.05; done`),
	})
	var first *launch.Error
	require.ErrorAs(t, err, &first)
	require.Equal(t, 5, first.Code)
	require.Contains(t, out, "[rank 1] bye")
}

func TestEndOfTheContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(context.Background(), 300*time.Millisecond)
	defer cancel()
	var o bytes.Buffer
	err := launch.Run(ctx, launch.Config{Ranks: 2, Command: shell(`exec sleep 100`), Stdout: &o, Stderr: &o, Restarts: 3})
	var first *launch.Error
	require.ErrorAs(t, err, &first)
	require.Equal(t, 128+int(syscall.SIGTERM), first.Code)
}

func TestAKilledRankIsNamedAndAllStartAgain(t *testing.T) {
	t.Setenv("SCENE", "1")
	out, errs, err := run(t, launch.Config{Ranks: 2, Command: []string{os.Args[0]}, Restarts: 1, Grace: time.Minute})
	require.NoError(t, err, out+errs)
	require.Contains(t, errs, "rank 1 ended with signal: killed; starting all 2 ranks again (1 of 1)")
	require.Contains(t, errs, "distributed: rank 1 ended with an error: signal: killed")
}

func TestWrongSettings(t *testing.T) {
	taken, err := net.Listen("tcp", ":0")
	require.NoError(t, err)
	defer taken.Close()
	for want, c := range map[string]launch.Config{
		"expected a command":      {Ranks: 1},
		"at least 1 rank":         {Command: shell("true")},
		"node 2 of 2":             {Command: shell("true"), Ranks: 1, Nodes: 2, Node: 2},
		"need the address":        {Command: shell("true"), Ranks: 1, Nodes: 2},
		"no such file":            {Command: []string{"/no/such/program"}, Ranks: 2},
		"the store can't be kept": {Command: shell("true"), Ranks: 1, Nodes: 2, Master: "127.0.0.1", Port: taken.Addr().(*net.TCPAddr).Port},
	} {
		_, _, err := run(t, c)
		require.ErrorContains(t, err, want)
	}
}
