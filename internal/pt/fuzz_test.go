package pt_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/archive"
	"multitorch/internal/pickle"
	"multitorch/internal/pt"
	"multitorch/internal/shape"
)

const golden = "../../torch/testdata"

// FuzzRead runs without libtorch: what is described lies within the file, and takes memory in proportion to it.
func FuzzRead(f *testing.F) {
	for _, name := range []string{"zip.pt", "legacy.pt", "new.pt", "quantized.pt", "rare.pt"} {
		data, err := os.ReadFile(filepath.Join(golden, name))
		require.NoError(f, err)
		f.Add(data)
	}
	f.Fuzz(read)
}

// FuzzPickle gets beyond what the archive's checksums catch.
func FuzzPickle(f *testing.F) {
	for _, name := range []string{"zip.pt", "new.pt", "quantized.pt", "rare.pt"} {
		z, err := zip.OpenReader(filepath.Join(golden, name))
		require.NoError(f, err)
		data, err := z.Open(z.File[0].Name)
		require.NoError(f, err)
		content, err := io.ReadAll(data)
		require.NoError(f, err)
		require.NoError(f, z.Close())
		f.Add(content)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var b bytes.Buffer
		z := archive.NewWriter(&b)
		require.NoError(t, z.Add("data.pkl", func(w io.Writer) error { _, err := w.Write(data); return err }))
		for _, key := range []string{"data/0", "data/1", "data/2"} {
			require.NoError(t, z.Add(key, func(w io.Writer) error { _, err := w.Write(make([]byte, 24)); return err }))
		}
		require.NoError(t, z.Close())
		read(t, b.Bytes())
	})
}

func read(t *testing.T, data []byte) {
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	file, err := pt.Read(bytes.NewReader(data), int64(len(data)))
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20+500*len(data)))
	if err != nil {
		require.Less(t, len(err.Error()), 4000)
		return
	}
	known := map[any]bool{}
	var walk func(v any)
	walk = func(v any) {
		switch v := v.(type) {
		case *pickle.List:
			if !known[v] {
				known[v] = true
				for _, item := range v.Items {
					walk(item)
				}
			}
		case *pickle.Tuple:
			if !known[v] {
				known[v] = true
				for _, item := range v.Items {
					walk(item)
				}
			}
		case *pickle.Dict:
			if !known[v] {
				known[v] = true
				for at := range v.Keys {
					walk(v.At(at))
				}
			}
		case *pt.Tensor:
			if v.Sparse != nil {
				walk(v.Sparse.Values)
				return
			}
			n := v.Storage.Numel * int64(v.Storage.DType.Size()) / int64(v.DType.Size())
			require.NoError(t, shape.CheckLayout(v.Sizes, v.Strides, v.Offset, n))
			require.LessOrEqual(t, n, int64(16*len(data)))
		}
	}
	walk(file.Value)
}
