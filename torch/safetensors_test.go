package torch_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/torch"
)

// storable are the dtypes that a safetensors file can hold.
var storable = []torch.DType{
	torch.Bool, torch.Uint8, torch.Int8, torch.Int16, torch.Int32, torch.Int64, torch.Float16, torch.BFloat16, torch.Float32,
	torch.Float64, torch.Complex64,
}

// official are the tensors that testdata/make_safetensors.py stores.
func official() []torch.NamedTensor {
	x := torch.New([][]float32{{0, 1, 2}, {3, 4, 5}})
	tensors := []torch.NamedTensor{
		{Name: "a", Tensor: torch.New(float32(2.5))},
		{Name: "empty", Tensor: torch.Zeros(torch.Shape{3, 0})},
		{Name: "na\u00efve \"\\\n\x01\x7f\u2028</", Tensor: torch.New([]int64{-1})},
	}
	for _, d := range storable {
		y := x.To(d)
		if d == torch.Bool {
			y = x.Remainder(2).To(d)
		}
		tensors = append(tensors, torch.NamedTensor{Name: "z." + d.String(), Tensor: y})
	}
	return tensors
}

func TestSafetensorsAsTheOfficialPackage(t *testing.T) {
	const path = "testdata/official.safetensors"
	want, err := os.ReadFile(path)
	require.NoError(t, err)
	var got bytes.Buffer
	require.NoError(t, torch.WriteSafetensors(&got, official(), map[string]string{"format": "pt"}))
	require.Equal(t, want, got.Bytes())

	loaded, metadata, err := torch.LoadSafetensors(path)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"format": "pt"}, metadata)
	tensors := byName(loaded)
	require.Len(t, tensors, len(official()))
	for _, o := range official() {
		requireSame(t, o.Tensor, tensors[o.Name])
	}
	require.Equal(t, official()[2].Name, loaded[0].Name, "the order is the file's")

	infos, metadata, err := torch.SafetensorsHeader(path)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"format": "pt"}, metadata)
	require.Len(t, infos, len(loaded))
	for i, info := range infos {
		require.Equal(t, torch.TensorInfo{Name: loaded[i].Name, DType: loaded[i].Tensor.DType(), Shape: loaded[i].Tensor.Shape()}, info)
	}
}

func TestSafetensorsTieSharedTensors(t *testing.T) {
	x := torch.New([][]float32{{1, 2}, {3, 4}})
	path := filepath.Join(t.TempDir(), "tied")
	require.NoError(t, torch.SaveSafetensors(path, []torch.NamedTensor{
		{Name: "decoder", Tensor: x},
		{Name: "encoder", Tensor: x.Detach()},
		{Name: "turned", Tensor: x.T()},
		{Name: "row", Tensor: x.Select(0, 1)},
		{Name: "another", Tensor: x},
	}, map[string]string{"a": "b"}))

	file, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Contains(t, string(file), `{"__metadata__":{"a":"b","alias.another":"decoder","alias.encoder":"decoder"},"decoder":`)

	loaded, metadata, err := torch.LoadSafetensors(path)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"a": "b"}, metadata)
	require.Equal(t, []string{"decoder", "row", "turned", "another", "encoder"}, namesOf(loaded))
	tensors := byName(loaded)
	require.True(t, tensors["decoder"].SharesMemory(tensors["encoder"]))
	require.True(t, tensors["decoder"].SharesMemory(tensors["another"]))
	require.False(t, tensors["decoder"].SharesMemory(tensors["turned"]))
	require.Equal(t, []float32{1, 3, 2, 4}, torch.ToSlice[float32](tensors["turned"]))
	require.Equal(t, []float32{3, 4}, torch.ToSlice[float32](tensors["row"]))
	tensors["encoder"].FillInplace(9)
	require.Equal(t, 9.0, tensors["decoder"].Select(0, 0).Select(0, 0).Item())

	infos, _, err := torch.SafetensorsHeader(path)
	require.NoError(t, err)
	require.Equal(t, torch.TensorInfo{Name: "encoder", DType: torch.Float32, Shape: torch.Shape{2, 2}}, infos[4])

	// Loaded and saved again it is the same file.
	again := filepath.Join(t.TempDir(), "again")
	tensors["decoder"].CopyInplace(x)
	require.NoError(t, torch.SaveSafetensors(again, loaded, metadata))
	second, err := os.ReadFile(again)
	require.NoError(t, err)
	require.Equal(t, file, second)
}

