package torch_test

import (
	"encoding/binary"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/twin"
)

// sparse is a file with a sparse tensor: its layout, what is in the tuple after
// the tensors, and the storages of these.
func sparse(layout, after string, tensors ...string) string {
	return "ctorch._utils\n_rebuild_sparse_tensor\n(ctorch.serialization\n_get_layout\n" + text(layout) + "\x85R(" + strings.Join(tensors,
		"") + after + "ttR"
}

func longs(values ...int64) (s string) {
	for _, v := range values {
		s += string(binary.LittleEndian.AppendUint64(nil, uint64(v)))
	}
	return s
}

func longTensor(key string, numel int64, sizes, strides string) string {
	return rebuilt(persistent("LongStorage", key, numel), 0, sizes, strides)
}

// coo is a file with a sparse tensor of two values, in two dimensions.
func coo(after string, indices ...int64) []byte {
	data := sparse("torch.sparse_coo", after, longTensor("1", 4, numbers(2, 2), numbers(2, 1)), tensor(0, numbers(2), numbers(1)))
	return pt(data+".", sixteen, entry{"a/data/1", longs(indices...), 0})
}

// csr is a file with one of sizes [2, 3] and two values.
func csr(layout string, crow, col []int64) []byte {
	data := sparse(layout, numbers(2, 3), longTensor("1", 3, numbers(3), numbers(1)), longTensor("2", 2, numbers(2), numbers(1)),
		tensor(0, numbers(2), numbers(1)))
	return pt(data+".", sixteen, entry{"a/data/1", longs(crow...), 0}, entry{"a/data/2", longs(col...), 0})
}

func badSparsePT() map[string]badFile {
	sizes := numbers(3, 4)
	return map[string]badFile{
		"sparse, index beyond":   {coo(sizes, 0, 3, 3, 1), "the index 3 in dimension 0 of size 3"},
		"sparse, index below":    {coo(sizes, 0, 2, 3, -1), "the index -1 in dimension 1 of size 4"},
		"sparse, out of order":   {coo(sizes+"\x88", 2, 0, 1, 3), "those of element 1 are not"},
		"sparse, twice":          {coo(sizes+"\x88", 2, 2, 1, 1), "those of element 1 are not"},
		"sparse, neither":        {coo(sizes+"K\x01", 0, 2, 3, 1), "value 4 of 4 of a sparse tensor's data is an int"},
		"sparse, fewer sizes":    {coo(numbers(3), 0, 2, 3, 1), "sizes [3] has indices int64[2, 2] and values float32[2]"},
		"sparse, more sizes":     {coo(numbers(3, 4, 5), 0, 2, 3, 1), "sizes [3 4 5] has indices"},
		"sparse, negative sizes": {coo(numbers(-3, 4), 0, 2, 3, 1), "negative size"},
		"sparse, huge sizes":     {coo(numbers(1<<40, 1<<40), 0, 2, 3, 1), "larger than any memory"},
		"sparse, no sizes":       {coo("", 0, 2, 3, 1), "made of 2 values; expected 3"},
		"sparse, an odd layout":  {csr("torch.sparse_cxx", []int64{0, 1, 2}, []int64{0, 1}), `the layout "torch.sparse_cxx" is unknown`},
		"sparse, floats as places": {pt(sparse("torch.sparse_coo", numbers(4), tensor(0, numbers(1, 2), numbers(2, 1)),
			tensor(0, numbers(2), numbers(1)))+".", sixteen), "indices float32[1, 2]"},
		"sparse, many indices": {pt(sparse("torch.sparse_coo", numbers(4), longTensor("0", 2, numbers(1, 1<<40), numbers(0, 0)),
			longTensor("0", 2, numbers(1<<40), numbers(0)))+".", sixteen), "more indices than a file of this length"},
		"compressed, beyond":     {csr("torch.sparse_csr", []int64{0, 1, 2}, []int64{0, 3}), "col_indices < ncols"},
		"compressed, below":      {csr("torch.sparse_csr", []int64{0, 1, 2}, []int64{-1, 0}), "col_indices < ncols"},
		"compressed, too many":   {csr("torch.sparse_csr", []int64{0, 1, 9}, []int64{0, 1}), "nnz"},
		"compressed, not rising": {csr("torch.sparse_csr", []int64{0, 5, 2}, []int64{0, 1}), "crow_indices"},
		"compressed, as columns": {csr("torch.sparse_csc", []int64{0, 1, 2}, []int64{0, 1}), "ccol_indices"},
		"legacy sparse": {legacy(sparse("torch.sparse_coo", sizes, longTensor("0", 2, numbers(2, 1), numbers(1, 1)),
			longTensor("0", 2, numbers(1), numbers(1))), "]"+text("0")+"a", counted(2, sixteen)), "a sparse tensor has the index"},
	}
}

