package torch

// storage is a one-dimensional tensor of all memory behind t, of which t may be a
// view, as elements of d, and t's place in it, in its own elements.
func (t *Tensor) storage(d DType) (base *Tensor, offset int64, err error) {
	err = Try(func() error {
		info := t.info("save")
		if info.HasStorage == 0 {
			return errNoOrdinaryStorage
		}
		base = Empty(Shape{0}, d, t.Device())
		doVoid(opSetStorage, base, t, 0, Shape{int(info.StorageBytes) / d.Size()}, Shape{1})
		offset = info.Offset
		return nil
	})
	return base, offset, err
}
