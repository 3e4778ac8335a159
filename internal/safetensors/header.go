// Package safetensors reads and writes all of the safetensors format but the elements: the header of a file, the index of
// several, and their places. It makes no tensors.
//
// A file is the header's length (8 bytes, little-endian), the header (JSON, padded with spaces), and the elements of all
// tensors without gaps.
package safetensors

import (
	"cmp"
	bin "encoding/binary"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"

	"multitorch/internal/dtype"
)

const (
	maxHeader = 100_000_000 // the official reader's limit
	// MetadataKey is the header's key that is no tensor.
	MetadataKey = "__metadata__"
	// AliasPrefix begins the metadata's keys that give a stored tensor further names.
	AliasPrefix = "alias."
)

// Tensor is an entry of a header.
type Tensor struct {
	Name       string
	DType      dtype.DType
	Shape      []int
	Begin, End int64 // in bytes, from the header's end on
}

// Alias is a name for the memory of another tensor in the file.
type Alias struct{ Name, Of string }

// Header is a header that was read: its tensors are of known types, and cover the rest of the file without holes.
type Header struct {
	Start    int64    // of the elements, in the file
	Tensors  []Tensor // by place
	Aliases  []Alias  // by name
	Tied     []Alias  // by name: those that others wrote, see Tied in aliases.go
	Metadata map[string]string
}

// ReadHeader reads the header of a file of size bytes, and checks all that can be checked without the elements.
func ReadHeader(r io.ReaderAt, size int64) (*Header, error) {
	var prefix [8]byte
	if size < 8 {
		return nil, fmt.Errorf("expected a safetensors file, found %d bytes, which is less than the length of its header", size)
	}
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, 8), prefix[:]); err != nil {
		return nil, err
	}
	n := bin.LittleEndian.Uint64(prefix[:])
	if n > maxHeader {
		return nil, fmt.Errorf("its header would have %d bytes, more than the %d that are allowed: this is no safetensors file", n, maxHeader)
	}
	if int64(n) > size-8 {
		return nil, fmt.Errorf("the file ends within its header: that has %d bytes, but only %d follow", n, size-8)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(r, 8, int64(n)), text); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	h := &Header{Start: 8 + int64(n)}
	if err := h.parse(text); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	if err := h.place(size - h.Start); err != nil {
		return nil, err
	}
	return h, h.resolveAliases()
}

// place sorts the tensors by place, and checks that they cover size bytes without
// holes and overlaps.
func (h *Header) place(size int64) error {
	slices.SortStableFunc(h.Tensors, func(a, b Tensor) int {
		return cmp.Or(cmp.Compare(a.Begin, b.Begin), cmp.Compare(a.End, b.End))
	})
	at, before := int64(0), "the header"
	for _, t := range h.Tensors {
		if t.Begin != at {
			what := "a hole"
			if t.Begin < at {
				what = "an overlap"
			}
			return fmt.Errorf("tensor %.80q: there is %s between it and %.80s: it begins at %d instead of %d", t.Name, what, before, t.Begin, at)
		}
		if t.End > size {
			return fmt.Errorf("tensor %.80q: the file ends within its elements: they end at %d, but only %d bytes follow the header",
				t.Name, t.End, size)
		}
		at, before = t.End, strconv.Quote(t.Name[:min(len(t.Name), 80)])
	}
	if at != size {
		return fmt.Errorf("%d bytes follow after the last tensor; expected none", size-at)
	}
	return nil
}

// Compare orders tensors as the official writer stores them: so that all are aligned, and then by name.
func Compare(a, b Tensor) int {
	return cmp.Or(cmp.Compare(b.DType.Rank(), a.DType.Rank()), cmp.Compare(a.Name, b.Name))
}

// Can reports whether the format has an element type.
func Can(d dtype.DType) bool {
	t, known := d.Info()
	return known && t.Safetensors != ""
}

// Encode is the length and the header of tensors in their places.
func Encode(tensors []Tensor, metadata map[string]string) []byte {
	b := append(make([]byte, 8), '{')
	comma := func() {
		if len(b) > 9 {
			b = append(b, ',')
		}
	}
	if len(metadata) > 0 {
		b = append(appendQuoted(b, MetadataKey), ":{"...)
		for i, key := range sortedKeys(metadata) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendQuoted(b, key), ':')
			b = appendQuoted(b, metadata[key])
		}
		b = append(b, '}')
	}
	for _, t := range tensors {
		comma()
		b = AppendEntry(b, t)
	}
	b = append(b, '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	bin.LittleEndian.PutUint64(b, uint64(len(b)-8))
	return b
}

// AppendEntry appends a tensor's entry.
func AppendEntry(b []byte, t Tensor) []byte {
	info, _ := t.DType.Info()
	return fmt.Appendf(appendQuoted(b, t.Name), `:{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`,
		info.Safetensors, strings.ReplaceAll(fmt.Sprint(t.Shape), " ", ","), t.Begin, t.End)
}

// AppendDescription appends a line of JSON with a tensor's name, type and shape.
func AppendDescription(b []byte, name, dtype string, shape []int) []byte {
	b = appendQuoted(append(b, '['), name)
	return fmt.Appendf(b, `,"%s",%s]`+"\n", dtype, strings.ReplaceAll(fmt.Sprint(shape), " ", ","))
}
