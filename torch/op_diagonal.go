package torch

import "multitorch/internal/libtorch"

var (
	opDiag                = libtorch.NewOp("aten::diag")
	opDiagonal            = libtorch.NewOp("aten::diagonal")
	opDiagEmbed           = libtorch.NewOp("aten::diag_embed")
	opDiagflat            = libtorch.NewOp("aten::diagflat")
	opFillDiagonalInplace = libtorch.NewOp("aten::fill_diagonal_")
	opTrace               = libtorch.NewOp("aten::trace")
	opTriuInplace         = libtorch.NewOp("aten::triu_")
	opTrilInplace         = libtorch.NewOp("aten::tril_")
	opTrilIndices         = libtorch.NewOp("aten::tril_indices", "row", "col", "offset", "dtype", "device")
	opTriuIndices         = libtorch.NewOp("aten::triu_indices", "row", "col", "offset", "dtype", "device")
	opVander              = libtorch.NewOp("aten::vander")
	opDiagonalScatter     = libtorch.NewOp("aten::diagonal_scatter")
)

// Diag is the matrix with a vector on a diagonal (0: the main one), or the
// diagonal of a matrix.
func (x *Tensor) Diag(diagonal int) *Tensor { return do(opDiag, x, diagonal) }

// Diagonal is a diagonal of two dimensions, as a new last one; a view.
func (x *Tensor) Diagonal(offset, dim1, dim2 int) *Tensor {
	return do(opDiagonal, x, offset, dim1, dim2)
}

// DiagEmbed is matrices, in two dimensions of the result, with x's last dimension
// on a diagonal.
func (x *Tensor) DiagEmbed(offset, dim1, dim2 int) *Tensor {
	return do(opDiagEmbed, x, offset, dim1, dim2)
}

// Diagflat is the matrix with all elements on a diagonal.
func (x *Tensor) Diagflat(offset int) *Tensor { return do(opDiagflat, x, offset) }

// FillDiagonalInplace sets the main diagonal to a value; with wrap, again below
// a tall matrix's square.
func (x *Tensor) FillDiagonalInplace(value any, wrap bool) *Tensor {
	doVoid(opFillDiagonalInplace, x, number("fill_diagonal_", value), wrap)
	return x
}

// Trace is the sum of a matrix's main diagonal.
func (x *Tensor) Trace() *Tensor { return do1(opTrace, x) }

// TriuInplace is Triu of x itself.
func (x *Tensor) TriuInplace(diagonal int) *Tensor {
	doVoid(opTriuInplace, x, diagonal)
	return x
}

// TrilInplace is Tril of x itself.
func (x *Tensor) TrilInplace(diagonal int) *Tensor {
	doVoid(opTrilInplace, x, diagonal)
	return x
}

// TrilIndices is the rows and columns [2, n] of the lower triangle of a matrix.
func TrilIndices(rows, cols, offset int, opts ...Option) *Tensor {
	return settle(opts).make(opTrilIndices, rows, cols, offset)
}

// TriuIndices is the rows and columns [2, n] of the upper triangle of a matrix.
func TriuIndices(rows, cols, offset int, opts ...Option) *Tensor {
	return settle(opts).make(opTriuIndices, rows, cols, offset)
}

// Vander is the matrix of the powers of a vector, n columns in falling order, or
// in rising order.
func (x *Tensor) Vander(n int, increasing bool) *Tensor { return do(opVander, x, n, increasing) }

// DiagonalScatter is x with src on a diagonal.
func (x *Tensor) DiagonalScatter(src *Tensor, offset, dim1, dim2 int) *Tensor {
	return do(opDiagonalScatter, x, src, offset, dim1, dim2)
}
