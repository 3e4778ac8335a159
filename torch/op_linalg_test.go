package torch_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/fft"
	"multitorch/torch/linalg"
)

func TestLinalgAsInPython(t *testing.T) {
	base := torch.Arange(0, 32, 1, torch.Float64).Mul(1.7).Sin().View(2, 4, 4).Add(torch.Eye(4, torch.Float64).Mul(3))
	in := map[string]T{
		"a": base, "p": base.Matmul(base.MT()), "y": base.Add(base.MT()), "b": torch.Arange(0, 24, 1, torch.Float64).Cos().View(2, 4, 3),
		"m": torch.Arange(0, 12, 1, torch.Float32).Mul(1.3).Cos().View(3, 4), "v": torch.FromSlice([]float64{1, -2, 0.5, 3}),
		"t": torch.Arange(0, 36, 1, torch.Float64).Mul(0.7).Sin().View(2, 3, 6), "q": torch.Eye(6, torch.Float64).Add(0.1).View(2, 3, 6),
	}
	a, p, y, b, m, v, tt, q := in["a"], in["p"], in["y"], in["b"], in["m"], in["v"], in["t"], in["q"]
	keep := torch.KeepDim
	requireBeside(t, in, []beside{
		one("torch.linalg.inv(a)", func() T { return linalg.Inv(a) }), two("torch.linalg.inv_ex(a)", func() (T, T) { return linalg.InvEx(a) }),
		one("torch.linalg.det(a)", func() T { return linalg.Det(a) }), two("torch.linalg.slogdet(a)", func() (T, T) { return linalg.Slogdet(a) }),
		one("torch.linalg.solve(a, b)", func() T { return linalg.Solve(a, b) }),
		one("torch.linalg.solve(a, b.mT, left=False)", func() T { return linalg.SolveRight(a, b.MT()) }),
		two("torch.linalg.solve_ex(a, b)", func() (T, T) { return linalg.SolveEx(a, b) }),
		one("torch.linalg.solve_triangular(a, b, upper=True)", func() T { return linalg.SolveTriangular(a, b, true) }),
		several("torch.linalg.lstsq(a, b, rcond=1e-3, driver='gelsd')",
			func() []T { s, r, k, v := linalg.LstsqDriver(a, b, 1e-3, "gelsd"); return []T{s, r, k, v} }),
		one("torch.linalg.pinv(m)", func() T { return linalg.Pinv(m) }),
		one("torch.linalg.tensorinv(q.view(6, 2, 3), ind=1)", func() T { return linalg.TensorInv(q.View(6, 2, 3), 1) }),
		one("torch.linalg.tensorsolve(q, t[:, :, 0])", func() T { return linalg.TensorSolve(q, tt.Select(2, 0)) }),
		one("torch.linalg.tensorsolve(q.transpose(0, 2), t[0, :2, :3], dims=(0,))", func() T {
			return linalg.TensorSolve(q.Transpose(0, 2), tt.Select(0, 0).Slice(0, 0, 2, 1).Slice(1, 0, 3, 1), 0)
		}),
		one("torch.linalg.matmul(a, b)", func() T { return linalg.Matmul(a, b) }),
		one("torch.linalg.multi_dot((v, a[0], a[1], b[0]))",
			func() T { return linalg.MultiDot(v, a.Select(0, 0), a.Select(0, 1), b.Select(0, 0)) }),
		one("torch.linalg.matrix_power(a, -2)", func() T { return linalg.MatrixPower(a, -2) }),
		one("torch.linalg.matrix_exp(a)", func() T { return linalg.MatrixExp(a) }),
		one("torch.linalg.cross(b, b + 1)", func() T { return linalg.Cross(b, b.Add(1), -1) }),
		one("torch.linalg.diagonal(a, offset=1)", func() T { return linalg.Diagonal(a, 1) }),
		one("torch.linalg.vander(v, N=3)", func() T { return linalg.Vander(v, 3) }),
		one("torch.linalg.vecdot(a, a + 1, dim=0)", func() T { return linalg.Vecdot(a, a.Add(1), 0) }),
		one("torch.linalg.norm(a)", func() T { return linalg.Norm(a, nil) }),
		one("torch.linalg.norm(a, 3, dim=1, keepdim=True)", func() T { return linalg.Norm(a, 3, 1, keep) }),
		one("torch.linalg.norm(a, 'nuc', dim=(0, 1))", func() T { return linalg.Norm(a, "nuc", 0, 1) }),
		one("torch.linalg.vector_norm(a, inf, dim=(0, 2))", func() T { return linalg.VectorNorm(a, math.Inf(1), 0, 2) }),
		one("torch.linalg.matrix_norm(a)", func() T { return linalg.MatrixNorm(a, nil) }),
		one("torch.linalg.matrix_norm(a, 2, keepdim=True)", func() T { return linalg.MatrixNorm(a, 2, keep) }),
		one("torch.linalg.matrix_norm(a, -inf, dim=(0, 1))", func() T { return linalg.MatrixNorm(a, math.Inf(-1), 0, 1) }),
		one("torch.linalg.cond(a)", func() T { return linalg.Cond(a, nil) }),
		one("torch.linalg.cond(a, 'fro')", func() T { return linalg.Cond(a, "fro") }),
		one("torch.linalg.cond(a, 1)", func() T { return linalg.Cond(a, 1) }),
		one("torch.linalg.matrix_rank(m)", func() T { return linalg.MatrixRank(m) }),
		one("torch.linalg.matrix_rank(m, 1.5)", func() T { return linalg.MatrixRankTol(m, 1.5) }),
		one("torch.linalg.cholesky(p)", func() T { return linalg.Cholesky(p) }),
		two("torch.linalg.cholesky_ex(p)", func() (T, T) { return linalg.CholeskyEx(p) }),
		two("torch.linalg.qr(b)", func() (T, T) { return linalg.QR(b) }),
		two("torch.linalg.qr(b, 'complete')", func() (T, T) { return linalg.QRMode(b, "complete") }),
		three("torch.linalg.svd(m)", func() (T, T, T) { return linalg.SVD(m, true) }),
		three("torch.linalg.svd(m, full_matrices=False)", func() (T, T, T) { return linalg.SVD(m, false) }),
		one("torch.linalg.svdvals(m)", func() T { return linalg.SVDVals(m) }), two("torch.linalg.eig(a)", func() (T, T) { return linalg.Eig(a) }),
		one("torch.linalg.eigvals(a)", func() T { return linalg.EigVals(a) }),
		two("torch.linalg.eigh(y)", func() (T, T) { return linalg.Eigh(y) }),
		one("torch.linalg.eigvalsh(y)", func() T { return linalg.EigValsH(y) }),
		three("torch.linalg.lu(a)", func() (T, T, T) { return linalg.LU(a) }),
		two("torch.linalg.lu_factor(a)", func() (T, T) { return linalg.LUFactor(a) }),
		three("torch.linalg.lu_factor_ex(a)", func() (T, T, T) { return linalg.LUFactorEx(a) }),
		one("torch.linalg.lu_solve(*torch.linalg.lu_factor(a), b)",
			func() T { lu, piv := linalg.LUFactor(a); return linalg.LUSolve(lu, piv, b) }),
		three("torch.lu_unpack(*torch.linalg.lu_factor(a))", func() (T, T, T) { lu, piv := linalg.LUFactor(a); return linalg.LUUnpack(lu, piv) }),
		two("torch.linalg.ldl_factor(y)", func() (T, T) { return linalg.LDLFactor(y) }),
		three("torch.linalg.ldl_factor_ex(y)", func() (T, T, T) { return linalg.LDLFactorEx(y) }),
		one("torch.linalg.ldl_solve(*torch.linalg.ldl_factor(y), b)",
			func() T { ld, piv := linalg.LDLFactor(y); return linalg.LDLSolve(ld, piv, b) }),
		two("torch.geqrf(b)", func() (T, T) { return linalg.Geqrf(b) }),
		one("torch.linalg.householder_product(*torch.geqrf(b))", func() T { return linalg.HouseholderProduct(linalg.Geqrf(b)) }),
	})
	// The default driver starts from memory that it doesn't set, in Python too, so
	// that its last bits are by chance.
	x, _, rank, _ := linalg.Lstsq(a, b)
	require.True(t, torch.Allclose(a.Matmul(x), b, 1e-12, 1e-12))
	require.Equal(t, []int64{4, 4}, torch.ToSlice[int64](rank))
	err := torch.Try(func() error { linalg.Inv(torch.Zeros(torch.Shape{2, 2})); return nil })
	var e *torch.Error
	require.ErrorAs(t, err, &e)
	require.Equal(t, torch.LinAlgError, e.Kind)
	require.ErrorContains(t, torch.Try(func() error { linalg.Norm(m, []int{1}); return nil }), "[]int")
}

