package torch_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// mappings is how many parts of a file are mapped into this process.
func mappings(t require.TestingT, path string) (n int) {
	maps, err := os.ReadFile("/proc/self/maps")
	require.NoError(t, err)
	for line := range strings.Lines(string(maps)) {
		if strings.Contains(line, path) {
			n++
		}
	}
	return n
}

// large is more than is read at once: such a tensor is mapped.
func large() *torch.Tensor { return torch.Arange(0, 10_000, 1, torch.Float32) }

func saved(t *testing.T, tensors ...torch.NamedTensor) (path string) {
	path = filepath.Join(t.TempDir(), "model.safetensors")
	require.NoError(t, torch.SaveSafetensors(path, tensors, map[string]string{"format": "pt"}))
	return path
}

func opened(t *testing.T, path string) *torch.SafetensorsFile {
	f, err := torch.OpenSafetensors(path)
	require.NoError(t, err)
	t.Cleanup(func() { require.NoError(t, f.Close()) })
	return f
}

func TestSafetensorsFileAsTheOfficialPackage(t *testing.T) {
	const path = "testdata/official.safetensors"
	loaded, _, err := torch.LoadSafetensors(path)
	require.NoError(t, err)
	infos, _, err := torch.SafetensorsHeader(path)
	require.NoError(t, err)
	f := opened(t, path)
	require.Equal(t, namesOf(loaded), f.Names())
	require.Equal(t, map[string]string{"format": "pt"}, f.Metadata())
	all, err := f.Tensors()
	require.NoError(t, err)
	require.Equal(t, namesOf(loaded), namesOf(all))
	for i, want := range loaded {
		got, err := f.Tensor(want.Name)
		require.NoError(t, err)
		requireSame(t, want.Tensor, got)
		requireSame(t, want.Tensor, all[i].Tensor)
		info, err := f.Info(want.Name)
		require.NoError(t, err)
		require.Equal(t, infos[i], info)
	}
}

func TestSafetensorsFileMapsEachTensorWhileItLives(t *testing.T) {
	x, y := large(), large().Neg()
	path := saved(t, torch.NamedTensor{Name: "x", Tensor: x}, torch.NamedTensor{Name: "y", Tensor: y})
	bytes := torch.LiveBytes()
	f := opened(t, path)
	require.Zero(t, mappings(t, path))
	a, err := f.Tensor("x")
	require.NoError(t, err)
	require.Equal(t, 1, mappings(t, path))
	part := a.Slice(0, 5000, 5002, 1)
	b, err := f.Tensor("y")
	require.NoError(t, err)
	require.LessOrEqual(t, torch.LiveBytes(), bytes, "no memory but the file's own")

	// Without the handle, the name and the first tensor the elements are still there.
	require.NoError(t, f.Close())
	require.NoError(t, os.Remove(path))
	a.Free()
	require.Equal(t, []float32{5000, 5001}, torch.ToSlice[float32](part))
	requireSame(t, y, b)
	require.NotZero(t, mappings(t, path))
	part.Free()
	b.Free()
	require.Zero(t, mappings(t, path))

	_, err = f.Tensor("x")
	require.ErrorIs(t, err, os.ErrClosed)
	require.ErrorContains(t, err, path+`: tensor "x"`)
	require.NoError(t, f.Close())
}

func TestSafetensorsFileIsNeverWrittenTo(t *testing.T) {
	x := large()
	path := saved(t, torch.NamedTensor{Name: "x", Tensor: x})
	before, err := os.ReadFile(path)
	require.NoError(t, err)
	f := opened(t, path)
	a, err := f.Tensor("x")
	require.NoError(t, err)
	a.MulInplace(2).SetRequiresGrad(true)
	requireSame(t, x.Mul(2), a.Detach())
	b, err := f.Tensor("x")
	require.NoError(t, err)
	requireSame(t, x, b)
	require.False(t, a.SharesMemory(b))
	after, err := os.ReadFile(path)
	require.NoError(t, err)
	require.Equal(t, before, after)

	// Another file in its place is another file.
	require.NoError(t, torch.SaveSafetensors(path, []torch.NamedTensor{{Name: "x", Tensor: x.Neg()}}, nil))
	c, err := f.Tensor("x")
	require.NoError(t, err)
	requireSame(t, x, c)
}

func TestSafetensorsFileReadsWhatItCantMap(t *testing.T) {
	const n = 20_000
	numbers := large().Bytes()
	header := func(pad int) string {
		return fmt.Sprintf(`{"a":{"dtype":"F32","shape":[10000],"data_offsets":[0,40000]},`+
			`"b":{"dtype":"BOOL","shape":[%d],"data_offsets":[40000,%d]},"c":{"dtype":"U8","shape":[],"data_offsets":[%[2]d,%d]}}`,
			n, 40000+n, 40001+n) + strings.Repeat(" ", pad)
	}
	data := append(append(append([]byte{}, numbers...), make([]byte, n)...), 7)
	for pad := range 8 {
		path := filepath.Join(t.TempDir(), "odd.safetensors")
		require.NoError(t, os.WriteFile(path, file(header(pad), data...), 0o644))
		f := opened(t, path)
		tensors, err := f.Tensors()
		require.NoError(t, err)
		require.Equal(t, numbers, tensors[0].Tensor.Bytes())
		require.Equal(t, make([]byte, n), tensors[1].Tensor.Bytes())
		require.Equal(t, []byte{7}, tensors[2].Tensor.Bytes())
		require.Equal(t, len(header(pad))%4 == 0, mappings(t, path) == 1, "%d", pad)
		for _, x := range tensors {
			x.Tensor.Free()
		}
	}

	data[40000+n-1] = 2
	path := filepath.Join(t.TempDir(), "bad.safetensors")
	require.NoError(t, os.WriteFile(path, file(header(0), data...), 0o644))
	f := opened(t, path)
	_, err := f.Tensor("b")
	require.EqualError(t, err, "read "+path+`: tensor "b": element 19999 is the byte 2, but a bool is 0 or 1`)
	_, err = f.Tensor("c")
	require.NoError(t, err)
	live := torch.LiveTensors()
	_, err = f.Tensors()
	require.ErrorContains(t, err, `tensor "b"`)
	require.LessOrEqual(t, torch.LiveTensors(), live)
}

