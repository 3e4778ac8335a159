package torch

// StorageOffset is the place of the first element in its storage, in elements.
func (t *Tensor) StorageOffset() int { return int(t.info("StorageOffset").Offset) }

// ElementSize is the number of bytes of one element.
func (t *Tensor) ElementSize() int { return int(t.info("ElementSize").ItemSize) }

// IsSparse reports whether t is a list of indices and values, of the layout torch.sparse_coo, as the gradient of an embedding
// may be: Python's is_sparse.
func (t *Tensor) IsSparse() bool {
	if t.info("IsSparse").HasStorage != 0 {
		return false
	}
	values, err := apply(opCOOValues, t)
	if err != nil {
		return false
	}
	values.Free()
	return true
}
