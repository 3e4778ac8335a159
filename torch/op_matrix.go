package torch

import (
	"fmt"
	"math"

	"multitorch/internal/libtorch"
)

// Products of matrices and vectors; decompositions and solvers are in package
// torch/linalg.

var (
	opMm              = libtorch.NewOp("aten::mm")
	opBmm             = libtorch.NewOp("aten::bmm")
	opMv              = libtorch.NewOp("aten::mv")
	opDot             = libtorch.NewOp("aten::dot")
	opVdot            = libtorch.NewOp("aten::vdot")
	opInner           = libtorch.NewOp("aten::inner")
	opOuter           = libtorch.NewOp("aten::outer")
	opKron            = libtorch.NewOp("aten::kron")
	opLinalgCross     = libtorch.NewOp("aten::linalg_cross", "self", "other", "dim")
	opAddmm           = libtorch.NewOp("aten::addmm", "self", "mat1", "mat2", "beta", "alpha")
	opAddmmInplace    = libtorch.NewOp("aten::addmm_", "self", "mat1", "mat2", "beta", "alpha")
	opAddmv           = libtorch.NewOp("aten::addmv", "self", "mat", "vec", "beta", "alpha")
	opAddmvInplace    = libtorch.NewOp("aten::addmv_", "self", "mat", "vec", "beta", "alpha")
	opAddr            = libtorch.NewOp("aten::addr", "self", "vec1", "vec2", "beta", "alpha")
	opAddrInplace     = libtorch.NewOp("aten::addr_", "self", "vec1", "vec2", "beta", "alpha")
	opBaddbmm         = libtorch.NewOp("aten::baddbmm", "self", "batch1", "batch2", "beta", "alpha")
	opBaddbmmInplace  = libtorch.NewOp("aten::baddbmm_", "self", "batch1", "batch2", "beta", "alpha")
	opAddbmm          = libtorch.NewOp("aten::addbmm", "self", "batch1", "batch2", "beta", "alpha")
	opAddbmmInplace   = libtorch.NewOp("aten::addbmm_", "self", "batch1", "batch2", "beta", "alpha")
	opEinsum          = libtorch.NewOp("aten::einsum")
	opTensordot       = libtorch.NewOp("aten::tensordot")
	opCdist           = libtorch.NewOp("aten::cdist")
	opPdist           = libtorch.NewOp("aten::pdist")
	opInverse         = libtorch.NewOp("aten::inverse")
	opDet             = libtorch.NewOp("aten::det")
	opLogdet          = libtorch.NewOp("aten::logdet")
	opMatrixPower     = libtorch.NewOp("aten::matrix_power")
	opMatrixExp       = libtorch.NewOp("aten::matrix_exp")
	opCholeskySolve   = libtorch.NewOp("aten::cholesky_solve")
	opCholeskyInverse = libtorch.NewOp("aten::cholesky_inverse")
)

// Mm is the product of two matrices.
func (x *Tensor) Mm(other *Tensor) *Tensor { return binary(opMm, x, other) }

// Bmm is the products of two batches of matrices: [b, n, m] and [b, m, p].
func (x *Tensor) Bmm(other *Tensor) *Tensor { return binary(opBmm, x, other) }

// Mv is the product of a matrix and a vector.
func (x *Tensor) Mv(vector *Tensor) *Tensor { return binary(opMv, x, vector) }

// Dot is the product of two vectors.
func (x *Tensor) Dot(other *Tensor) *Tensor { return binary(opDot, x, other) }

// Vdot is Dot with x's conjugate.
func (x *Tensor) Vdot(other *Tensor) *Tensor { return binary(opVdot, x, other) }

// Inner is the products of the last dimensions of x and other.
func (x *Tensor) Inner(other *Tensor) *Tensor { return binary(opInner, x, other) }

// Outer is the matrix of all products of two vectors' elements.
func (x *Tensor) Outer(other *Tensor) *Tensor { return binary(opOuter, x, other) }

// Kron is the Kronecker product.
func (x *Tensor) Kron(other *Tensor) *Tensor { return binary(opKron, x, other) }

// Cross is the vector product along a dimension of size 3; PyTorch's linalg.cross
// takes the last, -1.
func (x *Tensor) Cross(other *Tensor, dim int) *Tensor { return do(opLinalgCross, x, other, dim) }

// addProduct is what operators are given that add a product to x.
func addProduct(op string, x, a, b *Tensor, betaAlpha []any) []any {
	return append([]any{x, a, b}, orDefaults[any](op, betaAlpha, 1, 1)...)
}

// Addmm is beta*x + alpha*(a @ b), a and b matrices. In it and its like, beta and alpha
// are 1 unless they are given.
func (x *Tensor) Addmm(a, b *Tensor, betaAlpha ...any) *Tensor {
	return do(opAddmm, addProduct("addmm", x, a, b, betaAlpha)...)
}

