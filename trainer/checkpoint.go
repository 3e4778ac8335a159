package trainer

import (
	"encoding/json"
	"errors"
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

// infoKey is where a checkpoint's description lies in the file's metadata.
const infoKey = "multitorch"

// SaveCheckpoint writes the model's state, under PyTorch's names, and info, as
// JSON, into one safetensors file: whole or not at all.
func SaveCheckpoint(path string, model nn.Module, info any) error {
	text, err := json.Marshal(info)
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return torch.SaveSafetensors(path, nn.StateDict(model), map[string]string{"format": "pt", infoKey: string(text)})
}

// LoadCheckpoint reads what SaveCheckpoint wrote: it fills info and returns the
// state, for [nn.LoadStateDict]. A file that is cut short, or that another program
// wrote, is an error that names it.
func LoadCheckpoint(path string, info any) ([]torch.NamedTensor, error) {
	state, metadata, err := torch.LoadSafetensors(path)
	if err != nil {
		return nil, err
	}
	if err := describe(metadata, info); err != nil {
		for _, s := range state {
			s.Tensor.Free()
		}
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return state, nil
}

func describe(metadata map[string]string, info any) error {
	text, ok := metadata[infoKey]
	if !ok {
		return errors.New("there is no description of the model in it: expected a file that SaveCheckpoint wrote")
	}
	if err := json.Unmarshal([]byte(text), info); err != nil {
		return fmt.Errorf("its description can't be read: %w", err)
	}
	return nil
}