func TestSafetensorsCopyOutViews(t *testing.T) {
	z := torch.New([]complex64{1 + 2i, 3 - 4i})
	conj := torch.NewOperator("aten::conj", "self").Call(z)
	for name, x := range map[string]*torch.Tensor{
		"sliced":   torch.Arange(0, 10, 1).Slice(0, 1, 9, 3),
		"expanded": torch.New([]float32{1}).Expand(3, 2),
		"conj":     conj,
		"leaf":     torch.Ones(torch.Shape{2}, torch.RequiresGrad(true)),
		"graph":    torch.Ones(torch.Shape{2}, torch.RequiresGrad(true)).Mul(3),
	} {
		t.Run(name, func(t *testing.T) {
			var b bytes.Buffer
			require.NoError(t, torch.WriteSafetensors(&b, []torch.NamedTensor{{Name: "x", Tensor: x}}, nil))
			got, _, err := torch.ReadSafetensors(bytes.NewReader(b.Bytes()), int64(b.Len()))
			require.NoError(t, err)
			requireSame(t, x, got[0].Tensor)
			require.False(t, got[0].Tensor.RequiresGrad())
		})
	}
	require.Equal(t, []complex64{1 - 2i, 3 + 4i}, torch.ToSlice[complex64](conj))
}

func TestSafetensorsRoundTripOfAnyTensors(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		names := rapid.SliceOfDistinct(rapid.String(), func(s string) string { return s }).Draw(t, "names")
		metadata := rapid.MapOf(rapid.String(), rapid.String()).Draw(t, "metadata")
		var tensors []torch.NamedTensor
		for _, name := range names {
			d := rapid.SampledFrom(storable).Draw(t, "dtype")
			shape := rapid.SliceOfN(rapid.IntRange(0, 4), 0, 4).Draw(t, "shape")
			size := d.Size()
			for _, n := range shape {
				size *= n
			}
			element := rapid.Byte()
			if d == torch.Bool {
				element = rapid.ByteRange(0, 1)
			}
			data := rapid.SliceOfN(element, size, size).Draw(t, "data")
			tensors = append(tensors, torch.NamedTensor{Name: name, Tensor: torch.FromBytes(data, shape, d)})
		}
		var first, second bytes.Buffer
		require.NoError(t, torch.WriteSafetensors(&first, tensors, metadata))
		require.Zero(t, binary.LittleEndian.Uint64(first.Bytes())%8)
		loaded, meta, err := torch.ReadSafetensors(bytes.NewReader(first.Bytes()), int64(first.Len()))
		require.NoError(t, err)
		require.Len(t, loaded, len(tensors))
		require.Equal(t, len(metadata), len(meta))
		for key, value := range metadata {
			require.Equal(t, value, meta[key])
		}
		for _, x := range tensors {
			got := byName(loaded)[x.Name]
			require.Equal(t, x.Tensor.Shape(), got.Shape())
			require.Equal(t, x.Tensor.DType(), got.DType())
			require.Equal(t, x.Tensor.Bytes(), got.Bytes())
		}
		require.NoError(t, torch.WriteSafetensors(&second, loaded, meta))
		require.Equal(t, first.Bytes(), second.Bytes())
	})
}

func TestSafetensorsRefuseToSave(t *testing.T) {
	x, freed := torch.Ones(torch.Shape{2}), torch.Ones(torch.Shape{2})
	freed.Free()
	one := func(name string, x *torch.Tensor) []torch.NamedTensor {
		return []torch.NamedTensor{{Name: name, Tensor: x}}
	}
	path := filepath.Join(t.TempDir(), "model")
	require.NoError(t, os.WriteFile(path, []byte("before"), 0o644))
	for message, c := range map[string]struct {
		tensors  []torch.NamedTensor
		metadata map[string]string
	}{
		`tensor "x": expected a name that is valid UTF-8, comes once and is not __metadata__`: {append(one("x", x), one("x", x)...), nil},
		`tensor "__metadata__": expected a name`:                                              {one("__metadata__", x), nil},
		`tensor "\xff": expected a name`:                                                      {one("\xff", x), nil},
		`tensor "x": save: the tensor was freed by Free`:                                      {one("x", freed), nil},
		`tensor "x": save: expected a tensor, but got nil`:                                    {one("x", nil), nil},
		`tensor "x": a safetensors file can't hold complex128`:                                {one("x", x.To(torch.Complex128)), nil},
		`the metadata key "alias.y" begins with "alias."`:                                     {one("x", x), map[string]string{"alias.y": "x"}},
		`the metadata "k": "\xff" is not valid UTF-8`:                                         {one("x", x), map[string]string{"k": "\xff"}},
	} {
		err := torch.SaveSafetensors(path, c.tensors, c.metadata)
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, path)
	}
	content, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, "before", string(content))
	for room := range 64 + 8 { // the header, the elements
		w := &full{room}
		require.ErrorIs(t, torch.WriteSafetensors(w, one("x", x), nil), errFull)
	}
}

