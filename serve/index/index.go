// Package index keeps vectors with what they stand for, and finds those nearest to another: all compared, in memory, from two
// files ([Open]), or by pgvector in PostgreSQL ([OpenPostgres]).
//
//	err := index.Write("index", index.About{Model: "minilm"}, vectors, entries)
//	x, err := index.Open("index")
//	hits, err := x.Search(ctx, query, 10)
//
// Vectors are scaled to length 1, so a score is a cosine, from -1 to 1. The package knows nothing of tensors.
package index

import (
	"context"
	"errors"
	"fmt"
	"math"
)

// Entry is what a vector stands for.
type Entry struct {
	Text    string `json:"text,omitempty"`
	Source  string `json:"source,omitempty"`  // where it is from: a file, a row
	Picture []byte `json:"picture,omitempty"` // a small PNG; base64 in JSON
}

// Hit is an entry that was found.
type Hit struct {
	ID    int     // its number in the index, from 0
	Score float64 // cosine with the query
	Entry
}

// About says what made an index.
type About struct {
	Model       string `json:"model"`       // its name, for people
	Fingerprint string `json:"fingerprint"` // of its weights: only the same model's vectors can be compared
}

// Searcher is an index that can be searched, by any number of goroutines.
type Searcher interface {
	// Search gives the top entries nearest to a vector, the nearest first; equally near ones by their numbers.
	Search(ctx context.Context, vector []float32, top int) ([]Hit, error)
	Len() int   // entries
	Width() int // numbers of a vector
	About() About
	Close()
}

// Bounds of what is read.
const (
	maxVectors = 100_000_000
	maxWidth   = 65_536
	maxNumbers = 1 << 32 // 16 GiB
	maxEntry   = 4 << 20 // bytes of a line
)

// unit scales a vector to length 1.
func unit(v []float32) ([]float32, error) {
	sum := 0.0
	for _, x := range v {
		sum += float64(x) * float64(x)
	}
	if !(sum > 0) || math.IsInf(sum, 0) {
		return nil, fmt.Errorf("a vector of length %g: expected one that is finite and not 0", math.Sqrt(sum))
	}
	scaled := make([]float32, len(v))
	for i, x := range v {
		scaled[i] = float32(float64(x) / math.Sqrt(sum))
	}
	return scaled, nil
}

// checked scales vectors, all as long as the first, one for each entry.
func checked(vectors [][]float32, entries []Entry) (scaled [][]float32, err error) {
	switch {
	case len(vectors) == 0:
		return nil, errors.New("expected at least one vector")
	case len(vectors) != len(entries):
		return nil, fmt.Errorf("%d vectors and %d entries: expected as many", len(vectors), len(entries))
	}
	scaled = make([][]float32, len(vectors))
	for i, v := range vectors {
		if len(v) != len(vectors[0]) || len(v) == 0 || len(v) > maxWidth {
			return nil, fmt.Errorf("vector %d has %d numbers: expected %d, and at most %d", i, len(v), len(vectors[0]), maxWidth)
		}
		if scaled[i], err = unit(v); err != nil {
			return nil, fmt.Errorf("vector %d: %w", i, err)
		}
	}
	return scaled, nil
}
