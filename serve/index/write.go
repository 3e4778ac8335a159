package index

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"

	"multitorch/internal/atomicfile"
	"multitorch/internal/dtype"
	"multitorch/internal/safetensors"
)

// The files of an index. The vectors' metadata hold the checksum of the entries, so that two that don't belong together are
// found.
const (
	vectorsName = "vectors.safetensors"
	entriesName = "entries.jsonl"
	tensorName  = "vectors"
	format      = "multitorch-index-1"
)

// Write makes an index of vectors and what they stand for: a new folder with the vectors as safetensors, float32 [N, width],
// and the entries as JSON lines. It is there whole or not at all.
func Write(dir string, a About, vectors [][]float32, entries []Entry) (err error) {
	if _, err := os.Lstat(dir); err == nil {
		return fmt.Errorf("index: %s is there already, and is not overwritten: expected a new folder", dir)
	}
	scaled, err := checked(vectors, entries)
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	parent := filepath.Dir(filepath.Clean(dir))
	if err := os.MkdirAll(parent, 0o777); err != nil {
		return fmt.Errorf("index: %w", err)
	}
	temp, err := os.MkdirTemp(parent, "."+filepath.Base(dir)+".*")
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	defer os.RemoveAll(temp) // nothing, once it is renamed
	sum, err := writeEntries(filepath.Join(temp, entriesName), entries)
	if err == nil {
		err = writeVectors(filepath.Join(temp, vectorsName), a, sum, scaled)
	}
	if err == nil {
		err = os.Chmod(temp, 0o755)
	}
	if err == nil {
		err = os.Rename(temp, dir)
	}
	if err == nil {
		err = atomicfile.SyncDir(parent)
	}
	if err != nil {
		return fmt.Errorf("index: %w", err)
	}
	return nil
}

func writeEntries(path string, entries []Entry) (sum string, err error) {
	hash := sha256.New()
	err = atomicfile.Write(path, func(w io.Writer) error {
		hash.Reset()
		to := bufio.NewWriter(io.MultiWriter(w, hash))
		for i, e := range entries {
			line, err := json.Marshal(e)
			if err == nil && len(line) >= maxEntry {
				err = fmt.Errorf("%d bytes: expected less than %d", len(line), maxEntry)
			}
			if err != nil {
				return fmt.Errorf("entry %d: %w", i, err)
			}
			if _, err := to.Write(append(line, '\n')); err != nil {
				return err
			}
		}
		return to.Flush()
	})
	return hex.EncodeToString(hash.Sum(nil)), err
}

func writeVectors(path string, a About, sum string, vectors [][]float32) error {
	about, err := json.Marshal(a)
	if err != nil {
		return err
	}
	width := len(vectors[0])
	head := safetensors.Encode([]safetensors.Tensor{{
		Name: tensorName, DType: dtype.Float32, Shape: []int{len(vectors), width}, End: int64(len(vectors)) * int64(width) * 4,
	}}, map[string]string{"format": format, "about": string(about), "entries_sha256": sum})
	return atomicfile.Write(path, func(w io.Writer) error {
		to := bufio.NewWriter(w)
		_, err := to.Write(head)
		row := make([]byte, 4*width)
		for _, v := range vectors {
			for i, x := range v {
				binary.LittleEndian.PutUint32(row[4*i:], math.Float32bits(x))
			}
			if err == nil {
				_, err = to.Write(row)
			}
		}
		if err != nil {
			return err
		}
		return to.Flush()
	})
}

// lines cuts JSON lines into entries.
func lines(text []byte) (entries []Entry, err error) {
	for n := 1; len(text) > 0; n++ {
		line, rest, _ := bytes.Cut(text, []byte("\n"))
		text = rest
		var e Entry
		d := json.NewDecoder(bytes.NewReader(line))
		d.DisallowUnknownFields()
		if err := d.Decode(&e); err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		entries = append(entries, e)
	}
	return entries, nil
}
