package safetensors

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"multitorch/internal/regular"
)

// Set is an index and its files, opened at one moment: whatever takes their place later, they belong together.
type Set struct {
	*Index
	files map[string]opened
}

type opened struct {
	file *os.File
	size int64
	err  error
}

// OpenSet opens an index and the files that it names. A file that is missing is an error when it is asked for.
func OpenSet(path string) (*Set, error) {
	const tries = 20 // each but the last found that somebody saved meanwhile
	for range tries - 1 {
		if s, same, err := openSet(path); same || err != nil && !errors.Is(err, fs.ErrNotExist) {
			return s, err
		} else if s != nil {
			s.Close()
		}
	}
	s, _, err := openSet(path)
	return s, err
}

// openSet reports whether the index was still the same one after its files were opened. A save removes files only after
// it put another index in place.
func openSet(path string) (s *Set, same bool, err error) {
	f, size, err := regular.Open(path, "an index of safetensors files")
	if err != nil {
		return nil, errors.Is(err, fs.ErrNotExist), err
	}
	defer f.Close() // after the comparison: until then nothing else can get its number
	x, err := ReadIndex(f, size)
	if err != nil {
		return nil, true, err
	}
	s = &Set{x, make(map[string]opened, len(x.Tensors))}
	for name := range x.Tensors {
		var o opened
		o.file, o.size, o.err = regular.Open(filepath.Join(filepath.Dir(path), name), "a safetensors file")
		s.files[name] = o
	}
	before, err := f.Stat()
	if err != nil {
		s.Close()
		return nil, true, err
	}
	after, err := os.Stat(path)
	return s, err != nil || os.SameFile(before, after), nil
}

// File is one of the files, which the caller must not close, and its length.
func (s *Set) File(name string) (*os.File, int64, error) {
	o := s.files[name]
	return o.file, o.size, o.err
}

// Close closes the files.
func (s *Set) Close() error {
	var errs []error
	for _, o := range s.files {
		if o.file != nil {
			errs = append(errs, o.file.Close())
		}
	}
	return errors.Join(errs...)
}