var errFull = errors.New("the disk is full")

// full takes some bytes and no more.
type full struct{ room int }

func (f *full) Write(p []byte) (int, error) {
	f.room -= len(p)
	if f.room < 0 {
		return len(p) + f.room, errFull
	}
	return len(p), nil
}

// file puts a file together from a header and the elements.
func file(header string, elements ...byte) []byte {
	b := binary.LittleEndian.AppendUint64(nil, uint64(len(header)))
	return append(append(b, header...), elements...)
}

func TestSafetensorsBadFiles(t *testing.T) {
	four := []byte{0, 0, 0, 0}
	eight := make([]byte, 8)
	const a, b = `"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}`, `"b":{"dtype":"F32","shape":[1],"data_offsets":[4,8]}`
	for name, c := range map[string]struct {
		file    []byte
		message string
	}{
		"empty file":           {nil, "found 0 bytes"},
		"cut in the length":    {file("{}")[:7], "found 7 bytes"},
		"cut in the header":    {file("{" + a + "}")[:20], "the file ends within its header: that has 54 bytes, but only 12 follow"},
		"a long header":        {append(binary.LittleEndian.AppendUint64(nil, 100_000_001), '{'), "100000001 bytes, more than the 100000000"},
		"a negative header":    {append(binary.LittleEndian.AppendUint64(nil, math.MaxUint64), '{'), "this is no safetensors file"},
		"no header":            {file(""), "expected JSON that begins with {"},
		"a list":               {file("[]"), "expected JSON that begins with {"},
		"a space first":        {file(" {}"), "expected JSON that begins with {"},
		"not UTF-8":            {file("{\"\xff\":1}"), "not valid UTF-8"},
		"half a header":        {file(`{"a":`), "unexpected EOF"},
		"two objects":          {file("{}{}"), "something follows"},
		"a text after it":      {file("{} x"), "something follows"},
		"no JSON":              {file("{a}"), "invalid character"},
		"a trailing comma":     {file("{"+a+",}", four...), "invalid character"},
		"duplicate tensor":     {file("{"+a+","+a+"}", four...), `the key "a" comes twice`},
		"duplicate, escaped":   {file("{"+a+","+strings.Replace(a, "a", `\u0061`, 1)+"}", four...), `the key "a" comes twice`},
		"duplicate field":      {file(`{"a":{"dtype":"F32","dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, four...), `"a": the key "dtype" comes twice`},
		"duplicate metadata":   {file(`{"__metadata__":{"k":"1","k":"2"}}`), `"__metadata__": the key "k" comes twice`},
		"metadata twice":       {file(`{"__metadata__":{},"__metadata__":{}}`), `the key "__metadata__" comes twice`},
		"metadata not text":    {file(`{"__metadata__":{"k":1}}`), `"k": expected a string, found 1`},
		"metadata null":        {file(`{"__metadata__":null}`), `expected {, found <nil>`},
		"unknown field":        {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4],"x":1}}`, four...), `"a": "x": expected dtype, shape and data_offsets only`},
		"missing field":        {file(`{"a":{"dtype":"F32","data_offsets":[0,4]}}`, four...), `"a": expected dtype, shape and data_offsets`},
		"unknown dtype":        {file(`{"a":{"dtype":"F99","shape":[1],"data_offsets":[0,4]}}`, four...), `"a": "dtype": "F99" is unknown to libtorch`},
		"dtype not text":       {file(`{"a":{"dtype":["F32"],"shape":[1],"data_offsets":[0,4]}}`, four...), `"dtype": expected a string, found [`},
		"entry not an object":  {file(`{"a":[]}`), `"a": expected {, found [`},
		"shape not a list":     {file(`{"a":{"dtype":"F32","shape":1,"data_offsets":[0,4]}}`, four...), `"shape": expected [, found 1`},
		"negative size":        {file(`{"a":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}`, four...), "found -1"},
		"half a size":          {file(`{"a":{"dtype":"F32","shape":[1.0],"data_offsets":[0,4]}}`, four...), "found 1.0"},
		"nested size":          {file(`{"a":{"dtype":"F32","shape":[[1]],"data_offsets":[0,4]}}`, four...), "found ["},
		"size over 63 bits":    {file(`{"a":{"dtype":"F32","shape":[9223372036854775808],"data_offsets":[0,4]}}`, four...), "found 9223372036854775808"},
		"product over 63 bits": {file(`{"a":{"dtype":"U8","shape":[4294967296,4294967296],"data_offsets":[0,0]}}`), "larger than any memory"},
		"product before a 0":   {file(`{"a":{"dtype":"U8","shape":[0,4294967296,4294967296],"data_offsets":[0,0]}}`), "larger than any memory"},
		"bytes over 63 bits":   {file(`{"a":{"dtype":"F64","shape":[4611686018427387904],"data_offsets":[0,0]}}`), "larger than any memory"},
		"shape and bytes":      {file(`{"a":{"dtype":"F32","shape":[3],"data_offsets":[0,4]}}`, four...), `"a": float32[3] takes 12 bytes, but data_offsets [0 4] hold 4`},
		"backward offsets":     {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[4,0]}}`, four...), "expected a begin and an end, found [4 0]"},
		"three offsets":        {file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4,4]}}`, four...), "expected a begin and an end"},
		"a hole at first":      {file("{"+b+"}", eight...), `tensor "b": there is a hole between it and the header: it begins at 4 instead of 0`},
		"a hole":               {file("{"+a+`,"c":{"dtype":"U8","shape":[1],"data_offsets":[5,6]}}`, eight[:6]...), `tensor "c": there is a hole between it and "a"`},
		"an overlap":           {file("{"+a+`,"c":{"dtype":"U8","shape":[2],"data_offsets":[3,5]}}`, eight[:5]...), `tensor "c": there is an overlap between it and "a"`},
		"the same place":       {file("{"+a+","+strings.Replace(a, "a", "c", 1)+"}", four...), "an overlap"},
		"cut in the elements":  {file("{"+a+","+b+"}", eight[:7]...), `tensor "b": the file ends within its elements: they end at 8, but only 7 bytes`},
		"bytes left over":      {file("{"+a+"}", eight...), "4 bytes follow after the last tensor"},
		"elements but no key":  {file("{}", 1), "1 bytes follow"},
		"neither true nor not": {file(`{"a":{"dtype":"BOOL","shape":[2],"data_offsets":[0,2]}}`, 1, 2), `tensor "a": element 1 is the byte 2, but a bool is 0 or 1`},
		"alias of nothing":     {file(`{"__metadata__":{"alias.c":"d"},`+a+`}`, four...), `make "c" an alias of "d"`},
		"alias of an alias":    {file(`{"__metadata__":{"alias.c":"a","alias.d":"c"},`+a+`}`, four...), `make "d" an alias of "c"`},
		"alias of itself":      {file(`{"__metadata__":{"alias.c":"c"},`+a+`}`, four...), `make "c" an alias of "c"`},
		"alias of that name":   {file(`{"__metadata__":{"alias.a":"a"},`+a+`}`, four...), `make "a" an alias of "a"`},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bad.safetensors")
			require.NoError(t, os.WriteFile(path, c.file, 0o644))
			before := torch.LiveTensors()
			tensors, metadata, err := torch.LoadSafetensors(path)
			require.ErrorContains(t, err, c.message)
			require.ErrorContains(t, err, path)
			require.Nil(t, tensors)
			require.Nil(t, metadata)
			require.LessOrEqual(t, torch.LiveTensors(), before)
			if !strings.HasPrefix(name, "neither") { // only reading the elements shows this
				_, _, err = torch.SafetensorsHeader(path)
				require.ErrorContains(t, err, c.message)
			}
		})
	}
}

