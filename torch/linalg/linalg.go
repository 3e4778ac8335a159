// Package linalg is torch.linalg: decompositions, solvers and norms of matrices
// and of batches of them [..., n, m].
//
// A matrix that can't be factored or solved is a [*torch.Error] of the kind
// [torch.LinAlgError]; the functions named ...Ex report it in a tensor instead,
// as PyTorch's do.
package linalg

import "multitorch/torch"

var (
	opInv               = torch.NewOperator("aten::linalg_inv")
	opInvEx             = torch.NewOperator("aten::linalg_inv_ex")
	opDet               = torch.NewOperator("aten::linalg_det")
	opSlogdet           = torch.NewOperator("aten::linalg_slogdet")
	opSolve             = torch.NewOperator("aten::linalg_solve", "A", "B", "left")
	opSolveEx           = torch.NewOperator("aten::linalg_solve_ex")
	opSolveTriangular   = torch.NewOperator("aten::linalg_solve_triangular", "self", "B", "upper")
	opLstsq             = torch.NewOperator("aten::linalg_lstsq")
	opPinvAtolRtolFloat = torch.NewOperator("aten::linalg_pinv.atol_rtol_float", "self")
	opTensorinv         = torch.NewOperator("aten::linalg_tensorinv")
	opTensorsolve       = torch.NewOperator("aten::linalg_tensorsolve")
	opMatmul            = torch.NewOperator("aten::linalg_matmul")
	opMultiDot          = torch.NewOperator("aten::linalg_multi_dot")
	opMatrixPower       = torch.NewOperator("aten::linalg_matrix_power")
	opMatrixExp         = torch.NewOperator("aten::linalg_matrix_exp")
	opCross             = torch.NewOperator("aten::linalg_cross", "self", "other", "dim")
	opDiagonal          = torch.NewOperator("aten::linalg_diagonal", "A", "offset")
	opVander            = torch.NewOperator("aten::linalg_vander", "x", "N")
	opVecdot            = torch.NewOperator("aten::linalg_vecdot", "x", "y", "dim")
)

// Inv is the inverse of square matrices.
func Inv(a *torch.Tensor) *torch.Tensor { return opInv.Call(a) }

// InvEx is Inv, and for each matrix 0 or where it was found to be singular.
func InvEx(a *torch.Tensor) (inverse, info *torch.Tensor) { return opInvEx.Call2(a) }

// Det is the determinant of square matrices.
func Det(a *torch.Tensor) *torch.Tensor { return opDet.Call(a) }

// Slogdet is the sign and the logarithm of the absolute determinant.
func Slogdet(a *torch.Tensor) (sign, logabsdet *torch.Tensor) { return opSlogdet.Call2(a) }

// Solve solves a @ x = b; b is a vector or a matrix for each matrix of a.
func Solve(a, b *torch.Tensor) *torch.Tensor { return opSolve.Call(a, b) }

// SolveRight solves x @ a = b: solve with left=False.
func SolveRight(a, b *torch.Tensor) *torch.Tensor { return opSolve.Call(a, b, false) }

// SolveEx is Solve, and for each matrix 0 or where it was found to be singular.
func SolveEx(a, b *torch.Tensor) (result, info *torch.Tensor) { return opSolveEx.Call2(a, b) }

// SolveTriangular solves a @ x = b for an upper or lower triangular a.
func SolveTriangular(a, b *torch.Tensor, upper bool) *torch.Tensor {
	return opSolveTriangular.Call(a, b, upper)
}

// Lstsq is the least-squares solution of a @ x = b for a of full rank, and what
// else PyTorch returns: the squared residuals, the rank and the singular values,
// empty where the driver does not compute them.
func Lstsq(a, b *torch.Tensor) (solution, residuals, rank, singular *torch.Tensor) {
	return four(opLstsq.Results(a, b))
}

// LstsqDriver is Lstsq by one of LAPACK's drivers, "gels", "gelsy" (the default),
// "gelsd" or "gelss", with singular values below rcond times the largest taken
// as 0.
func LstsqDriver(a, b *torch.Tensor, rcond float64, driver string) (solution, residuals, rank, singular *torch.Tensor) {
	return four(opLstsq.Results(a, b, rcond, driver))
}

func four(results []any) (a, b, c, d *torch.Tensor) {
	return results[0].(*torch.Tensor), results[1].(*torch.Tensor), results[2].(*torch.Tensor), results[3].(*torch.Tensor)
}

// Pinv is the pseudo-inverse.
func Pinv(a *torch.Tensor) *torch.Tensor { return opPinvAtolRtolFloat.Call(a) }

// TensorInv is the inverse for Tensordot over ind dimensions.
func TensorInv(a *torch.Tensor, ind int) *torch.Tensor { return opTensorinv.Call(a, ind) }

// TensorSolve solves Tensordot(a, x) = b over as many dimensions as x has; dims
// of a are moved to the end before.
func TensorSolve(a, b *torch.Tensor, dims ...int) *torch.Tensor {
	if len(dims) == 0 {
		return opTensorsolve.Call(a, b)
	}
	return opTensorsolve.Call(a, b, dims)
}

// Matmul is the matrix product.
func Matmul(a, b *torch.Tensor) *torch.Tensor { return opMatmul.Call(a, b) }

// MultiDot is the product of several matrices, in the order that costs least; the
// first and the last may be vectors.
func MultiDot(xs ...*torch.Tensor) *torch.Tensor { return opMultiDot.Call(xs) }

// MatrixPower is the n-th power of square matrices.
func MatrixPower(a *torch.Tensor, n int) *torch.Tensor { return opMatrixPower.Call(a, n) }

// MatrixExp is the exponential of square matrices.
func MatrixExp(a *torch.Tensor) *torch.Tensor { return opMatrixExp.Call(a) }

// Cross is the vector product along a dimension of size 3.
func Cross(a, b *torch.Tensor, dim int) *torch.Tensor { return opCross.Call(a, b, dim) }

// Diagonal is a diagonal (0: the main one) of the matrices; a view.
func Diagonal(a *torch.Tensor, offset int) *torch.Tensor { return opDiagonal.Call(a, offset) }

// Vander is the matrix of the powers of vectors, n columns in rising order.
func Vander(x *torch.Tensor, n int) *torch.Tensor { return opVander.Call(x, n) }

// Vecdot is the products of vectors along dim, with x's conjugate.
func Vecdot(x, y *torch.Tensor, dim int) *torch.Tensor { return opVecdot.Call(x, y, dim) }
