package torch

import "multitorch/internal/libtorch"

var (
	opSortStable         = libtorch.NewOp("aten::sort.stable", "self", "stable", "dim", "descending")
	opMsort              = libtorch.NewOp("aten::msort")
	opKthvalue           = libtorch.NewOp("aten::kthvalue")
	opTopkX              = libtorch.NewOp("aten::topk", "self", "k", "dim", "largest")
	opMinDim             = libtorch.NewOp("aten::min.dim")
	opNonzero            = libtorch.NewOp("aten::nonzero")
	opArgwhere           = libtorch.NewOp("aten::argwhere")
	opSearchsortedTensor = libtorch.NewOp("aten::searchsorted.Tensor", "sorted_sequence", "self", "right")
	opSearchsortedScalar = libtorch.NewOp("aten::searchsorted.Scalar", "sorted_sequence", "self", "right")
	opBucketizeTensor    = libtorch.NewOp("aten::bucketize.Tensor", "self", "boundaries", "right")
	opUnique2            = libtorch.NewOp("aten::_unique2")
	opUniqueDim          = libtorch.NewOp("aten::unique_dim")
	opUniqueConsecutive  = libtorch.NewOp("aten::unique_consecutive")
)

// SortStable is Sort that leaves equal elements in their order.
func (x *Tensor) SortStable(dim int, descending ...bool) (values, indices *Tensor) {
	return do2(opSortStable, x, true, dim, orDefault("sort", descending, false))
}

// Msort sorts along the first dimension.
func (x *Tensor) Msort() *Tensor { return do1(opMsort, x) }

// Kthvalue is the k-th smallest element along dim, the last unless it is given,
// counted from 1, and its index.
func (x *Tensor) Kthvalue(k int, dim ...int) (values, indices *Tensor) {
	dims, keep := keepDim(dim)
	return do2(opKthvalue, x, k, orDefault("kthvalue", dims, -1), keep)
}

// TopkSmallest is the k smallest elements along dim, the last unless it is given, in
// rising order, and their indices: topk with largest=False.
func (x *Tensor) TopkSmallest(k int, dim ...int) (values, indices *Tensor) {
	return do2(opTopkX, x, k, orDefault("topk", dim, -1), false)
}

// MinDim is the smallest element along dim, and its index.
func (x *Tensor) MinDim(dim int, keep ...int) (values, indices *Tensor) {
	return do2(opMinDim, x, dim, kept(keep))
}

// Nonzero is the indices [n, dims] of the elements that are not zero.
func (x *Tensor) Nonzero() *Tensor { return do1(opNonzero, x) }

// Argwhere is Nonzero.
func (x *Tensor) Argwhere() *Tensor { return do1(opArgwhere, x) }

// Searchsorted finds, for each value, where it would go into a sequence sorted
// along its last dimension: before equal ones or, with right, after them.
func Searchsorted(sorted *Tensor, values any, right bool) *Tensor {
	if t := asTensor(values); t != nil {
		return do(opSearchsortedTensor, sorted, t, right)
	}
	return do(opSearchsortedScalar, sorted, eitherNumber("searchsorted", values), right)
}

// Bucketize is the number of the bucket of each element; boundaries is a rising
// vector, and a boundary belongs to the bucket below it or, with right, above.
func (x *Tensor) Bucketize(boundaries *Tensor, right bool) *Tensor {
	return do(opBucketizeTensor, x, boundaries, right)
}

// Unique is the different elements, sorted or, with a dimension, the different
// slices along it.
func (x *Tensor) Unique(dim ...int) *Tensor {
	values, inverse, counts := x.unique(false, false, dim)
	inverse.tryFree()
	counts.tryFree()
	return values
}

// UniqueCounts is Unique, with the place of each element of x among the values,
// and how often each value occurs.
func (x *Tensor) UniqueCounts(dim ...int) (values, inverse, counts *Tensor) {
	return x.unique(true, true, dim)
}

func (x *Tensor) unique(inverse, counts bool, dim []int) (v, i, c *Tensor) {
	if len(dim) == 0 {
		return do3(opUnique2, x, true, inverse, counts)
	}
	return do3(opUniqueDim, x, dim[0], true, inverse, counts)
}

// UniqueConsecutive is x without the elements that equal the one before or, with
// a dimension, without such slices; with the place of each element of x among the
// values, and the lengths of the runs.
func (x *Tensor) UniqueConsecutive(dim ...int) (values, inverse, counts *Tensor) {
	return do3(opUniqueConsecutive, x, true, true, first(dim))
}
