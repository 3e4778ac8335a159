package torch_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func surfaceInputs() map[string]T {
	nan := float32(math.NaN())
	return map[string]T{
		"x": torch.Arange(0, 24, 1, torch.Float32).Mul(0.7).Sin().Mul(5).View(2, 3, 4),
		"n": torch.New([][]float32{{nan, 2, 3}, {1, nan, -4}}),
		"m": torch.Arange(0, 12, 1, torch.Float32).Mul(1.3).Cos().View(3, 4), "w": torch.Arange(0, 12, 1, torch.Float32).Mul(0.9).Sin().View(4, 3),
		"v": torch.New([]float32{3, -1, 2, 0.5}), "z": torch.New([]float32{0, 1.5, 0, -2, 0}), "s": torch.New([]float32{-1, 0.5, 2, 4}),
		"i": torch.New([]int{3, 1, 3, 2, 2, 2, 0, 1}), "k": torch.New([]int{0, 2}), "g": torch.New([][]int{{0, 2, 1, 0}, {1, 1, 0, 2}}),
		"b": torch.New([][]bool{{true, false, true, true}, {false, false, true, false}, {true, true, false, false}}),
		"h": torch.New([]float32{0.2, 0.5, 0.9}), "c": torch.New([][]complex64{{1 + 2i, 3}, {-1i, 2 - 1i}}), "one": torch.New([]float32{1}),
	}
}

