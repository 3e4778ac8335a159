package npy_test

import (
	"bufio"
	"bytes"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/dtype"
	"multitorch/internal/npy"
	"multitorch/internal/shape"
)

func FuzzHeader(f *testing.F) {
	for _, sizes := range [][]int{nil, {3}, {2, 0, 1}} {
		for _, d := range []dtype.DType{dtype.Float32, dtype.Bool, dtype.Complex128} {
			header, err := npy.Encode(d, sizes, false)
			require.NoError(f, err)
			n, err := shape.Count(sizes)
			require.NoError(f, err)
			f.Add(append(header, make([]byte, n*int64(d.Size()))...))
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		r := bufio.NewReader(bytes.NewReader(data))
		h, n, err := npy.ReadHeader(r, int64(len(data)))
		if err != nil {
			require.Less(t, len(err.Error()), 2000)
			return
		}
		count, err := shape.Count(h.Shape)
		require.NoError(t, err)
		require.Equal(t, count, n)
		left := new(bytes.Buffer)
		_, err = left.ReadFrom(r)
		require.NoError(t, err)
		require.EqualValues(t, n*int64(h.DType.Size()), left.Len())
	})
}
