package index_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/serve/index"
)

var (
	_ index.Searcher = (*index.Exact)(nil)
	_ index.Searcher = (*index.Postgres)(nil)
)

var about = index.About{Model: "a model", Fingerprint: "it's \\ this"}

// some are vectors of noise with entries.
func some(n, width int, seed uint64) (vectors [][]float32, entries []index.Entry) {
	r := rand.New(rand.NewPCG(seed, 0))
	for i := range n {
		v := make([]float32, width)
		for k := range v {
			v[k] = float32(r.NormFloat64())
		}
		vectors = append(vectors, v)
		entries = append(entries, index.Entry{Text: fmt.Sprintf("number %d ä\n", i), Source: "here", Picture: []byte{byte(i)}})
	}
	return vectors, entries
}

// cosine in another way.
func cosine(a, b []float32) float64 {
	var ab, aa, bb float64
	for i := range a {
		ab += float64(a[i]) * float64(b[i])
		aa += float64(a[i]) * float64(a[i])
		bb += float64(b[i]) * float64(b[i])
	}
	return ab / math.Sqrt(aa*bb)
}

// requireNearest requires the hits that comparing all by hand gives.
func requireNearest(t require.TestingT, x index.Searcher, vectors [][]float32, entries []index.Entry, query []float32, top int) {
	hits, err := x.Search(context.Background(), query, top)
	require.NoError(t, err)
	order := make([]int, len(vectors))
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int {
		if cosine(query, vectors[a]) > cosine(query, vectors[b]) {
			return -1
		}
		return 1
	})
	require.Len(t, hits, min(top, len(vectors)))
	for k, h := range hits {
		require.InDelta(t, cosine(query, vectors[order[k]]), h.Score, 1e-5)
		require.InDelta(t, cosine(query, vectors[h.ID]), h.Score, 1e-5)
		require.Equal(t, entries[h.ID], h.Entry)
	}
}

func TestNearest(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	rapid.Check(t, func(t *rapid.T) {
		n, width := rapid.IntRange(1, 60).Draw(t, "n"), rapid.IntRange(1, 9).Draw(t, "width")
		vectors, entries := some(n, width, rapid.Uint64().Draw(t, "seed"))
		place, err := os.MkdirTemp(dir, "x")
		require.NoError(t, err)
		place = filepath.Join(place, "index")
		require.NoError(t, index.Write(place, about, vectors, entries))
		x, err := index.Open(place)
		require.NoError(t, err)
		require.Equal(t, about, x.About())
		require.Equal(t, []int{n, width}, []int{x.Len(), x.Width()})
		query, _ := some(1, width, 7)
		requireNearest(t, x, vectors, entries, query[0], rapid.IntRange(1, 70).Draw(t, "top"))
	})
}

func TestWriteRefuses(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	vectors, entries := some(2, 3, 0)
	require.ErrorContains(t, index.Write(dir, about, vectors, entries), "is not overwritten")
	dir = filepath.Join(dir, "new")
	require.ErrorContains(t, index.Write(dir, about, vectors, entries[:1]), "2 vectors and 1 entries")
	require.ErrorContains(t, index.Write(dir, about, nil, nil), "at least one vector")
	require.ErrorContains(t, index.Write(dir, about, [][]float32{{1}, {1, 2}}, entries), "vector 1 has 2 numbers: expected 1")
	require.ErrorContains(t, index.Write(dir, about, [][]float32{{1}, {0}}, entries), "vector 1: a vector of length 0")
	require.ErrorContains(t, index.Write(dir, about, [][]float32{{1}, {float32(math.NaN())}}, entries), "vector 1: a vector of length NaN")
	left, err := os.ReadDir(filepath.Dir(dir))
	require.NoError(t, err)
	require.Empty(t, left, "something was left behind")
}

