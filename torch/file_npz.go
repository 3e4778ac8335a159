package torch

import (
	"archive/zip"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"

	"multitorch/internal/archive"
	"multitorch/internal/atomicfile"
	"multitorch/internal/regular"
)

// NpzFile is an open npz file, of which arrays are taken one by one, as from what
// numpy.load returns. It may be used by several goroutines at once.
type NpzFile struct {
	path  string
	z     *archive.File
	names []string

	mu   sync.Mutex
	file *os.File // nil for a reader, or once it was closed
	shut bool
}

// OpenNpz opens a file that numpy.savez or numpy.savez_compressed wrote. An array
// that can't be read, of strings or objects say, is an error when it is asked for;
// the others can be had. A file that would expand to more than 16 times its length
// is refused.
//
// Close it after use; its tensors stay valid.
func OpenNpz(path string) (*NpzFile, error) {
	file, size, err := regular.Open(path, "an npz file")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	f, err := newNpzFile(file, size)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	f.path, f.file = path, file
	return f, nil
}

func newNpzFile(r io.ReaderAt, size int64) (*NpzFile, error) {
	z, err := archive.Open(r, size)
	if err != nil {
		return nil, err
	}
	f := &NpzFile{z: z}
	for _, entry := range z.Entries {
		name, is := strings.CutSuffix(entry.Name, ".npy")
		if !is {
			return nil, fmt.Errorf("entry %.80q: expected names that end in .npy", entry.Name)
		}
		f.names = append(f.names, name)
	}
	return f, nil
}

// Names are the arrays' names, in the order of the file.
func (f *NpzFile) Names() []string { return slices.Clone(f.names) }

// Tensor reads an array as [LoadNpy] does.
func (f *NpzFile) Tensor(name string) (*Tensor, error) {
	t, err := f.read(name)
	if err != nil && f.path != "" {
		return nil, fmt.Errorf("read %s: %w", f.path, err)
	}
	return t, err
}

func (f *NpzFile) read(name string) (t *Tensor, err error) {
	f.mu.Lock()
	shut := f.shut
	f.mu.Unlock()
	entry := f.z.ByName[name+".npy"]
	if shut {
		return nil, fmt.Errorf("array %.80q: %w", name, os.ErrClosed)
	}
	if entry == nil {
		return nil, fmt.Errorf("array %.80q: there is none of this name", name)
	}
	err = f.z.Read(entry, func(r io.Reader, size int64) error {
		t, err = ReadNpy(r, size)
		return err
	})
	if err != nil && t != nil { // its checksum is wrong
		t.Free()
		t = nil
	}
	return t, err
}

// Close closes the file, and may be called twice.
func (f *NpzFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	file := f.file
	f.file, f.shut = nil, true
	if file == nil {
		return nil
	}
	return file.Close()
}

// all reads all arrays.
func (f *NpzFile) all() (tensors []NamedTensor, err error) {
	for _, name := range f.names {
		t, err := f.read(name)
		if err != nil {
			for _, t := range tensors {
				t.Tensor.Free()
			}
			return nil, err
		}
		tensors = append(tensors, NamedTensor{name, t})
	}
	return tensors, nil
}

// LoadNpz reads all arrays of a file as [OpenNpz] gives them, in the order of the
// file. One that can't be read is an error: OpenNpz gives the others.
func LoadNpz(path string) (tensors []NamedTensor, err error) {
	f, err := OpenNpz(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if tensors, err = f.all(); err != nil {
		return nil, fmt.Errorf("read %s: %w; OpenNpz reads the arrays one by one", path, err)
	}
	return tensors, nil
}

// ReadNpz is [LoadNpz] from size bytes of r.
func ReadNpz(r io.ReaderAt, size int64) (tensors []NamedTensor, err error) {
	f, err := newNpzFile(r, size)
	if err != nil {
		return nil, err
	}
	return f.all()
}

// SaveNpz writes tensors as numpy.savez does, for numpy.load: not compressed, in
// full or not at all, and as [SaveSafetensors] without a copy. The same tensors give
// the same bytes.
func SaveNpz(path string, tensors []NamedTensor) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WriteNpz(w, tensors) })
}

// WriteNpz writes what [SaveNpz] writes.
func WriteNpz(w io.Writer, tensors []NamedTensor) error {
	z := zip.NewWriter(w)
	names := map[string]bool{}
	for _, t := range tensors {
		if names[t.Name] || t.Name == "" || !utf8.ValidString(t.Name) || strings.HasSuffix(t.Name, "/") {
			return fmt.Errorf("tensor %.80q: expected a name that is valid UTF-8 and comes once", t.Name)
		}
		names[t.Name] = true
		entry, err := z.CreateHeader(&zip.FileHeader{Name: t.Name + ".npy", Method: zip.Store})
		if err == nil {
			err = WriteNpy(entry, t.Tensor)
		}
		if err != nil {
			return fmt.Errorf("tensor %.80q: %w", t.Name, err)
		}
	}
	return z.Close()
}
