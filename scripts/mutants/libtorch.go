package main

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/torch/jit"
	"multitorch/trainer"
)

// libtorchReader reads with package torch, from files in a folder.
type libtorchReader struct {
	dir    string
	shards [][]byte
}

// in writes a mutant into a new file: one that is mapped must not be changed.
func (l libtorchReader) in(name string, file []byte) string {
	path := filepath.Join(l.dir, name)
	if err := errors.Join(remove(path), os.WriteFile(path, file, 0o644)); err != nil {
		panic(err)
	}
	return path
}

func remove(path string) error {
	if err := os.Remove(path); !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return nil
}

// contents is a checksum of tensors, which touches all their elements; it frees them.
func contents(tensors []torch.NamedTensor) (string, error) {
	h := sha256.New()
	err := torch.WriteContents(h, tensors)
	for _, t := range tensors {
		t.Tensor.Free()
	}
	return hex.EncodeToString(h.Sum(nil)), err
}

// safetensors reads a file both ways, and requires the same of both.
func (l libtorchReader) safetensors(file []byte) (string, error) {
	return readBoth(l.in("m.safetensors", file))
}

func readBoth(path string) (string, error) {
	tensors, _, err := torch.LoadSafetensors(path)
	if err != nil {
		return "", err
	}
	loaded, err := contents(tensors)
	if err != nil {
		return "", err
	}
	f, err := torch.OpenSafetensors(path)
	if err != nil {
		return "", fmt.Errorf("OpenSafetensors alone: %w", err)
	}
	defer f.Close()
	for _, name := range f.Names() {
		if _, err := f.Info(name); err != nil {
			return "", err
		}
	}
	mapped, err := f.Tensors()
	if err != nil {
		return "", err
	}
	if opened, err := contents(mapped); err != nil || opened != loaded {
		panic(fmt.Sprint("LoadSafetensors and OpenSafetensors read different things: ", err))
	}
	return loaded, nil
}

const indexName = "s.safetensors.index.json"

// index reads a damaged index of good files.
func (l libtorchReader) index(file []byte) (string, error) {
	l.in("s-00001-of-00002.safetensors", l.shards[0])
	l.in("s-00002-of-00002.safetensors", l.shards[1])
	return readBoth(l.in(indexName, file))
}

// shard reads a good index of which a file is damaged.
func (l libtorchReader) shard(file []byte) (string, error) {
	l.in("s-00001-of-00002.safetensors", file)
	l.in("s-00002-of-00002.safetensors", l.shards[1])
	return readBoth(l.in(indexName, l.shards[2]))
}

func (l libtorchReader) npy(file []byte) (string, error) {
	x, err := torch.LoadNpy(l.in("x.npy", file))
	if err != nil {
		return "", err
	}
	return contents([]torch.NamedTensor{{Tensor: x}})
}

func (l libtorchReader) npz(file []byte) (string, error) {
	tensors, err := torch.LoadNpz(l.in("x.npz", file))
	if err != nil {
		return "", err
	}
	return contents(tensors)
}

// needsNewer reports whether a file of torch.save has elements of a type that the running libtorch lacks.
func needsNewer(file []byte) bool {
	_, err := torch.ReadPT(bytes.NewReader(file), int64(len(file)))
	return err != nil && strings.Contains(err.Error(), "need libtorch")
}

// pt reads a file of torch.save, prints what is in it, and makes a state of its tensors.
func (l libtorchReader) pt(file []byte) (string, error) {
	value, err := torch.Load(l.in("x.pt", file))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	if err := torch.WritePT(h, value); err != nil {
		return "", err
	}
	if tensors, err := torch.LoadTensors(filepath.Join(l.dir, "x.pt")); err == nil {
		for _, t := range tensors {
			_ = torch.Try(func() error { _ = t.Tensor.String(); return nil })
			t.Tensor.Free()
		}
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// about is the description of a checkpoint.
type about struct {
	Step int
	Name string
}

// checkpoint is a good one.
func checkpoint(dir string) []byte {
	if dir == "" {
		dir = os.TempDir()
	}
	path := filepath.Join(dir, fmt.Sprint("checkpoint-", os.Getpid()))
	defer os.Remove(path)
	torch.ManualSeed(1)
	if err := trainer.SaveCheckpoint(path, nn.NewLinear(5, 7), about{12, "linear"}); err != nil {
		panic(err)
	}
	content, err := os.ReadFile(path)
	if err != nil {
		panic(err)
	}
	return content
}

func (l libtorchReader) checkpoint(file []byte) (string, error) {
	var a about
	state, err := trainer.LoadCheckpoint(l.in("c", file), &a)
	if err != nil {
		return "", err
	}
	what, err := contents(state)
	return fmt.Sprint(what, a), err
}

// jit loads a program, looks at its state and runs it.
func (l libtorchReader) jit(file []byte) (string, error) {
	m, err := jit.Load(l.in("m.pt", file))
	if err != nil {
		return "", err
	}
	h := sha256.New()
	err = torch.Try(func() error {
		_ = m.Methods()
		return torch.WriteContents(h, m.StateDict())
	})
	_ = torch.Try(func() error { m.Forward(torch.Ones(torch.Shape{5, 4})); return nil })
	return hex.EncodeToString(h.Sum(nil)), err
}

// entriesOfShard are a good file's tensors.
func entriesOfShard(file []byte) []torch.NamedTensor {
	path := filepath.Join(os.TempDir(), fmt.Sprint("whole-", os.Getpid(), ".safetensors"))
	defer os.Remove(path)
	if err := os.WriteFile(path, file, 0o644); err != nil {
		panic(err)
	}
	tensors, _, err := torch.LoadSafetensors(path)
	if err != nil {
		panic(err)
	}
	return tensors
}

// shardedSet is an index, its two files, and the index again.
func shardedSet(tensors []torch.NamedTensor) (index []byte, files [][]byte) {
	var x struct {
		Metadata  map[string]any    `json:"metadata"`
		WeightMap map[string]string `json:"weight_map"`
	}
	x.WeightMap, x.Metadata = map[string]string{}, map[string]any{"total_size": 37}
	half := len(tensors) / 2
	for i, part := range [][]torch.NamedTensor{tensors[:half], tensors[half:]} {
		var b writer
		if err := torch.WriteSafetensors(&b, part, nil); err != nil {
			panic(err)
		}
		files = append(files, b)
		for _, t := range part {
			x.WeightMap[t.Name] = fmt.Sprintf("s-0000%d-of-00002.safetensors", i+1)
		}
	}
	x.Metadata["alias.tied"] = tensors[0].Name
	index, err := json.Marshal(x)
	if err != nil {
		panic(err)
	}
	return index, append(files, index)
}

type writer []byte

func (w *writer) Write(p []byte) (int, error) {
	*w = append(*w, p...)
	return len(p), nil
}
