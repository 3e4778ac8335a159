package torch_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"math"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// bombs are short files that ask again and again for one large value: as an argument, a key, a size, a name.
func bombs() map[string][]byte {
	long := func(n int) string {
		return "X" + string(binary.LittleEndian.AppendUint32(nil, uint32(n))) + strings.Repeat("x", n)
	}
	repeat := func(prepare, again string, n int) []byte {
		return archive(entry{"a/data.pkl", prepare + strings.Repeat(again, n) + "N.", zip.Deflate},
			entry{"a/pad", strings.Repeat("\x01\x00y", 20_000), 0})
	}
	many := "(" + strings.Repeat("K\x01", 100_000) + "tq\x01"
	return map[string][]byte{
		"arguments": repeat("c_codecs\nencode\nq\x02"+long(300_000)+"q\x00"+text("latin1")+"q\x01", "h\x02h\x00h\x01\x86R", 30_000),
		"keys":      repeat(long(300_000)+"q\x00}", "h\x00Ns", 60_000),
		"nested":    repeat("ctorch._tensor\n_rebuild_from_type_v2\nq\x02c_codecs\nencode\nq\x03ctorch\nTensor\nq\x04"+long(300_000)+"q\x00"+text("latin1")+"q\x01", "h\x02(h\x03h\x04h\x00h\x01\x86NtR", 30_000),
		"sizes":     repeat("ctorch\nSize\nq\x02"+many, "h\x02h\x01\x85R", 60_000),
		"storages' keys": repeat(long(300_000)+"q\x00ctorch\nFloatStorage\nq\x01("+text("storage")+"h\x01h\x00"+text("cpu")+"K\x00tq\x02",
			"h\x02Q", 60_000),
		"names":           repeat(long(300_000)+"q\x00", "h\x00h\x00\x93", 30_000),
		"counters":        repeat("ccollections\nCounter\nq\x02}("+strings.Repeat(number(1)+"N", 1)+"uq\x01", "h\x02h\x01\x85R", 200_000),
		"lists":           repeat(many, "](h\x01h\x01h\x01e", 60_000),
		"tuples of lists": repeat(many, "h\x01\x85\x85\x85", 100_000),
	}
}

func TestPTWorksInProportion(t *testing.T) {
	for name, file := range bombs() {
		t.Run(name, func(t *testing.T) {
			requireModest(t, name, file, func() {
				_, err := torch.ReadPT(bytes.NewReader(file), int64(len(file)))
				require.Error(t, err)
				require.Less(t, len(err.Error()), 1000)
			})
		})
	}
}

// A sparse tensor without sparse dimensions takes no indices, so its values alone say how many there are.
func TestPTSparseOfManyRepeatedValues(t *testing.T) {
	file := pt(sparse("torch.sparse_coo", numbers(), longTensor("0", 0, numbers(0, 1<<40), numbers(0, 0)),
		longTensor("0", 0, numbers(1<<40), numbers(0)))+".", sixteen)
	_, err := torch.ReadPT(bytes.NewReader(file), int64(len(file)))
	require.Error(t, err)
}

func TestPTKeyNaN(t *testing.T) {
	x := torch.New([]float32{1, 2})
	path := t.TempDir() + "/nan.pt"
	twin.Run(t, `
		torch.save({float("nan"): torch.tensor([1., 2.]), "a": torch.tensor(3.)}, args[0])
		save(nothing=torch.tensor(0))
	`, nil, path)
	python, err := torch.Load(path)
	require.NoError(t, err)
	twin.RequireEqual(t, x, python.(*torch.Dict).Get(math.NaN()).(*torch.Tensor))
	var d torch.Dict
	d.Set(math.NaN(), x)
	d.Set("a", x)
	d.Set(math.NaN(), x) // the same key
	require.Equal(t, 2, d.Len())
	var b bytes.Buffer
	require.NoError(t, torch.WritePT(&b, &d))
	v, err := torch.ReadPT(bytes.NewReader(b.Bytes()), int64(b.Len()))
	require.NoError(t, err)
	require.Equal(t, 2, v.(*torch.Dict).Len())
	require.Equal(t, []float32{1, 2}, torch.ToSlice[float32](v.(*torch.Dict).Get(math.NaN()).(*torch.Tensor)))
	for _, value := range v.(*torch.Dict).All() {
		require.NotNil(t, value)
	}
	two := pt("}(G\x7f\xf8\x00\x00\x00\x00\x00\x00NG\x7f\xf8\x00\x00\x00\x00\x00\x00K\x01u.", "")
	_, err = torch.ReadPT(bytes.NewReader(two), int64(len(two)))
	require.ErrorContains(t, err, "two keys that are NaN")
}

func TestPTSparseOfTheOlderFormat(t *testing.T) {
	path := t.TempDir() + "/sparse.pt"
	got := twin.Run(t, `
		x = torch.tensor([[0., 2.], [3., 0.]]).to_sparse()
		torch.save(x, args[0], _use_new_zipfile_serialization=False)
		save(dense=x.to_dense())
	`, nil, path)
	v, err := torch.Load(path)
	require.NoError(t, err)
	toDense := torch.NewOperator("aten::to_dense", "self").Unary
	twin.RequireEqual(t, got["dense"], toDense(v.(*torch.Tensor)))
}
