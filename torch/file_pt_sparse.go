package torch

import (
	"errors"
	"fmt"
	"slices"

	"multitorch/internal/libtorch"
	"multitorch/internal/pickle"
	"multitorch/internal/version"
)

var (
	opSparseCOO          = libtorch.NewOp("aten::_sparse_coo_tensor_unsafe", "indices", "values", "size")
	opCoalesced          = libtorch.NewOp("aten::_coalesced_", "self", "coalesced")
	opCheckCompressed    = libtorch.NewOp("aten::_validate_sparse_compressed_tensor_args", "compressed_indices", "plain_indices", "values", "size", "layout")
	opSparseCompressed   = libtorch.NewOp("aten::_sparse_compressed_tensor_unsafe", "compressed_indices", "plain_indices", "values", "size", "dtype", "layout")
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

// sparseLayout is how a sparse tensor is stored, numbered as libtorch numbers it.
type sparseLayout int

const (
	sparseCOO sparseLayout = 1
	sparseCSR sparseLayout = 2
	sparseCSC sparseLayout = 4
	sparseBSR sparseLayout = 5
	sparseBSC sparseLayout = 6
)

var sparseLayouts = map[sparseLayout]string{
	sparseCOO: "torch.sparse_coo", sparseCSR: "torch.sparse_csr", sparseCSC: "torch.sparse_csc", sparseBSR: "torch.sparse_bsr", sparseBSC: "torch.sparse_bsc",
}

func newSparseLayout(args []any) (any, error) {
	var name string
	if err := assign("a layout", args, &name); err != nil {
		return nil, err
	}
	for layout, known := range sparseLayouts {
		if known == name {
			return layout, nil
		}
	}
	return nil, fmt.Errorf("the layout %.80q is unknown; expected a sparse one", name)
}

// rebuildSparse makes a sparse tensor of its layout and a tuple. Its indices are
// checked first: libtorch would follow any.
func (u *unpickler) rebuildSparse(given []any) (any, error) {
	var layout sparseLayout
	var data *pickle.Tuple
	if err := assign("a sparse tensor", given, &layout, &data); err != nil {
		return nil, err
	}
	if u.late {
		return nil, errors.New("sparse tensors of the older format can't be read; load and save the file with a newer PyTorch")
	}
	if layout == sparseCOO {
		return u.keep(u.sparseCOO(data.Items))
	}
	return u.keep(u.sparseCompressed(layout, data.Items))
}

// sparseCOO is made of indices [d, n], values [n, ...] and sizes, and maybe whether
// the indices are in order and come once.
func (u *unpickler) sparseCOO(items []any) (t *Tensor, err error) {
	var (
		indices, values *Tensor
		sizes           []int
		inOrder         bool
	)
	if len(items) == 4 {
		var ok bool
		if inOrder, ok = items[3].(bool); !ok && items[3] != nil {
			return nil, fmt.Errorf("value 4 of 4 of a sparse tensor's data is %s", pickle.Describe(items[3]))
		}
		items = items[:3]
	}
	if err := assign("a sparse tensor's data", items, &indices, &values, &sizes); err != nil {
		return nil, err
	}
	if err := u.checkSparseParts(sizes, values, indices); err != nil {
		return nil, err
	}
	if indices.Dim() != 2 || indices.DType() != Int64 || indices.Size(0) > len(sizes) ||
		!slices.Equal(values.Shape(), append(Shape{indices.Size(1)}, sizes[indices.Size(0):]...)) {
		return nil, fmt.Errorf("a sparse tensor of sizes %v has indices %s and values %s", sizes, indices.describe(), values.describe())
	}
	if err := checkCOO(ToSlice[int64](indices), indices.Size(0), indices.Size(1), sizes, inOrder); err != nil {
		return nil, err
	}
	err = Try(func() error {
		t = do(opSparseCOO, indices, values, sizes)
		doVoid(opCoalesced, t, inOrder)
		return nil
	})
	return t, err
}

// checkCOO checks indices, of which those of one dimension follow each other.
func checkCOO(indices []int64, dims, n int, sizes []int, inOrder bool) error {
	for at, i := range indices {
		if d := at / n; i < 0 || i >= int64(sizes[d]) {
			return fmt.Errorf("a sparse tensor has the index %d in dimension %d of size %d", i, d, sizes[d])
		}
	}
	for k := 1; inOrder && k < n; k++ {
		d := 0
		for d < dims && indices[d*n+k-1] == indices[d*n+k] {
			d++
		}
		if d == dims || indices[d*n+k-1] > indices[d*n+k] {
			return fmt.Errorf("a sparse tensor's indices are said to be in order, but those of element %d are not", k)
		}
	}
	return nil
}

// sparseCompressed is made of compressed and plain indices, values and sizes.
func (u *unpickler) sparseCompressed(layout sparseLayout, items []any) (t *Tensor, err error) {
	var compressed, plain, values *Tensor
	var sizes []int
	if err := assign("a sparse tensor's data", items, &compressed, &plain, &values, &sizes); err != nil {
		return nil, err
	}
	if err := u.checkSparseParts(sizes, values, compressed, plain); err != nil {
		return nil, err
	}
	err = Try(func() error {
		doVoid(opCheckCompressed, compressed, plain, values, sizes, int(layout))
		t = do(opSparseCompressed, compressed, plain, values, sizes, values.DType(), int(layout))
		return nil
	})
	return t, err
}

// checkSparseParts checks what all kinds have in common. All indices of a file
// together may take its length some times over: they have to be walked through.
func (u *unpickler) checkSparseParts(sizes []int, values *Tensor, indices ...*Tensor) error {
	if _, err := countElements(sizes); err != nil {
		return err
	}
	for _, part := range append(indices, values) {
		if part.info("load").HasStorage == 0 || part.IsQuantized() {
			return errors.New("a sparse tensor is made of tensors that are sparse or quantised themselves")
		}
	}
	for _, i := range indices {
		n := int64(i.Numel())
		if n > u.indices {
			return errors.New("sparse tensors have more indices than a file of this length can hold")
		}
		u.indices -= n
	}
	return nil
}

// layoutOf is a sparse tensor's layout and what PyTorch writes of it. Who gets the
// parts frees them.
func layoutOf(t *Tensor) (layout sparseLayout, parts []*Tensor, err error) {
	for _, kind := range []struct {
		layout, blocks sparseLayout
		ops            []*libtorch.Op
	}{
		{sparseCOO, 0, []*libtorch.Op{opCOOIndices, opCOOValues}},
		{sparseCSR, sparseBSR, []*libtorch.Op{opCrowIndices, opColIndices, opValues}},
		{sparseCSC, sparseBSC, []*libtorch.Op{opCcolIndices, opRowIndices, opValues}},
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
	if layout == sparseCSR && !version.AtLeast(Version(), 2, 0) {
		rebuild = "_rebuild_sparse_csr_tensor" // the only other kind that PyTorch 1.13 reads
	}
	w := p.w
	p.global("torch._utils", rebuild)
	w.Mark()
	p.call("torch.serialization", "_get_layout", func() { w.String(sparseLayouts[layout]) })
	w.Mark()
	for _, part := range parts {
		if err := p.newTensor(part, false); err != nil {
			return err
		}
	}
	p.call("torch", "Size", func() { p.ints(t.Shape()) })
	if layout == sparseCOO && version.AtLeast(Version(), 2, 1) {
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
