package torch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"multitorch/internal/regular"
)

// An index says in which of several safetensors files each tensor is:
//
//	{"metadata": {"total_size": 16}, "weight_map": {"fc.weight": "model-00001-of-00002.safetensors", ...}}
//
// What [SaveShardedSafetensors] ties is named by "alias.<name>" in its metadata, as
// in those of a single file.

// safetensorsIndex is an index that was read.
type safetensorsIndex struct {
	folder   string
	names    []string            // as in the file, then the aliases
	files    map[string]string   // by tensor
	tensors  map[string][]string // by file
	aliases  map[string]string
	metadata map[string]string
}

func readSafetensorsIndex(path string) (x *safetensorsIndex, err error) {
	err = regular.Read(path, "an index of safetensors files", func(f *os.File, size int64) error {
		if size > maxSafetensorsHeader {
			return fmt.Errorf("it has %d bytes, more than the %d that are allowed: this is no index of safetensors files", size, maxSafetensorsHeader)
		}
		text := make([]byte, size)
		if _, err := io.ReadFull(f, text); err != nil {
			return err
		}
		x, err = parseSafetensorsIndex(text)
		return err
	})
	if err != nil {
		return nil, err
	}
	x.folder = filepath.Dir(path)
	return x, nil
}

func parseSafetensorsIndex(text []byte) (*safetensorsIndex, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not valid UTF-8")
	}
	x := &safetensorsIndex{files: map[string]string{}, tensors: map[string][]string{}, aliases: map[string]string{}}
	j := jsonWalk{json.NewDecoder(bytes.NewReader(text))}
	err := j.object(func(key string) error {
		switch key {
		case "weight_map":
			return j.object(func(name string) error {
				file, err := j.text()
				if err != nil {
					return err
				}
				return x.add(name, file)
			})
		case "metadata":
			return j.object(func(key string) error { return x.note(j, key) })
		}
		return j.skip()
	})
	if err == nil {
		if _, end := j.dec.Token(); end != io.EOF {
			err = errors.New("something follows after its last }")
		}
	}
	if err == nil && x.names == nil {
		err = errors.New("expected an index of safetensors files, which has a weight_map with tensors")
	}
	if err != nil {
		return nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(x.aliases)) {
		if of := x.aliases[name]; x.files[name] != "" || x.files[of] == "" {
			return nil, fmt.Errorf("the metadata make %q an alias of %q: expected a new name for a tensor of the weight_map", name, of)
		}
		x.names = append(x.names, name)
	}
	return x, nil
}

// add notes the file of a tensor, which must be in the index's folder or below it:
// an index from elsewhere must not make us open other files.
func (x *safetensorsIndex) add(name, file string) error {
	if !filepath.IsLocal(file) || file == "." || strings.ContainsRune(file, 0) {
		return fmt.Errorf("its file is %.200q; expected one in the folder of the index", file)
	}
	x.names = append(x.names, name)
	x.files[name] = file
	x.tensors[file] = append(x.tensors[file], name)
	return nil
}

// note keeps a text of the metadata; numbers, such as total_size, say nothing new.
func (x *safetensorsIndex) note(j jsonWalk, key string) error {
	var value any
	if err := j.dec.Decode(&value); err != nil {
		return err
	}
	text, is := value.(string)
	if name, alias := strings.CutPrefix(key, aliasPrefix); alias && is {
		x.aliases[name] = text
	} else if is {
		if x.metadata == nil {
			x.metadata = map[string]string{}
		}
		x.metadata[key] = text
	}
	return nil
}

// open opens one of the files, and checks that it has the tensors that the index
// says, and no others: or the two don't belong together.
func (x *safetensorsIndex) open(file string) (*safetensorsShard, error) {
	s, err := openSafetensorsShard(filepath.Join(x.folder, file))
	if err != nil {
		return nil, fmt.Errorf("the file %q: %w", file, err)
	}
	for _, name := range x.tensors[file] {
		if _, ok := s.tensors[name]; !ok {
			err = fmt.Errorf("the file %q: the index says that the tensor %q is in it, but it is not", file, name)
		}
	}
	if len(s.tensors) > len(x.tensors[file]) && err == nil {
		for _, name := range slices.Sorted(maps.Keys(s.tensors)) {
			if x.files[name] != file {
				err = fmt.Errorf("the file %q: it has the tensor %q, which the index doesn't list for it", file, name)
				break
			}
		}
	}
	if err != nil {
		s.close()
		return nil, err
	}
	return s, nil
}
