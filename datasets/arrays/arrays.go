// Package arrays reads the files of NumPy as data sets: sample i is row i of each array.
//
//	set, err := arrays.Open("train.npz", "images", "labels")
//	loader, err := datasets.NewLoader(set, datasets.BatchSize(64), datasets.Shuffle(true))
//	for batch, err := range loader.All(ctx) {
//		images, labels := batch[0], batch[1]
//	}
package arrays

import (
	"fmt"
	"path/filepath"
	"strings"

	"multitorch/datasets"
	"multitorch/torch"
)

// Open reads an .npy file, or arrays of an .npz file by their names, in that order; all of them, in the file's order, where
// none is named. Their first dimensions must agree. Errors name the file, and the array.
//
// Arrays are read whole; no more memory is taken than they say and the file bears out.
func Open(path string, names ...string) (*datasets.TensorDataset, error) {
	tensors, err := read(path, names)
	if err != nil {
		return nil, fmt.Errorf("arrays: %w", err)
	}
	set, err := datasets.NewTensorDataset(tensors...)
	if err != nil {
		return nil, fmt.Errorf("arrays: %s: %w", path, err)
	}
	return set, nil
}

func read(path string, names []string) ([]*torch.Tensor, error) {
	switch ending := strings.ToLower(filepath.Ext(path)); {
	case ending == ".npy" && len(names) > 0:
		return nil, fmt.Errorf("%s holds one array without a name, but %q were asked for", path, names)
	case ending == ".npy":
		t, err := torch.LoadNpy(path)
		return []*torch.Tensor{t}, err
	case ending != ".npz":
		return nil, fmt.Errorf("%s: expected a name that ends in .npy or .npz", path)
	}
	f, err := torch.OpenNpz(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	if len(names) == 0 {
		names = f.Names()
	}
	var tensors []*torch.Tensor
	for _, name := range names {
		t, err := f.Tensor(name)
		if err != nil {
			for _, read := range tensors {
				read.Free()
			}
			return nil, err
		}
		tensors = append(tensors, t)
	}
	return tensors, nil
}
