package torch

import (
	"cmp"
	bin "encoding/binary"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"

	"multitorch/internal/dtype"
)

// A safetensors file is the header's length (8 bytes, little-endian), the header
// (JSON, padded with spaces), and the elements of all tensors without gaps.

const (
	maxSafetensorsHeader = 100_000_000 // the official reader's limit
	safetensorsMetadata  = "__metadata__"
	aliasPrefix          = "alias."
)

// storedTensor is an entry of the header, with its place among the elements.
type storedTensor struct {
	TensorInfo
	begin, end int64
	tensor     *Tensor // to be written
}

// checkSafetensors says what is to be stored, in the order given, each with its
// size as its end. The metadata that it returns is a copy with the aliases.
func checkSafetensors(tensors []NamedTensor, metadata map[string]string) ([]storedTensor, map[string]string, error) {
	type memory struct {
		storage uint64
		offset  int64
		layout  string
	}
	all := make(map[string]string, len(metadata))
	for key, value := range metadata {
		if strings.HasPrefix(key, aliasPrefix) {
			return nil, nil, fmt.Errorf("the metadata key %q begins with %q, which is kept for tied tensors; choose another", key, aliasPrefix)
		}
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, nil, fmt.Errorf("the metadata %q: %q is not valid UTF-8", key, value)
		}
		all[key] = value
	}
	var stored []storedTensor
	names, first := map[string]bool{}, map[memory]string{}
	for _, t := range tensors {
		if t.Name == safetensorsMetadata || !utf8.ValidString(t.Name) || names[t.Name] {
			return nil, nil, fmt.Errorf("tensor %q: expected a name that is valid UTF-8, comes once and is not %s", t.Name, safetensorsMetadata)
		}
		names[t.Name] = true
		s := storedTensor{TensorInfo: TensorInfo{Name: t.Name}, tensor: t.Tensor}
		var m memory
		err := Try(func() error {
			info := t.Tensor.info("save")
			sizes, strides := t.Tensor.layout()
			s.DType, s.Shape, s.end = DType(info.DType), sizes, info.Numel*int64(info.ItemSize)
			m = memory{info.StorageID, info.Offset, fmt.Sprint(info.DType, sizes, strides)}
			if t, _ := dtype.DType(s.DType).Info(); t.Safetensors == "" {
				return fmt.Errorf("a safetensors file can't hold %s; convert it first, with To, or Dequantize", s.DType)
			}
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %q: %w", t.Name, err)
		}
		if of, again := first[m]; again && m.storage != 0 && s.end > 0 {
			all[aliasPrefix+t.Name] = of
			continue
		}
		first[m] = t.Name
		stored = append(stored, s)
	}
	return stored, all, nil
}

// placeSafetensors gives the tensors of one file their order and places.
func placeSafetensors(stored []storedTensor) {
	slices.SortFunc(stored, func(a, b storedTensor) int {
		return cmp.Or(cmp.Compare(dtype.DType(b.DType).Rank(), dtype.DType(a.DType).Rank()), cmp.Compare(a.Name, b.Name))
	})
	at := int64(0)
	for i := range stored {
		stored[i].begin, stored[i].end = at, at+stored[i].end
		at = stored[i].end
	}
}

// encodeSafetensorsHeader is the length and the header.
func encodeSafetensorsHeader(stored []storedTensor, metadata map[string]string) []byte {
	b := append(make([]byte, 8), '{')
	comma := func() {
		if len(b) > 9 {
			b = append(b, ',')
		}
	}
	if len(metadata) > 0 {
		b = append(appendQuoted(b, safetensorsMetadata), ":{"...)
		for i, key := range slices.Sorted(maps.Keys(metadata)) {
			if i > 0 {
				b = append(b, ',')
			}
			b = append(appendQuoted(b, key), ':')
			b = appendQuoted(b, metadata[key])
		}
		b = append(b, '}')
	}
	for _, s := range stored {
		comma()
		shape := strings.ReplaceAll(fmt.Sprint(s.Shape), " ", ",")
		info, _ := dtype.DType(s.DType).Info()
		b = fmt.Appendf(appendQuoted(b, s.Name), `:{"dtype":"%s","shape":%s,"data_offsets":[%d,%d]}`,
			info.Safetensors, shape, s.begin, s.end)
	}
	b = append(b, '}')
	for len(b)%8 != 0 {
		b = append(b, ' ')
	}
	bin.LittleEndian.PutUint64(b, uint64(len(b)-8))
	return b
}

// appendQuoted escapes what JSON requires and no more, as the official writer.
func appendQuoted(b []byte, s string) []byte {
	const short = "\b\f\n\r\t\"\\"
	b = append(b, '"')
	for i := range len(s) {
		c := s[i]
		if k := strings.IndexByte(short, c); k >= 0 {
			b = append(b, '\\', `bfnrt"\`[k])
		} else if c < ' ' {
			b = fmt.Appendf(b, `\u%04x`, c)
		} else {
			b = append(b, c)
		}
	}
	return append(b, '"')
}
