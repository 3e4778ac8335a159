// Package launch starts the ranks of a distributed program on a machine, as torchrun does: each with the environment that
// [distributed.Init] reads, around a store that the launcher keeps, so that it outlives every rank.
package launch

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"runtime"
	"strconv"
	"sync"
	"syscall"
	"time"

	"multitorch/distributed/internal/c10d"
)

// Config is what is started.
type Config struct {
	Command []string
	Ranks   int // on this machine
	// Nodes and Node are of several machines: how many there are and which this is, from 0. Master and Port are where node 0
	// keeps the store. On one machine they are left out.
	Nodes, Node, Port int
	Master            string
	// Restarts is how often all ranks are started again after one has failed.
	Restarts int
	// Grace is how long the other ranks may take to end by themselves after one has failed, to say whom they miss, before they
	// are told to (SIGTERM), and again how long before they are killed. 10 seconds where it is 0.
	Grace          time.Duration
	Stdout, Stderr io.Writer // os.Stdout and os.Stderr where they are nil
}

// Error says which rank failed first.
type Error struct {
	Rank int
	Err  error
	Code int // the exit status: 128 and the signal's number of one that a signal ended
}

func (e *Error) Error() string { return fmt.Sprintf("rank %d ended with %v", e.Rank, e.Err) }

// Unwrap is how it ended.
func (e *Error) Unwrap() error { return e.Err }

// Run starts the ranks and waits for them. Signals that would end the launcher (SIGINT, SIGTERM, SIGHUP) go to all ranks; so
// does the end of ctx, as SIGTERM. An [*Error] says which rank failed.
func Run(ctx context.Context, c Config) error {
	if err := c.settle(); err != nil {
		return err
	}
	signals := make(chan os.Signal, 4)
	for _, s := range []os.Signal{syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP} {
		if !signal.Ignored(s) {
			signal.Notify(signals, s)
		}
	}
	defer signal.Stop(signals)
	port := c.Port
	if c.Node == 0 {
		store, onPort, err := c10d.TCPStore(c.Master, c.Port, true, time.Minute)
		if err != nil {
			return fmt.Errorf("launch: the store can't be kept at %s:%d: %w", c.Master, c.Port, err)
		}
		defer store.Free()
		port = onPort
	}
	for attempt := 0; ; attempt++ {
		told, err := c.attempt(ctx, port, attempt, signals)
		if err == nil || told || attempt == c.Restarts {
			return err
		}
		fmt.Fprintf(c.Stderr, "launch: %v; starting all %d ranks again (%d of %d)\n", err, c.Ranks, attempt+1, c.Restarts)
	}
}

// Check says what of the settings can't be.
func (c Config) Check() error { return c.settle() }

func (c *Config) settle() error {
	if c.Nodes == 0 {
		c.Nodes = 1
	}
	switch {
	case len(c.Command) == 0:
		return errors.New("launch: expected a command")
	case c.Ranks < 1 || c.Restarts < 0 || c.Grace < 0:
		return fmt.Errorf("launch: expected at least 1 rank, and no negative numbers, but got %d ranks, %d restarts", c.Ranks, c.Restarts)
	case c.Node < 0 || c.Node >= c.Nodes:
		return fmt.Errorf("launch: node %d of %d: expected a number from 0 to %d", c.Node, c.Nodes, c.Nodes-1)
	case c.Port < 0 || c.Port > 65535:
		return fmt.Errorf("launch: port %d: expected one from 1 to 65535, or 0 for any that is free", c.Port)
	case c.Nodes > 1 && (c.Master == "" || c.Port < 1 || c.Port > 65535):
		return errors.New("launch: several nodes need the address and the port at which node 0 keeps the store")
	}
	if c.Master == "" {
		c.Master = "127.0.0.1"
	}
	if c.Grace == 0 {
		c.Grace = 10 * time.Second
	}
	if c.Stdout == nil {
		c.Stdout = os.Stdout
	}
	if c.Stderr == nil {
		c.Stderr = os.Stderr
	}
	return nil
}

type ending struct {
	rank int
	err  error
}

