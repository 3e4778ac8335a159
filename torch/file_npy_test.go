package torch_test

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/internal/version"
	"multitorch/torch"
	"multitorch/twin"
)

// NumPy has no bfloat16.
var npyDTypes = ptDTypes[:11]

func TestNpyGoldenFiles(t *testing.T) {
	x, err := torch.LoadNpy(filepath.Join("testdata", "array.npy"))
	require.NoError(t, err)
	require.Equal(t, []int{1, 2}, x.Strides(), "Fortran's order")
	requireSame(t, torch.New([][]float32{{0, 1, 2}, {3, 4, 5}}), x)

	arrays, err := torch.LoadNpz(filepath.Join("testdata", "arrays.npz"))
	require.NoError(t, err)
	require.Equal(t, []string{"a", "b", "c"}, namesOf(arrays))
	requireSame(t, torch.New([]int{0, 1, 2, 3}), arrays[0].Tensor)
	requireSame(t, torch.New(true), arrays[1].Tensor)
	requireSame(t, torch.Zeros(torch.Shape{2, 0}, torch.Complex64), arrays[2].Tensor)
}

func TestNpyWithPython(t *testing.T) {
	dir := t.TempDir()
	var tensors []torch.NamedTensor
	for _, dtype := range npyDTypes {
		tensors = append(tensors, torch.NamedTensor{Name: dtype.String(), Tensor: torch.New([][]float32{{0, 1, 2}, {3, 4, 5}}).To(dtype)})
	}
	tensors = append(tensors, torch.NamedTensor{Name: "scalar", Tensor: torch.New(7)}, torch.NamedTensor{Name: "row", Tensor: torch.New([]int{1, 2})},
		torch.NamedTensor{Name: "turned", Tensor: torch.New([][]int{{1, 2}, {3, 4}, {5, 6}}).T()}, torch.NamedTensor{Name: "empty", Tensor: torch.Zeros(torch.Shape{0, 3})})
	require.NoError(t, torch.SaveNpz(filepath.Join(dir, "go.npz"), tensors))
	require.NoError(t, torch.SaveNpy(filepath.Join(dir, "go.npy"), tensors[0].Tensor))
	twin.Run(t, `
		import io, numpy
		dir, = args
		arrays = numpy.load(dir + "/go.npz")
		assert len(arrays) == 15
		for name, a in arrays.items():
			want = {"scalar": 7, "row": [1, 2], "turned": [[1, 3, 5], [2, 4, 6]], "empty": []}.get(name)
			if want is None:
				assert a.dtype == name, a.dtype
				want = numpy.array([[0, 1, 2], [3, 4, 5]]).astype(name).tolist()
			assert a.tolist() == want, (name, a)
			one = io.BytesIO()
			numpy.save(one, numpy.ascontiguousarray(a) if a.ndim else a)
			assert one.getvalue() == arrays.zip.read(name + ".npy"), "the bytes are numpy.save's own"
		assert numpy.load(dir + "/go.npy").dtype == "uint8"
		more = {"big_" + n: a.astype(a.dtype.newbyteorder(">")) for n, a in arrays.items()}
		more.update({"fortran_" + n: a.copy(order="F") for n, a in arrays.items()})
		numpy.savez(dir + "/plain.npz", **arrays, **more)
		numpy.savez_compressed(dir + "/packed.npz", **arrays, **more)
		numpy.lib.format.write_array(open(dir + "/2.npy", "wb"), arrays["turned"], (2, 0))
		numpy.lib.format.write_array(open(dir + "/3.npy", "wb"), arrays["turned"], (3, 0))
	`, nil, dir)
	for _, name := range []string{"plain.npz", "packed.npz"} {
		arrays, err := torch.LoadNpz(filepath.Join(dir, name))
		require.NoError(t, err)
		require.Len(t, arrays, 45)
		for i, a := range arrays {
			twin.RequireEqual(t, tensors[i%15].Tensor, a.Tensor, a.Name)
		}
	}
	for _, name := range []string{"2.npy", "3.npy"} {
		x, err := torch.LoadNpy(filepath.Join(dir, name))
		require.NoError(t, err)
		twin.RequireEqual(t, tensors[13].Tensor, x)
	}
}

