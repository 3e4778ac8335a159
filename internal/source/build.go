package source

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"multitorch/internal/atomicfile"
)

// Build makes a folder of a package's files, which are not kept themselves.
//
// The package is fetched into a folder beside dir and its files are checked there. Then build is called with it, in which
// they lie under their paths, and with an empty folder, which gets the name dir once build has returned nil and all that lies
// in it is on the disk. So dir is there in full or not at all, also when this process is killed; what that leaves is removed
// by the next call. Of two calls for one dir the second waits, and takes what the first one made. A dir that is there is
// left alone.
func (p Package) Build(ctx context.Context, dir string, log func(string), build func(files, to string) error) error {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return err
	}
	if exists(dir) {
		return nil
	}
	parent := filepath.Dir(dir)
	if _, err := p.find(p.Manager.program, dir); err != nil { // before anything is made
		return err
	}
	if err := os.MkdirAll(parent, 0o755); err != nil {
		return fmt.Errorf("the folder %s cannot be made: %w", parent, err)
	}
	lock, err := lockFolder(ctx, parent, log)
	if err != nil {
		return err
	}
	defer lock.Close()
	if exists(dir) {
		return nil
	}
	temp, err := os.MkdirTemp(parent, tempPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	size := int64(0)
	for _, f := range p.Files {
		size += f.Size
	}
	say(log, "fetching %s with %s (%.1f MB)", p.Spec, p.Manager.program, float64(size)/1e6)
	if err := p.Manager.deliver(job{ctx: ctx, folder: temp, lock: lock}, p, dir); err != nil {
		return err
	}
	for _, f := range p.Files {
		if err := f.delivered(temp, dir, p); err != nil {
			return err
		}
	}
	made := filepath.Join(temp, "made")
	if err := os.Mkdir(made, 0o755); err != nil {
		return err
	}
	if err := build(temp, made); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil {
		return fmt.Errorf("fetching %s was stopped: %w", p.Spec, err)
	}
	if err := syncTree(made); err != nil {
		return err
	}
	if err := os.Rename(made, dir); err != nil {
		return err
	}
	return atomicfile.SyncDir(parent)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

// syncTree brings a folder and all in it to the disk.
func syncTree(dir string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		path := filepath.Join(dir, e.Name())
		if e.IsDir() {
			err = errors.Join(err, syncTree(path))
		} else {
			err = errors.Join(err, syncFile(path))
		}
	}
	return errors.Join(err, atomicfile.SyncDir(dir))
}
