package torch_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// No broken file, nor any part of a good one, takes memory out of proportion.
func TestPTTakeMemoryInProportion(t *testing.T) {
	files := map[string][]byte{}
	for name, c := range badPT() {
		files[name] = c.file
	}
	for _, name := range []string{"zip.pt", "legacy.pt", "new.pt", "quantized.pt"} {
		golden, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(t, err)
		for n := 0; n < len(golden); n += 97 {
			files[fmt.Sprint(name, " cut at ", n)] = golden[:n]
		}
	}
	for name, file := range files {
		requireModest(t, name, file, func() {
			_, err := torch.ReadPT(bytes.NewReader(file), int64(len(file)))
			require.Error(t, err, name)
		})
	}
}

// requireModest runs a reader, and measures what it took of Go's memory and of
// libtorch's.
func requireModest(t *testing.T, name string, file []byte, read func()) {
	var before, after runtime.MemStats
	native := torch.LiveBytes()
	runtime.ReadMemStats(&before)
	read()
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20+500*len(file)), name)
	require.LessOrEqual(t, torch.LiveBytes()-native, int64(1<<12+17*len(file)), name)
}

func FuzzPT(f *testing.F) {
	for _, name := range []string{"zip.pt", "legacy.pt", "new.pt", "quantized.pt"} {
		golden, err := os.ReadFile(filepath.Join("testdata", name))
		require.NoError(f, err)
		f.Add(golden)
	}
	for _, c := range badPT() {
		if len(c.file) < 1<<12 {
			f.Add(c.file)
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) { fuzzPT(t, data) })
}

// FuzzPTPickle gets beyond what the archive's checksums catch.
func FuzzPTPickle(f *testing.F) {
	for _, name := range []string{"zip.pt", "new.pt", "quantized.pt", "rare.pt"} {
		z, err := zip.OpenReader(filepath.Join("testdata", name))
		require.NoError(f, err)
		data, err := z.Open(z.File[0].Name)
		require.NoError(f, err)
		content, err := io.ReadAll(data)
		require.NoError(f, err)
		require.NoError(f, z.Close())
		f.Add(content, []byte(sixteen))
	}
	for _, c := range []string{
		tensor(0, numbers(2, 2), numbers(2, 1)), tensor(1, numbers(3), numbers(0)), tensor(1<<62, numbers(0), numbers(1<<62)),
		tensor(0, numbers(1<<30, 1<<30), numbers(0, 0)), rebuilt(persistent("BoolStorage", "0", 16), 3, numbers(2), numbers(5)),
		perTensor(0, numbers(2, 2), numbers(2, 1)), perChannel(0, numbers(2, 2), 1), untyped("complex32", 1, numbers(2), numbers(1)),
		sparse("torch.sparse_coo", numbers(9), longTensor("0", 2, numbers(1, 2), numbers(2, 1)), longTensor("0", 2, numbers(2), numbers(1))),
		sparse("torch.sparse_csr", numbers(1, 9), longTensor("0", 2, numbers(2), numbers(1)), longTensor("0", 2, numbers(1), numbers(1)),
			longTensor("0", 2, numbers(1), numbers(1))),
	} {
		f.Add([]byte(c+"."), []byte(sixteen))
	}
	f.Fuzz(func(t *testing.T, data, storage []byte) {
		fuzzPT(t, pt(string(data), string(storage)))
		fuzzPT(t, legacy(string(data), "]"+text("0")+"a", counted(uint64(len(storage)/4), string(storage))))
	})
}

// fuzzPT reads a file, and if that goes well writes it and reads it again.
func fuzzPT(t *testing.T, file []byte) {
	requireModest(t, "the input", file, func() {
		v, err := torch.ReadPT(bytes.NewReader(file), int64(len(file)))
		if err != nil {
			require.Nil(t, v)
			return
		}
		var b bytes.Buffer
		if torch.WritePT(&b, v) != nil { // strings that are no UTF-8, or deep nesting
			return
		}
		_, err = torch.ReadPT(bytes.NewReader(b.Bytes()), int64(b.Len()))
		require.NoError(t, err)
	})
}
