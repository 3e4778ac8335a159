package torch

// StorageOffset is the place of the first element in its storage, in elements.
func (t *Tensor) StorageOffset() int { return int(t.info("StorageOffset").Offset) }

// ElementSize is the number of bytes of one element.
func (t *Tensor) ElementSize() int { return int(t.info("ElementSize").ItemSize) }
