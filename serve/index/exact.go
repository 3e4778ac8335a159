package index

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path/filepath"
	"slices"

	"multitorch/internal/dtype"
	"multitorch/internal/regular"
	"multitorch/internal/safetensors"
)

// Exact compares a query with all vectors, in memory.
type Exact struct {
	about   About
	width   int
	vectors []float32 // [N, width], row by row
	entries []Entry
}

// Open reads an index that [Write] made, whole into memory, and checks it: its sizes, that its two files belong together, and
// that each vector has the length 1.
func Open(dir string) (*Exact, error) {
	x := &Exact{}
	sum := ""
	path := filepath.Join(dir, vectorsName)
	err := regular.Read(path, "an index's vectors", func(f *os.File, size int64) (err error) {
		sum, err = x.readVectors(f, size)
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("index: %s: %w", path, err)
	}
	path = filepath.Join(dir, entriesName)
	err = regular.Read(path, "an index's entries", func(f *os.File, size int64) error {
		if most := int64(x.Len()) * maxEntry; size > most {
			return fmt.Errorf("%d bytes: expected at most %d for %d entries", size, most, x.Len())
		}
		text, err := io.ReadAll(f)
		if err != nil {
			return err
		}
		if got := sha256.Sum256(text); hex.EncodeToString(got[:]) != sum {
			return fmt.Errorf("its checksum is not the one that %s has: the files do not belong together, or one is damaged", vectorsName)
		}
		if x.entries, err = lines(text); err == nil && len(x.entries) != x.Len() {
			err = fmt.Errorf("%d entries: expected %d, one for each vector", len(x.entries), x.Len())
		}
		return err
	})
	if err != nil {
		return nil, fmt.Errorf("index: %s: %w", path, err)
	}
	return x, nil
}

// readVectors reads what a file of vectors has, and returns the checksum of the entries.
func (x *Exact) readVectors(r io.ReaderAt, size int64) (sum string, err error) {
	h, err := safetensors.ReadHeader(r, size)
	if err != nil {
		return "", err
	}
	if h.Metadata["format"] != format {
		return "", fmt.Errorf("its format is %.40q: expected %q", h.Metadata["format"], format)
	}
	if err := json.Unmarshal([]byte(h.Metadata["about"]), &x.about); err != nil {
		return "", fmt.Errorf("what it says of its model: %w", err)
	}
	if len(h.Tensors) != 1 || h.Tensors[0].Name != tensorName || h.Tensors[0].DType != dtype.Float32 || len(h.Tensors[0].Shape) != 2 {
		return "", fmt.Errorf("expected one tensor %q of float32 [N, width]", tensorName)
	}
	n, width := h.Tensors[0].Shape[0], h.Tensors[0].Shape[1]
	if n < 1 || n > maxVectors || width < 1 || width > maxWidth || n*width > maxNumbers {
		return "", fmt.Errorf("%d vectors of %d numbers: expected 1 to %d of 1 to %d", n, width, maxVectors, maxWidth)
	}
	x.width, x.vectors = width, make([]float32, n*width) // as many as the file has: ReadHeader compared
	from := io.NewSectionReader(r, h.Start, size-h.Start)
	row := make([]byte, 4*width)
	for i := range n {
		if _, err := io.ReadFull(from, row); err != nil {
			return "", err
		}
		length := 0.0
		for k := range width {
			v := math.Float32frombits(binary.LittleEndian.Uint32(row[4*k:]))
			x.vectors[i*width+k] = v
			length += float64(v) * float64(v)
		}
		if !(math.Abs(length-1) < 1e-3) {
			return "", fmt.Errorf("vector %d has the length %g: expected 1", i, math.Sqrt(length))
		}
	}
	return h.Metadata["entries_sha256"], nil
}

// Len is the number of vectors.
func (x *Exact) Len() int { return len(x.vectors) / max(1, x.width) }

// Width is how many numbers a vector has.
func (x *Exact) Width() int { return x.width }

// About says what made the index.
func (x *Exact) About() About { return x.about }

// Close does nothing.
func (x *Exact) Close() {}

// Search compares the vector with all. It looks at ctx now and then.
func (x *Exact) Search(ctx context.Context, vector []float32, top int) ([]Hit, error) {
	if len(vector) != x.width {
		return nil, fmt.Errorf("index: a vector of %d numbers: expected %d", len(vector), x.width)
	}
	if top < 1 {
		return nil, errors.New("index: expected at least one hit to look for")
	}
	query, err := unit(vector)
	if err != nil {
		return nil, fmt.Errorf("index: %w", err)
	}
	best := make([]Hit, 0, min(top, x.Len())+1)
	nearer := func(a, b Hit) int { return cmp.Or(cmp.Compare(b.Score, a.Score), cmp.Compare(a.ID, b.ID)) }
	for i := range x.Len() {
		if i%4096 == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		h := Hit{ID: i, Score: float64(dot(query, x.vectors[i*x.width:(i+1)*x.width]))}
		if len(best) == top && nearer(best[top-1], h) < 0 {
			continue
		}
		at, _ := slices.BinarySearchFunc(best, h, nearer)
		best = slices.Insert(best, at, h)
		best = best[:min(len(best), top)]
	}
	for i := range best {
		best[i].Entry = x.entries[best[i].ID]
	}
	return best, nil
}

// dot is the sum of products, in four sums, which the processor computes at once.
func dot(a, b []float32) float32 {
	var s0, s1, s2, s3 float32
	b = b[:len(a)]
	i := 0
	for ; i+4 <= len(a); i += 4 {
		s0 += a[i] * b[i]
		s1 += a[i+1] * b[i+1]
		s2 += a[i+2] * b[i+2]
		s3 += a[i+3] * b[i+3]
	}
	for ; i < len(a); i++ {
		s0 += a[i] * b[i]
	}
	return s0 + s1 + s2 + s3
}