func TestNpyRoundTripOfAnyTensors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		dtype := rapid.SampledFrom(npyDTypes).Draw(t, "dtype")
		shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
		size := dtype.Size()
		for _, n := range shape {
			size *= n
		}
		element := rapid.Byte()
		if dtype == torch.Bool {
			element = rapid.ByteRange(0, 1)
		}
		x := torch.FromBytes(rapid.SliceOfN(element, size, size).Draw(t, "data"), shape, dtype)
		var b bytes.Buffer
		require.NoError(t, torch.WriteNpy(&b, x))
		got, err := torch.ReadNpy(bytes.NewReader(b.Bytes()), int64(b.Len()))
		require.NoError(t, err)
		requireSame(t, x, got)
	})
}

func TestNpyUnsigned(t *testing.T) {
	file := npy("{'descr': '>u4', 'fortran_order': False, 'shape': (2,), }\n", "\x00\x00\x00\x01\xff\xff\xff\xff")
	x, err := torch.ReadNpy(bytes.NewReader(file), int64(len(file)))
	if !version.AtLeast(torch.Version(), 2, 3) {
		require.ErrorContains(t, err, `the type uint32 can't be read: elements of type uint32 need libtorch 2.3 or newer, but this is `+torch.Version())
		return
	}
	require.NoError(t, err)
	require.Equal(t, torch.Uint32, x.DType())
	require.Equal(t, []byte{1, 0, 0, 0, 255, 255, 255, 255}, x.Bytes())
	var b bytes.Buffer
	require.NoError(t, torch.WriteNpy(&b, x))
	require.Contains(t, b.String(), "'descr': '<u4'")
}

// npy puts a file together.
func npy(header, elements string) []byte {
	b := append([]byte("\x93NUMPY\x01\x00"), 0, 0)
	binary.LittleEndian.PutUint16(b[8:], uint16(len(header)))
	return append(append(b, header...), elements...)
}

func npyOf(descr, order, shape string) []byte {
	return npy(fmt.Sprintf("{'descr': %s, 'fortran_order': %s, 'shape': %s, }\n", descr, order, shape), "\x00\x00\x00\x00")
}

func badNpy() map[string]struct {
	file    []byte
	message string
} {
	good := npyOf("'<f4'", "False", "(1,)")
	return map[string]struct {
		file    []byte
		message string
	}{
		"empty":             {nil, "begins with"},
		"text":              {[]byte("hello, NUMPY"), "begins with"},
		"version 4":         {append([]byte("\x93NUMPY\x04\x00"), good[8:]...), "version 1, 2 or 3, found 4"},
		"cut":               {good[:9], "ends before its header"},
		"cut header":        {good[:30], "and that the file is longer"},
		"a long header":     {[]byte("\x93NUMPY\x02\x00\xff\xff\xff\xff{"), "4294967295 bytes"},
		"cut elements":      {good[:len(good)-1], "but 3 bytes follow"},
		"more elements":     {append(bytes.Clone(good), 0), "but 5 bytes follow"},
		"no dict":           {npy("[]", ""), "expected a dict"},
		"no end":            {npy("{", ""), "expected descr"},
		"half a dict":       {npy("{'descr': '<f4'", ""), "expected a comma"},
		"no shape":          {npy("{'descr': '<f4', 'fortran_order': False}", ""), "expected descr, fortran_order and shape"},
		"twice":             {npy("{'descr': '<f4', 'descr': '<f4'}", ""), "once each"},
		"an unknown key":    {npy("{'x': 1}", ""), `the key "x" is unknown`},
		"something after":   {npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x", "\x00\x00\x00\x00"), "nothing else"},
		"objects":           {npyOf("'|O'", "False", "(1,)"), `the type "|O" can't be read`},
		"text in it":        {npyOf("'<U1'", "False", "(1,)"), "can't be read"},
		"no type":           {npyOf("''", "False", "(1,)"), "can't be read"},
		"an odd order":      {npyOf("'?f4'", "False", "(1,)"), "can't be read"},
		"records":           {npyOf("[('a', '<f4')]", "False", "(1,)"), "records"},
		"neither":           {npyOf("'<f4'", "Maybe", "(1,)"), "expected True or False"},
		"no tuple":          {npyOf("'<f4'", "False", "1"), "expected a shape"},
		"a negative size":   {npyOf("'<f4'", "False", "(-1,)"), "expected a size"},
		"a size as text":    {npyOf("'<f4'", "False", "('1',)"), "expected a size"},
		"no comma":          {npyOf("'<f4'", "False", "(1 1)"), "expected a comma"},
		"a size over 2^63":  {npyOf("'<f4'", "False", "(9223372036854775808,)"), "expected a size"},
		"a huge shape":      {npyOf("'<f4'", "False", "(4294967296, 4294967296)"), "larger than any memory"},
		"a large shape":     {npyOf("'<f4'", "True", "(1000000, 1000000)"), "takes 1000000000000 elements"},
		"a product of 2^64": {npyOf("'<f8'", "False", "(2305843009213693952,)"), "larger than any memory"},
		"before a 0":        {npyOf("'<f4'", "False", "(0, 4294967296, 4294967296)"), "larger than any memory"},
		"dimensions":        {npyOf("'<f4'", "False", "("+strings.Repeat("1,", 100)+")"), "100 dimensions"},
		"a bool of 2":       {npy("{'descr': '|b1', 'fortran_order': False, 'shape': (1,)}", "\x02"), "the byte 2"},
	}
}

func TestNpyBadFiles(t *testing.T) {
	for name, c := range badNpy() {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.npy")
			require.NoError(t, os.WriteFile(path, c.file, 0o644))
			requireModest(t, name, c.file, func() {
				before := torch.LiveTensors()
				x, err := torch.LoadNpy(path)
				require.ErrorContains(t, err, c.message)
				require.ErrorContains(t, err, path)
				require.Nil(t, x)
				require.LessOrEqual(t, torch.LiveTensors(), before)

				file := archive(entry{"good.npy", string(npyOf("'<f4'", "False", "()")), 0}, entry{"bad.npy", string(c.file), 0})
				xs, err := torch.ReadNpz(bytes.NewReader(file), int64(len(file)))
				require.ErrorContains(t, err, c.message)
				require.ErrorContains(t, err, `"bad.npy"`)
				require.Nil(t, xs)
				require.LessOrEqual(t, torch.LiveTensors(), before)
			})
		})
	}
	for message, file := range map[string][]byte{
		"names that end in .npy": archive(entry{"readme.txt", "x", 0}),
		"zip":                    []byte("PK no zip"),
		"as a zip bomb does":     archive(entry{"x.npy", string(npyOf("'|u1'", "False", "(1000000,)")) + strings.Repeat("\x00", 1000000-4), zip.Deflate}),
	} {
		path := filepath.Join(t.TempDir(), "bad.npz")
		require.NoError(t, os.WriteFile(path, file, 0o644))
		_, err := torch.LoadNpz(path)
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, path)
	}
	_, err := torch.LoadNpy(filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
}

