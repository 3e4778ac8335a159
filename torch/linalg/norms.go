package linalg

import (
	"fmt"
	"slices"

	"multitorch/torch"
)

// The order of a norm is a number (+Inf and -Inf among them), or "fro" or "nuc"
// for the Frobenius and the nuclear norm of matrices; nil is the default.

var (
	opNormOrdStr              = torch.NewOperator("aten::linalg_norm.ord_str", "self", "ord", "dim", "keepdim")
	opNorm                    = torch.NewOperator("aten::linalg_norm", "self", "ord", "dim", "keepdim")
	opVectorNorm              = torch.NewOperator("aten::linalg_vector_norm", "self", "ord", "dim", "keepdim")
	opMatrixNormStrOrd        = torch.NewOperator("aten::linalg_matrix_norm.str_ord", "self", "ord", "dim", "keepdim")
	opMatrixNorm              = torch.NewOperator("aten::linalg_matrix_norm", "self", "ord", "dim", "keepdim")
	opCondPStr                = torch.NewOperator("aten::linalg_cond.p_str")
	opCond                    = torch.NewOperator("aten::linalg_cond")
	opMatrixRankAtolRtolFloat = torch.NewOperator("aten::linalg_matrix_rank.atol_rtol_float", "self")
	opMatrixRank              = torch.NewOperator("aten::linalg_matrix_rank", "self", "tol")
)

// Norm is the norm of all elements, of vectors along one dimension or of matrices
// along two; the default is the 2-norm of the elements. It takes [torch.KeepDim]
// among dims.
func Norm(x *torch.Tensor, ord any, dims ...int) *torch.Tensor {
	d, keep := keepDim(dims)
	if s, ok := ord.(string); ok {
		return opNormOrdStr.Call(x, s, d, keep)
	}
	return opNorm.Call(x, number(ord), d, keep)
}

// VectorNorm is the norm of the elements, of all or along dims.
func VectorNorm(x *torch.Tensor, ord float64, dims ...int) *torch.Tensor {
	d, keep := keepDim(dims)
	return opVectorNorm.Call(x, ord, d, keep)
}

// MatrixNorm is the norm of matrices, in the last two dimensions or those given;
// the default is "fro".
func MatrixNorm(x *torch.Tensor, ord any, dims ...int) *torch.Tensor {
	d, keep := keepDim(dims)
	if d == nil {
		d = []int{-2, -1}
	}
	if ord == nil {
		ord = "fro"
	}
	if s, ok := ord.(string); ok {
		return opMatrixNormStrOrd.Call(x, s, d, keep)
	}
	return opMatrixNorm.Call(x, number(ord), d, keep)
}

// Cond is the condition number of matrices in a norm; the default is the 2-norm.
func Cond(a *torch.Tensor, ord any) *torch.Tensor {
	if s, ok := ord.(string); ok {
		return opCondPStr.Call(a, s)
	}
	return opCond.Call(a, number(ord))
}

// MatrixRank is the rank of matrices, up to rounding.
func MatrixRank(a *torch.Tensor) *torch.Tensor { return opMatrixRankAtolRtolFloat.Call(a) }

// MatrixRankTol is the number of singular values above tol.
func MatrixRankTol(a *torch.Tensor, tol float64) *torch.Tensor {
	return opMatrixRank.Call(a, tol)
}

// number is an order that is a number, or nil. As in Python, a tensor without dimensions that
// needs no gradient is a number.
func number(ord any) any {
	switch v := ord.(type) {
	case nil, int, float64:
		return v
	case *torch.Tensor:
		if v != nil && v.Dim() == 0 && !v.RequiresGrad() {
			return v.Item()
		}
	}
	panic(&torch.Error{Op: "norm", Kind: torch.TypeError, Message: fmt.Sprintf("expected an int, a float64, a string or nil as the order, but got a %T", ord)})
}

// keepDim takes torch.KeepDim out of dims, which are nil where none are left.
func keepDim(dims []int) (rest any, keep bool) {
	if i := slices.Index(dims, torch.KeepDim); i >= 0 {
		dims, keep = slices.Concat(dims[:i], dims[i+1:]), true
	}
	if len(dims) == 0 {
		return nil, keep
	}
	return dims, keep
}
