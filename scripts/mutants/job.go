package main

import (
	bin "encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// job is what a child reads: some mutants of one kind.
type job struct {
	Data     string // package torch's folder
	Kind     string
	N, First int
	Seed     uint64
	Limit    time.Duration
	Keep     string
}

// jobVariable is set in a child, and says its job.
const jobVariable = "MULTITORCH_MUTANTS_JOB"

// addressSpace is what a child may take, in bytes.
const addressSpace = 8 << 30

func (j job) isChild() bool { return os.Getenv(jobVariable) != "" }

// run runs a child, and returns what it says.
func (j job) run() (said string, err error) {
	text, err := json.Marshal(j)
	if err != nil {
		return "", err
	}
	dir, err := os.MkdirTemp("", "mutants-")
	if err != nil {
		return "", err
	}
	defer os.RemoveAll(dir)
	at, err := os.Create(filepath.Join(dir, "at"))
	if err != nil {
		return "", err
	}
	defer at.Close()
	self, err := os.Executable()
	if err != nil {
		return "", err
	}
	cmd := exec.Command(self)
	cmd.Env = append(os.Environ(), jobVariable+"="+string(text), "TMPDIR="+dir)
	cmd.ExtraFiles = []*os.File{at}
	var out, bad strings.Builder
	cmd.Stdout, cmd.Stderr = &out, &bad
	if err := cmd.Start(); err != nil {
		return "", err
	}
	ended := make(chan struct{})
	var stuck atomic.Bool
	go j.watch(cmd, at, ended, &stuck)
	err = cmd.Wait()
	close(ended)
	if stuck.Load() {
		err = errors.New("it took too long")
	}
	if err != nil {
		return "", fmt.Errorf("%s, mutant %d of seed %d: %w\n%.2000s", j.Kind, lastOf(at), j.Seed, err, bad.String())
	}
	return strings.TrimSpace(out.String()), nil
}

// watch kills a child that is at the same mutant for far too long: one that is only too long says so itself.
func (j job) watch(cmd *exec.Cmd, at *os.File, ended chan struct{}, stuck *atomic.Bool) {
	last, since := uint64(0), time.Now()
	for {
		select {
		case <-ended:
			return
		case <-time.After(time.Second):
		}
		if now := lastOf(at); now != last {
			last, since = now, time.Now()
		} else if time.Since(since) > j.Limit+time.Minute { // the start of a process counts here, too
			stuck.Store(true)
			_ = cmd.Process.Kill()
		}
	}
}

func lastOf(at *os.File) uint64 {
	var b [8]byte
	_, _ = at.ReadAt(b[:], 0)
	return bin.LittleEndian.Uint64(b[:])
}

// child does the job that the environment names, and ends the process.
func (j job) child() {
	if err := json.Unmarshal([]byte(os.Getenv(jobVariable)), &j); err != nil {
		panic(err)
	}
	limit := syscall.Rlimit{Cur: addressSpace, Max: addressSpace}
	if err := syscall.Setrlimit(syscall.RLIMIT_AS, &limit); err != nil {
		panic(err)
	}
	for _, k := range kinds(j.Data, os.TempDir()) {
		if k.name == j.Kind {
			if err := j.read(k, os.NewFile(3, "at")); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	panic("there is no kind " + j.Kind)
}

func (j job) read(k kind, at *os.File) error {
	whole := make([]string, len(k.good))
	for i, good := range k.good {
		var err error
		if whole[i], err = k.read(good); err != nil && !k.incomplete {
			return fmt.Errorf("the file %d without damage: %w", i, err)
		}
	}
	accepted, slowest := 0, time.Duration(0)
	for i := j.First; i < j.First+j.N; i++ {
		if _, err := at.WriteAt(bin.LittleEndian.AppendUint64(nil, uint64(i)), 0); err != nil {
			return err
		}
		mutant, of := k.mutantOf(j.Seed, i)
		begin := cpuTime()
		what, err := k.read(mutant)
		took := cpuTime() - begin
		slowest = max(slowest, took)
		switch {
		case took > j.Limit:
			return fmt.Errorf("it took %s", took)
		case err != nil && len(err.Error()) > 4000:
			return fmt.Errorf("the error has %d bytes: %.200s", len(err.Error()), err.Error())
		case err == nil && k.sealed && what != whole[of]:
			return errors.New("it was read without an error, but not as it was written")
		case err == nil:
			accepted++
		}
	}
	fmt.Printf("%d mutants, %d still readable, slowest %s, resident %d MiB at most\n",
		j.N, accepted, slowest.Round(time.Millisecond), maxResident()>>20)
	return nil
}

// cpuTime is what this process has computed: on a busy machine a mutant that is quickly read waits.
func cpuTime() time.Duration {
	u := usage()
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

func maxResident() int64 { return usage().Maxrss << 10 }

func usage() (u syscall.Rusage) {
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return u
}