// Python's sparse tensors are Go's, bit for bit, and print alike; and the other way
// round.
func TestPTSparseWithPython(t *testing.T) {
	dir := t.TempDir()
	dense := torch.New([][]float32{{0, 1, 0}, {2, 0, 3}})
	toSparse := torch.NewOperator("aten::to_sparse", "self").Unary
	toCSR := torch.NewOperator("aten::to_sparse_csr", "self").Unary
	toDense := torch.NewOperator("aten::to_dense", "self").Unary
	require.NoError(t, torch.Save(filepath.Join(dir, "go.pt"), map[string]any{"coo": toSparse(dense), "csr": toCSR(dense.Double())}))
	got := twin.Run(t, `
		dir, = args
		newer = int(torch.__version__.split(".")[0]) >= 2
		go = torch.load(dir + "/go.pt", weights_only=True) if newer else torch.load(dir + "/go.pt")
		assert go["coo"].layout == torch.sparse_coo and go["csr"].layout == torch.sparse_csr and go["csr"].dtype == torch.float64
		assert go["coo"].is_coalesced() == newer
		save(coo=go["coo"].to_dense(), csr=go["csr"].to_dense())
		x = (torch.randn(6, 4) * (torch.rand(6, 4) > 0.5))
		values = dict(coo=x.to_sparse(), hybrid=torch.stack([x, x], 2).to_sparse(2), none=torch.zeros(2, 3).to_sparse(), ints=x.long().to_sparse(),
			csr=x.to_sparse_csr(), twice=torch.sparse_coo_tensor([[1, 0, 1]], [1., 2., 3.], (3,), dtype=torch.float64),
			large=torch.eye(2000).to_sparse())
		if newer:
			values.update(csc=x.to_sparse_csc(), bsr=x.to_sparse_bsr((2, 2)), bsc=x.to_sparse_bsc((3, 2)))
		torch.save(values, dir + "/python.pt")
		for name, s in values.items():
			out[name + ".dense"] = s.to_dense()
			out[name + ".text"] = torch.tensor(list(str(s).encode()), dtype=torch.uint8)
	`, nil, dir)
	twin.RequireEqual(t, dense, got["coo"])
	twin.RequireEqual(t, dense.Double(), got["csr"])
	v, err := torch.Load(filepath.Join(dir, "python.pt"))
	require.NoError(t, err)
	d := v.(*torch.Dict)
	require.GreaterOrEqual(t, d.Len(), 7)
	for key, s := range d.All() {
		name := key.(string)
		twin.RequireEqual(t, got[name+".dense"], toDense(s.(*torch.Tensor)), name)
		require.Equal(t, string(got[name+".text"].Bytes()), s.(*torch.Tensor).String(), name)
	}
	isCoalesced := torch.NewOperator("aten::is_coalesced", "self")
	require.Equal(t, false, isCoalesced.Value(d.Get("twice").(*torch.Tensor)))

	// What was read is written again.
	path := filepath.Join(dir, "again.pt")
	require.NoError(t, torch.Save(path, v))
	again, err := torch.Load(path)
	require.NoError(t, err)
	for key, s := range d.All() {
		twin.RequireEqual(t, toDense(s.(*torch.Tensor)), toDense(again.(*torch.Dict).Get(key).(*torch.Tensor)), key)
	}
	require.ErrorContains(t, torch.SaveSafetensors(filepath.Join(dir, "x"), []torch.NamedTensor{{Name: "x", Tensor: toSparse(dense)}}, nil),
		`tensor "x"`)
}
