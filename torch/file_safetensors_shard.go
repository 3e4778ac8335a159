package torch

import (
	"errors"
	"io"
	"os"

	"multitorch/internal/regular"
)

// safetensorsShard is one file: all there is, or one of an index.
type safetensorsShard struct {
	*safetensorsHeader
	tensors map[string]storedTensor // an alias with the name of what it stands for
	r       io.ReaderAt
	file    *os.File // nil where r is none
}

func newSafetensorsShard(r io.ReaderAt, size int64) (*safetensorsShard, error) {
	h, err := readSafetensorsHeader(r, size)
	if err != nil {
		return nil, err
	}
	s := &safetensorsShard{safetensorsHeader: h, tensors: make(map[string]storedTensor, len(h.stored)+len(h.aliases)), r: r}
	for _, t := range h.stored {
		s.tensors[t.Name] = t
	}
	for _, a := range h.aliases {
		s.tensors[a.name] = s.tensors[a.of]
	}
	return s, nil
}

func openSafetensorsShard(path string) (*safetensorsShard, error) {
	f, size, err := regular.Open(path, "a safetensors file")
	if err != nil {
		return nil, err
	}
	s, err := newSafetensorsShard(f, size)
	if err != nil {
		f.Close()
		return nil, err
	}
	s.file = f
	return s, nil
}

func (s *safetensorsShard) close() error {
	if s.file == nil {
		return nil
	}
	return s.file.Close()
}

// whole is the shard as all there is.
func (s *safetensorsShard) whole(path string) *SafetensorsFile {
	f := &SafetensorsFile{path: path, metadata: s.metadata, shards: map[string]*safetensorsShard{"": s}}
	for _, t := range s.stored {
		f.names = append(f.names, t.Name)
	}
	for _, a := range s.aliases {
		f.names = append(f.names, a.name)
	}
	return f
}

// mapFrom is the size from which a tensor is mapped, in bytes. Smaller ones are as
// quickly read, and a process can have no more than 65,530 mappings.
const mapFrom = 16 << 10

// mapped makes a tensor on the file's own pages, if its elements can be used as they are.
func (s *safetensorsShard) mapped(t storedTensor) (*Tensor, error) {
	at, n := s.start+t.begin, t.end-t.begin
	// A bool must stay 0 or 1, which only memory of our own does.
	if s.file == nil || t.DType.available() != nil || n < mapFrom || t.DType == Bool || at%int64(t.DType.Size()) != 0 || hostIsBigEndian {
		return s.read(t)
	}
	info, err := s.file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < at+n {
		return nil, errors.New("the file became shorter since it was opened, and ends within its elements")
	}
	m, data, err := mapFile(s.file, at, n)
	if err != nil {
		return s.read(t) // some file systems can't map
	}
	return onMemory(data, t.Shape, t.DType, m)
}

// read makes a tensor with memory of its own.
func (s *safetensorsShard) read(t storedTensor) (x *Tensor, err error) {
	if err := t.DType.available(); err != nil {
		return nil, err
	}
	if err := Try(func() error { x = Empty(t.Shape, t.DType); return nil }); err != nil {
		return nil, err
	}
	if err := x.readFrom(io.NewSectionReader(s.r, s.start+t.begin, t.end-t.begin), false); err != nil {
		x.Free()
		return nil, err
	}
	return x, nil
}
