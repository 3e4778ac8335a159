package torch

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"

	"multitorch/internal/regular"
	"multitorch/internal/safetensors"
)

// SafetensorsFile is an open safetensors file, or the files of an index, of
// which tensors are taken one by one, as with safetensors.safe_open in Python.
// It may be used by several goroutines at once.
type SafetensorsFile struct {
	path     string
	set      *safetensors.Set // nil for a single file
	names    []string
	metadata map[string]string

	mu     sync.Mutex
	shards map[string]*safetensorsShard // those whose header was read, by name; nil once closed
	files  io.Closer                    // nil where there is none, or it was closed
}

// OpenSafetensors opens a file and reads its header, or an index of several
// files, whose name ends in ".json", as Hugging Face writes it
// (model.safetensors.index.json). The files of an index are opened with it, so that
// they belong together whoever saves meanwhile; each is read when the first of its
// tensors is asked for.
//
// Close it after use; its tensors stay valid.
func OpenSafetensors(path string) (*SafetensorsFile, error) {
	if strings.HasSuffix(path, ".json") {
		set, err := safetensors.OpenSet(path)
		if err != nil {
			return nil, fmt.Errorf("read %s: %w", path, err)
		}
		return &SafetensorsFile{
			path: path, set: set, names: set.Names, metadata: set.Metadata, shards: map[string]*safetensorsShard{}, files: set,
		}, nil
	}
	file, size, err := regular.Open(path, "a safetensors file")
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	s, err := newSafetensorsShard(file, size)
	if err != nil {
		file.Close()
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return s.whole(path, file), nil
}

// Names are the tensors' names, in the order in which the elements are stored, and
// then the aliases'; of an index in its own order.
func (f *SafetensorsFile) Names() []string { return slices.Clone(f.names) }

// Metadata is the file's metadata, or the texts among those of the index; nil
// where there is none.
func (f *SafetensorsFile) Metadata() map[string]string { return maps.Clone(f.metadata) }

// Info is what the header says of a tensor.
func (f *SafetensorsFile) Info(name string) (TensorInfo, error) {
	_, t, err := f.find(name)
	return TensorInfo{name, DType(t.DType), slices.Clone(t.Shape)}, err
}

// Tensor is a tensor of the file, on the CPU and in no scope.
//
// Its memory is the file's own pages, which the system reads when they are
// touched, and drops when memory is short. So of a tensor that is only sliced no
// more than the slice is read. Writing to the tensor changes neither the file nor
// what the next call returns. The pages are unmapped with the last tensor on them.
// Tensors of less than 16 KiB, bools, and elements that the file does not align are
// read at once instead.
//
// A file whose tensors are in use must not be changed in place: their values may
// change, and where another program makes it shorter, the system ends this process
// when it touches the missing pages (SIGBUS). To put another file in its place by
// renaming, as [SaveSafetensors] does, is safe, and so is to remove it.
func (f *SafetensorsFile) Tensor(name string) (*Tensor, error) {
	s, t, err := f.find(name)
	if err != nil {
		return nil, err
	}
	x, err := s.mapped(t)
	if err != nil {
		return nil, f.failed(name, err)
	}
	return x, nil
}

// Tensors are all tensors, in the order of Names, for nn.LoadStateDict: each as
// from Tensor, and those that are aliases share their memory.
func (f *SafetensorsFile) Tensors() ([]NamedTensor, error) {
	return f.all((*safetensorsShard).mapped)
}

// Close closes the files, and may be called twice. Tensors that were taken stay
// valid; taking more is an error.
func (f *SafetensorsFile) Close() error {
	f.mu.Lock()
	defer f.mu.Unlock()
	files := f.files
	f.shards, f.files = nil, nil
	if files == nil {
		return nil
	}
	return files.Close()
}

// find is the place of a tensor, for which it may have to open a file.
func (f *SafetensorsFile) find(name string) (*safetensorsShard, safetensors.Tensor, error) {
	s, err := f.shard(name)
	if err != nil {
		return nil, safetensors.Tensor{}, f.failed(name, err)
	}
	t, ok := s.tensors[f.original(name)]
	if !ok {
		return nil, safetensors.Tensor{}, f.failed(name, errors.New("there is no tensor of this name"))
	}
	return s, t, nil
}

// shard is the open file that has a tensor.
func (f *SafetensorsFile) shard(name string) (*safetensorsShard, error) {
	file := ""
	if f.set != nil {
		file = f.set.Files[f.original(name)]
		if file == "" {
			return nil, errors.New("the index has no tensor of this name")
		}
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.shards == nil {
		return nil, os.ErrClosed
	}
	s := f.shards[file]
	if s != nil {
		return s, nil
	}
	opened, size, err := f.set.File(file)
	if err == nil {
		s, err = newSafetensorsShard(opened, size)
	}
	if err != nil {
		return nil, fmt.Errorf("the file %.80q: %w", file, err)
	}
	if err := f.set.Check(file, s.Header); err != nil {
		return nil, err
	}
	f.shards[file] = s
	return s, nil
}

// original is the name in the index under which an alias of the index is stored.
func (f *SafetensorsFile) original(name string) string {
	if f.set != nil {
		if of, is := f.set.Aliases[name]; is {
			return of
		}
	}
	return name
}

func (f *SafetensorsFile) failed(name string, err error) error {
	if f.path == "" {
		return fmt.Errorf("tensor %.80q: %w", name, err)
	}
	return fmt.Errorf("read %s: tensor %.80q: %w", f.path, name, err)
}

// load reads all tensors.
func (f *SafetensorsFile) load() ([]NamedTensor, map[string]string, error) {
	tensors, err := f.all((*safetensorsShard).read)
	if err != nil {
		return nil, nil, err
	}
	return tensors, f.metadata, nil
}

// all gets every tensor, an alias as a view of the tensor that it names.
func (f *SafetensorsFile) all(get func(*safetensorsShard, safetensors.Tensor) (*Tensor, error)) (tensors []NamedTensor, err error) {
	tensors = make([]NamedTensor, 0, len(f.names))
	defer func() {
		if err != nil {
			for _, t := range tensors {
				t.Tensor.Free()
			}
			tensors = nil
		}
	}()
	type place struct {
		shard *safetensorsShard
		begin int64
		name  string
	}
	got := map[place]*Tensor{}
	for _, name := range f.names {
		s, t, err := f.find(name)
		if err != nil {
			return tensors, err
		}
		at := place{s, t.Begin, t.Name}
		x := got[at]
		if x != nil {
			x = x.Detach()
		} else if x, err = get(s, t); err != nil {
			return tensors, f.failed(name, err)
		}
		got[at] = x
		tensors = append(tensors, NamedTensor{name, x})
	}
	return tensors, nil
}
