package source

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// job is a fetch of one package, into a folder of its own.
type job struct {
	ctx    context.Context
	folder string
	lock   *os.File
	temp   bool // the program's temporary files go into the folder too, and with it when the program is killed
}

// guarded runs "$@" in a session of its own, and passes its status on. Beside it a guard waits for a line from the process
// that started both. When the line comes, the guard ends what "$@" left running; when the pipe is closed without one,
// because that process is dead or gave up, it ends "$@" with all its children and removes the folder $0.
//
// A signal for the parent's death would reach the program alone, not its children, and depends on a thread.
const guarded = `
PATH="$PATH:/usr/bin:/bin"
setsid "$@" 3<&- </dev/null &
child=$!
{
	trap '' HUP INT TERM
	read -r _ <&3 && whole=1
	kill -KILL -- "-$child" || [ "$whole" ] || kill -KILL "$child"
	[ "$whole" ] || for _ in 1 2 3 4 5; do rm -rf -- "$0" && break; sleep 0.1; done
} >/dev/null 2>&1 &
exec 3<&- 4<&-
wait "$child"
`

// run runs a program in the job's folder to its end. The program keeps the folder's lock: until it is gone, nobody else
// takes what it writes for a dead fetch's.
func (j job) run(p Package, dir, program string, args ...string) error {
	path, err := p.find(program, dir)
	if err != nil {
		return err
	}
	alive, hold, err := os.Pipe()
	if err != nil {
		return err
	}
	defer hold.Close()
	var said bytes.Buffer
	cmd := exec.CommandContext(j.ctx, "/bin/sh", append([]string{"-c", guarded, j.folder, path}, args...)...)
	cmd.Dir = j.folder
	if j.temp {
		cmd.Env = append(os.Environ(), "TMPDIR="+j.folder)
	}
	cmd.Stdout, cmd.Stderr = io.Discard, &said
	cmd.ExtraFiles = []*os.File{alive, j.lock} // 3 and 4
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	cmd.Cancel = hold.Close
	cmd.WaitDelay = 5 * time.Second
	err = cmd.Start()
	alive.Close()
	if err != nil {
		return err
	}
	err = cmd.Wait()
	if j.ctx.Err() != nil {
		return fmt.Errorf("fetching %s was stopped: %w", p.Spec, j.ctx.Err())
	}
	_, _ = hold.WriteString("whole\n") // a guard that is gone needs no word
	if err != nil && !errors.Is(err, exec.ErrWaitDelay) {
		return fmt.Errorf("%q failed (%w); is the network there? %s said:\n%s",
			strings.Join(append([]string{program}, args[:min(2, len(args))]...), " "), err, program, tail(said.String(), 10))
	}
	return nil
}

// find returns where a program lies that the package's fetch needs.
func (p Package) find(program, dir string) (string, error) {
	path, err := exec.LookPath(program)
	if err != nil && program == p.Manager.program && p.Manager.other != "" {
		path, err = exec.LookPath(p.Manager.other)
	}
	if err == nil {
		path, err = filepath.Abs(path) // it runs in another folder
	}
	if err != nil {
		return "", fmt.Errorf("the data comes as a package of %s, but there is no %s on PATH: install it (%s), or %s",
			p.Manager.program, program, p.Manager.install, p.byHand(dir))
	}
	return path, nil
}

// tail returns the last n lines of a text, or less of long ones.
func tail(text string, n int) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	text = strings.Join(lines[max(0, len(lines)-n):], "\n")
	return text[max(0, len(text)-4000):]
}