func TestSearchRefuses(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	vectors, entries := some(2, 3, 0)
	require.NoError(t, index.Write(dir, about, vectors, entries))
	x, err := index.Open(dir)
	require.NoError(t, err)
	for want, query := range map[string][]float32{
		"2 numbers: expected 3": {1, 2}, "length 0": {0, 0, 0}, "length +Inf": {float32(math.Inf(1)), 0, 0},
	} {
		_, err := x.Search(t.Context(), query, 1)
		require.ErrorContains(t, err, want)
	}
	_, err = x.Search(t.Context(), vectors[0], 0)
	require.ErrorContains(t, err, "at least one hit")
}

// Whatever byte of an index is changed, or missing, it is refused or reads as an index of its sizes; the process survives.
func TestDamaged(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "index")
	vectors, entries := some(3, 4, 0)
	require.NoError(t, index.Write(dir, about, vectors, entries))
	for _, name := range []string{"vectors.safetensors", "entries.jsonl"} {
		path := filepath.Join(dir, name)
		whole, err := os.ReadFile(path)
		require.NoError(t, err)
		refused := 0
		for at := range whole {
			damaged := slices.Clone(whole)
			damaged[at] ^= 0x55
			require.NoError(t, os.WriteFile(path, damaged, 0o600))
			if x, err := index.Open(dir); err != nil {
				require.ErrorContains(t, err, dir)
				refused++
			} else {
				require.Equal(t, 3, x.Len())
			}
			require.NoError(t, os.WriteFile(path, whole[:at], 0o600))
			_, err := index.Open(dir)
			require.Error(t, err)
		}
		require.Greater(t, refused, len(whole)/2)
		require.NoError(t, os.WriteFile(path, whole, 0o600))
	}
	_, err := index.Open(dir)
	require.NoError(t, err)
	_, err = index.Open(t.TempDir())
	require.ErrorContains(t, err, "vectors.safetensors")
}

// The same searches in PostgreSQL, which needs MULTITORCH_POSTGRES: make postgres sets it.
func TestPostgres(t *testing.T) {
	url := os.Getenv("MULTITORCH_POSTGRES")
	if url == "" {
		t.Skip("no MULTITORCH_POSTGRES: make postgres tries an index in a database")
	}
	table := fmt.Sprintf("multitorch_test_%d", os.Getpid())
	vectors, entries := some(1200, 17, 1)
	require.NoError(t, index.WritePostgres(t.Context(), url, table, about, vectors, entries))
	err := index.WritePostgres(t.Context(), url, table, about, vectors, entries)
	require.ErrorContains(t, err, "is there already")
	x, err := index.OpenPostgres(t.Context(), url, table)
	require.NoError(t, err)
	defer x.Close()
	require.Equal(t, about, x.About())
	require.Equal(t, []int{1200, 17}, []int{x.Len(), x.Width()})
	for _, top := range []int{1, 10, 2000} {
		query, _ := some(1, 17, uint64(top))
		requireNearest(t, x, vectors, entries, query[0], top)
	}
	_, err = index.OpenPostgres(t.Context(), url, table+"_not")
	require.ErrorContains(t, err, "multitorch index makes one")
	_, err = index.OpenPostgres(t.Context(), url, `x"; DROP TABLE y`)
	require.ErrorContains(t, err, "expected small letters")
}

func Example() {
	dir, err := os.MkdirTemp("", "")
	if err != nil {
		panic(err)
	}
	defer os.RemoveAll(dir)
	dir = filepath.Join(dir, "index")
	err = index.Write(dir, index.About{Model: "by hand"}, [][]float32{{1, 0}, {0, 1}, {1, 1}},
		[]index.Entry{{Text: "east"}, {Text: "north"}, {Text: "north-east"}})
	if err != nil {
		panic(err)
	}
	x, err := index.Open(dir)
	if err != nil {
		panic(err)
	}
	hits, err := x.Search(context.Background(), []float32{0.1, 2}, 2)
	if err != nil {
		panic(err)
	}
	for _, h := range hits {
		fmt.Printf("%.2f %s\n", h.Score, h.Text)
	}
	// Output:
	// 1.00 north
	// 0.74 north-east
}
