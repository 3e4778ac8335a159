package distributed_test

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"

	"multitorch/distributed"
	"multitorch/torch"
)

// Ranks are processes of the test binary: each runs the scene that SCENE names, one of these.
var scenes = map[string]func(ctx context.Context, g *distributed.Group) error{}

// scene adds one. It returns its name, so that a variable of a file can be made of it.
func scene(name string, f func(ctx context.Context, g *distributed.Group) error) string {
	scenes[name] = f
	return name
}

func TestMain(m *testing.M) {
	name := os.Getenv("SCENE")
	if name == "" {
		os.Exit(m.Run())
	}
	torch.SetNumThreads(1)
	timeout, err := time.ParseDuration(os.Getenv("SCENE_TIMEOUT"))
	if err == nil {
		err = distributed.Run(context.Background(), scenes[name], distributed.Timeout(timeout), distributed.InitTimeout(timeout),
			distributed.InitMethod(os.Getenv("SCENE_METHOD")))
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// rank is a process that was started.
type rank struct {
	*exec.Cmd
	out, err bytes.Buffer
	ended    chan error
}

// wait waits for its end, and returns what it ended with.
func (r *rank) wait(t *testing.T, atMost time.Duration) error {
	t.Helper()
	select {
	case err := <-r.ended:
		r.ended <- err
		return err
	case <-time.After(atMost):
		t.Fatalf("a rank has not ended within %v; it said:\n%s%s", atMost, &r.out, &r.err)
		return nil
	}
}

// begin starts n ranks of a scene; more are variables of their environments.
func begin(t *testing.T, n int, scene string, timeout time.Duration, more ...string) []*rank {
	t.Helper()
	port := freePort(t)
	ranks := make([]*rank, n)
	for i := range ranks {
		ranks[i] = beginOne(t, append([]string{
			"SCENE=" + scene, "SCENE_TIMEOUT=" + timeout.String(), "MASTER_ADDR=127.0.0.1", "MASTER_PORT=" + port,
			"RANK=" + strconv.Itoa(i), "WORLD_SIZE=" + strconv.Itoa(n), "OMP_NUM_THREADS=1",
		}, more...))
	}
	return ranks
}

func beginOne(t *testing.T, env []string) *rank {
	t.Helper()
	return startRank(t, exec.Command(os.Args[0]), env)
}

func startRank(t *testing.T, cmd *exec.Cmd, env []string) *rank {
	t.Helper()
	r := &rank{Cmd: cmd, ended: make(chan error, 1)}
	r.Env = append(os.Environ(), env...)
	r.Stdout, r.Stderr = &r.out, &r.err
	if err := r.Start(); err != nil {
		t.Fatal(err)
	}
	go func() { r.ended <- r.Wait() }()
	t.Cleanup(func() { _ = r.Process.Kill() })
	return r
}

// freePort is below those that the kernel gives to whoever asks for any: one of these may be another test's before a rank listens on it.
func freePort(t *testing.T) string {
	t.Helper()
	for range 1000 {
		port := strconv.Itoa(10_000 + rand.IntN(20_000))
		if l, err := net.Listen("tcp", ":"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// play runs a scene on n ranks that all end well, and returns what each wrote.
func play(t *testing.T, n int, scene string, more ...string) []string {
	t.Helper()
	outs := make([]string, n)
	for i, r := range begin(t, n, scene, time.Minute, more...) {
		if err := r.wait(t, 2*time.Minute); err != nil {
			t.Fatalf("rank %d: %v\n%s", i, err, &r.err)
		}
		outs[i] = r.out.String()
	}
	return outs
}

// must is for scenes, in which there is no testing.T.
func must(err error) {
	if err != nil {
		panic(&torch.Error{Op: "scene", Message: err.Error()})
	}
}

// equal says what is not as expected.
func equal(want, got any) {
	if a, b := fmt.Sprint(want), fmt.Sprint(got); a != b {
		panic(&torch.Error{Op: "scene", Message: fmt.Sprintf("expected %s, but got %s", a, b)})
	}
}
