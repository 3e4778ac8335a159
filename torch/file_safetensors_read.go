package torch

import (
	"bytes"
	"cmp"
	bin "encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"math/bits"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"multitorch/internal/dtype"
)

// safetensorsHeader is a header that was read.
type safetensorsHeader struct {
	start    int64          // of the elements, in the file
	stored   []storedTensor // by place
	aliases  []alias        // by name
	metadata map[string]string
}

// alias is a name for the memory of another tensor in the file.
type alias struct{ name, of string }

// readSafetensorsHeader reads the header and checks all that can be checked
// without the elements.
func readSafetensorsHeader(r io.ReaderAt, size int64) (*safetensorsHeader, error) {
	var prefix [8]byte
	if size < 8 {
		return nil, fmt.Errorf("expected a safetensors file, found %d bytes, which is less than the length of its header", size)
	}
	if _, err := io.ReadFull(io.NewSectionReader(r, 0, 8), prefix[:]); err != nil {
		return nil, err
	}
	n := bin.LittleEndian.Uint64(prefix[:])
	if n > maxSafetensorsHeader {
		return nil, fmt.Errorf("its header would have %d bytes, more than the %d that are allowed: this is no safetensors file", n, maxSafetensorsHeader)
	}
	if int64(n) > size-8 {
		return nil, fmt.Errorf("the file ends within its header: that has %d bytes, but only %d follow", n, size-8)
	}
	text := make([]byte, n)
	if _, err := io.ReadFull(io.NewSectionReader(r, 8, int64(n)), text); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	h := &safetensorsHeader{start: 8 + int64(n)}
	if err := h.parse(text); err != nil {
		return nil, fmt.Errorf("the header: %w", err)
	}
	if err := h.place(size - h.start); err != nil {
		return nil, err
	}
	return h, h.resolveAliases()
}

func (h *safetensorsHeader) parse(text []byte) error {
	if len(text) == 0 || text[0] != '{' {
		return errors.New("expected JSON that begins with {")
	}
	if !utf8.Valid(text) {
		return errors.New("it is not valid UTF-8")
	}
	j := jsonWalk{json.NewDecoder(bytes.NewReader(text))}
	j.dec.UseNumber()
	err := j.object(func(name string) error {
		if name == safetensorsMetadata {
			h.metadata = map[string]string{}
			return j.object(func(key string) (err error) {
				h.metadata[key], err = j.text()
				return err
			})
		}
		s := storedTensor{TensorInfo: TensorInfo{Name: name}}
		h.stored = append(h.stored, s)
		return j.entry(&h.stored[len(h.stored)-1])
	})
	if err != nil {
		return err
	}
	if _, err := j.dec.Token(); err != io.EOF {
		return errors.New("something follows after its last }")
	}
	return nil
}

// entry reads {"dtype", "shape", "data_offsets"}, in any order, and checks that
// they agree.
func (j jsonWalk) entry(s *storedTensor) error {
	seen := 0
	err := j.object(func(field string) (err error) {
		seen++
		switch field {
		case "dtype":
			var name string
			if name, err = j.text(); err != nil {
				return err
			}
			if d, known := dtype.FromSafetensors(name); known {
				s.DType = DType(d)
				return nil
			}
			return fmt.Errorf("%q is unknown here; known are BOOL, U8 to U64, I8 to I64, F16, BF16, F32, F64, C64 and some F8", name)
		case "shape":
			s.Shape, err = j.ints()
			return err
		case "data_offsets":
			var at []int
			if at, err = j.ints(); err == nil && (len(at) != 2 || at[0] > at[1]) {
				err = fmt.Errorf("expected a begin and an end, found %v", at)
			}
			if err == nil {
				s.begin, s.end = int64(at[0]), int64(at[1])
			}
			return err
		}
		return errors.New("expected dtype, shape and data_offsets only")
	})
	if err != nil {
		return err
	}
	if seen != 3 {
		return errors.New("expected dtype, shape and data_offsets")
	}
	// Sizes of 0 are left out of the product, or it could overflow unseen before one.
	numel, empty := uint64(1), false
	for _, n := range s.Shape {
		high, low := bits.Mul64(numel, uint64(max(n, 1)))
		if high != 0 || low > math.MaxInt64/16 {
			return fmt.Errorf("the shape %v is larger than any memory", s.Shape)
		}
		numel, empty = low, empty || n == 0
	}
	want := int64(numel) * int64(s.DType.Size())
	if empty {
		want = 0
	}
	if want != s.end-s.begin {
		return fmt.Errorf("%s%v takes %d bytes, but data_offsets [%d %d] hold %d", s.DType, s.Shape, want, s.begin, s.end, s.end-s.begin)
	}
	return nil
}

// place sorts the tensors by place, and checks that they cover size bytes without
// holes and overlaps.
func (h *safetensorsHeader) place(size int64) error {
	slices.SortStableFunc(h.stored, func(a, b storedTensor) int {
		return cmp.Or(cmp.Compare(a.begin, b.begin), cmp.Compare(a.end, b.end))
	})
	at, before := int64(0), "the header"
	for _, s := range h.stored {
		if s.begin != at {
			what := "a hole"
			if s.begin < at {
				what = "an overlap"
			}
			return fmt.Errorf("tensor %q: there is %s between it and %s: it begins at %d instead of %d", s.Name, what, before, s.begin, at)
		}
		if s.end > size {
			return fmt.Errorf("tensor %q: the file ends within its elements: they end at %d, but only %d bytes follow the header", s.Name, s.end, size)
		}
		at, before = s.end, strconv.Quote(s.Name)
	}
	if at != size {
		return fmt.Errorf("%d bytes follow after the last tensor; expected none", size-at)
	}
	return nil
}

// resolveAliases takes the aliases out of the metadata.
func (h *safetensorsHeader) resolveAliases() error {
	names := map[string]bool{}
	for _, s := range h.stored {
		names[s.Name] = true
	}
	for _, key := range slices.Sorted(maps.Keys(h.metadata)) {
		name, is := strings.CutPrefix(key, aliasPrefix)
		if !is {
			continue
		}
		of := h.metadata[key]
		if names[name] || !names[of] {
			return fmt.Errorf("the metadata make %q an alias of %q: expected a new name for a stored tensor", name, of)
		}
		h.aliases = append(h.aliases, alias{name, of})
		delete(h.metadata, key)
	}
	if len(h.metadata) == 0 {
		h.metadata = nil
	}
	return nil
}
