package idx_test

import (
	"bytes"
	"errors"
	"testing"
	"testing/iotest"

	"github.com/stretchr/testify/require"

	"multitorch/datasets/internal/idx"
)

var matrix = []byte("\x00\x00\x08\x02\x00\x00\x00\x02\x00\x00\x00\x03abcdef")

func TestRead(t *testing.T) {
	shape, elements, err := idx.Read(iotest.OneByteReader(bytes.NewReader(matrix)), 6)
	require.NoError(t, err)
	require.Equal(t, []int{2, 3}, shape)
	require.Equal(t, []byte("abcdef"), elements)

	shape, elements, err = idx.Read(bytes.NewReader([]byte("\x00\x00\x08\x01\x00\x00\x00\x00")), 0)
	require.NoError(t, err)
	require.Equal(t, []int{0}, shape)
	require.Empty(t, elements)
}

func TestReadErrors(t *testing.T) {
	for _, c := range []struct{ name, content, want string }{
		{"empty", "", "ends within the first four bytes"},
		{"short magic", "\x00\x00\x08", "ends within the first four bytes"},
		{"another form", "\x1f\x8b\x08\x01", "expected an IDX file"},
		{"type", "\x00\x00\x0d\x01\x00\x00\x00\x01", "found type 0d"},
		{"no dimensions", "\x00\x00\x08\x00", "expected 1 to 8 dimensions, found 0"},
		{"dimensions", "\x00\x00\x08\xff", "expected 1 to 8 dimensions, found 255"},
		{"short shape", "\x00\x00\x08\x02\x00\x00\x00\x02\x00", "ends within its shape"},
		{"too many", "\x00\x00\x08\x02\x00\x00\x00\x03\x00\x00\x00\x03", "begins with [3 3]: expected at most 6 elements"},
		{"overflow", "\x00\x00\x08\x03\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "expected at most 6 elements"},
		{"short", string(matrix[:len(matrix)-1]), "has 5 elements, but its shape is [2 3]"},
		{"long", string(matrix) + "g", "longer than its shape [2 3]"},
	} {
		_, elements, err := idx.Read(bytes.NewReader([]byte(c.content)), 6)
		require.ErrorContains(t, err, c.want, c.name)
		require.Nil(t, elements, c.name)
	}
	broken := errors.New("the disk is gone")
	_, _, err := idx.Read(iotest.ErrReader(broken), 6)
	require.ErrorIs(t, err, broken)
}

func FuzzRead(f *testing.F) {
	f.Add(matrix)
	f.Add([]byte("\x00\x00\x08\x01\x00\x00\x00\x00"))
	f.Fuzz(func(t *testing.T, content []byte) {
		const limit = 1000
		shape, elements, err := idx.Read(bytes.NewReader(content), limit)
		if err != nil {
			require.Nil(t, elements)
			return
		}
		n := 1
		for _, size := range shape {
			n *= size
		}
		require.Len(t, elements, n)
		require.LessOrEqual(t, n, limit)
		require.Equal(t, content[len(content)-n:], elements[:n:n])
	})
}
