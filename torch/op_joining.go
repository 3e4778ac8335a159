package torch

import "multitorch/internal/libtorch"

var (
	opHstack              = libtorch.NewOp("aten::hstack")
	opVstack              = libtorch.NewOp("aten::vstack")
	opDstack              = libtorch.NewOp("aten::dstack")
	opColumnStack         = libtorch.NewOp("aten::column_stack")
	opBlockDiag           = libtorch.NewOp("aten::block_diag")
	opBroadcastTensors    = libtorch.NewOp("aten::broadcast_tensors")
	opMeshgridIndexing    = libtorch.NewOp("aten::meshgrid.indexing")
	opCartesianProd       = libtorch.NewOp("aten::cartesian_prod")
	opCombinations        = libtorch.NewOp("aten::combinations")
	opSplitWithSizes      = libtorch.NewOp("aten::split_with_sizes")
	opTensorSplitSections = libtorch.NewOp("aten::tensor_split.sections")
	opTensorSplitIndices  = libtorch.NewOp("aten::tensor_split.indices")
	opHsplitInt           = libtorch.NewOp("aten::hsplit.int")
	opVsplitInt           = libtorch.NewOp("aten::vsplit.int")
	opDsplitInt           = libtorch.NewOp("aten::dsplit.int")
)

// HStack joins tensors side by side: along the second dimension, and vectors end
// to end.
func HStack(xs []*Tensor) *Tensor { return do(opHstack, xs) }

// VStack joins tensors one below the other; vectors are rows.
func VStack(xs []*Tensor) *Tensor { return do(opVstack, xs) }

// DStack joins tensors along the third dimension.
func DStack(xs []*Tensor) *Tensor { return do(opDstack, xs) }

// ColumnStack is HStack that takes vectors as columns.
func ColumnStack(xs []*Tensor) *Tensor { return do(opColumnStack, xs) }

// BlockDiag puts matrices on the diagonal of one.
func BlockDiag(xs ...*Tensor) *Tensor { return do(opBlockDiag, xs) }

// BroadcastTensors expands tensors to the shape that they have together.
func BroadcastTensors(xs ...*Tensor) []*Tensor { return doList(opBroadcastTensors, xs) }

// Meshgrid is the coordinates of a grid over vectors, one tensor for each; the
// first vector runs along the first dimension (indexing="ij").
func Meshgrid(xs ...*Tensor) []*Tensor { return doList(opMeshgridIndexing, xs, "ij") }

// MeshgridXY is Meshgrid with the first vector along the second dimension
// (indexing="xy").
func MeshgridXY(xs ...*Tensor) []*Tensor { return doList(opMeshgridIndexing, xs, "xy") }

// CartesianProd is the rows of all choices of one element from each vector.
func CartesianProd(xs ...*Tensor) *Tensor { return do(opCartesianProd, xs) }

// Combinations is the rows of all choices of r elements of a vector, in their
// order, each once or, with replacement, as often as one likes.
func (x *Tensor) Combinations(r int, replacement bool) *Tensor {
	return do(opCombinations, x, r, replacement)
}

// SplitSizes cuts x into views of the given sizes along dim.
func (x *Tensor) SplitSizes(sizes []int, dim ...int) []*Tensor {
	return doList(opSplitWithSizes, x, sizes, orDefault("split_with_sizes", dim, 0))
}

// TensorSplit cuts x into n views of as equal a size as can be along dim, 0 unless it is given.
func (x *Tensor) TensorSplit(n int, dim ...int) []*Tensor {
	return doList(opTensorSplitSections, x, n, orDefault("tensor_split", dim, 0))
}

// TensorSplitAt cuts x into views before each of the indices of dim, 0 unless it is given.
func (x *Tensor) TensorSplitAt(indices []int, dim ...int) []*Tensor {
	return doList(opTensorSplitIndices, x, indices, orDefault("tensor_split", dim, 0))
}

// HSplit cuts x into n equal views along the second dimension, or a vector along
// its only one.
func (x *Tensor) HSplit(n int) []*Tensor { return doList(opHsplitInt, x, n) }

// VSplit cuts x into n equal views along the first dimension.
func (x *Tensor) VSplit(n int) []*Tensor { return doList(opVsplitInt, x, n) }

// DSplit cuts x into n equal views along the third dimension.
func (x *Tensor) DSplit(n int) []*Tensor { return doList(opDsplitInt, x, n) }
