package torch

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"multitorch/internal/dtype"
	"multitorch/internal/safetensors"
)

// storedTensor is an entry of the header, and what is to be written there.
type storedTensor struct {
	safetensors.Tensor
	tensor *Tensor
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
		if strings.HasPrefix(key, safetensors.AliasPrefix) {
			return nil, nil, fmt.Errorf("the metadata key %.80q begins with %.80q, which is kept for tied tensors; choose another", key, safetensors.AliasPrefix)
		}
		if !utf8.ValidString(key) || !utf8.ValidString(value) {
			return nil, nil, fmt.Errorf("the metadata %.80q: %.80q is not valid UTF-8", key, value)
		}
		all[key] = value
	}
	var stored []storedTensor
	names, first := map[string]bool{}, map[memory]string{}
	for _, t := range tensors {
		wrong := ""
		switch {
		case t.Name == safetensors.MetadataKey:
			wrong = "the name stands for the metadata"
		case !utf8.ValidString(t.Name):
			wrong = "the name is not valid UTF-8"
		case names[t.Name]:
			wrong = "the name comes twice"
		}
		if wrong != "" {
			return nil, nil, fmt.Errorf("tensor %.80q: %s; choose another", t.Name, wrong)
		}
		names[t.Name] = true
		s := storedTensor{safetensors.Tensor{Name: t.Name}, t.Tensor}
		var m memory
		err := Try(func() error {
			info := t.Tensor.info("save")
			sizes, strides := t.Tensor.layout()
			s.DType, s.Shape, s.End = dtype.DType(info.DType), sizes, info.Numel*int64(info.ItemSize)
			if !safetensors.Can(s.DType) {
				return fmt.Errorf("a safetensors file can't hold %s; convert it first, with To, or Dequantize", s.DType)
			}
			if !t.Tensor.isLazy() { // or the same memory stands for other elements
				m = memory{info.StorageID, info.Offset, fmt.Sprint(info.DType, sizes, strides)}
			}
			return nil
		})
		if err != nil {
			return nil, nil, fmt.Errorf("tensor %.80q: %w", t.Name, err)
		}
		if of, again := first[m]; again && m.storage != 0 && s.End > 0 {
			all[safetensors.AliasPrefix+t.Name] = of
			continue
		}
		first[m] = t.Name
		stored = append(stored, s)
	}
	return stored, all, nil
}

// placeSafetensors gives the tensors of one file their order and places.
func placeSafetensors(stored []storedTensor) (header []safetensors.Tensor) {
	slices.SortFunc(stored, func(a, b storedTensor) int { return safetensors.Compare(a.Tensor, b.Tensor) })
	at := int64(0)
	for i := range stored {
		stored[i].Begin, stored[i].End = at, at+stored[i].End
		at = stored[i].End
		header = append(header, stored[i].Tensor)
	}
	return header
}
