package trainer

import (
	"errors"
	"fmt"
	"maps"

	"multitorch/torch"
)

// stateKey is where a state lies in the file's metadata.
const stateKey = "multitorch.state"

// SaveState writes a state, a [torch.Dict] of tensors, numbers, texts, lists and dicts, into one safetensors file: whole or
// not at all. Its metadata have the numbers as JSON, and a checksum of all. More metadata may be given.
func SaveState(path string, state *torch.Dict, metadata map[string]string) error {
	text, tensors, err := encodeState(state)
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", path, err)
	}
	all := map[string]string{"format": "pt", stateKey: text}
	maps.Copy(all, metadata)
	return saveSealed(path, text, tensors, all)
}

// LoadState reads what SaveState wrote. A file that is cut short, was damaged, or that another program wrote, is an error
// that names it.
func LoadState(path string) (state *torch.Dict, metadata map[string]string, err error) {
	tensors, metadata, err := torch.LoadSafetensors(path)
	if err != nil {
		return nil, nil, err
	}
	if state, err = checkedState(tensors, metadata); err != nil {
		for _, t := range tensors {
			t.Tensor.Free()
		}
		return nil, nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return state, metadata, nil
}

func checkedState(tensors []torch.NamedTensor, metadata map[string]string) (*torch.Dict, error) {
	text, ok := metadata[stateKey]
	if !ok {
		if _, model := metadata[infoKey]; model {
			return nil, errors.New("it is a model, and not the state of a run: a run that is to go on is resumed from its folder's checkpoints")
		}
		return nil, errors.New("there is no state of a run in it: expected a file that a run's checkpoints wrote")
	}
	got, err := checksum(text, tensors, nil)
	if err != nil {
		return nil, err
	}
	if got != metadata[checksumKey] {
		return nil, errors.New("its contents are not those that its checksum was made of: the file was damaged or changed; " +
			"take another copy of it")
	}
	state, err := decodeState(text, tensors)
	if err != nil {
		return nil, fmt.Errorf("its state can't be read: %w", shortened{err})
	}
	return state, nil
}
