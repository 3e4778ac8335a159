package torch

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"multitorch/internal/safetensors"
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
// included: Python would load what is left of them. The new files get names that
// none has so far (where "model-00001-of-00003.safetensors" is taken,
// "model-00001-of-00003.2.safetensors"), then the new index takes the old one's
// place, and then the old files go. So whenever the program ends, one of both sets
// is there in full, and is what the index names; what a killed save left over goes
// with the next one. Whoever reads meanwhile gets the one or the other.
func SaveShardedSafetensors(path string, tensors []NamedTensor, metadata map[string]string, maxBytes int64) error {
	_, is := strings.CutSuffix(path, safetensors.Suffix)
	if !is || filepath.Base(path) == safetensors.Suffix {
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
		return safetensors.Save(path, func(w io.Writer) error { return writeSafetensors(w, stored, all) })
	}
	index := shardIndex{Metadata: map[string]any{}, WeightMap: map[string]string{}}
	for key, value := range all {
		index.Metadata[key] = value
	}
	var total int64
	writes := make([]func(io.Writer) error, len(shards))
	for i, shard := range shards {
		for _, t := range shard {
			total += t.End
		}
		writes[i] = func(w io.Writer) error { return writeSafetensors(w, shard, metadata) }
	}
	index.Metadata[totalSize] = total
	return safetensors.SaveShards(path, writes, func(w io.Writer, names []string) error {
		for i, shard := range shards {
			for _, t := range shard {
				index.WeightMap[t.Name] = names[i]
			}
		}
		return index.write(w)
	})
}

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
		if t.End > maxBytes {
			shards = append(shards, []storedTensor{t})
			continue
		}
		if size+t.End > maxBytes {
			shards = append(shards, current)
			current, size = nil, 0
		}
		current = append(current, t)
		size += t.End
	}
	if len(current) > 0 || len(shards) == 0 {
		shards = append(shards, current)
	}
	return shards
}
