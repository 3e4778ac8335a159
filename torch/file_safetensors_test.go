package torch_test

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
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
		maps.DeleteFunc(metadata, func(_, value string) bool { return slices.Contains(names, value) }) // another key of that tensor
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
		`tensor "x": the name comes twice; choose another`:        {append(one("x", x), one("x", x)...), nil},
		`tensor "__metadata__": the name stands for the metadata`: {one("__metadata__", x), nil},
		`tensor "\xff": the name is not valid UTF-8`:              {one("\xff", x), nil},
		`tensor "x": save: the tensor was freed by Free`:          {one("x", freed), nil},
		`tensor "x": save: expected a tensor, but got nil`:        {one("x", nil), nil},
		`tensor "x": a safetensors file can't hold complex128`:    {one("x", x.To(torch.Complex128)), nil},
		`the metadata key "alias.y" begins with "alias."`:         {one("x", x), map[string]string{"alias.y": "x"}},
		`the metadata "k": "\xff" is not valid UTF-8`:             {one("x", x), map[string]string{"k": "\xff"}},
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
