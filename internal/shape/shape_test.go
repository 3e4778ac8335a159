package shape_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/shape"
)

func TestCount(t *testing.T) {
	for _, c := range []struct {
		sizes []int
		want  int64
		err   string
	}{
		{nil, 1, ""},
		{[]int{2, 3}, 6, ""},
		{[]int{0, 3}, 0, ""},
		{[]int{-1}, 0, "negative"},
		{[]int{1 << 32, 1 << 32}, 0, "larger than any memory"},
		{[]int{0, 1 << 32, 1 << 32}, 0, "larger than any memory"},
		{[]int{math.MaxInt}, 0, "larger than any memory"},
		{make([]int, 65), 0, "65 dimensions"},
	} {
		n, err := shape.Count(c.sizes)
		require.Equal(t, c.want, n)
		if c.err == "" {
			require.NoError(t, err)
		} else {
			require.ErrorContains(t, err, c.err)
		}
	}
}

// What is let through lies within the storage: every index is walked.
func TestCheckLayoutAgainstEveryIndex(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dims := rapid.IntRange(0, 3).Draw(t, "dims")
		sizes := rapid.SliceOfN(rapid.IntRange(0, 4), dims, dims).Draw(t, "sizes")
		strides := rapid.SliceOfN(rapid.IntRange(0, 9), dims, dims).Draw(t, "strides")
		offset, n := rapid.Int64Range(0, 9).Draw(t, "offset"), rapid.Int64Range(0, 40).Draw(t, "n")
		last, empty := offset, false
		for i := range sizes {
			last += int64((sizes[i] - 1) * strides[i])
			empty = empty || sizes[i] == 0
		}
		require.Equal(t, empty || last < n, shape.CheckLayout(sizes, strides, offset, n) == nil)
		if !empty {
			require.NoError(t, shape.CheckLayout(sizes, shape.RowMajor(sizes), 0, 1<<20))
		}
	})
}
