package main

import (
	"bufio"
	_ "embed"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"time"
)

//go:embed twin.py
var twin string

// answer is what a process says of a clip.
type answer struct {
	IDs     []int64 `json:"ids"`
	Seconds float64 `json:"seconds"`
	CPU     float64 `json:"cpu"`  // seconds that the processor worked, which others on the machine disturb less
	Peak    int64   `json:"peak"` // of memory so far, in KiB
}

// side is a process that transcribes clips.
type side struct {
	name  string
	args  []string
	heard []answer

	cmd *exec.Cmd
	in  io.WriteCloser
	out *bufio.Scanner
}

func (s *side) start() (err error) {
	s.cmd = exec.Command(s.args[0], s.args[1:]...)
	n := fmt.Sprint(*threads)
	s.cmd.Env = append(os.Environ(), "OMP_NUM_THREADS="+n, "OPENBLAS_NUM_THREADS="+n, "MKL_NUM_THREADS="+n, "HF_HUB_OFFLINE=1")
	s.cmd.Stderr = os.Stderr
	if s.in, err = s.cmd.StdinPipe(); err != nil {
		return err
	}
	out, err := s.cmd.StdoutPipe()
	if err != nil {
		return err
	}
	s.out = bufio.NewScanner(out)
	s.out.Buffer(nil, 1<<20)
	if err := s.cmd.Start(); err != nil {
		return err
	}
	if !s.out.Scan() || s.out.Text() != "ready" {
		return fmt.Errorf("%s does not start", s.name)
	}
	return nil
}

func (s *side) stop() {
	s.in.Close()
	_ = s.cmd.Wait() // it was told to end
}

// hear lets the process transcribe a clip.
func (s *side) hear(path string) error {
	fmt.Fprintln(s.in, path)
	if !s.out.Scan() {
		return fmt.Errorf("it ended: %v", s.out.Err())
	}
	var a answer
	if err := json.Unmarshal(s.out.Bytes(), &a); err != nil {
		return fmt.Errorf("%w: %.200s", err, s.out.Text())
	}
	s.heard = append(s.heard, a)
	return nil
}

// serve answers as twin.py does.
func serve(transcribe func(samples []float32) ([]int64, time.Duration, error)) error {
	fmt.Println("ready")
	lines := bufio.NewScanner(os.Stdin)
	for lines.Scan() {
		content, err := os.ReadFile(strings.TrimSpace(lines.Text()))
		if err != nil {
			return err
		}
		var before, after syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &before); err != nil {
			return err
		}
		ids, took, err := transcribe(floatsOf(content))
		if err != nil {
			return err
		}
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &after); err != nil {
			return err
		}
		if err := json.NewEncoder(os.Stdout).Encode(answer{ids, took.Seconds(), worked(after) - worked(before), after.Maxrss}); err != nil {
			return err
		}
	}
	return lines.Err()
}

// worked is how long a process has had the processor, in seconds.
func worked(u syscall.Rusage) float64 {
	return float64(u.Utime.Sec+u.Stime.Sec) + float64(u.Utime.Usec+u.Stime.Usec)/1e6
}
