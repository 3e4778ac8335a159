package aten_test

import (
	"fmt"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/aten"
	"multitorch/twin"
)

type tensor = *torch.Tensor

type beside struct {
	python string
	got    func() tensor
}

// requireBeside holds every entry against Python, where the inputs have their names.
func requireBeside(t *testing.T, in map[string]tensor, before string, table []beside) {
	t.Helper()
	expressions := make([]string, len(table))
	for i, c := range table {
		expressions[i] = c.python
	}
	want := twin.Run(t, "globals().update(inputs)\n"+before+`
for n_, e_ in enumerate(args):
    out[str(n_)] = eval(e_, globals())
`, in, expressions...)
	for i, c := range table {
		var got tensor
		require.NoError(t, torch.Try(func() error { got = c.got(); return nil }), c.python)
		twin.RequireEqual(t, want[fmt.Sprint(i)], got, c.python)
	}
}

// What a method of package torch leaves to the function here, as its comment says.
func TestWhatMethodsLeaveOut(t *testing.T) {
	in := map[string]tensor{
		"x": torch.Arange(0, 24, 1, torch.Float32).Mul(0.7).Sin().View(2, 3, 4), "v": torch.New([]float32{3, -1, 2, 0.5}),
		"i": torch.New([]int{3, 1, 3, 0}), "q": torch.New([]float32{0.3, 0.8}),
	}
	x, v, i, q := in["x"], in["v"], in["i"], in["q"]
	requireBeside(t, in, "m = x[0]", []beside{
		{"x.roll((1, 2), (0, 2))", func() tensor { return aten.Roll(x, []int{1, 2}, aten.Dims(0, 2)) }},
		{"v.diff(prepend=q, append=v)", func() tensor { return aten.Diff(v, aten.Prepend(q), aten.Append(v)) }},
		{"x.quantile(q, 1, interpolation='lower')", func() tensor { return aten.Quantile(x, q, aten.Dim(1), aten.Interpolation("lower")) }},
		{"x.quantile(0.4, interpolation='nearest')", func() tensor { return aten.QuantileScalar(x, 0.4, aten.Interpolation("nearest")) }},
		{"x.nanquantile(q, interpolation='higher')", func() tensor { return aten.Nanquantile(x, q, aten.Interpolation("higher")) }},
		{"torch.cov(m, correction=0, fweights=i)", func() tensor { return aten.Cov(x.Select(0, 0), aten.Correction(0), aten.Fweights(i)) }},
		{"i.bincount(v, 6)", func() tensor { return aten.Bincount(i, aten.Weights(v), aten.Minlength(6)) }},
		{"x.movedim((0, 1), (2, 0))", func() tensor { return aten.MovedimIntlist(x, []int{0, 1}, []int{2, 0}) }},
		{"torch.zeros(5).index_put_((i,), v, accumulate=True)", func() tensor {
			return aten.IndexPutInplace(torch.Zeros(torch.Shape{5}), []tensor{i}, v, aten.Accumulate(true))
		}},
	})
}

// torch.sparse, which docs/porting.md tells how to write.
func TestSparseAsInPython(t *testing.T) {
	in := map[string]tensor{
		"a": torch.New([][]float32{{0, 1.5, 0}, {-2, 0, 0.3}}), "d": torch.Arange(0, 12, 1, torch.Float32).Mul(1.3).Cos().View(3, 4),
		"m": torch.Arange(0, 8, 1, torch.Float32).Sin().View(2, 4),
	}
	a, d, m := in["a"], in["d"], in["m"]
	s := aten.ToSparse(a)
	sp := func(name string, args ...any) tensor { return aten.Call(name, args...)[0].(tensor) }
	grad := func(f func(s tensor) tensor) tensor {
		leaf := s.Detach().Clone().SetRequiresGrad(true)
		return aten.ToDense(torch.Grad([]tensor{f(leaf).Sum()}, []tensor{leaf})[0])
	}
	requireBeside(t, in, `
s = a.to_sparse()
def grad(f):
    leaf = s.detach().clone().requires_grad_()
    return torch.autograd.grad(f(leaf).sum(), leaf)[0].to_dense()
`, []beside{
		{"torch.sparse.mm(s, d)", func() tensor { return sp("_sparse_mm", s, d) }},
		{"grad(lambda s: torch.sparse.mm(s, d))", func() tensor { return grad(func(s tensor) tensor { return sp("_sparse_mm", s, d) }) }},
		{"s @ d", func() tensor { return s.Matmul(d) }},
		{"torch.sparse.addmm(m, s, d, beta=0.5)", func() tensor { return sp("_sparse_addmm", m, s, d, aten.Beta(0.5)) }},
		{"torch.sparse.sum(s)", func() tensor { return sp("_sparse_sum", s) }},
		{"torch.sparse.sum(s, 0).to_dense()", func() tensor { return aten.ToDense(sp("_sparse_sum.dim", s, []int{0})) }},
		{"torch.sparse.softmax(s, 1).to_dense()", func() tensor { return aten.ToDense(sp("_sparse_softmax.int", s, 1)) }},
		{"torch.sparse.log_softmax(s, 1).to_dense()", func() tensor { return aten.ToDense(sp("_sparse_log_softmax.int", s, 1)) }},
		{"torch.tensor(s._nnz())", func() tensor { return torch.New(aten.Call("_nnz", s)[0]) }},
		{"s.coalesce().indices()", func() tensor { return aten.Indices(aten.Coalesce(s)) }},
		{"s.coalesce().values()", func() tensor { return aten.Values(aten.Coalesce(s)) }},
		{"torch.sparse_coo_tensor(s.indices(), s.values() * 2, (2, 3)).to_dense()", func() tensor {
			return aten.ToDense(aten.SparseCooTensorIndicesSize(aten.Indices(s), aten.Values(s).Mul(2), []int{2, 3}))
		}},
		{"torch.sparse.sampled_addmm(m[:, :3].to_sparse_csr(), m, d.t()).to_dense()", func() tensor {
			return aten.ToDense(aten.SparseSampledAddmm(aten.ToSparseCsr(m.Narrow(1, 0, 3)), m, d.T()))
		}},
	})
}
