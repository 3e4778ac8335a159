package torch_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/fft"
	"multitorch/torch/linalg"
	"multitorch/twin"
)

// What Python refuses is an Error of the kind that Python's exception has, and what
// Python does is done.
func TestErrorKindsAsInPython(t *testing.T) {
	x := torch.Arange(0, 12., 1).View(3, 4)
	i := torch.New([]int{0, 5})
	sq := torch.Zeros(S{3, 3})
	w := torch.Ones(S{3}, torch.RequiresGrad(true))
	table := []struct {
		python string
		got    func()
	}{
		{"x[5]", func() { x.Index(5) }},
		{"x[0,0,0]", func() { x.Index(0, 0, 0) }},
		{"x[torch.tensor([True,False])]", func() { x.Index(torch.New([]bool{true, false})) }},
		{"x[i]", func() { x.Index(i) }},
		{"x[torch.tensor([0.5])]", func() { x.Index(torch.New([]float32{.5})) }},
		{"x.__setitem__(0, torch.ones(3))", func() { x.Clone().IndexPut(torch.Ones(S{3}), 0) }},
		{"x.view(5)", func() { x.View(5) }},
		{"x.view(-1,-1)", func() { x.View(-1, -1) }},
		{"x.view(-1,0)", func() { x.View(-1, 0) }},
		{"x.reshape(-5)", func() { x.Reshape(-5) }},
		{"x.t().view(-1)", func() { x.T().View(-1) }},
		{"x.permute(0)", func() { x.Permute(0) }},
		{"x.permute(0,0)", func() { x.Permute(0, 0) }},
		{"x.expand(2,3,5)", func() { x.Expand(2, 3, 5) }},
		{"x.expand(4)", func() { x.Expand(4) }},
		{"x.sum(5)", func() { x.Sum(5) }},
		{"x.sum((0,0))", func() { x.Sum(0, 0) }},
		{"x.max(3)", func() { x.MaxDim(3) }},
		{"torch.zeros(0).max()", func() { torch.Zeros(S{0}).Max() }},
		{"torch.zeros(0,3).max(0)", func() { torch.Zeros(S{0, 3}).MaxDim(0) }},
		{"torch.zeros(0).argmax()", func() { torch.Zeros(S{0}).Argmax() }},
		{"x.topk(9)", func() { x.Topk(9, -1) }},
		{"x.kthvalue(0)", func() { x.Kthvalue(0, -1) }},
		{"x.gather(0, i)", func() { x.Gather(0, i) }},
		{"x.gather(1, torch.tensor([[9]]))", func() { x.Gather(1, torch.New([][]int{{9}})) }},
		{"x.index_select(0, i)", func() { x.IndexSelect(0, i) }},
		{"x.scatter(0, torch.tensor([[7]]), 1.)", func() { x.Scatter(0, torch.New([][]int{{7}}), 1.) }},
		{"x.scatter_reduce(0, torch.tensor([[0]]), x, 'foo')", func() { x.ScatterReduce(0, torch.New([][]int{{0}}), x, "foo", true) }},
		{"x @ x", func() { x.Matmul(x) }},
		{"x @ i", func() { x.Matmul(i) }},
		{"torch.mm(x, i)", func() { x.Mm(i) }},
		{"torch.einsum('ij,jk', x, x)", func() { torch.Einsum("ij,jk", x, x) }},
		{"torch.einsum('ij->', x, x)", func() { torch.Einsum("ij->", x, x) }},
		{"torch.einsum('i$', x)", func() { torch.Einsum("i$", x) }},
		{"torch.cat([])", func() { torch.Cat(nil, 0) }},
		{"torch.cat([x, x[0]])", func() { torch.Cat(L{x, x.Index(0)}, 0) }},
		{"torch.stack([x, x[0]])", func() { torch.Stack(L{x, x.Index(0)}, 0) }},
		{"torch.stack([])", func() { torch.Stack(nil, 0) }},
		{"x.split(0)", func() { x.Split(0, 0) }},
		{"x.split([1,1])", func() { x.SplitSizes([]int{1, 1}, 0) }},
		{"x.chunk(0)", func() { x.Chunk(0, 0) }},
		{"x.unfold(0,9,1)", func() { x.Unfold(0, 9, 1) }},
		{"x + i", func() { x.Add(i) }},
		{"x.add_(torch.ones(5,3,4))", func() { x.AddInplace(torch.Ones(S{5, 3, 4})) }},
		{"i.add_(1.5)", func() { i.AddInplace(1.5) }},
		{"i ** -1", func() { i.Pow(-1) }},
		{"torch.tensor(True) - torch.tensor(True)", func() { torch.New(true).Sub(torch.New(true)) }},
		{"-torch.tensor(True)", func() { torch.New(true).Neg() }},
		{"x & x", func() { x.BitwiseAnd(x) }},
		{"i.mean()", func() { i.Mean() }},
		{"torch.linalg.inv(sq)", func() { linalg.Inv(sq) }},
		{"torch.linalg.cholesky(-torch.eye(3))", func() { linalg.Cholesky(torch.Eye(3).Neg()) }},
		{"torch.linalg.solve(sq, torch.ones(3))", func() { linalg.Solve(sq, torch.Ones(S{3})) }},
		{"torch.linalg.eigh(x)", func() { linalg.Eigh(x) }},
		{"torch.linalg.svd(torch.tensor([[float('nan')]]))", func() { linalg.SVD(torch.New([][]float32{{float32(math.NaN())}}), true) }},
		{"torch.linalg.norm(x, 'foo')", func() { linalg.Norm(x, "foo") }},
		{"torch.linalg.det(x)", func() { linalg.Det(x) }},
		{"torch.fft.fft(x, norm='foo')", func() { fft.FFT(x, fft.Norm("foo")) }},
		{"torch.fft.fft(x, dim=7)", func() { fft.FFT(x, fft.Dim(7)) }},
		{"torch.fft.fft(x, n=0)", func() { fft.FFT(x, fft.N(0)) }},
		{"torch.multinomial(-x, 1)", func() { x.Neg().Multinomial(1, false) }},
		{"torch.multinomial(torch.zeros(3), 1)", func() { torch.Zeros(S{3}).Multinomial(1, false) }},
		{"torch.multinomial(torch.ones(3), 5)", func() { torch.Ones(S{3}).Multinomial(5, false) }},
		{"x.clone().normal_(0, -1)", func() { x.Clone().NormalInplace(0, -1) }},
		{"x.clone().uniform_(2, 1)", func() { x.Clone().UniformInplace(2, 1) }},
		{"torch.randint(5, 5, (2,))", func() { torch.Randint(5, 5, S{2}) }},
		{"torch.randperm(-1)", func() { torch.Randperm(-1) }},
		{"torch.zeros(-1)", func() { torch.Zeros(S{-1}) }},
		{"torch.arange(0, 5, 0)", func() { torch.Arange(0, 5, 0) }},
		{"torch.arange(0, 5, -1)", func() { torch.Arange(0, 5, -1) }},
		{"torch.linspace(0, 1, -3)", func() { torch.Linspace(0, 1, -3) }},
		{"torch.eye(-1)", func() { torch.Eye(-1) }},
		{"torch.full((2,), 300, dtype=torch.uint8)", func() { torch.Full(S{2}, 300, torch.Uint8) }},
		{"w.add_(1)", func() { w.AddInplace(1) }},
		{"w.view(3).mul_(2)", func() { w.View(3).MulInplace(2) }},
		{"(w*2).backward()", func() { w.Mul(2).Backward() }},
		{"x.sum().backward()", func() { x.Sum().Backward() }},
		{"torch.autograd.grad(w.sum(), x)", func() { torch.Grad(L{w.Sum()}, L{x}) }},
		{"torch.autograd.grad(w.sum(), x.clone().requires_grad_())", func() { torch.Grad(L{w.Sum()}, L{x.Clone().SetRequiresGrad(true)}) }},
		{"i.requires_grad_()", func() { i.SetRequiresGrad(true) }},
		{"(w*1).requires_grad_(False)", func() { w.Mul(1).SetRequiresGrad(false) }},
		{"torch.quantile(x, 1.5)", func() { x.Quantile(1.5) }},
		{"torch.searchsorted(x, torch.ones(2,2))", func() { torch.Searchsorted(x, torch.Ones(S{2, 2}), false) }},
		{"torch.bucketize(x, x)", func() { x.Bucketize(x, false) }},
		{"torch.bincount(-i)", func() { i.Neg().Bincount(0) }},
		{"torch.complex(x, i)", func() { torch.Complex(x, i) }},
		{"x.imag", func() { x.Imag() }},
		{"torch.view_as_complex(x[:, :3])", func() { x.Index(colon, r(nil, 3)).ViewAsComplex() }},
		{"x.as_strided((100,),(1,))", func() { x.AsStrided(S{100}, []int{1}, 0) }},
		{"x.diagonal(0, 0, 0)", func() { x.Diagonal(0, 0, 0) }},
		{"x.flip(0, 0)", func() { x.Flip(0, 0) }},
		{"x.repeat(2)", func() { x.Repeat(2) }},
		{"x.repeat_interleave(-1)", func() { x.RepeatInterleave(-1) }},
		{"x.squeeze(5)", func() { x.Squeeze(5) }},
		{"x.unsqueeze(5)", func() { x.Unsqueeze(5) }},
		{"x.masked_fill(torch.ones(3,4), 1)", func() { x.MaskedFill(torch.Ones(S{3, 4}), 1) }},
		{"torch.where(x, x, x)", func() { torch.Where(x, x, x) }},
		{"x.masked_select(i)", func() { x.MaskedSelect(i) }},
		{"x.take(torch.tensor([99]))", func() { x.Take(torch.New([]int{99})) }},
		{"x.put_(torch.tensor([99]), torch.ones(1))", func() { x.PutInplace(torch.New([]int{99}), torch.Ones(S{1}), false) }},
		{"torch.nn.functional.pad(x, (1,1,1))", func() { x.Pad(0, 1, 1, 1) }},
		{"torch.nn.functional.pad(x, (9,9), mode='reflect')", func() { x.PadMode("reflect", 9, 9) }},
		{"torch.nn.functional.pad(x, (1,1), mode='foo')", func() { x.PadMode("foo", 1, 1) }},
		{"x.renorm(-1, 0, 1)", func() { x.Renorm(-1, 0, 1) }},
		{"x.resize_(-1)", func() { x.Clone().ResizeInplace(-1) }},
		{"torch.polygamma(-1, x)", func() { x.Polygamma(-1) }},
		{"x.histc(0)", func() { x.Histc(0, 0, 1) }},
		{"torch.tensordot(x, x, ([0],[1]))", func() { x.Tensordot(x, []int{0}, []int{1}) }},
		{"x.matrix_power(2)", func() { x.MatrixPower(2) }},
		{"x.dot(x)", func() { x.Dot(x) }},
		{"x.unflatten(1, (3, 3))", func() { x.Unflatten(1, 3, 3) }},
		{"x.movedim(0, 5)", func() { x.Movedim(0, 5) }},
		{"x.rot90(1, (0, 0))", func() { x.Rot90(1, [2]int{0, 0}) }},
		{"torch.combinations(x)", func() { x.Combinations(2, false) }},
		{"torch.full((2,), x[0])", func() { torch.Full(S{2}, x.Index(0)) }},
		{"torch.full((2,), torch.ones(1))", func() { torch.Full(S{2}, torch.Ones(S{1})) }},
		{"torch.full((2,), w[0])", func() { torch.Full(S{2}, w.Index(0)) }},
		{"torch.full_like(x, torch.tensor(1j))", func() { torch.FullLike(x, torch.New(1i)) }},
		{"torch.arange(0, w[0], 1)", func() { torch.Arange(0, w.Index(0), 1) }},
		{"torch.add(x, x, alpha=w[0])", func() { x.AddScaled(x, w.Index(0)) }},
		{"torch.add(x, x, alpha=torch.tensor(True))", func() { x.AddScaled(x, torch.New(true)) }},
		{"i.add_(i, alpha=torch.tensor(0.5))", func() { i.AddScaledInplace(i, torch.New(0.5)) }},
		{"torch.addcmul(x, x, x, value=w[0])", func() { x.Addcmul(x, x, w.Index(0)) }},
		{"x.addcdiv_(x, x, value=torch.ones(1))", func() { x.AddcdivInplace(x, x, torch.Ones(S{1})) }},
		{"x.fill_diagonal_(w[0])", func() { x.FillDiagonalInplace(w.Index(0), false) }},
		{"x.index_fill(0, torch.tensor([0]), torch.ones(1))", func() { x.IndexFill(0, torch.New([]int{0}), torch.Ones(S{1})) }},
		{"x.index_fill(0, torch.tensor([0]), torch.tensor(1j))", func() { x.IndexFill(0, torch.New([]int{0}), torch.New(1i)) }},
		{"torch.linalg.norm(x, w[0])", func() { linalg.Norm(x, w.Index(0)) }},
		{"torch.tensor([x[0], x[1]])", func() { torch.New(L{x.Index(0), x.Index(1)}) }},
		{"torch.tensor([torch.ones(0)])", func() { torch.New(L{torch.Ones(S{0})}) }},
		{"torch.tensor([torch.tensor(0.5)], dtype=torch.int64)", func() { torch.New(L{torch.New(0.5)}, torch.Int64) }},
		{"torch.tensor([torch.tensor(1.0)], dtype=torch.bool)", func() { torch.New(L{torch.New(1.0)}, torch.Bool) }},
		{"torch.tensor([torch.tensor(1j)], dtype=torch.float32)", func() { torch.New(L{torch.New(1i)}, torch.Float32) }},
		{"x.type(torch.float16) @ x.t()", func() { x.Half().Matmul(x.T()) }},
	}
	expressions := make([]string, len(table))
	for n, c := range table {
		expressions[n] = c.python
	}
	want := twin.Run(t, `
import warnings
warnings.simplefilter("ignore")
for n, e in enumerate(args):
    x, i = torch.arange(12.).view(3, 4), torch.tensor([0, 5])
    try:
        eval(e, dict(torch=torch, x=x, i=i, sq=torch.zeros(3, 3), w=torch.ones(3, requires_grad=True)))
        kind = "nothing"
    except Exception as wrong:
        kind = type(wrong).__name__.lstrip("_")
    out[str(n)] = torch.tensor(list(kind.encode()), dtype=torch.uint8)
`, nil, expressions...)
	kinds := map[torch.Kind]string{
		torch.OtherError: "RuntimeError", torch.IndexError: "IndexError", torch.ValueError: "ValueError", torch.TypeError: "TypeError",
		torch.NotImplemented: "NotImplementedError", torch.LinAlgError: "LinAlgError",
	}
	for n, c := range table {
		kind := "nothing"
		if err := torch.Try(func() error { c.got(); return nil }); err != nil {
			var e *torch.Error
			require.ErrorAs(t, err, &e)
			kind = kinds[e.Kind]
		}
		require.Equal(t, string(torch.ToSlice[uint8](want[fmt.Sprint(n)])), kind, c.python)
	}
}