func TestNpyRefusesToSave(t *testing.T) {
	path := filepath.Join(t.TempDir(), "x")
	x := torch.Ones(torch.Shape{2})
	freed := torch.Ones(torch.Shape{2})
	freed.Free()
	require.ErrorContains(t, torch.SaveNpy(path, x.To(torch.BFloat16)), "NumPy has no bfloat16")
	require.ErrorContains(t, torch.SaveNpy(path, nil), "expected a tensor, but got nil")
	require.ErrorContains(t, torch.SaveNpz(path, []torch.NamedTensor{{Name: "x", Tensor: freed}}), `tensor "x"`)
	for _, names := range [][]string{{"x", "x"}, {""}, {"\xff"}, {"folder/"}} {
		var tensors []torch.NamedTensor
		for _, name := range names {
			tensors = append(tensors, torch.NamedTensor{Name: name, Tensor: x})
		}
		require.ErrorContains(t, torch.SaveNpz(path, tensors), "expected a name")
	}
	require.NoFileExists(t, path)
	for room := range 128 + 8 {
		require.ErrorIs(t, torch.WriteNpy(&full{room}, x), errFull)
	}
}

func FuzzNpy(f *testing.F) {
	golden, err := os.ReadFile("testdata/array.npy")
	require.NoError(f, err)
	f.Add(golden)
	for _, c := range badNpy() {
		f.Add(c.file)
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		requireModest(t, "the input", data, func() {
			x, err := torch.ReadNpy(bytes.NewReader(data), int64(len(data)))
			if err != nil {
				return
			}
			var b bytes.Buffer
			require.NoError(t, torch.WriteNpy(&b, x))
			again, err := torch.ReadNpy(bytes.NewReader(b.Bytes()), int64(b.Len()))
			require.NoError(t, err)
			requireSame(t, x, again)
		})
	})
}

func FuzzNpz(f *testing.F) {
	golden, err := os.ReadFile("testdata/arrays.npz")
	require.NoError(f, err)
	f.Add(golden)
	f.Add(archive(entry{"x.npy", string(npyOf("'<f4'", "False", "(1,)")), 0}))
	f.Add(overlapping())
	f.Fuzz(func(t *testing.T, data []byte) {
		requireModest(t, "the input", data, func() {
			if xs, err := torch.ReadNpz(bytes.NewReader(data), int64(len(data))); err != nil {
				require.Nil(t, xs)
			}
		})
	})
}
