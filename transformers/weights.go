package transformers

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"multitorch/internal/regular"
	"multitorch/torch"
)

// The files that a folder may hold its weights in, in the order in which they are looked for.
const (
	safetensorsName = "model.safetensors"
	safetensorsSet  = "model.safetensors.index.json"
	pickleName      = "pytorch_model.bin"
	pickleSet       = "pytorch_model.bin.index.json"
)

// weights are the tensors of a folder, whatever files they are in.
type weights struct {
	path  string
	names []string
	info  func(name string) (torch.TensorInfo, error)
	take  func(name string) (*torch.Tensor, error) // may be called several times for a name
	close func()
}

// openWeights opens the first of a folder's files of weights that is there.
func openWeights(dir string, copied bool) (*weights, error) {
	for _, name := range []string{safetensorsName, safetensorsSet, pickleName, pickleSet} {
		path := filepath.Join(dir, name)
		if _, err := os.Lstat(path); errors.Is(err, fs.ErrNotExist) {
			continue
		}
		switch name {
		case safetensorsName, safetensorsSet:
			return openSafetensors(path, copied)
		case pickleName:
			return openPickle(path, path)
		}
		return openPickles(path)
	}
	return nil, fmt.Errorf("read %s: expected weights in %s, %s or %s (or several of them, with an index), but found none",
		dir, safetensorsName, pickleName, "their .index.json")
}

func openSafetensors(path string, copied bool) (*weights, error) {
	f, err := torch.OpenSafetensors(path)
	if err != nil {
		return nil, err
	}
	take := f.Tensor
	if copied {
		take = func(name string) (*torch.Tensor, error) {
			t, err := f.Tensor(name)
			if err != nil {
				return nil, err
			}
			defer t.Free()
			return t.Clone(), nil
		}
	}
	return &weights{path: path, names: f.Names(), info: f.Info, take: take, close: func() { f.Close() }}, nil
}

// openPickle reads files as torch.save writes them, by this project's own reader, which runs no code of theirs.
func openPickle(path string, files ...string) (*weights, error) {
	all := map[string]*torch.Tensor{}
	w := &weights{path: path}
	w.close = func() {
		for _, t := range all {
			t.Free()
		}
	}
	for _, file := range files {
		tensors, err := torch.LoadTensors(file)
		if err != nil {
			w.close()
			return nil, err
		}
		for _, t := range tensors {
			if all[t.Name] != nil {
				t.Tensor.Free()
				continue
			}
			all[t.Name] = t.Tensor
			w.names = append(w.names, t.Name)
		}
	}
	find := func(name string) (*torch.Tensor, error) {
		if t := all[name]; t != nil {
			return t, nil
		}
		return nil, fmt.Errorf("read %s: there is no tensor %.80q", path, name)
	}
	w.info = func(name string) (torch.TensorInfo, error) {
		t, err := find(name)
		if err != nil {
			return torch.TensorInfo{}, err
		}
		return torch.TensorInfo{Name: name, DType: t.DType(), Shape: t.Shape()}, nil
	}
	w.take = func(name string) (*torch.Tensor, error) {
		t, err := find(name)
		if err != nil {
			return nil, err
		}
		return t.Detach(), nil // shares the memory
	}
	return w, nil
}

// openPickles reads the files of an index.
func openPickles(path string) (*weights, error) {
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	err := regular.Read(path, "an index of weights", func(f *os.File, size int64) error {
		if size > longestConfig {
			return fmt.Errorf("expected an index, but got a file of %d bytes", size)
		}
		if err := json.NewDecoder(io.LimitReader(f, longestConfig)).Decode(&index); err != nil {
			return readableJSON(err)
		}
		if len(index.WeightMap) == 0 {
			return errors.New("expected an object weight_map of names and files")
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	names := map[string]bool{}
	for key, file := range index.WeightMap {
		if file != filepath.Base(file) || !filepath.IsLocal(file) || strings.ContainsAny(file, "/\\\x00") || file == "." {
			return nil, fmt.Errorf("read %s: the file of %.80q has to be in the index's own folder, but is %.80q", path, key, file)
		}
		names[file] = true
	}
	var files []string
	for _, file := range slices.Sorted(maps.Keys(names)) {
		files = append(files, filepath.Join(filepath.Dir(path), file))
	}
	w, err := openPickle(path, files...)
	if err != nil {
		return nil, fmt.Errorf("%w (%s names the file)", err, filepath.Base(path))
	}
	return w, nil
}