func TestSafetensorsOddButGoodFiles(t *testing.T) {
	for name, file := range map[string][]byte{
		"nothing":                 file("{}"),
		"space after":             file("{} \n\t"),
		"out of order":            file(`{"b":{"shape":[1],"data_offsets":[1,2],"dtype":"U8"},"a":{"data_offsets":[0,1],"dtype":"U8","shape":[]}}`, 1, 2),
		"empty ones in between":   file(`{"e":{"dtype":"F32","shape":[0],"data_offsets":[1,1]},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[1],"data_offsets":[1,2]}}`, 1, 2),
		"no name, and many sizes": file(`{"":{"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1],"data_offsets":[0,1]}}`, 1),
	} {
		tensors, _, err := torch.ReadSafetensors(bytes.NewReader(file), int64(len(file)))
		require.NoError(t, err, name)
		at := byte(1)
		for _, x := range tensors {
			if x.Tensor.Numel() > 0 {
				require.Equal(t, []byte{at}, x.Tensor.Bytes(), name)
				at++
			}
		}
	}
}

func TestSafetensorsFilesThatCantBeRead(t *testing.T) {
	missing := filepath.Join(t.TempDir(), "missing")
	_, _, err := torch.LoadSafetensors(missing)
	require.ErrorIs(t, err, os.ErrNotExist)
	_, _, err = torch.LoadSafetensors(t.TempDir())
	require.ErrorContains(t, err, "no regular file")
	require.Error(t, torch.SaveSafetensors(filepath.Join(missing, "x"), nil, nil))

	// The reader fails, or has less than it said.
	whole := file(`{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,4]}}`, 0, 0, 0, 0)
	broken := errors.New("broken disk")
	for n := range whole {
		before := torch.LiveTensors()
		_, _, err = torch.ReadSafetensors(failing{whole[:n], broken}, int64(len(whole)))
		require.ErrorIs(t, err, broken)
		_, _, err = torch.ReadSafetensors(bytes.NewReader(whole[:n]), int64(len(whole)))
		require.Error(t, err)
		require.LessOrEqual(t, torch.LiveTensors(), before)
	}
}

