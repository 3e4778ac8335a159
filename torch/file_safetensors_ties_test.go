package torch_test

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// A conjugated or negated view is the memory of its base, but not its elements. Every writer knows that.
func TestLazyViewsBesideTheirBase(t *testing.T) {
	z := torch.New([]complex64{1 + 2i, 3 - 4i})
	state := []torch.NamedTensor{
		{Name: "z", Tensor: z},
		{Name: "conj", Tensor: z.Conj()},
		{Name: "again", Tensor: z.Conj()},
		{Name: "imag", Tensor: z.Imag()},
		{Name: "neg", Tensor: z.Conj().Imag()},
		{Name: "same", Tensor: z.Detach()},
	}
	dir := t.TempDir()
	for name, c := range map[string]struct {
		save func(path string, state []torch.NamedTensor) error
		load func(path string) ([]torch.NamedTensor, error)
	}{
		"x.safetensors": {
			func(path string, state []torch.NamedTensor) error { return torch.SaveSafetensors(path, state, nil) },
			func(path string) ([]torch.NamedTensor, error) {
				s, _, err := torch.LoadSafetensors(path)
				return s, err
			},
		},
		"x.npz": {func(path string, state []torch.NamedTensor) error { return torch.SaveNpz(path, state) }, torch.LoadNpz},
		"x.pt":  {func(path string, state []torch.NamedTensor) error { return torch.Save(path, state) }, torch.LoadTensors},
	} {
		path, state := filepath.Join(dir, name), state
		if name == "x.pt" { // which can't hold the same memory as two types
			state = append(state[:3:3], state[4:]...)
		}
		require.NoError(t, c.save(path, state))
		loaded, err := c.load(path)
		require.NoError(t, err)
		require.Len(t, loaded, len(state))
		for _, s := range state {
			require.Equal(t, s.Tensor.Bytes(), byName(loaded)[s.Name].Bytes(), "%s of %s", s.Name, name)
		}
		if name != "x.npz" {
			require.True(t, byName(loaded)["z"].SharesMemory(byName(loaded)["same"]))
		}
	}
}

// The official package's save_model writes tied weights once, and their other names into the metadata.
func TestSafetensorsTiedByTheOfficialPackage(t *testing.T) {
	data := file(`{"__metadata__":{"format":"pt","head.weight":"emb.weight","note":"emb.weight and more","emb.weight":"other.weight"},`+
		`"emb.weight":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},"other.weight":{"dtype":"U8","shape":[1],"data_offsets":[2,3]}}`, 7, 8, 9)
	loaded, metadata, err := torch.ReadSafetensors(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	require.Equal(t, []string{"emb.weight", "other.weight", "head.weight"}, namesOf(loaded))
	require.True(t, byName(loaded)["emb.weight"].SharesMemory(byName(loaded)["head.weight"]))
	require.Equal(t, "emb.weight", metadata["head.weight"])

	data = file(`{"__metadata__":null,"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 7)
	loaded, metadata, err = torch.ReadSafetensors(bytes.NewReader(data), int64(len(data)))
	require.NoError(t, err)
	require.Len(t, loaded, 1)
	require.Nil(t, metadata)
}

func TestSafetensorsFileIsMappedOnce(t *testing.T) {
	var tensors []torch.NamedTensor
	for i := range 40 {
		tensors = append(tensors, torch.NamedTensor{Name: fmt.Sprint(i), Tensor: torch.Full(torch.Shape{5000}, float32(i))})
	}
	path := saved(t, tensors...)
	f := opened(t, path)
	first, err := f.Tensors()
	require.NoError(t, err)
	require.Equal(t, 1, mappings(t, path))
	second, err := f.Tensors()
	require.NoError(t, err)
	require.LessOrEqual(t, mappings(t, path), 2)
	// What is written to one reaches neither its neighbours nor what is taken later.
	for i, x := range first {
		if i%2 == 0 {
			x.Tensor.MulInplace(-1)
			x.Tensor.Free()
		}
	}
	for i := range tensors {
		requireSame(t, byName(tensors)[second[i].Name], second[i].Tensor)
		if i%2 == 1 {
			requireSame(t, byName(tensors)[first[i].Name], first[i].Tensor)
			first[i].Tensor.Free()
		}
		third, err := f.Tensor(second[i].Name)
		require.NoError(t, err)
		requireSame(t, second[i].Tensor, third)
		third.Free()
		second[i].Tensor.Free()
	}
	require.Zero(t, mappings(t, path))
}

// Whoever opened an index keeps its files, and whoever loads gets one set or the other, whatever is saved meanwhile.
func TestShardsAreReplacedUnderReaders(t *testing.T) {
	path := filepath.Join(t.TempDir(), "m.safetensors")
	set := func(v int) (tensors []torch.NamedTensor) {
		for i := range 4 {
			tensors = append(tensors, torch.NamedTensor{Name: fmt.Sprint("t", i), Tensor: torch.Full(torch.Shape{10}, v, torch.Int64)})
		}
		return tensors
	}
	require.NoError(t, torch.SaveShardedSafetensors(path, set(0), nil, 80))
	held := opened(t, path+".index.json")
	done := make(chan error)
	go func() {
		var err error
		for v := 1; v <= 30 && err == nil; v++ {
			err = torch.SaveShardedSafetensors(path, set(v), nil, int64(80+v%3*80))
		}
		done <- err
	}()
	for saving := true; saving; {
		select {
		case err := <-done:
			require.NoError(t, err)
			saving = false
		default:
		}
		loaded, _, err := torch.LoadSafetensors(path + ".index.json")
		require.NoError(t, err)
		for _, x := range loaded {
			require.Equal(t, loaded[0].Tensor.Bytes(), x.Tensor.Bytes())
		}
	}
	all, err := held.Tensors()
	require.NoError(t, err)
	for _, x := range all {
		require.Zero(t, x.Tensor.Sum().Item())
	}
	require.Len(t, inFolder(t, filepath.Dir(path)), 5)
}

// What a killed save leaves is never read, and goes with the next one.
func TestShardsOfKilledSavesGo(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	require.NoError(t, torch.SaveShardedSafetensors(path, shardable(), nil, 12))
	for _, left := range []string{
		"model-00001-of-00003.2.safetensors", "model-00002-of-00009.safetensors",
		".model-00002-of-00009.safetensors.tmp-0", ".model-00002-of-00004.2.safetensors.tmp-1", ".model.safetensors.tmp-0",
	} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, left), []byte("half"), 0o644))
	}
	_, _, err := torch.LoadSafetensors(path + ".index.json")
	require.NoError(t, err)
	require.NoError(t, torch.SaveShardedSafetensors(path, shardable(), nil, 12))
	require.Len(t, inFolder(t, dir), 4)
	_, _, err = torch.LoadSafetensors(path + ".index.json")
	require.NoError(t, err)

	others := []string{".other-00002-of-00009.safetensors.tmp-0", ".model-2.safetensors.tmp-0", ".model-00001-of-00002.safetensors.index.json.tmp-0"}
	for _, name := range append(others, ".model.safetensors.index.json.tmp-0") {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), []byte("half"), 0o644))
	}
	require.NoError(t, torch.SaveShardedSafetensors(path, shardable(), nil, 1<<20))
	require.ElementsMatch(t, append(others, "model.safetensors"), inFolder(t, dir), "what isn't the model's stays")
}
