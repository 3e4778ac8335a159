package main

import (
	"os"
	"path/filepath"
	"syscall"
	"time"
)

const scratchName = "multitorch-rank"

// scratchFolder is a folder for what nobody reads, and its end. Those that ranks have left which were killed go as well: a rank that runs
// holds the lock of its own.
func scratchFolder() (dir string, remove func(), err error) {
	sweepScratch()
	outer, err := os.MkdirTemp("", scratchName)
	if err != nil {
		return "", nil, err
	}
	lock, _ := locked(outer) // without it the folder is as safe as its age makes it
	remove = func() {
		os.RemoveAll(outer)
		lock.Close()
	}
	dir = filepath.Join(outer, "rank") // whose own lock is the run's
	if err := os.Mkdir(dir, 0o700); err != nil {
		remove()
		return "", nil, err
	}
	return dir, remove, nil
}

// sweepScratch removes folders that no rank holds; but for young ones, which may not be locked yet.
func sweepScratch() {
	left, _ := filepath.Glob(filepath.Join(os.TempDir(), scratchName+"*"))
	for _, dir := range left {
		info, err := os.Lstat(dir)
		if err != nil || !info.IsDir() || time.Since(info.ModTime()) < time.Minute {
			continue
		}
		if lock, free := locked(dir); free {
			os.RemoveAll(dir)
			lock.Close()
		}
	}
}

// locked takes the lock of a folder, which is free until the file is closed or its program ends. The file is nil where it can't be read.
func locked(dir string) (lock *os.File, free bool) {
	lock, err := os.Open(dir)
	if err != nil {
		return nil, false
	}
	if err := syscall.Flock(int(lock.Fd()), syscall.LOCK_EX|syscall.LOCK_NB); err != nil {
		lock.Close()
		return nil, false
	}
	return lock, true
}
