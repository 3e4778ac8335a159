package source

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// tempPrefix begins the name of the folder that a package is fetched into.
const tempPrefix = ".fetch-"

// lockFolder waits until nobody else fetches into dir, and removes what killed fetches left there. The lock is the
// folder's own, so there is no lock file to be left behind; it is held until the file is closed, here and by every process
// that inherited it.
func lockFolder(ctx context.Context, dir string, log func(string)) (*os.File, error) {
	folder, err := os.Open(dir)
	if err != nil {
		return nil, err
	}
	for told := false; ; told = true {
		err := syscall.Flock(int(folder.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil {
			break
		}
		if !errors.Is(err, syscall.EWOULDBLOCK) && !errors.Is(err, syscall.EINTR) {
			return folder, nil // a file system without locks
		}
		if !told {
			say(log, "another fetch into %s is under way: waiting for it", dir)
		}
		select {
		case <-ctx.Done():
			folder.Close()
			return nil, ctx.Err()
		case <-time.After(20 * time.Millisecond):
		}
	}
	left, err := filepath.Glob(filepath.Join(dir, tempPrefix+"*"))
	for _, l := range left {
		err = errors.Join(err, os.RemoveAll(l))
	}
	if err != nil {
		folder.Close()
		return nil, err
	}
	return folder, nil
}
