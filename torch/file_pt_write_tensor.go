package torch

import (
	"fmt"
	"strconv"

	"multitorch/internal/dtype"
	"multitorch/internal/shape"
)

func (p *pickler) tensor(t *Tensor, requiresGrad bool) error {
	return p.once(sameTensor{t, requiresGrad}, func() error { return p.newTensor(t, requiresGrad) })
}

func (p *pickler) newTensor(t *Tensor, requiresGrad bool) error {
	plain := t.Detach()
	defer plain.Free()
	if plain.info("save").HasStorage == 0 {
		return p.sparse(plain)
	}
	d := plain.DType()
	kind, place, rebuild := d, "torch", "_rebuild_tensor_v2"
	row, known := dtype.DType(d).Info()
	storageName := row.Storage
	switch {
	case known && storageName == "":
		kind, place, storageName, rebuild = Uint8, "torch.storage", "UntypedStorage", "_rebuild_tensor_v3"
	case d.IsQuantized():
		rebuild = "_rebuild_qtensor"
	}
	if !known {
		return fmt.Errorf("a file of torch.save can't hold %s; convert it first", d)
	}
	var sizes, strides []int
	if Try(func() error { sizes, strides = plain.layout(); return nil }) != nil {
		return errNoOrdinaryStorage
	}
	var key int
	var offset int64
	var err error
	if plain.isLazy() { // of which the memory says something else; not every PyTorch reads such a view
		key, strides = p.ownStorage(plain, kind), shape.RowMajor(sizes)
	} else if key, offset, err = p.storage(plain, kind); err != nil {
		return err
	}
	w := p.w
	p.global("torch._utils", rebuild)
	w.Mark()
	w.Mark()
	w.String("storage")
	p.global(place, storageName)
	w.String(strconv.Itoa(key))
	w.String("cpu")
	w.Int(p.storages[key].bytes() / int64(kind.Size()))
	w.Tuple()
	w.PersistentID()
	w.Int(offset)
	p.ints(sizes)
	p.ints(strides)
	if d.IsQuantized() {
		if err := p.quantizer(plain); err != nil {
			return err
		}
	}
	w.Bool(requiresGrad)
	p.emptyOrderedDict()
	if row.Storage == "" {
		p.global("torch", d.String())
	}
	w.Tuple()
	w.Reduce()
	return nil
}

// ownStorage is the key of a storage for the elements of t alone.
func (p *pickler) ownStorage(t *Tensor, kind DType) (key int) {
	p.storages, p.kinds = append(p.storages, t.Detach()), append(p.kinds, kind)
	return len(p.storages) - 1
}

// storage is the key of the memory behind a tensor, which is written as elements
// of kind, and the tensor's place in it.
func (p *pickler) storage(t *Tensor, kind DType) (key int, offset int64, err error) {
	base, offset, err := t.storage(kind.plain())
	if err != nil {
		return 0, 0, err
	}
	id := t.info("save").StorageID
	key, known := p.keys[id]
	if !known || base.Numel() == 0 {
		p.keys[id] = len(p.storages)
		p.storages, p.kinds = append(p.storages, base), append(p.kinds, kind)
		return len(p.storages) - 1, offset, nil
	}
	defer base.Free()
	if before := p.kinds[key]; before != kind {
		return 0, 0, fmt.Errorf("two tensors share memory, one as %s and one as %s, which a file of torch.save can't hold; Clone one",
			before, kind)
	}
	return key, offset, nil
}
