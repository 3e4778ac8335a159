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

// Diag is the matrix with a vector on a diagonal (0, the default: the main one), or the
// diagonal of a matrix.
func (x *Tensor) Diag(diagonal ...int) *Tensor { return do(opDiag, x, orDefault("diag", diagonal, 0)) }

// Diagonal is a diagonal of two dimensions, as a new last one; a view. It takes its
// offset (0 unless given) and the two dimensions (0 and 1).
func (x *Tensor) Diagonal(offsetDims ...int) *Tensor {
	d := orDefaults("diagonal", offsetDims, 0, 0, 1)
	return do(opDiagonal, x, d[0], d[1], d[2])
}

// DiagEmbed is matrices, in two dimensions of the result, with x's last dimension
// on a diagonal. It takes the diagonal's offset (0 unless given) and the two
// dimensions (-2 and -1).
func (x *Tensor) DiagEmbed(offsetDims ...int) *Tensor {
	d := orDefaults("diag_embed", offsetDims, 0, -2, -1)
	return do(opDiagEmbed, x, d[0], d[1], d[2])
}

// Diagflat is the matrix with all elements on a diagonal, 0 unless one is given.
func (x *Tensor) Diagflat(offset ...int) *Tensor {
	return do(opDiagflat, x, orDefault("diagflat", offset, 0))
}

// FillDiagonalInplace sets the main diagonal to a value; with wrap, again below
// a tall matrix's square.
func (x *Tensor) FillDiagonalInplace(value any, wrap bool) *Tensor {
	doVoid(opFillDiagonalInplace, x, number("fill_diagonal_", value), wrap)
	return x
}

// Trace is the sum of a matrix's main diagonal.
func (x *Tensor) Trace() *Tensor { return do1(opTrace, x) }

// TriuInplace is Triu of x itself.
func (x *Tensor) TriuInplace(diagonal ...int) *Tensor {
	doVoid(opTriuInplace, x, orDefault("triu_", diagonal, 0))
	return x
}

// TrilInplace is Tril of x itself.
func (x *Tensor) TrilInplace(diagonal ...int) *Tensor {
	doVoid(opTrilInplace, x, orDefault("tril_", diagonal, 0))
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
