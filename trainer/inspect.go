package trainer

import (
	"errors"

	"multitorch/torch"
)

// Inspected is what is in a file of tensors, whoever wrote it.
type Inspected struct {
	Kind        string // "a model", "the state of a run", or "tensors" of another program
	Tensors     []torch.NamedTensor
	Description string            // of itself, JSON: a checkpoint's; a state's numbers
	Metadata    map[string]string // what there is beside that
	Checksum    string            // SHA-256; "" where the file has none
	Damage      error             // why the checksum is wrong
}

// Free frees the tensors.
func (i *Inspected) Free() {
	for _, t := range i.Tensors {
		t.Tensor.Free()
	}
}

// Inspect reads what [SaveCheckpoint], [SaveState] or another writer of safetensors wrote, and looks whether it is as it was
// written. A wrong checksum is no error of Inspect's: see Damage.
func Inspect(path string) (*Inspected, error) {
	tensors, metadata, err := torch.LoadSafetensors(path)
	if err != nil {
		return nil, err
	}
	i := &Inspected{Kind: "tensors", Tensors: tensors, Metadata: metadata, Checksum: metadata[checksumKey]}
	for _, of := range []struct{ key, kind string }{{infoKey, "a model"}, {stateKey, "the state of a run"}} {
		text, ok := metadata[of.key]
		if !ok {
			continue
		}
		i.Kind, i.Description = of.kind, text
		got, err := checksum(text, tensors, nil)
		if err != nil {
			i.Free()
			return nil, err
		}
		if i.Checksum != "" && got != i.Checksum {
			i.Damage = errors.New("its contents are not those that its checksum was made of: the file was damaged or changed")
		}
	}
	for _, key := range []string{"format", infoKey, stateKey, checksumKey} {
		delete(i.Metadata, key)
	}
	return i, nil
}