func TestReductionsAsInPython(t *testing.T) {
	in := surfaceInputs()
	x, n, v, z, i, m, h := in["x"], in["n"], in["v"], in["z"], in["i"], in["m"], in["h"]
	keep := torch.KeepDim
	requireBeside(t, in, []beside{
		one("x.sum(1, keepdim=True)", func() T { return x.Sum(1, keep) }), one("x.sum((0, 2), keepdim=True)", func() T { return x.Sum(0, keep, 2) }),
		one("x.sum((0, 1, 2), keepdim=True)", func() T { return x.Sum(keep) }), one("x.mean(-1, keepdim=True)", func() T { return x.Mean(-1, keep) }),
		one("x.mean((0, 1, 2), keepdim=True)", func() T { return x.Mean(keep) }), one("x.var(0, keepdim=True)", func() T { return x.Var(0, keep) }),
		one("x.std((0, 1), keepdim=True)", func() T { return x.Std(0, 1, keep) }), one("x.std()", func() T { return x.Std() }),
		one("x.var(1, unbiased=False)", func() T { return x.VarCorrected(0, 1) }), one("x.std(1, unbiased=False)", func() T { return x.StdCorrected(0, 1) }),
		one("x.amax(1, keepdim=True)", func() T { return x.Amax(1, keep) }), one("x.amin((0, 2), keepdim=True)", func() T { return x.Amin(0, 2, keep) }),
		one("x.argmax(1, keepdim=True)", func() T { return x.Argmax(1, keep) }), one("x.argmin(2, keepdim=True)", func() T { return x.Argmin(2, keep) }),
		two("x.max(1, keepdim=True)", func() (T, T) { return x.MaxDim(1, keep) }), two("x.min(2)", func() (T, T) { return x.MinDim(2) }),
		one("(x > 0).all(1)", func() T { return x.Gt(0).All(1) }), one("(x > 0).any(1, keepdim=True)", func() T { return x.Gt(0).Any(1, keep) }),
		one("x.prod()", func() T { return x.Prod() }), one("x.prod(1, keepdim=True)", func() T { return x.Prod(1, keep) }), one("i.prod(0)", func() T { return i.Prod(0) }),
		one("x.logsumexp((0, 1, 2))", func() T { return x.Logsumexp() }), one("x.logsumexp(2, keepdim=True)", func() T { return x.Logsumexp(2, keep) }),
		one("x.median()", func() T { return x.Median() }), two("x.median(1, keepdim=True)", func() (T, T) { return x.MedianDim(1, keep) }),
		one("n.nanmedian()", func() T { return n.NanMedian() }), two("n.nanmedian(1)", func() (T, T) { return n.NanMedianDim(1) }),
		two("i.view(2, 4).mode(1)", func() (T, T) { return i.View(2, 4).Mode(1) }),
		one("x.quantile(0.3)", func() T { return x.Quantile(0.3) }), one("x.quantile(h, 1, keepdim=True)", func() T { return x.Quantile(h, 1, keep) }),
		one("n.nanquantile(0.5, 1)", func() T { return n.NanQuantile(0.5, 1) }), one("n.nanquantile(h)", func() T { return n.NanQuantile(h) }),
		one("n.nansum()", func() T { return n.NanSum() }), one("n.nansum(1)", func() T { return n.NanSum(1) }), one("n.nanmean(0, keepdim=True)", func() T { return n.NanMean(0, keep) }),
		two("torch.std_mean(x, (0, 1))", func() (T, T) { return x.StdMean(0, 1) }), two("torch.var_mean(x, 1, keepdim=True)", func() (T, T) { return x.VarMean(1, keep) }),
		two("torch.aminmax(x)", func() (T, T) { return x.Aminmax() }), two("torch.aminmax(x, dim=1, keepdim=True)", func() (T, T) { return x.Aminmax(1, keep) }),
		one("z.count_nonzero()", func() T { return z.CountNonzero() }), one("(x > 1).count_nonzero((0, 1))", func() T { return x.Gt(1).CountNonzero(0, 1) }),
		one("torch.linalg.vector_norm(x, 3)", func() T { return x.NormP(3) }), one("x.norm(1, dim=1, keepdim=True)", func() T { return x.NormP(1, 1, keep) }),
		one("x.norm(inf, dim=(0, 2))", func() T { return x.NormP(math.Inf(1), 0, 2) }), one("torch.dist(v, z[:4], 1.5)", func() T { return v.Dist(z.Slice(0, 0, 4, 1), 1.5) }),
		one("x.renorm(2, 1, 4.5)", func() T { return x.Renorm(2, 1, 4.5) }), one("x.clone().renorm_(1, 0, 20)", func() T { return x.Clone().RenormInplace(1, 0, 20) }),
		one("torch.cov(m)", func() T { return m.Cov() }), one("torch.corrcoef(m)", func() T { return m.Corrcoef() }),
		one("x.histc(5, -3, 3)", func() T { return x.Histc(5, -3, 3) }), one("x.histc(4)", func() T { return x.Histc(4, 0, 0) }),
		two("torch.histogram(x, 4)", func() (T, T) { return x.Histogram(4) }), one("torch.histogram(x, s := torch.tensor([-4., 0, 1, 5]))[0]", func() T { return x.HistogramEdges(torch.New([]float32{-4, 0, 1, 5})) }),
		one("x.cumprod(1)", func() T { return x.Cumprod(1) }), one("x.clone().cumprod_(2)", func() T { return x.Clone().CumprodInplace(2) }),
		one("x.clone().cumsum_(0)", func() T { return x.Clone().CumsumInplace(0) }), two("x.cummax(2)", func() (T, T) { return x.Cummax(2) }),
		two("x.cummin(1)", func() (T, T) { return x.Cummin(1) }), one("x.logcumsumexp(2)", func() T { return x.Logcumsumexp(2) }),
		one("x.diff(n=2, dim=2)", func() T { return x.Diff(2, 2) }), one("torch.trapezoid(x, dx=0.5, dim=1)", func() T { return x.Trapezoid(0.5, 1) }),
		one("torch.trapezoid(x, v.cumsum(0), dim=2)", func() T { return x.Trapezoid(v.Cumsum(0), 2) }),
		one("torch.cumulative_trapezoid(x, dx=2, dim=-1)", func() T { return x.CumulativeTrapezoid(2, -1) }),
		one("torch.cumulative_trapezoid(x, v, dim=2)", func() T { return x.CumulativeTrapezoid(v, 2) }),
		several("torch.gradient(m, spacing=0.5)", func() []T { return m.GradientOf(0.5) }), several("torch.gradient(x, spacing=2, dim=1)", func() []T { return x.GradientOf(2, 1) }),
	})
	require.ErrorContains(t, torch.Try(func() error { x.Prod(0, 1); return nil }), "one dimension")
	require.ErrorContains(t, torch.Try(func() error { x.MaxDim(0, 1); return nil }), "KeepDim")
}

