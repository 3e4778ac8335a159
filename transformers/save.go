package transformers

import (
	"fmt"
	"os"
	"path/filepath"

	"multitorch/nn"
	"multitorch/torch"
)

// Save says how [SavePretrained] writes a folder.
type Save struct {
	// MaxShardSize is the most bytes that a file of weights may have; further ones get files of their own, with an index. It is
	// 5 GB unless given.
	MaxShardSize int64
}

// SavePretrained writes a model's settings and weights into a folder, which Python's from_pretrained reads, and
// [FromPretrained]: config.json and model.safetensors. The folder is made if there is none; its other files, the tokenizer's
// say, are left as they are. Each file is there whole or as it was. Tied weights are written once.
func SavePretrained(m Model, dir string, o ...Save) error { return save(m, dir, nil, o) }

// save writes other values for some of the model's tensors.
func save(m Model, dir string, instead map[*torch.Tensor]*torch.Tensor, o []Save) error {
	limit := int64(5e9)
	for _, s := range o {
		if s.MaxShardSize > 0 {
			limit = s.MaxShardSize
		}
	}
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return err
	}
	c := m.Configuration()
	var state []torch.NamedTensor
	err := torch.Try(func() error {
		for _, p := range nn.NamedParameters(m) {
			state = append(state, torch.NamedTensor{Name: p.Name, Tensor: p.Tensor})
		}
		for _, b := range nn.NamedBuffers(m) {
			if b.Persistent() {
				state = append(state, torch.NamedTensor{Name: b.Name, Tensor: b.Tensor})
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("save %s: %w", dir, err)
	}
	for i, s := range state {
		if other := instead[s.Tensor]; other != nil {
			state[i].Tensor = other
		}
	}
	common := c.Common()
	architectures, dtype := common.Architectures, common.DType
	defer func() { common.Architectures, common.DType = architectures, dtype }()
	common.Architectures = []string{className(m)}
	for _, t := range state {
		if d := t.Tensor.DType(); d.IsFloatingPoint() {
			common.DType = d.String()
			break
		}
	}
	// The weights first: settings without weights are a broken folder, weights without settings an unfinished one.
	metadata := map[string]string{"format": "pt"}
	if err := torch.SaveShardedSafetensors(filepath.Join(dir, safetensorsName), state, metadata, limit); err != nil {
		return err
	}
	return writeConfig(dir, c)
}

// className is Python's name of a model's class.
func className(m Model) string {
	if c := classes[typeOf(m)]; c != nil {
		return c.name
	}
	return typeOf(m).Elem().Name()
}
