package torch

import (
	"errors"
	"slices"

	"multitorch/internal/libtorch"
	"multitorch/internal/pt"
	"multitorch/internal/version"
)

var (
	opSparseCOO       = libtorch.NewOp("aten::_sparse_coo_tensor_unsafe", "indices", "values", "size")
	opCoalesced       = libtorch.NewOp("aten::_coalesced_", "self", "coalesced")
	opCheckCompressed = libtorch.NewOp("aten::_validate_sparse_compressed_tensor_args", "compressed_indices", "plain_indices", "values",
		"size", "layout")
	opSparseCompressed = libtorch.NewOp("aten::_sparse_compressed_tensor_unsafe", "compressed_indices", "plain_indices", "values", "size",
		"dtype", "layout")
	opCOOIndices         = libtorch.NewOp("aten::_indices")
	opCOOValues          = libtorch.NewOp("aten::_values")
	opIsCoalesced        = libtorch.NewOp("aten::is_coalesced")
	opCrowIndices        = libtorch.NewOp("aten::crow_indices")
	opColIndices         = libtorch.NewOp("aten::col_indices")
	opCcolIndices        = libtorch.NewOp("aten::ccol_indices")
	opRowIndices         = libtorch.NewOp("aten::row_indices")
	opValues             = libtorch.NewOp("aten::values")
	errNoOrdinaryStorage = errors.New("it is nested, or of another kind that has no memory of its own; convert it first")
)

// sparse makes a sparse tensor. Its indices are checked first: libtorch would
// follow any.
func (b *ptBuilder) sparse(t *pt.Tensor) (x *Tensor, err error) {
	var parts []*Tensor
	defer func() {
		for _, part := range parts {
			part.Free()
		}
	}()
	for _, described := range append(slices.Clone(t.Sparse.Indices), t.Sparse.Values) {
		part, err := b.tensor(described)
		if err != nil {
			return nil, err
		}
		parts = append(parts, part)
	}
	if t.Sparse.Layout == pt.COO {
		var indices []int64
		err := Try(func() error { indices = ToSlice[int64](parts[0]); return nil })
		if err == nil {
			err = t.CheckIndices(indices)
		}
		if err != nil {
			return nil, err
		}
	}
	err = Try(func() error {
		if t.Sparse.Layout == pt.COO {
			x = do(opSparseCOO, parts[0], parts[1], t.Sizes)
			doVoid(opCoalesced, x, t.Sparse.InOrder)
			return nil
		}
		doVoid(opCheckCompressed, parts[0], parts[1], parts[2], t.Sizes, int(t.Sparse.Layout))
		x = do(opSparseCompressed, parts[0], parts[1], parts[2], t.Sizes, DType(t.DType), int(t.Sparse.Layout))
		return nil
	})
	return x, err
}

// layoutOf is a sparse tensor's layout and what PyTorch writes of it. Who gets the
// parts frees them.
func layoutOf(t *Tensor) (layout pt.Layout, parts []*Tensor, err error) {
	for _, kind := range []struct {
		layout, blocks pt.Layout
		ops            []*libtorch.Op
	}{
		{pt.COO, 0, []*libtorch.Op{opCOOIndices, opCOOValues}},
		{pt.CSR, pt.BSR, []*libtorch.Op{opCrowIndices, opColIndices, opValues}},
		{pt.CSC, pt.BSC, []*libtorch.Op{opCcolIndices, opRowIndices, opValues}},
	} {
		for _, op := range kind.ops {
			if part, failed := apply(op, t); failed == nil {
				parts = append(parts, part)
			}
		}
		if len(parts) < len(kind.ops) {
			for _, part := range parts { // values alone
				part.Free()
			}
			parts = nil
			continue
		}
		layout = kind.layout
		if kind.blocks != 0 && parts[2].Dim() > t.Dim() {
			layout = kind.blocks
		}
		return layout, parts, nil
	}
	return 0, nil, errNoOrdinaryStorage
}

// sparse writes a sparse tensor.
func (p *pickler) sparse(t *Tensor) error {
	layout, parts, err := layoutOf(t)
	if err != nil {
		return err
	}
	defer func() {
		for _, part := range parts {
			part.Free()
		}
	}()
	rebuild := "_rebuild_sparse_tensor"
	if layout == pt.CSR && !version.AtLeast(Version(), 2, 0) {
		rebuild = "_rebuild_sparse_csr_tensor" // the only other kind that PyTorch 1.13 reads
	}
	w := p.w
	p.global("torch._utils", rebuild)
	w.Mark()
	p.call("torch.serialization", "_get_layout", func() { w.String(pt.Layouts[layout]) })
	w.Mark()
	for _, part := range parts {
		if err := p.newTensor(part, false); err != nil {
			return err
		}
	}
	p.call("torch", "Size", func() { p.ints(t.Shape()) })
	if layout == pt.COO && version.AtLeast(Version(), 2, 1) {
		w.Bool(doValue(opIsCoalesced, t).(bool))
	}
	w.Tuple()
	w.Tuple()
	w.Reduce()
	return nil
}

// call writes a call with one argument.
func (p *pickler) call(module, name string, argument func()) {
	p.global(module, name)
	p.w.Mark()
	argument()
	p.w.Tuple()
	p.w.Reduce()
}

// ints writes a tuple.
func (p *pickler) ints(numbers []int) {
	p.w.Mark()
	for _, n := range numbers {
		p.w.Int(int64(n))
	}
	p.w.Tuple()
}
