package torch

// NamedTensor is a tensor with its key: an entry of a state dict, or of a file.
type NamedTensor struct {
	Name   string
	Tensor *Tensor
}
