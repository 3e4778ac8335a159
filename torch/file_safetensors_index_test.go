package torch_test

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/torch"
)

// shardable are tensors of 8, 4, 16, 8 and 1 bytes.
func shardable() []torch.NamedTensor {
	return []torch.NamedTensor{
		{Name: "d", Tensor: torch.New([]float32{1, 2})},
		{Name: "c", Tensor: torch.New([]int32{3})},
		{Name: "large", Tensor: torch.FromSlice([]float64{4, 5})},
		{Name: "b", Tensor: torch.New([]int16{6, 7, 8, 9})},
		{Name: "a", Tensor: torch.New([]bool{true})},
	}
}

// inFolder are the names of all that is there.
func inFolder(t require.TestingT, dir string) (names []string) {
	entries, err := os.ReadDir(dir)
	require.NoError(t, err)
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

func TestShardsAreThoseOfHuggingFace(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	tensors := append(shardable(), torch.NamedTensor{Name: "tied", Tensor: shardable()[0].Tensor})
	tensors[5].Tensor = tensors[0].Tensor
	require.NoError(t, torch.SaveShardedSafetensors(path, tensors, map[string]string{"format": "pt"}, 12))
	require.Equal(t, []string{
		"model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors",
		"model.safetensors.index.json",
	}, inFolder(t, dir))
	index, err := os.ReadFile(path + ".index.json")
	require.NoError(t, err)
	require.Equal(t, `{
  "metadata": {
    "alias.tied": "d",
    "format": "pt",
    "total_size": 37
  },
  "weight_map": {
    "a": "model-00003-of-00003.safetensors",
    "b": "model-00003-of-00003.safetensors",
    "c": "model-00002-of-00003.safetensors",
    "d": "model-00002-of-00003.safetensors",
    "large": "model-00001-of-00003.safetensors"
  }
}
`, string(index))

	loaded, metadata, err := torch.LoadSafetensors(path + ".index.json")
	require.NoError(t, err)
	require.Equal(t, map[string]string{"format": "pt"}, metadata)
	require.Equal(t, []string{"a", "b", "c", "d", "large", "tied"}, namesOf(loaded))
	for _, want := range tensors {
		requireSame(t, want.Tensor, byName(loaded)[want.Name])
	}
	require.True(t, byName(loaded)["d"].SharesMemory(byName(loaded)["tied"]))
	shard, metadata, err := torch.LoadSafetensors(filepath.Join(dir, "model-00002-of-00003.safetensors"))
	require.NoError(t, err)
	require.Equal(t, map[string]string{"format": "pt"}, metadata)
	require.Equal(t, []string{"d", "c"}, namesOf(shard))

	infos, _, err := torch.SafetensorsHeader(path + ".index.json")
	require.NoError(t, err)
	require.Equal(t, torch.TensorInfo{Name: "tied", DType: torch.Float32, Shape: torch.Shape{2}}, infos[5])
}

func TestShardsTakeThePlaceOfWhatWasThere(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	for _, name := range []string{"model-1.safetensors", "model-00001-of-00002.txt", "other-00001-of-00002.safetensors"} {
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	others := inFolder(t, dir)
	for _, c := range []struct {
		maxBytes int64
		want     []string
	}{
		{100, []string{"model.safetensors"}},
		{16, []string{
			"model-00001-of-00003.safetensors", "model-00002-of-00003.safetensors", "model-00003-of-00003.safetensors",
			"model.safetensors.index.json",
		}},
		{28, []string{"model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors", "model.safetensors.index.json"}},
		{37, []string{"model.safetensors"}},
	} {
		require.NoError(t, torch.SaveShardedSafetensors(path, shardable(), nil, c.maxBytes))
		want := slices.Sorted(slices.Values(append(slices.Clone(c.want), others...)))
		require.Equal(t, want, inFolder(t, dir))
		loaded, metadata, err := torch.LoadSafetensors(filepath.Join(dir, c.want[len(c.want)-1]))
		require.NoError(t, err)
		require.Empty(t, metadata)
		require.Len(t, loaded, 5)
	}
}

func TestShardsOfAnyTensors(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "m.safetensors")
	rapid.Check(t, func(t *rapid.T) {
		var tensors []torch.NamedTensor
		for _, name := range rapid.SliceOfNDistinct(rapid.String(), 0, 6, func(s string) string { return s }).Draw(t, "names") {
			data := rapid.SliceOfN(rapid.Byte(), 0, 20).Draw(t, "data")
			tensors = append(tensors, torch.NamedTensor{Name: name, Tensor: torch.FromBytes(data, torch.Shape{len(data)}, torch.Uint8)})
		}
		most := rapid.Int64Range(1, 40).Draw(t, "maxBytes")
		require.NoError(t, torch.SaveShardedSafetensors(path, tensors, map[string]string{"k": "v"}, most))
		from := path
		if _, err := os.Stat(path); err != nil {
			from = path + ".index.json"
		}
		loaded, metadata, err := torch.LoadSafetensors(from)
		require.NoError(t, err)
		require.Equal(t, map[string]string{"k": "v"}, metadata)
		require.Len(t, loaded, len(tensors))
		for _, want := range tensors {
			requireSame(t, want.Tensor, byName(loaded)[want.Name])
		}
		for _, name := range inFolder(t, dir) {
			if strings.HasSuffix(name, ".safetensors") {
				shard, _, err := torch.LoadSafetensors(filepath.Join(dir, name))
				require.NoError(t, err)
				size := 0
				for _, x := range shard {
					size += x.Tensor.Numel()
				}
				require.True(t, len(shard) == 1 || int64(size) <= most)
			}
		}
	})
}

func TestShardsThatCantBeSaved(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	require.NoError(t, torch.SaveShardedSafetensors(path, shardable(), nil, 12))
	before := inFolder(t, dir)
	freed := torch.Ones(torch.Shape{9})
	freed.Free()
	for message, save := range map[string]func() error{
		"expected a name that ends in .safetensors": func() error {
			return torch.SaveShardedSafetensors(filepath.Join(dir, "model"), shardable(), nil, 12)
		},
		"no tensor fits into files of 0 bytes": func() error { return torch.SaveShardedSafetensors(path, shardable(), nil, 0) },
		`the metadata key "total_size" is kept`: func() error {
			return torch.SaveShardedSafetensors(path, shardable(), map[string]string{"total_size": "1"}, 12)
		},
		`tensor "x": save: the tensor was freed`: func() error {
			return torch.SaveShardedSafetensors(path, append(shardable(), torch.NamedTensor{Name: "x", Tensor: freed}), nil, 12)
		},
		"no such file": func() error {
			return torch.SaveShardedSafetensors(filepath.Join(dir, "missing", "m.safetensors"), shardable(), nil, 12)
		},
	} {
		err := save()
		require.ErrorContains(t, err, message)
		require.ErrorContains(t, err, "write "+dir)
	}
	require.Equal(t, before, inFolder(t, dir))
	_, _, err := torch.LoadSafetensors(path + ".index.json")
	require.NoError(t, err)

	// A folder where a shard should be is in nobody's way.
	shard := filepath.Join(dir, "model-00001-of-00003.safetensors")
	require.NoError(t, os.Remove(shard))
	require.NoError(t, os.MkdirAll(filepath.Join(shard, "x"), 0o755))
	require.NoError(t, torch.SaveShardedSafetensors(path, shardable(), nil, 12))
	loaded, _, err := torch.LoadSafetensors(path + ".index.json")
	require.NoError(t, err)
	require.Len(t, loaded, 5)
}

func TestIndexOpensShardsWhenNeeded(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "model.safetensors")
	require.NoError(t, torch.SaveShardedSafetensors(path, shardable(), nil, 12))
	for _, number := range []int{1, 3} {
		require.NoError(t, os.Remove(filepath.Join(dir, fmt.Sprintf("model-%05d-of-00003.safetensors", number))))
	}
	f := opened(t, path+".index.json")
	require.Equal(t, []string{"a", "b", "c", "d", "large"}, f.Names())
	c, err := f.Tensor("c")
	require.NoError(t, err)
	requireSame(t, shardable()[1].Tensor, c)
	_, err = f.Info("large")
	require.ErrorIs(t, err, os.ErrNotExist)
	require.ErrorContains(t, err, "read "+path+`.index.json: tensor "large": the file "model-00001-of-00003.safetensors": `)
	live := torch.LiveTensors()
	_, err = f.Tensors()
	require.ErrorContains(t, err, `tensor "a": the file "model-00003-of-00003.safetensors": `)
	require.LessOrEqual(t, torch.LiveTensors(), live)
	_, err = f.Tensor("nothing")
	require.EqualError(t, err, "read "+path+`.index.json: tensor "nothing": the index has no tensor of this name`)
	require.NoError(t, f.Close())
	_, err = f.Tensor("c")
	require.ErrorIs(t, err, os.ErrClosed)
}