func TestSearchingAndJoiningAsInPython(t *testing.T) {
	in := surfaceInputs()
	x, v, z, i, s, m, w, k, one1 := in["x"], in["v"], in["z"], in["i"], in["s"], in["m"], in["w"], in["k"], in["one"]
	requireBeside(t, in, []beside{
		two("i.sort(stable=True, dim=0, descending=True)", func() (T, T) { return i.SortStable(0, true) }), one("x.msort()", func() T { return x.Msort() }),
		two("x.kthvalue(2, 1, keepdim=True)", func() (T, T) { return x.Kthvalue(2, 1, torch.KeepDim) }),
		two("x.topk(2, 2, largest=False)", func() (T, T) { return x.TopkSmallest(2, 2) }),
		one("z.nonzero()", func() T { return z.Nonzero() }), one("(x > 2).argwhere()", func() T { return x.Gt(2).Argwhere() }),
		one("torch.searchsorted(s, v)", func() T { return torch.Searchsorted(s, v, false) }), one("torch.searchsorted(s, 2, right=True)", func() T { return torch.Searchsorted(s, 2, true) }),
		one("torch.bucketize(x, s, right=True)", func() T { return x.Bucketize(s, true) }),
		one("i.unique()", func() T { return i.Unique() }), three("i.unique(return_inverse=True, return_counts=True)", func() (T, T, T) { return i.UniqueCounts() }),
		one("(m > 0).unique(dim=1)", func() T { return m.Gt(0).Unique(1) }),
		three("(m > 0).unique(return_inverse=True, return_counts=True, dim=0)", func() (T, T, T) { return m.Gt(0).UniqueCounts(0) }),
		three("i.unique_consecutive(return_inverse=True, return_counts=True)", func() (T, T, T) { return i.UniqueConsecutive() }),
		three("(m > 0).unique_consecutive(return_inverse=True, return_counts=True, dim=1)", func() (T, T, T) { return m.Gt(0).UniqueConsecutive(1) }),
		one("torch.hstack((m, m * 2))", func() T { return torch.HStack([]T{m, m.Mul(2)}) }), one("torch.vstack((v, m))", func() T { return torch.VStack([]T{v, m}) }),
		one("torch.dstack((m, m + 1))", func() T { return torch.DStack([]T{m, m.Add(1)}) }), one("torch.column_stack((v, w))", func() T { return torch.ColumnStack([]T{v, w}) }),
		one("torch.block_diag(m, v, one)", func() T { return torch.BlockDiag(m, v, one1) }), several("torch.broadcast_tensors(v, w[:, :1])", func() []T { return torch.BroadcastTensors(v, w.Slice(1, 0, 1, 1)) }),
		several("torch.meshgrid(v, s, indexing='ij')", func() []T { return torch.Meshgrid(v, s) }), several("torch.meshgrid(v, s[:2], indexing='xy')", func() []T { return torch.MeshgridXY(v, s.Slice(0, 0, 2, 1)) }),
		one("torch.cartesian_prod(k, k, i[:3])", func() T { return torch.CartesianProd(k, k, i.Slice(0, 0, 3, 1)) }),
		one("torch.combinations(v, 3)", func() T { return v.Combinations(3, false) }), one("torch.combinations(v, 2, with_replacement=True)", func() T { return v.Combinations(2, true) }),
		several("x.split((1, 3), 2)", func() []T { return x.SplitSizes([]int{1, 3}, 2) }), several("x.tensor_split(3, 2)", func() []T { return x.TensorSplit(3, 2) }),
		several("x.tensor_split((1, 2), 1)", func() []T { return x.TensorSplitAt([]int{1, 2}, 1) }), several("x.hsplit(3)", func() []T { return x.HSplit(3) }),
		several("x.vsplit(2)", func() []T { return x.VSplit(2) }), several("x.dsplit(2)", func() []T { return x.DSplit(2) }),
		one("x.flip(0, 2)", func() T { return x.Flip(0, 2) }), one("m.fliplr()", func() T { return m.Fliplr() }), one("m.flipud()", func() T { return m.Flipud() }),
		one("x.rot90(1, (1, 2))", func() T { return x.Rot90(1, [2]int{1, 2}) }), one("x.roll(2)", func() T { return x.Roll(2) }), one("x.roll((1, 1), (0, 2))", func() T { return x.Roll(1, 0, 2) }),
		one("m.repeat(2, 1, 3)", func() T { return m.Repeat(2, 1, 3) }), one("x.tile(2, 2)", func() T { return x.Tile(2, 2) }),
		one("m.repeat_interleave(2)", func() T { return m.RepeatInterleave(2) }), one("m[:2].repeat_interleave(k, 0)", func() T { return m.Slice(0, 0, 2, 1).RepeatInterleave(k, 0) }),
		one("x.movedim(0, 2)", func() T { return x.Movedim(0, 2) }), one("x.transpose(0, 1).ravel()", func() T { return x.Transpose(0, 1).Ravel() }),
		one("x.unflatten(2, (2, -1))", func() T { return x.Unflatten(2, 2, -1) }), one("x.unflatten(-3, (1, 2))", func() T { return x.Unflatten(-3, 1, 2) }), one("x.unfold(2, 3, 1)", func() T { return x.Unfold(2, 3, 1) }),
		one("v.broadcast_to((3, 4))", func() T { return v.BroadcastTo(3, 4) }), one("v.expand_as(m)", func() T { return v.ExpandAs(m) }),
		one("m.view_as(w)", func() T { return m.ViewAs(w) }), one("m.t().reshape_as(m)", func() T { return m.T().ReshapeAs(m) }), one("m.view(torch.int32)", func() T { return m.ViewDType(torch.Int32) }),
		one("x.sum_to_size(3, 1)", func() T { return x.SumToSize(3, 1) }), one("x.as_strided((2, 2), (3, 1), 5)", func() T { return x.AsStrided([]int{2, 2}, []int{3, 1}, 5) }),
		one("x.clone().as_strided_((2, 2), (3, 1), 5)", func() T { return x.Clone().AsStridedInplace([]int{2, 2}, []int{3, 1}, 5) }),
		one("torch.atleast_1d(m.sum())", func() T { return m.Sum().Atleast1D() }), one("torch.atleast_2d(v)", func() T { return v.Atleast2D() }), one("torch.atleast_3d(m)", func() T { return m.Atleast3D() }),
		one("one.clone().squeeze_()", func() T { return one1.Clone().SqueezeInplace() }), one("one.clone().squeeze_(0)", func() T { return one1.Clone().SqueezeInplace(0) }),
		one("m.clone().unsqueeze_(1)", func() T { return m.Clone().UnsqueezeInplace(1) }), one("x.clone().transpose_(0, 2)", func() T { return x.Clone().TransposeInplace(0, 2) }),
		one("m.clone().t_()", func() T { return m.Clone().TInplace() }), one("(m * 2).detach_()", func() T { return m.Mul(2).DetachInplace() }),
		one("m.clone().resize_(2, 3)", func() T { return m.Clone().ResizeInplace(2, 3) }), one("v.clone().set_(m.t())", func() T { return v.Clone().SetInplace(m.T()) }),
		one("torch.nn.functional.pad(m, (1, 2, 0, -1), value=3)", func() T { return m.Pad(3, 1, 2, 0, -1) }),
		one("torch.nn.functional.pad(x, (1, 2), mode='reflect')", func() T { return x.PadMode("reflect", 1, 2) }),
		one("torch.nn.functional.pad(x, (1, 2), mode='replicate')", func() T { return x.PadMode("replicate", 1, 2) }),
		one("v.diag(1)", func() T { return v.Diag(1) }), one("m.diag()", func() T { return m.Diag(0) }), one("x.diagonal(1, 1, 2)", func() T { return x.Diagonal(1, 1, 2) }),
		one("m.diag_embed(1, 0, 2)", func() T { return m.DiagEmbed(1, 0, 2) }), one("m.diagflat(-1)", func() T { return m.Diagflat(-1) }),
		one("w.clone().fill_diagonal_(7)", func() T { return w.Clone().FillDiagonalInplace(7, false) }), one("m.trace()", func() T { return m.Trace() }),
		one("m.clone().triu_(1)", func() T { return m.Clone().TriuInplace(1) }), one("m.clone().tril_(-1)", func() T { return m.Clone().TrilInplace(-1) }),
		one("torch.tril_indices(3, 4, 1)", func() T { return torch.TrilIndices(3, 4, 1, torch.Int64) }), one("torch.triu_indices(3, 4, -1)", func() T { return torch.TriuIndices(3, 4, -1, torch.Int64) }),
		one("torch.vander(v, 3)", func() T { return v.Vander(3, false) }), one("m.diagonal_scatter(v[:3], 0)", func() T { return m.DiagonalScatter(v.Slice(0, 0, 3, 1), 0, 0, 1) }),
	})
	require.Error(t, torch.Try(func() error { x.Unflatten(3, 1, 2); return nil }))
}

