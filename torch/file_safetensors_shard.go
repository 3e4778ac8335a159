package torch

import (
	"errors"
	"io"
	"os"
	"sync"

	"multitorch/internal/safetensors"
)

// safetensorsShard is one file: all there is, or one of an index.
type safetensorsShard struct {
	*safetensors.Header
	tensors map[string]safetensors.Tensor // an alias with the name of what it stands for
	r       io.ReaderAt
	size    int64
	file    *os.File // nil where r is none

	mu   sync.Mutex
	maps *mapping // the last one that was made
}

func newSafetensorsShard(r io.ReaderAt, size int64) (*safetensorsShard, error) {
	h, err := safetensors.ReadHeader(r, size)
	if err != nil {
		return nil, err
	}
	s := &safetensorsShard{Header: h, tensors: make(map[string]safetensors.Tensor, len(h.Tensors)+len(h.Aliases)), r: r, size: size}
	s.file, _ = r.(*os.File)
	for _, t := range h.Tensors {
		s.tensors[t.Name] = t
	}
	for _, a := range h.Aliases {
		s.tensors[a.Name] = s.tensors[a.Of]
	}
	return s, nil
}

// whole is the shard as all there is.
func (s *safetensorsShard) whole(path string, files io.Closer) *SafetensorsFile {
	f := &SafetensorsFile{path: path, metadata: s.Metadata, shards: map[string]*safetensorsShard{"": s}, files: files}
	for _, t := range s.Tensors {
		f.names = append(f.names, t.Name)
	}
	for _, a := range append(s.Aliases, s.Tied...) {
		f.names = append(f.names, a.Name)
		s.tensors[a.Name] = s.tensors[a.Of]
	}
	return f
}

// mapFrom is the size from which a tensor is mapped, in bytes. Smaller ones are as
// quickly read, and need no page of their own.
const mapFrom = 16 << 10

// mapped makes a tensor on the file's own pages, if its elements can be used as they are.
func (s *safetensorsShard) mapped(t safetensors.Tensor) (*Tensor, error) {
	d, begin, end := DType(t.DType), s.Start+t.Begin, s.Start+t.End
	// A bool must stay 0 or 1, which only memory of our own does.
	if s.file == nil || d.available() != nil || end-begin < mapFrom || d == Bool || begin%int64(d.Size()) != 0 || hostIsBigEndian {
		return s.read(t)
	}
	info, err := s.file.Stat()
	if err != nil {
		return nil, err
	}
	if info.Size() < end {
		return nil, errors.New("the file became shorter since it was opened, and ends within its elements")
	}
	part := s.part(begin, end)
	if part == nil {
		return s.read(t) // some file systems can't map
	}
	return onMemory(part.data(), t.Shape, d, part)
}

// part is a part of the file in memory, of a mapping in which nobody else has it.
// A file in which each tensor is taken once is mapped once: a process can't have
// more than 65,530 mappings. It is nil where the file can't be mapped.
func (s *safetensorsShard) part(begin, end int64) *mappedPart {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.maps != nil {
		if part := s.maps.part(begin, end); part != nil {
			return part
		}
	}
	m, err := mapFile(s.file, s.size)
	if err != nil {
		return nil
	}
	s.maps = m
	return m.part(begin, end)
}

// read makes a tensor with memory of its own.
func (s *safetensorsShard) read(t safetensors.Tensor) (x *Tensor, err error) {
	d := DType(t.DType)
	if err := d.available(); err != nil {
		return nil, err
	}
	if err := Try(func() error { x = Empty(t.Shape, d); return nil }); err != nil {
		return nil, err
	}
	if err := x.readFrom(io.NewSectionReader(s.r, s.Start+t.Begin, t.End-t.Begin), false); err != nil {
		x.Free()
		return nil, err
	}
	return x, nil
}