// failing has some bytes and then an error.
type failing struct {
	data []byte
	err  error
}

func (f failing) ReadAt(p []byte, off int64) (int, error) {
	n := copy(p, f.data[min(off, int64(len(f.data))):])
	if n < len(p) {
		return n, f.err
	}
	return n, nil
}

func TestSafetensorsTakeNoMoreThanTheFile(t *testing.T) {
	long := append(binary.LittleEndian.AppendUint64(nil, 100_000_000), '{')
	large := file(`{"a":{"dtype":"F32","shape":[1000000000],"data_offsets":[0,4000000000]}}`)
	var before, after runtime.MemStats
	bytesBefore := torch.LiveBytes()
	runtime.ReadMemStats(&before)
	for _, f := range [][]byte{long, large} {
		_, _, err := torch.ReadSafetensors(bytes.NewReader(f), int64(len(f)))
		require.Error(t, err)
	}
	runtime.ReadMemStats(&after)
	require.Less(t, after.TotalAlloc-before.TotalAlloc, uint64(1<<20))
	require.LessOrEqual(t, torch.LiveBytes(), bytesBefore)
}

func FuzzSafetensors(f *testing.F) {
	golden, err := os.ReadFile("testdata/official.safetensors")
	require.NoError(f, err)
	f.Add(golden)
	f.Add(file(`{"__metadata__":{"alias.c":"a"},"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 1))
	f.Add(file(`{"a":{"dtype":"BOOL","shape":[0,9],"data_offsets":[0,0]}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		tensors, metadata, err := torch.ReadSafetensors(bytes.NewReader(data), int64(len(data)))
		if err != nil {
			return
		}
		total := 0
		for _, x := range tensors {
			total += len(x.Tensor.Bytes())
		}
		if len(tensors) == 0 {
			return
		}
		var b bytes.Buffer
		require.NoError(t, torch.WriteSafetensors(&b, tensors, metadata))
		again, metadataAgain, err := torch.ReadSafetensors(bytes.NewReader(b.Bytes()), int64(b.Len()))
		require.NoError(t, err)
		require.Equal(t, metadata, metadataAgain)
		for _, x := range tensors {
			requireSame(t, x.Tensor, byName(again)[x.Name])
			x.Tensor.Free()
		}
	})
}

func byName(tensors []torch.NamedTensor) map[string]*torch.Tensor {
	m := map[string]*torch.Tensor{}
	for _, t := range tensors {
		m[t.Name] = t.Tensor
	}
	return m
}

func namesOf(tensors []torch.NamedTensor) (names []string) {
	for _, t := range tensors {
		names = append(names, t.Name)
	}
	return names
}

func requireSame(t require.TestingT, want, got *torch.Tensor) {
	require.NotNil(t, got)
	require.Equal(t, want.DType(), got.DType())
	require.Equal(t, want.Shape(), got.Shape())
	require.Equal(t, want.Bytes(), got.Bytes())
}

func ExampleSaveSafetensors() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")
	err := torch.SaveSafetensors(path, []torch.NamedTensor{
		{Name: "weight", Tensor: torch.New([][]float32{{1, 2}, {3, 4}})},
		{Name: "bias", Tensor: torch.New([]float32{5, 6})},
	}, map[string]string{"format": "pt"})
	if err != nil {
		fmt.Println(err)
		return
	}
	tensors, metadata, err := torch.LoadSafetensors(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(metadata)
	for _, t := range tensors {
		fmt.Println(t.Name, t.Tensor.Shape(), torch.ToSlice[float32](t.Tensor))
	}
	// Output:
	// map[format:pt]
	// bias [2] [5 6]
	// weight [2 2] [1 2 3 4]
}