func TestScatteringAndProductsAsInPython(t *testing.T) {
	in := surfaceInputs()
	x, v, s, m, w, k, g, b, c := in["x"], in["v"], in["s"], in["m"], in["w"], in["k"], in["g"], in["b"], in["c"]
	src := m.Slice(0, 0, 2, 1)
	requireBeside(t, in, []beside{
		one("m.scatter(0, g, m[:2])", func() T { return m.Scatter(0, g, src) }), one("m.scatter(0, g, 5)", func() T { return m.Scatter(0, g, 5) }),
		one("m.clone().scatter_(0, g, m[:2] * 2)", func() T { return m.Clone().ScatterInplace(0, g, src.Mul(2)) }), one("m.clone().scatter_(0, g, 5)", func() T { return m.Clone().ScatterInplace(0, g, 5) }),
		one("m.scatter_add(0, g, m[:2])", func() T { return m.ScatterAdd(0, g, src) }), one("m.clone().scatter_add_(0, g, m[:2])", func() T { return m.Clone().ScatterAddInplace(0, g, src) }),
		one("m.scatter_reduce(0, g, m[:2], 'amax', include_self=False)", func() T { return m.ScatterReduce(0, g, src, "amax", false) }),
		one("m.clone().scatter_reduce_(0, g, m[:2], 'mean')", func() T { return m.Clone().ScatterReduceInplace(0, g, src, "mean", true) }),
		one("m.index_add(0, k, m[:2], alpha=0.3)", func() T { return m.IndexAdd(0, k, src, 0.3) }), one("m.clone().index_add_(0, k, m[:2])", func() T { return m.Clone().IndexAddInplace(0, k, src, 1) }),
		one("m.index_copy(0, k, m[:2])", func() T { return m.IndexCopy(0, k, src) }), one("m.clone().index_copy_(0, k, m[:2])", func() T { return m.Clone().IndexCopyInplace(0, k, src) }),
		one("m.index_fill(1, k, -2)", func() T { return m.IndexFill(1, k, -2) }), one("m.clone().index_fill_(1, k, 0.5)", func() T { return m.Clone().IndexFillInplace(1, k, 0.5) }),
		one("m.index_reduce(0, k, m[:2], 'prod')", func() T { return m.IndexReduce(0, k, src, "prod", true) }), one("m.clone().index_reduce_(0, k, m[:2], 'amin', include_self=False)", func() T { return m.Clone().IndexReduceInplace(0, k, src, "amin", false) }),
		one("m.masked_select(b)", func() T { return m.MaskedSelect(b) }), one("m.masked_scatter(b, w)", func() T { return m.MaskedScatter(b, w) }),
		one("m.clone().masked_scatter_(b, w)", func() T { return m.Clone().MaskedScatterInplace(b, w) }), one("m.clone().masked_fill_(b, 9)", func() T { return m.Clone().MaskedFillInplace(b, 9) }),
		one("m.clone().masked_fill_(b, v[0])", func() T { return m.Clone().MaskedFillInplace(b, v.Select(0, 0)) }),
		one("m.take(g)", func() T { return m.Take(g) }), one("m.take_along_dim(g, 0)", func() T { return m.TakeAlongDim(g, 0) }), one("m.take_along_dim(k)", func() T { return m.TakeAlongDim(k) }),
		one("m.put(k, v[:2])", func() T { return m.Put(k, v.Slice(0, 0, 2, 1), false) }), one("m.clone().put_(k, v[:2], accumulate=True)", func() T { return m.Clone().PutInplace(k, v.Slice(0, 0, 2, 1), true) }),
		one("m.select_scatter(v, 0, 1)", func() T { return m.SelectScatter(v, 0, 1) }), one("m.slice_scatter(m[:2], 0, 0, 3, 2)", func() T { return m.SliceScatter(src, 0, 0, 3, 2) }),
		one("m.mm(w)", func() T { return m.Mm(w) }), one("x.bmm(x.mT)", func() T { return x.Bmm(x.MT()) }), one("m.mv(v)", func() T { return m.Mv(v) }), one("v.dot(s)", func() T { return v.Dot(s) }),
		one("c[0].vdot(c[1])", func() T { return c.Index(0).Vdot(c.Index(1)) }), one("torch.inner(m, x)", func() T { return m.Inner(x) }), one("torch.outer(v, s)", func() T { return v.Outer(s) }),
		one("torch.kron(m, c)", func() T { return m.Kron(c) }), one("torch.cross(w, w + 1, dim=1)", func() T { return w.Cross(w.Add(1), 1) }),
		one("torch.addmm(w[:3], m, w, beta=0.5, alpha=2)", func() T { return w.Slice(0, 0, 3, 1).Addmm(m, w, 0.5, 2) }), one("(m @ w).addmm_(m, w)", func() T { return m.Matmul(w).AddmmInplace(m, w, 1, 1) }),
		one("torch.addmv(v[:3], m, v, beta=0.5, alpha=2)", func() T { return v.Slice(0, 0, 3, 1).Addmv(m, v, 0.5, 2) }), one("v[:3].clone().addmv_(m, v)", func() T { return v.Slice(0, 0, 3, 1).Clone().AddmvInplace(m, v, 1, 1) }),
		one("torch.addr(m, m[:, 0], v, beta=0.5, alpha=2)", func() T { return m.Addr(m.Select(1, 0), v, 0.5, 2) }), one("m.clone().addr_(m[:, 0], v)", func() T { return m.Clone().AddrInplace(m.Select(1, 0), v, 1, 1) }),
		one("torch.baddbmm(x @ x.mT, x, x.mT, beta=0.5, alpha=2)", func() T { return x.Matmul(x.MT()).Baddbmm(x, x.MT(), 0.5, 2) }), one("(x @ x.mT).baddbmm_(x, x.mT)", func() T { return x.Matmul(x.MT()).BaddbmmInplace(x, x.MT(), 1, 1) }),
		one("torch.addbmm(m @ w, x, x.mT, beta=0.5, alpha=2)", func() T { return m.Matmul(w).Addbmm(x, x.MT(), 0.5, 2) }), one("(m @ w).addbmm_(x, x.mT)", func() T { return m.Matmul(w).AddbmmInplace(x, x.MT(), 1, 1) }),
		one("torch.einsum('bij,kj->bik', x, m)", func() T { return torch.Einsum("bij,kj->bik", x, m) }), one("torch.einsum('ii', m[:, :3])", func() T { return torch.Einsum("ii", m.Slice(1, 0, 3, 1)) }),
		one("torch.tensordot(x, m, dims=([1, 2], [0, 1]))", func() T { return x.Tensordot(m, []int{1, 2}, []int{0, 1}) }),
		one("torch.cdist(m, w.t(), p=1)", func() T { return m.Cdist(w.T(), 1) }), one("torch.pdist(m, 2)", func() T { return m.Pdist(2) }),
		one("(m @ w + torch.eye(3)).inverse()", func() T { return m.Matmul(w).Add(torch.Eye(3)).Inverse() }), one("(m @ w).det()", func() T { return m.Matmul(w).Det() }), one("(m @ m.t()).logdet()", func() T { return m.Matmul(m.T()).Logdet() }),
		one("(m @ w).matrix_power(3)", func() T { return m.Matmul(w).MatrixPower(3) }), one("(m @ w).matrix_exp()", func() T { return m.Matmul(w).MatrixExp() }),
		one("w[:3].cholesky_solve(w[:3].tril() + 3 * torch.eye(3))", func() T {
			return w.Slice(0, 0, 3, 1).CholeskySolve(w.Slice(0, 0, 3, 1).Tril(0).Add(torch.Eye(3).Mul(3)), false)
		}),
		one("torch.cholesky_inverse(w[:3].tril() + 3 * torch.eye(3))", func() T { return w.Slice(0, 0, 3, 1).Tril(0).Add(torch.Eye(3).Mul(3)).CholeskyInverse(false) }),
	})
}