func TestFFTAsInPython(t *testing.T) {
	in := map[string]T{
		"x": torch.Arange(0, 48, 1, torch.Float32).Mul(1.1).Sin().View(2, 4, 6),
		"c": torch.Arange(0, 48, 1, torch.Float32).Mul(0.8).Cos().View(2, 4, 3, 2).ViewAsComplex(),
	}
	x, c := in["x"], in["c"]
	requireBeside(t, in, []beside{
		one("torch.fft.fft(x)", func() T { return fft.FFT(x) }),
		one("torch.fft.fft(x, n=5, dim=1, norm='ortho')", func() T { return fft.FFT(x, fft.N(5), fft.Dim(1), fft.Norm("ortho")) }),
		one("torch.fft.ifft(c, norm='forward')", func() T { return fft.IFFT(c, fft.Norm("forward")) }),
		one("torch.fft.rfft(x)", func() T { return fft.RFFT(x) }), one("torch.fft.irfft(c)", func() T { return fft.IRFFT(c) }),
		one("torch.fft.irfft(c, n=5)", func() T { return fft.IRFFT(c, fft.N(5)) }), one("torch.fft.hfft(c)", func() T { return fft.HFFT(c) }),
		one("torch.fft.ihfft(x)", func() T { return fft.IHFFT(x) }),
		one("torch.fft.fft2(x)", func() T { return fft.FFT2(x) }),
		one("torch.fft.fft2(x, s=(3, 8), dim=(0, 2))", func() T { return fft.FFT2(x, fft.N(3, 8), fft.Dim(0, 2)) }),
		one("torch.fft.ifft2(c)", func() T { return fft.IFFT2(c) }), one("torch.fft.rfft2(x)", func() T { return fft.RFFT2(x) }),
		one("torch.fft.irfft2(c)", func() T { return fft.IRFFT2(c) }),
		one("torch.fft.hfft2(c)", func() T { return fft.HFFT2(c) }), one("torch.fft.ihfft2(x)", func() T { return fft.IHFFT2(x) }),
		one("torch.fft.fftn(x, s=(4, 4), dim=(1, 2), norm='forward')", func() T {
			return fft.FFTN(x, fft.Config{N: []int{4, 4}, Dim: []int{1, 2}, Norm: "forward"})
		}),
		one("torch.fft.fftn(x)", func() T { return fft.FFTN(x) }),
		one("torch.fft.ifftn(c, dim=(0, 1))", func() T { return fft.IFFTN(c, fft.Dim(0, 1)) }),
		one("torch.fft.rfftn(x)", func() T { return fft.RFFTN(x) }),
		one("torch.fft.irfftn(c)", func() T { return fft.IRFFTN(c) }), one("torch.fft.hfftn(c)", func() T { return fft.HFFTN(c) }),
		one("torch.fft.ihfftn(x)", func() T { return fft.IHFFTN(x) }),
		one("torch.fft.fftfreq(5, 0.1)", func() T { return fft.FFTFreq(5, 0.1) }),
		one("torch.fft.rfftfreq(6, 0.5)", func() T { return fft.RFFTFreq(6, 0.5) }),
		one("torch.fft.fftshift(x)", func() T { return fft.FFTShift(x) }),
		one("torch.fft.ifftshift(x, dim=(1, 2))", func() T { return fft.IFFTShift(x, 1, 2) }),
	})
	require.Error(t, torch.Try(func() error { fft.FFT(x, fft.Norm("none")); return nil }))
	for _, opt := range []fft.Option{fft.N(3, 5), fft.Dim(0, 1)} {
		require.ErrorContains(t, torch.Try(func() error { fft.FFT(x, opt); return nil }), "expected one length and one dimension")
	}
}
