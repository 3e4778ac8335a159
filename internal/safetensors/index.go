package safetensors

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"
	"unicode/utf8"
)

// An index says in which of several safetensors files each tensor is:
//
//	{"metadata": {"total_size": 16}, "weight_map": {"fc.weight": "model-00001-of-00002.safetensors", ...}}
//
// Further names of a tensor are noted by "alias.<name>" in its metadata, as in those of a single file.

// Index is an index that was read.
type Index struct {
	Names    []string            // as in the file, then the aliases
	Files    map[string]string   // by tensor; all in the index's folder or below it
	Tensors  map[string][]string // by file
	Aliases  map[string]string
	Metadata map[string]string // the texts in it; nil where there is none
}

// ReadIndex reads an index of size bytes.
func ReadIndex(r io.ReaderAt, size int64) (*Index, error) {
	if size > maxHeader {
		return nil, fmt.Errorf("it has %d bytes, more than the %d that are allowed: this is no index of safetensors files", size, maxHeader)
	}
	text := make([]byte, size)
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, size), text); err != nil {
		return nil, err
	}
	return ParseIndex(text)
}

// ParseIndex reads an index.
func ParseIndex(text []byte) (*Index, error) {
	if !utf8.Valid(text) {
		return nil, errors.New("it is not valid UTF-8")
	}
	x := &Index{Files: map[string]string{}, Tensors: map[string][]string{}, Aliases: map[string]string{}}
	j := jsonWalk{json.NewDecoder(bytes.NewReader(text))}
	j.dec.UseNumber() // of any length: an error would quote it
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
	if err == nil && x.Names == nil {
		err = errors.New("expected an index of safetensors files, which has a weight_map with tensors")
	}
	if err != nil {
		return nil, err
	}
	for _, name := range sortedKeys(x.Aliases) {
		if of := x.Aliases[name]; x.Files[name] != "" || x.Files[of] == "" {
			return nil, fmt.Errorf("the metadata make %.80q an alias of %.80q: expected a new name for a tensor of the weight_map", name, of)
		}
		x.Names = append(x.Names, name)
	}
	return x, nil
}

// add notes the file of a tensor, which must be in the index's folder or below it:
// an index from elsewhere must not make us open other files.
func (x *Index) add(name, file string) error {
	if !filepath.IsLocal(file) || file == "." || strings.ContainsRune(file, 0) {
		return fmt.Errorf("its file is %.200q; expected one in the folder of the index", file)
	}
	x.Names = append(x.Names, name)
	x.Files[name] = file
	x.Tensors[file] = append(x.Tensors[file], name)
	return nil
}

// note keeps a text of the metadata; numbers, such as total_size, say nothing new.
func (x *Index) note(j jsonWalk, key string) error {
	var value any
	if err := j.dec.Decode(&value); err != nil {
		return err
	}
	text, is := value.(string)
	if name, alias := strings.CutPrefix(key, AliasPrefix); alias && is {
		x.Aliases[name] = text
	} else if is {
		if x.Metadata == nil {
			x.Metadata = map[string]string{}
		}
		x.Metadata[key] = text
	}
	return nil
}

// Check checks that a file of the index has the tensors that the index says, and no others: or the two don't belong
// together.
func (x *Index) Check(file string, h *Header) error {
	names := make(map[string]bool, len(h.Tensors)+len(h.Aliases))
	for _, t := range h.Tensors {
		names[t.Name] = true
	}
	for _, a := range h.Aliases {
		names[a.Name] = true
	}
	for _, name := range x.Tensors[file] {
		if !names[name] {
			return fmt.Errorf("the file %.80q: the index says that the tensor %.80q is in it, but it is not", file, name)
		}
	}
	if len(names) == len(x.Tensors[file]) {
		return nil
	}
	for _, name := range sortedKeys(names) {
		if x.Files[name] != file {
			return fmt.Errorf("the file %.80q: it has the tensor %.80q, which the index doesn't list for it", file, name)
		}
	}
	return nil
}