func TestSafetensorsFileThatBecameShorter(t *testing.T) {
	path := saved(t, torch.NamedTensor{Name: "x", Tensor: large()}, torch.NamedTensor{Name: "y", Tensor: torch.Ones(torch.Shape{3})})
	f := opened(t, path)
	require.NoError(t, os.Truncate(path, 1000))
	for _, name := range []string{"x", "y"} {
		_, err := f.Tensor(name)
		require.ErrorContains(t, err, "read "+path+`: tensor "`+name+`": the file`)
		require.ErrorContains(t, err, "ends within its elements")
	}
}

func TestSafetensorsFileTies(t *testing.T) {
	x := large()
	path := saved(t, torch.NamedTensor{Name: "decoder", Tensor: x}, torch.NamedTensor{Name: "encoder", Tensor: x})
	f := opened(t, path)
	tensors, err := f.Tensors()
	require.NoError(t, err)
	require.Equal(t, []string{"decoder", "encoder"}, namesOf(tensors))
	require.True(t, tensors[0].Tensor.SharesMemory(tensors[1].Tensor))
	info, err := f.Info("encoder")
	require.NoError(t, err)
	require.Equal(t, torch.TensorInfo{Name: "encoder", DType: torch.Float32, Shape: torch.Shape{10_000}}, info)
	got, err := f.Tensor("encoder")
	require.NoError(t, err)
	requireSame(t, x, got)
}

func TestSafetensorsFileErrors(t *testing.T) {
	_, err := torch.OpenSafetensors(filepath.Join(t.TempDir(), "missing"))
	require.ErrorIs(t, err, os.ErrNotExist)
	_, err = torch.OpenSafetensors(t.TempDir())
	require.ErrorContains(t, err, "no regular file")
	path := saved(t, torch.NamedTensor{Name: "x", Tensor: large()})
	f := opened(t, path)
	_, err = f.Tensor("z")
	require.EqualError(t, err, "read "+path+`: tensor "z": there is no tensor of this name`)
	_, err = f.Info("z")
	require.EqualError(t, err, "read "+path+`: tensor "z": there is no tensor of this name`)
	require.NoError(t, os.WriteFile(path, []byte("{}"), 0o644))
	_, err = torch.OpenSafetensors(path)
	require.ErrorContains(t, err, "read "+path+": expected a safetensors file")
}

func TestSafetensorsFileIsForManyGoroutines(t *testing.T) {
	x := large()
	path := saved(t, torch.NamedTensor{Name: "x", Tensor: x})
	f := opened(t, path)
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 20 {
				got, err := f.Tensor("x")
				if err != nil || got.Sum().Item() != x.Sum().Item() {
					t.Errorf("%v, %v", got, err)
					return
				}
				got.Free()
			}
		})
	}
	wg.Wait()
	require.Zero(t, mappings(t, path))
}

func ExampleOpenSafetensors() {
	dir, _ := os.MkdirTemp("", "")
	defer os.RemoveAll(dir)
	path := filepath.Join(dir, "model.safetensors")
	err := torch.SaveSafetensors(path, []torch.NamedTensor{
		{Name: "embedding", Tensor: torch.Arange(0, 12, 1).Reshape(4, 3)},
		{Name: "bias", Tensor: torch.New([]float32{5, 6})},
	}, nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	f, err := torch.OpenSafetensors(path)
	if err != nil {
		fmt.Println(err)
		return
	}
	defer f.Close()
	fmt.Println(f.Names())
	embedding, err := f.Tensor("embedding") // nothing is read yet
	if err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(embedding.Select(0, 2))
	// Output:
	// [embedding bias]
	// tensor([6, 7, 8])
}

func FuzzSafetensorsFile(f *testing.F) {
	golden, err := os.ReadFile("testdata/official.safetensors")
	require.NoError(f, err)
	f.Add(golden)
	f.Add(file(`{"__metadata__":{"alias.c":"a"},"a":{"dtype":"U8","shape":[20000],"data_offsets":[0,20000]}}`, make([]byte, 20000)...))
	f.Add(file(`{"a":{"dtype":"F32","shape":[5000],"data_offsets":[0,20000]}}   `, make([]byte, 20000)...))
	path := filepath.Join(f.TempDir(), "model.safetensors")
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, data, 0o644))
		loaded, metadata, err := torch.LoadSafetensors(path)
		mapped, metadataMapped, failed := func() ([]torch.NamedTensor, map[string]string, error) {
			f, err := torch.OpenSafetensors(path)
			if err != nil {
				return nil, nil, err
			}
			defer f.Close()
			tensors, err := f.Tensors()
			return tensors, f.Metadata(), err
		}()
		if err != nil {
			require.EqualError(t, failed, err.Error())
			return
		}
		require.NoError(t, failed)
		require.Equal(t, metadata, metadataMapped)
		require.Equal(t, namesOf(loaded), namesOf(mapped))
		for i := range loaded {
			requireSame(t, loaded[i].Tensor, mapped[i].Tensor)
			loaded[i].Tensor.Free()
			mapped[i].Tensor.Free()
		}
		require.Zero(t, mappings(t, path))
	})
}
