package torch

import (
	"fmt"
	"io"
	"os"

	"multitorch/internal/atomicfile"
	"multitorch/internal/pt"
	"multitorch/internal/regular"
)

// Load reads a file that PyTorch's torch.save wrote (.pt, .pth), of the zip format
// (PyTorch 1.6 and later) or the one before it. It runs nothing of what the file
// asks for: of all that a pickle can name it knows tensors, parameters and plain
// data, and any other name is an error. Save a model's state_dict in Python, not
// the model.
//
// What comes back, by its Python type:
//
//	None, bool, float, str, complex   nil, bool, float64, string, complex128
//	int                               int64, or *big.Int where that is too short
//	bytes                             []byte
//	list, tuple                       []any, [Tuple]
//	dict, OrderedDict, Counter        *[Dict]
//	Tensor, Parameter                 *[Tensor]
//	torch.Size, dtype, device         [Shape], [DType], [Device]
//	torch.qscheme                     [QScheme]
//
// Tensors are on the CPU, whatever device they were saved from, as with
// map_location="cpu", and belong to no scope. Those that shared memory in Python
// share it again, and strides and requires_grad are as they were. Attributes that
// a program added to a tensor or to an OrderedDict are not read.
//
// No more memory is taken than is in proportion to the file. Not read are nested
// tensors, dtypes that [DType] has no name for or the running libtorch lacks, and
// TorchScript programs.
func Load(path string) (value any, err error) {
	err = regular.Read(path, "a file of torch.save", func(f *os.File, size int64) error {
		value, err = ReadPT(f, size)
		return err
	})
	return value, err
}

// ReadPT is [Load] from size bytes of r.
func ReadPT(r io.ReaderAt, size int64) (v any, err error) {
	f, err := pt.Read(r, size)
	if err != nil {
		return nil, err
	}
	b := newPTBuilder()
	defer func() { b.close(err != nil) }()
	return b.value(f.Value)
}

// LoadTensors reads a file as [Load] does, and returns the tensors alone. The
// file of a state dict gives the state dict, as nn.LoadStateDict takes it; of
// nested dicts and lists the keys and indices are joined with dots:
// "model.fc.weight", "optimizer.state.0.exp_avg". Other values are left out.
func LoadTensors(path string) ([]NamedTensor, error) {
	v, err := Load(path)
	if err != nil {
		return nil, err
	}
	tensors, err := flatten(v)
	if err != nil {
		return nil, fmt.Errorf("read %s: %w", path, err)
	}
	return tensors, nil
}

// Save writes a file that PyTorch's torch.load reads, with weights_only=True too:
// in full or not at all, and the file before it stays until then. The same value
// gives the same bytes.
//
// A value is what [Load] returns, or any Go slice, array or map with strings or
// ints as keys (whose order is sorted), ints, floats and bools of any size, or
// []NamedTensor: a state dict, which becomes an OrderedDict of tensors that don't
// require gradients, as Module.state_dict does it. Elsewhere requires_grad is kept.
//
// As in PyTorch the memory behind a tensor is written as a whole, and once,
// however many tensors are views of it: Clone a small view of a large tensor first.
// All tensors are written as CPU tensors. PyTorch 1.13's weights_only=True reads
// fewer types: of numbers outside of tensors ints only, and no quantised or sparse
// tensors. Complex32 and the dtypes that are younger than 1.13 need PyTorch 2.1 or
// newer.
func Save(path string, value any) error {
	return atomicfile.Write(path, func(w io.Writer) error { return WritePT(w, value) })
}
