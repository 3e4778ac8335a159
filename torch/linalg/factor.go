package linalg

import "multitorch/torch"

var (
	opCholesky           = torch.NewOperator("aten::linalg_cholesky")
	opCholeskyEx         = torch.NewOperator("aten::linalg_cholesky_ex")
	opQr                 = torch.NewOperator("aten::linalg_qr")
	opSvd                = torch.NewOperator("aten::linalg_svd")
	opSvdvals            = torch.NewOperator("aten::linalg_svdvals")
	opEig                = torch.NewOperator("aten::linalg_eig")
	opEigvals            = torch.NewOperator("aten::linalg_eigvals")
	opEigh               = torch.NewOperator("aten::linalg_eigh")
	opEigvalsh           = torch.NewOperator("aten::linalg_eigvalsh")
	opLu                 = torch.NewOperator("aten::linalg_lu")
	opLuFactor           = torch.NewOperator("aten::linalg_lu_factor")
	opLuFactorEx         = torch.NewOperator("aten::linalg_lu_factor_ex")
	opLuSolve            = torch.NewOperator("aten::linalg_lu_solve")
	opLuUnpack           = torch.NewOperator("aten::lu_unpack")
	opLdlFactor          = torch.NewOperator("aten::linalg_ldl_factor")
	opLdlFactorEx        = torch.NewOperator("aten::linalg_ldl_factor_ex")
	opLdlSolve           = torch.NewOperator("aten::linalg_ldl_solve")
	opHouseholderProduct = torch.NewOperator("aten::linalg_householder_product")
	opGeqrf              = torch.NewOperator("aten::geqrf")
)

// Cholesky is the lower triangular l of a = l @ l.H, a positive-definite.
func Cholesky(a *torch.Tensor) *torch.Tensor { return opCholesky.Call(a) }

// CholeskyEx is Cholesky, and for each matrix 0 or the order of the leading minor
// that is not positive-definite.
func CholeskyEx(a *torch.Tensor) (l, info *torch.Tensor) { return opCholeskyEx.Call2(a) }

// QR is a = q @ r, q with orthonormal columns and r upper triangular, of the
// smaller sizes (mode="reduced").
func QR(a *torch.Tensor) (q, r *torch.Tensor) { return opQr.Call2(a) }

// QRMode is QR in a mode: "reduced", "complete", or "r", which leaves q empty.
func QRMode(a *torch.Tensor, mode string) (q, r *torch.Tensor) { return opQr.Call2(a, mode) }

// SVD is a = u @ diag(s) @ vh; u and vh are square with full, as they are in
// PyTorch unless one says otherwise, else as small as s.
func SVD(a *torch.Tensor, full bool) (u, s, vh *torch.Tensor) { return opSvd.Call3(a, full) }

// SVDVals is the singular values, in falling order.
func SVDVals(a *torch.Tensor) *torch.Tensor { return opSvdvals.Call(a) }

// Eig is the eigenvalues and eigenvectors of square matrices, complex numbers.
func Eig(a *torch.Tensor) (values, vectors *torch.Tensor) { return opEig.Call2(a) }

// EigVals is the eigenvalues of square matrices, complex numbers.
func EigVals(a *torch.Tensor) *torch.Tensor { return opEigvals.Call(a) }

// Eigh is the eigenvalues, in rising order, and eigenvectors of symmetric or
// Hermitian matrices, of which the lower triangle is read.
func Eigh(a *torch.Tensor) (values, vectors *torch.Tensor) { return opEigh.Call2(a) }

// EigValsH is the eigenvalues of symmetric or Hermitian matrices, in rising order.
func EigValsH(a *torch.Tensor) *torch.Tensor { return opEigvalsh.Call(a) }

// LU is a = p @ l @ u: a permutation, a lower and an upper triangular matrix.
func LU(a *torch.Tensor) (p, l, u *torch.Tensor) { return opLu.Call3(a) }

// LUFactor is LU in one matrix, with the rows that were swapped.
func LUFactor(a *torch.Tensor) (lu, pivots *torch.Tensor) { return opLuFactor.Call2(a) }

// LUFactorEx is LUFactor, and for each matrix 0 or where it was found singular.
func LUFactorEx(a *torch.Tensor) (lu, pivots, info *torch.Tensor) { return opLuFactorEx.Call3(a) }

// LUSolve solves a @ x = b by what LUFactor made of a.
func LUSolve(lu, pivots, b *torch.Tensor) *torch.Tensor { return opLuSolve.Call(lu, pivots, b) }

// LUUnpack is LU from what LUFactor made.
func LUUnpack(lu, pivots *torch.Tensor) (p, l, u *torch.Tensor) { return opLuUnpack.Call3(lu, pivots) }

// LDLFactor is the LDL decomposition of symmetric matrices, of which the lower
// triangle is read.
func LDLFactor(a *torch.Tensor) (ld, pivots *torch.Tensor) { return opLdlFactor.Call2(a) }

// LDLFactorEx is LDLFactor, and for each matrix 0 or where it was found singular.
func LDLFactorEx(a *torch.Tensor) (ld, pivots, info *torch.Tensor) { return opLdlFactorEx.Call3(a) }

// LDLSolve solves a @ x = b by what LDLFactor made of a.
func LDLSolve(ld, pivots, b *torch.Tensor) *torch.Tensor { return opLdlSolve.Call(ld, pivots, b) }

// HouseholderProduct is the product of Householder reflections, as Geqrf has them.
func HouseholderProduct(a, tau *torch.Tensor) *torch.Tensor { return opHouseholderProduct.Call(a, tau) }

// Geqrf is QR as LAPACK stores it: r above Householder reflections, and their
// factors.
func Geqrf(a *torch.Tensor) (reflections, tau *torch.Tensor) { return opGeqrf.Call2(a) }
