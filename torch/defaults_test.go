package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// What is left out is as Python has it, and what is given stands for what it does there.
func TestArgumentsLeftOutArePythons(t *testing.T) {
	torch.ManualSeed(0)
	in := map[string]T{
		"x": torch.Randn(torch.Shape{2, 3, 4}), "m": torch.Randn(torch.Shape{3, 4}), "n": torch.Randn(torch.Shape{3, 4}),
		"s": torch.Randn(torch.Shape{3, 3}), "v": torch.Randn(torch.Shape{3}), "i": torch.New([]int{1, 3, 1}),
		"b": torch.Randn(torch.Shape{2, 3, 3}),
	}
	x, m, n, s, v, i, b := in["x"], in["m"], in["n"], in["s"], in["v"], in["i"], in["b"]
	requireBeside(t, in, []beside{
		one("x.flatten()", func() T { return x.Flatten() }), one("x.flatten(1)", func() T { return x.Flatten(1) }),
		one("x.flatten(0, 1)", func() T { return x.Flatten(0, 1) }),
		one("torch.cat([m, n])", func() T { return torch.Cat([]T{m, n}) }), one("torch.cat([m, n], 1)", func() T { return torch.Cat([]T{m, n}, 1) }),
		one("torch.stack([m, n])", func() T { return torch.Stack([]T{m, n}) }),
		several("m.split(2)", func() []T { return m.Split(2) }), several("m.split(3, 1)", func() []T { return m.Split(3, 1) }),
		several("m.split([1, 2])", func() []T { return m.SplitSizes([]int{1, 2}) }),
		several("m.chunk(2)", func() []T { return m.Chunk(2) }), several("m.chunk(2, -1)", func() []T { return m.Chunk(2, -1) }),
		several("m.unbind()", func() []T { return m.Unbind() }), several("m.unbind(1)", func() []T { return m.Unbind(1) }),
		several("m.tensor_split(2)", func() []T { return m.TensorSplit(2) }),
		several("m.tensor_split([1])", func() []T { return m.TensorSplitAt([]int{1}) }),
		one("m.triu()", func() T { return m.Triu() }), one("m.tril()", func() T { return m.Tril() }), one("m.tril(1)", func() T { return m.Tril(1) }),
		one("m.clone().triu_()", func() T { return m.Clone().TriuInplace() }), one("m.clone().tril_()", func() T { return m.Clone().TrilInplace() }),
		one("v.diag()", func() T { return v.Diag() }), one("v.diag(1)", func() T { return v.Diag(1) }), one("m.diagflat()", func() T { return m.Diagflat() }),
		one("x.diagonal()", func() T { return x.Diagonal() }), one("x.diagonal(1)", func() T { return x.Diagonal(1) }),
		one("x.diagonal(0, 1, 2)", func() T { return x.Diagonal(0, 1, 2) }),
		one("m.diag_embed()", func() T { return m.DiagEmbed() }), one("m.diag_embed(1, 0)", func() T { return m.DiagEmbed(1, 0) }),
		one("m.diff()", func() T { return m.Diff() }), one("m.diff(2)", func() T { return m.Diff(2) }), one("m.diff(1, 0)", func() T { return m.Diff(1, 0) }),
		one("torch.trapezoid(m, dx=2)", func() T { return m.Trapezoid(2) }),
		one("torch.cumulative_trapezoid(m, n)", func() T { return m.CumulativeTrapezoid(n) }),
		two("m.topk(2)", func() (T, T) { return m.Topk(2) }), two("m.topk(2, 0)", func() (T, T) { return m.Topk(2, 0) }),
		two("m.topk(2, largest=False)", func() (T, T) { return m.TopkSmallest(2) }),
		two("m.sort()", func() (T, T) { return m.Sort(-1) }), two("m.sort(0, True)", func() (T, T) { return m.Sort(0, true) }),
		two("m.sort(stable=True)", func() (T, T) { return m.SortStable(-1) }), one("m.argsort()", func() T { return m.Argsort(-1) }),
		two("m.kthvalue(2)", func() (T, T) { return m.Kthvalue(2) }), two("m.kthvalue(2, 0)", func() (T, T) { return m.Kthvalue(2, 0) }),
		two("m.kthvalue(2, 0, True)", func() (T, T) { return m.Kthvalue(2, 0, torch.KeepDim) }),
		two("m.mode()", func() (T, T) { return m.Mode() }), two("m.mode(0, True)", func() (T, T) { return m.Mode(0, torch.KeepDim) }),
		one("i.bincount()", func() T { return i.Bincount() }), one("i.bincount(minlength=6)", func() T { return i.Bincount(6) }),
		one("m.dist(n)", func() T { return m.Dist(n) }), one("m.dist(n, 1)", func() T { return m.Dist(n, 1) }),
		one("torch.cdist(m, n)", func() T { return m.Cdist(n) }), one("torch.pdist(m)", func() T { return m.Pdist() }),
		one("m.addcmul(n, n)", func() T { return m.Addcmul(n, n) }), one("m.addcdiv(n, n, value=2)", func() T { return m.Addcdiv(n, n, 2) }),
		one("m.clone().addcmul_(n, n)", func() T { return m.Clone().AddcmulInplace(n, n) }),
		one("m.clone().addcdiv_(n, n)", func() T { return m.Clone().AddcdivInplace(n, n) }),
		one("m.addmm(s, n)", func() T { return m.Addmm(s, n) }), one("m.addmm(s, n, beta=2)", func() T { return m.Addmm(s, n, 2) }),
		one("v.addmv(s, v, beta=2, alpha=3)", func() T { return v.Addmv(s, v, 2, 3) }), one("s.addr(v, v)", func() T { return s.Addr(v, v) }),
		one("b.baddbmm(b, b)", func() T { return b.Baddbmm(b, b) }), one("s.clone().addbmm_(b, b)", func() T { return s.Clone().AddbmmInplace(b, b) }),
	})
}

func TestTooManyArguments(t *testing.T) {
	x := torch.Ones(torch.Shape{2, 3})
	for want, f := range map[string]func(){
		"flatten: expected at most 2 of the last arguments, but got 3": func() { x.Flatten(0, 1, 1) },
		"unbind: expected at most 1 of the last arguments, but got 2":  func() { x.Unbind(0, 1) },
		"addmm: expected at most 2 of the last arguments, but got 3":   func() { x.Addmm(x, x, 1, 1, 1) },
		"mode: expected at most 1 of the last arguments, but got 2":    func() { x.Mode(0, 1) },
		"flatten: Dimension out of range":                              func() { x.Flatten(5) },
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), want)
	}
}
