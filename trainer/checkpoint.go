package trainer

import (
	"errors"
	"fmt"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// infoKey is where a checkpoint's description lies in the file's metadata.
const infoKey = "multitorch"

// SaveCheckpoint writes the model's state, under PyTorch's names, and info, as
// JSON, into one safetensors file: whole or not at all.
//
// Numbers in info may be infinite or NaN: JSON has none of them, so they are the
// texts "Infinity", "-Infinity" and "NaN", which Python's float() reads too.
//
// Beside it the metadata have a SHA-256 of info and of the state, by which
// [LoadCheckpoint] sees damage. docs/files.md has the lines that check it in Python.
func SaveCheckpoint(path string, model nn.Module, info any) error {
	text, err := encodeInfo(info)
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return saveSealed(path, text, nn.StateDict(model), map[string]string{"format": "pt", infoKey: text})
}

// LoadCheckpoint reads what SaveCheckpoint wrote: it fills info and returns the
// state, for [nn.LoadStateDict]. A file that is cut short, was damaged, or that
// another program wrote, is an error that names it. A file without a checksum, as
// older versions wrote it, is taken as it is.
func LoadCheckpoint(path string, info any) ([]torch.NamedTensor, error) {
	state, metadata, err := torch.LoadSafetensors(path)
	if err != nil {
		return nil, err
	}
	if err := describe(state, metadata, info); err != nil {
		for _, s := range state {
			s.Tensor.Free()
		}
		return nil, fmt.Errorf("checkpoint %s: %w", path, err)
	}
	return state, nil
}

func describe(state []torch.NamedTensor, metadata map[string]string, info any) error {
	text, ok := metadata[infoKey]
	if !ok {
		return errors.New("there is no description of the model in it: expected a file that SaveCheckpoint wrote")
	}
	want, there := metadata[checksumKey]
	if !there {
		if err := withoutChecksum(metadata); err != nil {
			return err
		}
	} else {
		got, err := checksum(text, state, nil)
		if err != nil {
			return err
		}
		if got != want {
			return errors.New("its contents are not those that its checksum was made of: the file was damaged or changed; " +
				"take another copy of it")
		}
	}
	if err := decodeInfo(text, info); err != nil {
		return fmt.Errorf("its description can't be read: %w", shortened{err})
	}
	return nil
}

// withoutChecksum is an error where the checksum may be there under a name that was damaged.
func withoutChecksum(metadata map[string]string) error {
	for key := range metadata {
		if key != "format" && key != infoKey && !strings.HasPrefix(key, "alias.") {
			return fmt.Errorf("there is %.60q in its metadata, and no checksum: the file was damaged or changed; take another copy of it", key)
		}
	}
	return nil
}

// shortened is an error that may quote a file of any length.
type shortened struct{ error }

func (s shortened) Error() string { return fmt.Sprintf("%.300s", s.error.Error()) }

func (s shortened) Unwrap() error { return s.error }
