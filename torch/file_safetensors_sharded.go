package torch

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"multitorch/internal/atomicfile"
)

// totalSize is the index's own entry in its metadata: the bytes of all elements.
const totalSize = "total_size"

// SaveShardedSafetensors writes tensors into as many safetensors files as are needed
// for none to have more than maxBytes of elements, as Hugging Face's
// save_pretrained does: for path "model.safetensors" these are
// "model-00001-of-00003.safetensors" and so on, and
// "model.safetensors.index.json", which [OpenSafetensors] and [LoadSafetensors]
// take. Where one file is enough it is path itself, without an index. A tensor is
// never divided: one of more than maxBytes gets a file of its own.
//
// The rest is as with [SaveSafetensors], but tied tensors and the metadata are
// noted in the index; the files get the metadata too. "total_size" is the index's
// own key there.
//
// What was under these names before goes away, files of another number of shards
// included: Python would load what is left of them. First all new files are
// written under other names; then the old index is removed, the files take
// their places, and the new index comes last. So whenever the program ends, an
// index that is there belongs to the files beside it.
func SaveShardedSafetensors(path string, tensors []NamedTensor, metadata map[string]string, maxBytes int64) error {
	stem, is := strings.CutSuffix(path, ".safetensors")
	if !is || filepath.Base(path) == ".safetensors" {
		return fmt.Errorf("write %s: expected a name that ends in .safetensors, as the shards' names do", path)
	}
	if maxBytes <= 0 {
		return fmt.Errorf("write %s: no tensor fits into files of %d bytes; expected more", path, maxBytes)
	}
	stored, all, err := checkSafetensors(tensors, metadata)
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if _, taken := metadata[totalSize]; taken {
		return fmt.Errorf("write %s: the metadata key %q is kept for the size of all tensors; choose another", path, totalSize)
	}
	shards := divide(stored, maxBytes)
	if len(shards) == 1 {
		err := atomicfile.Write(path, func(w io.Writer) error { return writeSafetensors(w, stored, all) })
		if err != nil {
			return err
		}
		return errors.Join(removeIfThere(path+indexSuffix), removeShards(stem, nil))
	}
	names := make(map[string]bool, len(shards))
	index := shardIndex{Metadata: map[string]any{}, WeightMap: map[string]string{}}
	for key, value := range all {
		index.Metadata[key] = value
	}
	var total int64
	staging, err := os.MkdirTemp(filepath.Dir(path), "."+filepath.Base(path)+".tmp-")
	if err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	defer os.RemoveAll(staging)
	for i, shard := range shards {
		name := fmt.Sprintf("%s-%05d-of-%05d.safetensors", filepath.Base(stem), i+1, len(shards))
		names[name] = true
		for _, t := range shard {
			index.WeightMap[t.Name] = name
			total += t.end
		}
		err := atomicfile.Write(filepath.Join(staging, name), func(w io.Writer) error { return writeSafetensors(w, shard, metadata) })
		if err != nil {
			return err
		}
	}
	index.Metadata[totalSize] = total
	if err := moveShards(staging, path, names); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := atomicfile.Write(path+indexSuffix, index.write); err != nil {
		return err
	}
	return errors.Join(removeIfThere(path), removeShards(stem, names))
}

// indexSuffix makes an index's name of a model's.
const indexSuffix = ".index.json"

// shardIndex is an index as it is written, with Hugging Face's keys.
type shardIndex struct {
	Metadata  map[string]any    `json:"metadata"`
	WeightMap map[string]string `json:"weight_map"`
}

// write writes it with the keys in order.
func (x shardIndex) write(w io.Writer) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(x); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}

// divide fills one file after the other, as huggingface_hub does.
func divide(stored []storedTensor, maxBytes int64) [][]storedTensor {
	var shards [][]storedTensor
	var current []storedTensor
	var size int64
	for _, t := range stored {
		if t.end > maxBytes {
			shards = append(shards, []storedTensor{t})
			continue
		}
		if size+t.end > maxBytes {
			shards = append(shards, current)
			current, size = nil, 0
		}
		current = append(current, t)
		size += t.end
	}
	if len(current) > 0 || len(shards) == 0 {
		shards = append(shards, current)
	}
	return shards
}

// moveShards puts the new files in place, at a time when there is no index.
func moveShards(staging, path string, names map[string]bool) error {
	folder := filepath.Dir(path)
	if err := errors.Join(removeIfThere(path+indexSuffix), atomicfile.SyncDir(folder)); err != nil {
		return err
	}
	for name := range names {
		if err := os.Rename(filepath.Join(staging, name), filepath.Join(folder, name)); err != nil {
			return err
		}
	}
	return atomicfile.SyncDir(folder)
}

var shardName = regexp.MustCompile(`^-\d{5}-of-\d{5}\.safetensors$`)

// removeShards removes the shards that are not among those to keep.
func removeShards(stem string, keep map[string]bool) error {
	entries, err := os.ReadDir(filepath.Dir(stem))
	for _, e := range entries {
		numbers, is := strings.CutPrefix(e.Name(), filepath.Base(stem))
		if is && shardName.MatchString(numbers) && !keep[e.Name()] {
			err = errors.Join(err, removeIfThere(filepath.Join(filepath.Dir(stem), e.Name())))
		}
	}
	return err
}

func removeIfThere(path string) error {
	if err := os.Remove(path); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}