// indexFolder is a folder with two shards, and the path of an index.
func indexFolder(t testing.TB) (index string) {
	dir := t.TempDir()
	for name, content := range map[string][]byte{
		"one.safetensors":     file(`{"a":{"dtype":"U8","shape":[1],"data_offsets":[0,1]},"b":{"dtype":"U8","shape":[],"data_offsets":[1,2]}}`, 1, 2),
		"two.safetensors":     file(`{"__metadata__":{"alias.d":"c"},"c":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 3),
		"broken.safetensors":  file(`{"a":{"dtype":"BOOL","shape":[1],"data_offsets":[0,1]}}`, 2),
		"no.safetensors":      []byte("no"),
		"sub/one.safetensors": file(`{"e":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}`, 4),
	} {
		require.NoError(t, os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755))
		require.NoError(t, os.WriteFile(filepath.Join(dir, name), content, 0o644))
	}
	return filepath.Join(dir, "index.json")
}

func TestIndexAsOthersWriteIt(t *testing.T) {
	path := indexFolder(t)
	require.NoError(t, os.WriteFile(path, []byte(`{
		"metadata": {"total_size": 4.0, "total_parameters": null, "note": "é", "more": [{}], "alias.f": "e"},
		"weight_map": {"d": "two.safetensors", "b": "one.safetensors", "a": "one.safetensors", "c": "two.safetensors", "e": "sub/one.safetensors"},
		"something": {"else": [1, 2]}
	}`), 0o644))
	loaded, metadata, err := torch.LoadSafetensors(path)
	require.NoError(t, err)
	require.Equal(t, map[string]string{"note": "é"}, metadata)
	require.Equal(t, []string{"d", "b", "a", "c", "e", "f"}, namesOf(loaded))
	for name, value := range map[string]byte{"a": 1, "b": 2, "c": 3, "d": 3, "e": 4, "f": 4} {
		require.Equal(t, []byte{value}, byName(loaded)[name].Bytes())
	}
	require.True(t, byName(loaded)["c"].SharesMemory(byName(loaded)["d"]))
	require.True(t, byName(loaded)["e"].SharesMemory(byName(loaded)["f"]))
}

func TestIndexErrors(t *testing.T) {
	path := indexFolder(t)
	both := `"a":"one.safetensors","b":"one.safetensors"`
	for text, message := range map[string]string{
		``:                                 "EOF",
		`[]`:                               "expected {",
		`{}`:                               "expected an index of safetensors files, which has a weight_map",
		`{"weight_map":{}}`:                "which has a weight_map with tensors",
		`{"weight_map":{"a":1}}`:           `"weight_map": "a": expected a string, found 1`,
		`{"weight_map":[]}`:                `"weight_map": expected {`,
		`{"weight_map":{` + both:           "EOF",
		`{"weight_map":{` + both + `}} {}`: "something follows",
		`{"weight_map":{` + both + `},"weight_map":{}}`:            `"weight_map" comes twice`,
		`{"weight_map":{` + both + `,"a":"two.safetensors"}}`:      `the key "a" comes twice`,
		`{"weight_map":{` + both + `},"metadata":{"alias.x":"y"}}`: `make "x" an alias of "y"`,
		`{"weight_map":{` + both + `},"metadata":{"alias.a":"b"}}`: `make "a" an alias of "b"`,
		`{"weight_map":{` + both + `},"metadata":3}`:               `"metadata": expected {`,
		`{"weight_map":{` + both + `},"metadata":{"a":}}`:          "invalid character",
		"{\"\xff\":1}": "not valid UTF-8",
		`{"weight_map":{"a":"../one.safetensors"}}`:                      `"a": its file is "../one.safetensors"; expected one in the folder`,
		`{"weight_map":{"a":"sub/../../one.safetensors"}}`:               `expected one in the folder`,
		`{"weight_map":{"a":"/etc/passwd"}}`:                             `its file is "/etc/passwd"; expected one in the folder`,
		`{"weight_map":{"a":""}}`:                                        `its file is ""; expected one in the folder`,
		`{"weight_map":{"a":"."}}`:                                       `its file is "."; expected one in the folder`,
		`{"weight_map":{"a":"x\u0000"}}`:                                 `expected one in the folder`,
		`{"weight_map":{"a":"missing.safetensors"}}`:                     `tensor "a": the file "missing.safetensors": `,
		`{"weight_map":{"a":"sub"}}`:                                     `tensor "a": the file "sub": expected a safetensors file, found a folder, which is no regular file`,
		`{"weight_map":{"a":"no.safetensors"}}`:                          `tensor "a": the file "no.safetensors": expected a safetensors file, found 2 bytes`,
		`{"weight_map":{"a":"broken.safetensors"}}`:                      `tensor "a": element 0 is the byte 2`,
		`{"weight_map":{` + both + `,"z":"one.safetensors"}}`:            `the file "one.safetensors": the index says that the tensor "z" is in it, but it is not`,
		`{"weight_map":{"a":"one.safetensors"}}`:                         `the file "one.safetensors": it has the tensor "b", which the index doesn't list for it`,
		`{"weight_map":{"c":"two.safetensors"}}`:                         `it has the tensor "d", which the index doesn't list`,
		`{"weight_map":{"a":"one.safetensors","b":"two.safetensors"}}`:   `it has the tensor "b", which the index doesn't list for it`,
		`{"weight_map":{"c":"two.safetensors","d":"one.safetensors"}}`:   `the file "two.safetensors": it has the tensor "d"`,
		`{"weight_map":{"a":"one.safetensors","b":"one.safetensors\/"}}`: `the tensor "b"`,
	} {
		require.NoError(t, os.WriteFile(path, []byte(text), 0o644))
		live := torch.LiveTensors()
		tensors, metadata, err := torch.LoadSafetensors(path)
		require.ErrorContains(t, err, message, text)
		require.ErrorContains(t, err, "read "+path)
		require.Nil(t, tensors)
		require.Nil(t, metadata)
		require.LessOrEqual(t, torch.LiveTensors(), live)
	}
}

func FuzzSafetensorsIndex(f *testing.F) {
	path := indexFolder(f)
	f.Add([]byte(`{"metadata":{"total_size":2,"alias.e":"b"},"weight_map":{"a":"one.safetensors","b":"one.safetensors"}}`))
	f.Add([]byte(`{"weight_map":{"c":"two.safetensors","d":"two.safetensors"},"metadata":{"k":"v"}}`))
	f.Add([]byte(`{"weight_map":{"a":"../one.safetensors"}}`))
	f.Fuzz(func(t *testing.T, data []byte) {
		require.NoError(t, os.WriteFile(path, data, 0o644))
		live := torch.LiveTensors()
		x, err := torch.OpenSafetensors(path)
		if err != nil {
			return
		}
		defer x.Close()
		tensors, err := x.Tensors()
		if err != nil {
			require.LessOrEqual(t, torch.LiveTensors(), live)
			return
		}
		require.Equal(t, x.Names(), namesOf(tensors))
		for _, x := range tensors {
			require.Len(t, x.Tensor.Bytes(), 1)
		}
		for _, t := range tensors {
			t.Tensor.Free()
		}
	})
}
