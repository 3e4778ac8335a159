package torch

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"multitorch/internal/safetensors"
)

// WriteContents writes what tensors are, for a checksum: of each, in the order of
// the names' bytes, a line of JSON with its name, its dtype as PyTorch prints it and
// its shape, and then its elements row by row, little-endian. In Python a line is
//
//	json.dumps([name, str(t.dtype)[6:], list(t.shape)], ensure_ascii=False, separators=(",", ":")) + "\n"
//
// The same tensors give the same bytes, whatever their order, their memory and
// their devices. Nothing is copied but what lies elsewhere, some MiB at a time.
func WriteContents(w io.Writer, tensors []NamedTensor) error {
	sorted := slices.Clone(tensors)
	slices.SortStableFunc(sorted, func(a, b NamedTensor) int { return cmp.Compare(a.Name, b.Name) })
	for _, t := range sorted {
		err := Try(func() error {
			line := safetensors.AppendDescription(nil, t.Name, t.Tensor.DType().String(), t.Tensor.Shape())
			if _, err := w.Write(line); err != nil {
				return err
			}
			return t.Tensor.writeElements(w, hostIsBigEndian)
		})
		if err != nil {
			return fmt.Errorf("tensor %.80q: %w", t.Name, err)
		}
	}
	return nil
}
