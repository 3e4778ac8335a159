package torch

import "multitorch/internal/libtorch"

var (
	opReshape     = libtorch.NewOp("aten::reshape", "self", "shape")
	opView        = libtorch.NewOp("aten::view", "self", "size")
	opFlatten     = libtorch.NewOp("aten::flatten.using_ints", "self", "start_dim", "end_dim")
	opTranspose   = libtorch.NewOp("aten::transpose.int", "self", "dim0", "dim1")
	opPermute     = libtorch.NewOp("aten::permute", "self", "dims")
	opT           = libtorch.NewOp("aten::t", "self")
	opSqueeze     = libtorch.NewOp("aten::squeeze.dim", "self", "dim")
	opSqueezeAll  = libtorch.NewOp("aten::squeeze", "self")
	opUnsqueeze   = libtorch.NewOp("aten::unsqueeze", "self", "dim")
	opExpand      = libtorch.NewOp("aten::expand", "self", "size")
	opContiguous  = libtorch.NewOp("aten::contiguous", "self")
	opClone       = libtorch.NewOp("aten::clone", "self")
	opDetach      = libtorch.NewOp("aten::detach", "self")
	opCat         = libtorch.NewOp("aten::cat", "tensors", "dim")
	opStack       = libtorch.NewOp("aten::stack", "tensors", "dim")
	opSplit       = libtorch.NewOp("aten::split.Tensor", "self", "split_size", "dim")
	opChunk       = libtorch.NewOp("aten::chunk", "self", "chunks", "dim")
	opUnbind      = libtorch.NewOp("aten::unbind.int", "self", "dim")
	opSelect      = libtorch.NewOp("aten::select.int", "self", "dim", "index")
	opSlice       = libtorch.NewOp("aten::slice.Tensor", "self", "dim", "start", "end", "step")
	opIndexSelect = libtorch.NewOp("aten::index_select", "self", "dim", "index")
	opGather      = libtorch.NewOp("aten::gather", "self", "dim", "index")
	opTo          = libtorch.NewOp("aten::to.dtype_layout", "self", "dtype", "device", "non_blocking", "memory_format")
	opTriu        = libtorch.NewOp("aten::triu", "self", "diagonal")
	opTril        = libtorch.NewOp("aten::tril", "self", "diagonal")
)

// Reshape is the same elements in another shape, one size of which may be -1; a
// view where that is possible, else a copy.
func (x *Tensor) Reshape(shape ...int) *Tensor { return do(opReshape, x, shape) }

// View is Reshape that never copies: it panics where it would have to.
func (x *Tensor) View(shape ...int) *Tensor { return do(opView, x, shape) }

// Flatten joins dimensions into one: all, those from one on, or those from one to another, both included.
func (x *Tensor) Flatten(startEnd ...int) *Tensor {
	d := orDefaults("flatten", startEnd, 0, -1)
	return do(opFlatten, x, d[0], d[1])
}

// Transpose swaps two dimensions.
func (x *Tensor) Transpose(dim0, dim1 int) *Tensor { return withInts(opTranspose, x, dim0, dim1) }

// Permute orders the dimensions anew.
func (x *Tensor) Permute(dims ...int) *Tensor { return do(opPermute, x, dims) }

// T is the transpose of a matrix.
func (x *Tensor) T() *Tensor { return do1(opT, x) }

// Squeeze drops a dimension of size 1; without an argument, all of them.
func (x *Tensor) Squeeze(dim ...int) *Tensor {
	if len(dim) == 0 {
		return do1(opSqueezeAll, x)
	}
	return do(opSqueeze, x, dim[0])
}

// Unsqueeze adds a dimension of size 1 before dim.
func (x *Tensor) Unsqueeze(dim int) *Tensor { return do(opUnsqueeze, x, dim) }

// Expand repeats dimensions of size 1 without copying; -1 leaves one as it is.
func (x *Tensor) Expand(shape ...int) *Tensor { return do(opExpand, x, shape) }

// Detach is the same memory, cut off from autograd. Changing it where Backward needs the old
// values is an error then, which it is not with [Tensor.Data].
func (x *Tensor) Detach() *Tensor { return do1(opDetach, x) }

// Cat joins tensors along a dimension that they have: 0 unless one is given.
func Cat(xs []*Tensor, dim ...int) *Tensor { return do(opCat, xs, orDefault("cat", dim, 0)) }

// Stack joins tensors of one shape along a new dimension: 0 unless one is given.
func Stack(xs []*Tensor, dim ...int) *Tensor { return do(opStack, xs, orDefault("stack", dim, 0)) }

// Split cuts x into views of size along dim, 0 unless it is given; the last may be smaller.
func (x *Tensor) Split(size int, dim ...int) []*Tensor {
	return doList(opSplit, x, size, orDefault("split", dim, 0))
}

// Chunk cuts x into at most n views along dim, 0 unless it is given.
func (x *Tensor) Chunk(n int, dim ...int) []*Tensor {
	return doList(opChunk, x, n, orDefault("chunk", dim, 0))
}

// Unbind is x's slices along dim, 0 unless it is given, each without it.
func (x *Tensor) Unbind(dim ...int) []*Tensor {
	return doList(opUnbind, x, orDefault("unbind", dim, 0))
}

// Select is the slice at one index of dim, without that dimension; a view.
func (x *Tensor) Select(dim, index int) *Tensor { return withInts(opSelect, x, dim, index) }

// Narrow is the slice [start, start+length) of dim; a view.
func (x *Tensor) Narrow(dim, start, length int) *Tensor { return x.Slice(dim, start, start+length, 1) }

// Slice is Python's x[start:end:step] along dim; a view.
func (x *Tensor) Slice(dim, start, end, step int) *Tensor {
	return do(opSlice, x, dim, start, end, step)
}

// IndexSelect takes the entries of dim that a vector of integers names; a copy.
func (x *Tensor) IndexSelect(dim int, index *Tensor) *Tensor { return do(opIndexSelect, x, dim, index) }

// Gather takes, along dim, the element that index names at each place.
func (x *Tensor) Gather(dim int, index *Tensor) *Tensor { return do(opGather, x, dim, index) }

// Triu is the upper triangle from a diagonal (0, the default: the main one), zeros below.
func (x *Tensor) Triu(diagonal ...int) *Tensor { return do(opTriu, x, orDefault("triu", diagonal, 0)) }

// Tril is the lower triangle up to a diagonal (0, the default: the main one), zeros above.
func (x *Tensor) Tril(diagonal ...int) *Tensor { return do(opTril, x, orDefault("tril", diagonal, 0)) }

// To is x in another dtype, on another device, in another [MemoryFormat], or all of it: x
// itself where nothing changes, else a copy; [NonBlocking] lets it return before the copy is done.
func (x *Tensor) To(opts ...Option) *Tensor {
	o := settle(opts)
	info := x.info("To")
	if d, ok := o.device.(Device); ok {
		if err := d.Check(); err != nil {
			panic(&Error{Op: "To", Message: err.Error(), Operands: []string{x.describe()}})
		}
		if deviceKind(info.DeviceType) == d.kind() && (d.Index() < 0 || d.kind() == cpu || int(info.DeviceIndex) == d.Index()) {
			o.device = nil
		}
	}
	if d, ok := o.dtype.(DType); ok && d == DType(info.DType) {
		o.dtype = nil
	}
	if o.dtype == nil && o.device == nil && o.format == nil {
		return x
	}
	moved := do(opTo, x, o.dtype, o.device, o.nonBlocking, o.format)
	if moved.handle == x.handle { // it was in that order already
		moved.Free()
		return x
	}
	return moved
}