// AddmmInplace is Addmm into x itself.
func (x *Tensor) AddmmInplace(a, b *Tensor, betaAlpha ...any) *Tensor {
	doVoid(opAddmmInplace, addProduct("addmm_", x, a, b, betaAlpha)...)
	return x
}

// Addmv is beta*x + alpha*(matrix @ vector).
func (x *Tensor) Addmv(matrix, vector *Tensor, betaAlpha ...any) *Tensor {
	return do(opAddmv, addProduct("addmv", x, matrix, vector, betaAlpha)...)
}

// AddmvInplace is Addmv into x itself.
func (x *Tensor) AddmvInplace(matrix, vector *Tensor, betaAlpha ...any) *Tensor {
	doVoid(opAddmvInplace, addProduct("addmv_", x, matrix, vector, betaAlpha)...)
	return x
}

// Addr is beta*x + alpha*Outer(a, b).
func (x *Tensor) Addr(a, b *Tensor, betaAlpha ...any) *Tensor {
	return do(opAddr, addProduct("addr", x, a, b, betaAlpha)...)
}

// AddrInplace is Addr into x itself.
func (x *Tensor) AddrInplace(a, b *Tensor, betaAlpha ...any) *Tensor {
	doVoid(opAddrInplace, addProduct("addr_", x, a, b, betaAlpha)...)
	return x
}

// Baddbmm is beta*x + alpha*(a @ b), a and b batches of matrices.
func (x *Tensor) Baddbmm(a, b *Tensor, betaAlpha ...any) *Tensor {
	return do(opBaddbmm, addProduct("baddbmm", x, a, b, betaAlpha)...)
}

// BaddbmmInplace is Baddbmm into x itself.
func (x *Tensor) BaddbmmInplace(a, b *Tensor, betaAlpha ...any) *Tensor {
	doVoid(opBaddbmmInplace, addProduct("baddbmm_", x, a, b, betaAlpha)...)
	return x
}

// Addbmm is beta*x plus alpha times the sum of the products a @ b over the batch.
func (x *Tensor) Addbmm(a, b *Tensor, betaAlpha ...any) *Tensor {
	return do(opAddbmm, addProduct("addbmm", x, a, b, betaAlpha)...)
}

// AddbmmInplace is Addbmm into x itself.
func (x *Tensor) AddbmmInplace(a, b *Tensor, betaAlpha ...any) *Tensor {
	doVoid(opAddbmmInplace, addProduct("addbmm_", x, a, b, betaAlpha)...)
	return x
}

// Einsum sums products of elements as Einstein's notation says:
//
//	torch.Einsum("bij,bjk->bik", a, b) // a batch of matrix products
func Einsum(equation string, xs ...*Tensor) *Tensor { return do(opEinsum, equation, xs) }

// Tensordot sums the products of x's and other's elements over pairs of
// dimensions, dims of x with otherDims of other.
func (x *Tensor) Tensordot(other *Tensor, dims, otherDims []int) *Tensor {
	return do(opTensordot, x, other, dims, otherDims)
}

// Cdist is the p-norm distances [b, n, m] of the rows of x [b, n, d] and other
// [b, m, d], with p = 2 unless it is given.
func (x *Tensor) Cdist(other *Tensor, p ...float64) *Tensor {
	return do(opCdist, x, other, orDefault("cdist", p, 2))
}

// Pdist is the p-norm distances of the rows of x, each pair once, with p = 2 unless it is given.
func (x *Tensor) Pdist(p ...float64) *Tensor { return do(opPdist, x, orDefault("pdist", p, 2)) }

// Inverse is the inverse of square matrices.
func (x *Tensor) Inverse() *Tensor { return do1(opInverse, x) }

// Det is the determinant of square matrices.
func (x *Tensor) Det() *Tensor { return do1(opDet, x) }

// Logdet is the logarithm of the determinant of square matrices.
func (x *Tensor) Logdet() *Tensor { return do1(opLogdet, x) }

// MatrixPower is the n-th power of square matrices.
func (x *Tensor) MatrixPower(n int) *Tensor {
	if n == math.MinInt { // has no opposite, for which libtorch would look without end
		panic(&Error{Op: "matrix_power", Kind: ValueError, Message: fmt.Sprintf("expected a power above %d", n)})
	}
	return do(opMatrixPower, x, n)
}

// MatrixExp is the exponential of square matrices.
func (x *Tensor) MatrixExp() *Tensor { return do1(opMatrixExp, x) }

// CholeskySolve solves a @ y = x, where u is the Cholesky factor of a, its lower
// one or its upper one.
func (x *Tensor) CholeskySolve(u *Tensor, upper bool) *Tensor {
	return do(opCholeskySolve, x, u, upper)
}

// CholeskyInverse is the inverse of the matrix of which x is the Cholesky factor.
func (x *Tensor) CholeskyInverse(upper bool) *Tensor { return do(opCholeskyInverse, x, upper) }
