package dtype_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/dtype"
)

func TestEveryNameIsOneType(t *testing.T) {
	seen := map[string]dtype.DType{}
	for rank, row := range dtype.All() {
		d := row.DType
		require.Equal(t, rank, d.Rank())
		info, known := d.Info()
		require.True(t, known)
		require.Equal(t, row, info)
		require.Equal(t, row.Name, d.String())
		require.Positive(t, d.Size())
		require.Equal(t, d.Size(), d.Plain().Size())
		require.NotEqual(t, dtype.Quantized, d.Plain().Kind())
		for column, name := range map[string]string{
			"PyTorch ": row.Name, "Go ": row.Go, "safetensors ": row.Safetensors, "NumPy ": row.NumPy, "storage ": row.Storage,
		} {
			if name != "" {
				require.NotContains(t, seen, column+name)
				seen[column+name] = d
			}
		}
		if row.Safetensors != "" {
			found, ok := dtype.FromSafetensors(row.Safetensors)
			require.True(t, ok)
			require.Equal(t, d, found)
		}
		if row.NumPy != "" {
			found, ok := dtype.FromNumPy(row.NumPy)
			require.True(t, ok)
			require.Equal(t, d, found)
		}
	}
}

func TestTypesThatAreNone(t *testing.T) {
	for _, d := range []dtype.DType{-128, -1, 16, 43, 45, 127} {
		_, known := d.Info()
		require.False(t, known)
		require.Equal(t, -1, d.Rank())
		require.Zero(t, d.Size())
	}
	require.Equal(t, "dtype(16)", dtype.DType(16).String())
	for _, name := range []string{"", "Q8", "f3"} {
		_, known := dtype.FromSafetensors(name)
		require.False(t, known, name)
		_, known = dtype.FromNumPy(name)
		require.False(t, known, name)
	}
}