// attempt runs all ranks once. told: it ended because a signal or ctx said so.
func (c *Config) attempt(ctx context.Context, port, attempt int, signals <-chan os.Signal) (told bool, first error) {
	var out sync.Mutex // of whole lines
	ended := make(chan ending, c.Ranks)
	var all sync.WaitGroup
	commands := make([]*exec.Cmd, c.Ranks)
	for i := range commands {
		rank := c.Node*c.Ranks + i
		cmd := exec.Command(c.Command[0], c.Command[1:]...)
		cmd.Env = append(os.Environ(), c.environment(i, rank, port, attempt)...)
		cmd.Stdout, cmd.Stderr = shared(&out, c.Stdout), shared(&out, c.Stderr)
		if rank > 0 {
			cmd.Stdout, cmd.Stderr = &prefixed{&out, c.Stdout, rank, nil}, &prefixed{&out, c.Stderr, rank, nil}
		}
		// A group of its own gets no signal of the terminal's beside ours; and it ends with the launcher.
		cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
		cmd.WaitDelay = time.Second
		started := make(chan error)
		all.Add(1)
		go func() {
			defer all.Done()
			runtime.LockOSThread() // Pdeathsig is about this thread
			defer runtime.UnlockOSThread()
			if err := cmd.Start(); err != nil {
				started <- fmt.Errorf("launch: the command can't be started: %w", err)
				return
			}
			started <- nil
			ended <- ending{rank, cmd.Wait()}
		}()
		if err := <-started; err != nil {
			signalAll(commands[:i], syscall.SIGKILL)
			all.Wait()
			return true, err
		}
		commands[i] = cmd
	}
	defer all.Wait()
	var grace <-chan time.Time
	next := syscall.SIGTERM
	for running := c.Ranks; running > 0; {
		select {
		case e := <-ended:
			running--
			commands[e.rank-c.Node*c.Ranks] = nil
			if e.err != nil {
				all.Add(1)
				go func() {
					defer all.Done()
					c.tell(port, attempt, e)
				}()
			}
			if e.err != nil && first == nil {
				first = &Error{e.rank, e.err, code(e.err)}
				grace = time.After(c.Grace)
			}
		case s := <-signals:
			told = true
			signalAll(commands, s.(syscall.Signal))
		case <-ctx.Done():
			told, ctx = true, context.WithoutCancel(ctx)
			signalAll(commands, syscall.SIGTERM)
		case <-grace:
			signalAll(commands, next)
			next, grace = syscall.SIGKILL, time.After(c.Grace)
		}
	}
	return told, first
}

// environment is torchrun's. A Python program finds itself at home in it.
func (c *Config) environment(local, rank, port, attempt int) []string {
	env := []string{
		"RANK=" + strconv.Itoa(rank), "WORLD_SIZE=" + strconv.Itoa(c.Nodes*c.Ranks),
		"LOCAL_RANK=" + strconv.Itoa(local), "LOCAL_WORLD_SIZE=" + strconv.Itoa(c.Ranks),
		"GROUP_RANK=" + strconv.Itoa(c.Node), "GROUP_WORLD_SIZE=" + strconv.Itoa(c.Nodes),
		"MASTER_ADDR=" + c.Master, "MASTER_PORT=" + strconv.Itoa(port),
		"TORCHELASTIC_USE_AGENT_STORE=True", "TORCHELASTIC_RESTART_COUNT=" + strconv.Itoa(attempt),
		"TORCHELASTIC_MAX_RESTARTS=" + strconv.Itoa(c.Restarts),
	}
	if c.Ranks > 1 && os.Getenv("OMP_NUM_THREADS") == "" {
		env = append(env, "OMP_NUM_THREADS="+strconv.Itoa(max(1, runtime.NumCPU()/c.Ranks))) // or they fight for the cores
	}
	return env
}

// signalAll signals those that run, with what they have started.
func signalAll(commands []*exec.Cmd, s syscall.Signal) {
	for _, c := range commands {
		if c != nil {
			_ = syscall.Kill(-c.Process.Pid, s)
		}
	}
}

// code is the exit status that a shell gives for how a process ended.
func code(err error) int {
	var exit *exec.ExitError
	if !errors.As(err, &exit) {
		return 1
	}
	if s, ok := exit.Sys().(syscall.WaitStatus); ok && s.Signaled() {
		return 128 + int(s.Signal())
	}
	return exit.ExitCode()
}

// shared is a writer to which the ranks write in turns. Rank 0 has a file, such as the terminal, as its own.
func shared(mu *sync.Mutex, w io.Writer) io.Writer {
	if _, is := w.(*os.File); is {
		return w
	}
	return &locked{mu, w}
}

type locked struct {
	mu *sync.Mutex
	to io.Writer
}

func (l *locked) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.to.Write(b)
}

// prefixed writes whole lines with the rank before them.
type prefixed struct {
	mu   *sync.Mutex
	to   io.Writer
	rank int
	rest []byte
}

func (p *prefixed) Write(b []byte) (int, error) {
	const longest = 1 << 16
	p.rest = append(p.rest, b...)
	for {
		end := bytes.IndexByte(p.rest, '\n') + 1
		if end == 0 && len(p.rest) > longest {
			end = longest
		}
		if end == 0 {
			return len(b), nil
		}
		p.mu.Lock()
		_, err := fmt.Fprintf(p.to, "[rank %d] %s\n", p.rank, bytes.TrimSuffix(p.rest[:end], []byte("\n")))
		p.mu.Unlock()
		if p.rest = p.rest[end:]; err != nil {
			return len(b), err
		}
	}
}
