package datasets

import (
	"context"
	"fmt"

	"multitorch/torch"
)

// TensorDataset is a data set of tensors in memory: sample i is row i of each,
// as torch.utils.data.TensorDataset.
type TensorDataset struct {
	tensors []*torch.Tensor
	n       int
}

// NewTensorDataset makes a data set of tensors whose first dimensions agree. It
// shares their memory: they must not be freed while it is used.
func NewTensorDataset(tensors ...*torch.Tensor) (*TensorDataset, error) {
	if len(tensors) == 0 {
		return nil, fmt.Errorf("datasets: a TensorDataset needs at least one tensor")
	}
	d := &TensorDataset{tensors: tensors}
	for i, t := range tensors {
		if t == nil {
			return nil, fmt.Errorf("datasets: tensor %d of a TensorDataset is nil", i)
		}
		if t.Dim() == 0 {
			return nil, fmt.Errorf("datasets: tensor %d of a TensorDataset has no dimensions: "+
				"expected one row for each sample", i)
		}
		if i == 0 {
			d.n = t.Size(0)
		}
		if n := t.Size(0); n != d.n {
			return nil, fmt.Errorf("datasets: the tensors of a TensorDataset must have a row for each sample, "+
				"but tensor 0 has %d rows and tensor %d has %d", d.n, i, n)
		}
	}
	return d, nil
}

// Len is the number of samples.
func (d *TensorDataset) Len() int { return d.n }

// Get is row index of each tensor: new views of its memory.
func (d *TensorDataset) Get(index int) ([]*torch.Tensor, error) {
	rows := make([]*torch.Tensor, len(d.tensors))
	for k, t := range d.tensors {
		rows[k] = t.Select(0, index)
	}
	return rows, nil
}

// GetBatch copies the rows at indices out of each tensor, by one operator for
// each: [N, ...] becomes [len(indices), ...].
func (d *TensorDataset) GetBatch(_ context.Context, indices []int) ([]*torch.Tensor, error) {
	index := torch.FromSlice(indices)
	defer index.Free()
	batch := make([]*torch.Tensor, len(d.tensors))
	for k, t := range d.tensors {
		batch[k] = t.IndexSelect(0, index)
	}
	return batch, nil
}
