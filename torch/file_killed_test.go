package torch_test

import (
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"multitorch/internal/kills"
	"multitorch/torch"
)

// generation is what is saved as one: from 1 to 8 tensors of 64 KiB or more, all of whose elements are its number.
func generation(n int) (tensors []torch.NamedTensor) {
	for i := range 1 + n*5%8 {
		x := torch.Full(torch.Shape{128 + i, 128}, float64(n), torch.Float32)
		tensors = append(tensors, torch.NamedTensor{Name: fmt.Sprint("t", i), Tensor: x})
	}
	return tensors
}

func checkGeneration(got []torch.NamedTensor, n int) error {
	want := generation(n)
	if len(got) != len(want) {
		return fmt.Errorf("there are %d tensors; generation %d has %d", len(got), n, len(want))
	}
	slices.SortFunc(got, func(a, b torch.NamedTensor) int { return len(a.Name) - len(b.Name) + int(a.Name[1]) - int(b.Name[1]) })
	for i, g := range got {
		if g.Name != want[i].Name || !torch.Equal(g.Tensor, want[i].Tensor) {
			return fmt.Errorf("%s is not generation %d's: it has %v and the mean %v", g.Name, n, g.Tensor.Shape(), g.Tensor.Mean().Item())
		}
	}
	return nil
}

// oneFile saves a generation as one file.
func oneFile(name string, save func(path string, tensors []torch.NamedTensor) error,
	load func(path string) ([]torch.NamedTensor, error),
) kills.Saver {
	return kills.Saver{
		Save: func(dir string, n int) error { return save(filepath.Join(dir, name), generation(n)) },
		Check: func(dir string, n int) error {
			got, err := load(filepath.Join(dir, name))
			if err != nil {
				return err
			}
			return checkGeneration(got, n)
		},
		Files: func(string, int) ([]string, error) { return []string{name}, nil },
	}
}

func loadSafetensors(path string) ([]torch.NamedTensor, error) {
	tensors, _, err := torch.LoadSafetensors(path)
	return tensors, err
}

// A save that is killed leaves the file before or the new one, and nothing that the next one does not remove.
func TestKilledSaves(t *testing.T) {
	for name, s := range map[string]kills.Saver{
		"safetensors": oneFile("m.safetensors", func(path string, tensors []torch.NamedTensor) error {
			return torch.SaveSafetensors(path, tensors, nil)
		}, loadSafetensors),
		"pt": oneFile("m.pt", func(path string, tensors []torch.NamedTensor) error {
			return torch.Save(path, tensors)
		}, torch.LoadTensors),
		"npz": oneFile("m.npz", torch.SaveNpz, torch.LoadNpz),
		"npy": oneFile("m.npy", func(path string, tensors []torch.NamedTensor) error {
			return torch.SaveNpy(path, tensors[len(tensors)-1].Tensor)
		}, func(path string) ([]torch.NamedTensor, error) {
			x, err := torch.LoadNpy(path)
			if err != nil {
				return nil, err
			}
			tensors := generation(int(x.Mean().Item()))
			tensors[len(tensors)-1].Tensor = x
			return tensors, nil
		}),
		"sharded": {
			Save: func(dir string, n int) error { // one file and up to five, in turns
				return torch.SaveShardedSafetensors(filepath.Join(dir, "m.safetensors"), generation(n), nil, 150_000)
			},
			Check: func(dir string, n int) error {
				path := filepath.Join(dir, "m.safetensors")
				if _, err := os.Stat(path + ".index.json"); err == nil {
					path += ".index.json"
				}
				got, err := loadSafetensors(path)
				if err != nil {
					return err
				}
				return checkGeneration(got, n)
			},
			Files: shardFiles,
		},
	} {
		t.Run(name, func(t *testing.T) { kills.Test(t, s) })
	}
}

// shardFiles are an index and what it names, or one file.
func shardFiles(dir string, _ int) ([]string, error) {
	text, err := os.ReadFile(filepath.Join(dir, "m.safetensors.index.json"))
	if os.IsNotExist(err) {
		return []string{"m.safetensors"}, nil
	}
	var index struct {
		WeightMap map[string]string `json:"weight_map"`
	}
	if err == nil {
		err = json.Unmarshal(text, &index)
	}
	names := []string{"m.safetensors.index.json"}
	for _, name := range index.WeightMap {
		if !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names, err
}
