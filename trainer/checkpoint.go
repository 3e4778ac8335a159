package trainer

import (
	"encoding/json"
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
// state, for [nn.LoadStateDict].
func LoadCheckpoint(path string, info any) ([]torch.NamedTensor, error) {
	state, metadata, err := torch.LoadSafetensors(path)
	if err != nil {
		return nil, err
	}
	text, ok := metadata[infoKey]
	if !ok {
		return nil, fmt.Errorf("checkpoint %s: there is no description of the model in it: expected a file that multitorch train wrote", path)
	}
	if err := json.Unmarshal([]byte(text), info); err != nil {
		return nil, fmt.Errorf("checkpoint %s: its description can't be read: %w", path, err)
	}
	return state, nil
}
