package torch_test

import (
	"math"

	"multitorch/torch"
	"multitorch/torch/linalg"
	"multitorch/twin"
)

// Programs on tables of numbers.
var dataPrograms = []twin.Program{
	{Name: "power iteration and pca", Python: `
a = torch.randn(30, 30, dtype=torch.float64)
a = a @ a.T
v = torch.randn(30, dtype=torch.float64)
for _ in range(50):
    v = a @ v
    v = v / v.norm()
save(lam=v @ a @ v, v=v)
x = torch.randn(80, 10) @ torch.randn(10, 10)
x = x - x.mean(0)
u, s, vh = torch.linalg.svd(x, full_matrices=False)
explained = s ** 2 / (s ** 2).sum()
save(scores=u[:, :3] * s[:3], comps=vh[:3], explained=explained.cumsum(0), cov=torch.cov(x.T))
w, q = torch.linalg.eigh(torch.cov(x.T))
save(w=w.flip(0), q=q.flip(1), white=x @ q / w.sqrt())
save(det=torch.linalg.det(a / 30), slog=torch.linalg.slogdet(a)[1], inv=torch.linalg.inv(a), chol=torch.linalg.cholesky(a), solve=torch.linalg.solve(a, v))
save(qr=torch.linalg.qr(x)[1], pinv=torch.linalg.pinv(x), rank=torch.linalg.matrix_rank(x), exp=torch.matrix_exp(a / 100))
save(cond=torch.linalg.cond(a), nuc=torch.linalg.norm(a, "nuc"), n2=torch.linalg.norm(a, 2), fro=torch.linalg.matrix_norm(a), ninf=torch.linalg.norm(v, float("-inf")))
`, Go: func(save func(string, any)) {
		a := torch.Randn(S{30, 30}, torch.Float64)
		a = a.Matmul(a.T())
		v := torch.Randn(S{30}, torch.Float64)
		for range 50 {
			v = a.Matmul(v)
			v = v.Div(v.Norm())
		}
		save("lam", v.Matmul(a).Matmul(v))
		save("v", v)
		x := torch.Randn(S{80, 10}).Matmul(torch.Randn(S{10, 10}))
		x = x.Sub(x.Mean(0))
		u, s, vh := linalg.SVD(x, false)
		explained := s.Pow(2).Div(s.Pow(2).Sum())
		save("scores", u.Index(All, R(nil, 3)).Mul(s.Index(R(nil, 3))))
		save("comps", vh.Index(R(nil, 3)))
		save("explained", explained.Cumsum(0))
		save("cov", x.T().Cov())
		w, q := linalg.Eigh(x.T().Cov())
		save("w", w.Flip(0))
		save("q", q.Flip(1))
		save("white", x.Matmul(q).Div(w.Sqrt()))
		save("det", linalg.Det(a.Div(30)))
		_, slog := linalg.Slogdet(a)
		save("slog", slog)
		save("inv", linalg.Inv(a))
		save("chol", linalg.Cholesky(a))
		save("solve", linalg.Solve(a, v))
		_, r := linalg.QR(x)
		save("qr", r)
		save("pinv", linalg.Pinv(x))
		save("rank", linalg.MatrixRank(x))
		save("exp", a.Div(100).MatrixExp())
		save("cond", linalg.Cond(a, nil))
		save("nuc", linalg.Norm(a, "nuc"))
		save("n2", linalg.Norm(a, 2))
		save("fro", linalg.MatrixNorm(a, "fro"))
		save("ninf", linalg.Norm(v, math.Inf(-1)))
	}},
	{Name: "k-means", Python: `
x = torch.cat([torch.randn(50, 2) + c for c in torch.tensor([[0., 0.], [5., 5.], [-5., 5.]])])
x = x[torch.randperm(150)]
centers = x[:3].clone()
for _ in range(8):
    d = ((x[:, None] - centers[None]) ** 2).sum(-1)
    label = d.argmin(1)
    counts = torch.zeros(3).scatter_add_(0, label, torch.ones(150))
    sums = torch.zeros(3, 2).index_add_(0, label, x)
    new = torch.where(counts[:, None] > 0, sums / counts[:, None].clamp(min=1), centers)
    if torch.allclose(new, centers): break
    centers = new
onehot = torch.zeros(150, 3, dtype=torch.int64).scatter_(1, label[:, None], 1)
save(centers=centers, label=label, counts=counts, inertia=d.gather(1, label[:, None]).sum(), onehot=onehot, bins=torch.bincount(label, minlength=4))
mean = torch.zeros(3, 2).scatter_reduce(0, label[:, None].expand(-1, 2), x, "mean", include_self=False)
mx = torch.full((3, 2), -1e9).scatter_reduce_(0, label[:, None].expand_as(x), x, "amax")
save(mean=mean, mx=mx, cd=torch.cdist(x, centers))
conf = torch.zeros(3, 4, dtype=torch.long)
conf.index_put_((label, label % 4), torch.tensor(1), accumulate=True)
save(conf=conf)
`, Go: func(save func(string, any)) {
		var parts L
		for _, c := range torch.New([][]float32{{0, 0}, {5, 5}, {-5, 5}}).Unbind(0) {
			parts = append(parts, torch.Randn(S{50, 2}).Add(c))
		}
		x := torch.Cat(parts, 0)
		x = x.Index(torch.Randperm(150))
		centers := x.Index(R(nil, 3)).Clone()
		var d, label, counts *torch.Tensor
		for range 8 {
			d = x.Index(All, nil).Sub(centers.Index(nil)).Pow(2).Sum(-1)
			label = d.Argmin(1)
			counts = torch.Zeros(S{3}).ScatterAddInplace(0, label, torch.Ones(S{150}))
			sums := torch.Zeros(S{3, 2}).IndexAddInplace(0, label, x, 1)
			col := counts.Index(All, nil)
			next := torch.Where(col.Gt(0), sums.Div(col.Clamp(1, nil)), centers)
			if torch.Allclose(next, centers, 1e-5, 1e-8) {
				break
			}
			centers = next
		}
		li := label.Index(All, nil)
		save("onehot", torch.Zeros(S{150, 3}, torch.Int64).ScatterInplace(1, li, 1))
		save("centers", centers)
		save("label", label)
		save("counts", counts)
		save("inertia", d.Gather(1, li).Sum())
		save("bins", label.Bincount(4))
		save("mean", torch.Zeros(S{3, 2}).ScatterReduce(0, li.Expand(-1, 2), x, "mean", false))
		save("mx", torch.Full(S{3, 2}, -1e9).ScatterReduceInplace(0, li.ExpandAs(x), x, "amax", true))
		save("cd", x.Cdist(centers, 2))
		conf := torch.Zeros(S{3, 4}, torch.Int64)
		torch.NewOperator("aten::index_put_", "self", "indices", "values", "accumulate").Do(conf, L{label, label.Remainder(4)}, torch.New(1),
			true)
		save("conf", conf)
	}},
	{Name: "masks", Python: `
x = torch.randn(6, 8)
y = x.clone()
y[y < 0] = 0
y[:, 2] = torch.arange(6.)
y[1, 3:6] = torch.tensor([1., 2., 3.])
y[[0, 2], [1, 1]] = -5
y[torch.tensor([4, 4]), 0] = torch.tensor([7., 8.])
y[(y > 1) & (y < 2)] *= 10
y[-1] = y[0]
y[..., -1] = 9
m = x.abs() > 1
z = torch.zeros(6, 8); z[m] = x[m]
idx = m.nonzero()
rows = m.any(1); cols = m.all(0)
i, j = torch.where(m)
w = x[:, torch.tensor([1, 0, 3])]
v = x[torch.arange(6)[:, None], torch.topk(x, 3, dim=1).indices]
u = x[None, :, None, 2:5]
b = x[rows][:, ~cols]
e = torch.zeros(4, 4); e[range(4), [1, 0, 3, 2]] = torch.arange(4.); e.fill_diagonal_(2)
e[1:3, 1:3] += 1
tri = torch.ones(4, 4).triu(1).bool()
e2 = e.masked_fill(tri, float("nan"))
ms = x.masked_select(m); mc = torch.zeros(6, 8).masked_scatter(m, ms * 2)
tk = x.take(torch.tensor([0, 5, 47])); pt = x.clone().put_(torch.tensor([0, 5, 5]), torch.tensor([1., 2., 3.]), accumulate=True)
pad = torch.nn.utils.rnn.pad_sequence([torch.arange(3.), torch.arange(5.), torch.arange(1.)], batch_first=True)
lens = torch.tensor([3, 5, 1]); pm = torch.arange(5)[None] < lens[:, None]
avg = (pad * pm).sum(1) / pm.sum(1)
save(y=y, z=z, idx=idx, rows=rows, cols=cols, i=i, j=j, w=w, v=v, u=u, b=b, e=e, e2=e2, mc=mc, tk=tk, pt=pt, pm=pm, avg=avg, cn=m.sum(), am=m.float().mean(), xor=m ^ (x > 0), nan=e2.isnan().sum(), ntn=torch.nan_to_num(e2, 3.))
`, Go: func(save func(string, any)) {
		x := torch.Randn(S{6, 8})
		y := x.Clone()
		y.IndexPut(0, y.Lt(0))
		y.IndexPut(torch.Arange(0, 6., 1), All, 2)
		y.IndexPut(torch.New([]float32{1, 2, 3}), 1, R(3, 6))
		y.IndexPut(-5, []int{0, 2}, []int{1, 1})
		y.IndexPut(torch.New([]float32{7, 8}), torch.New([]int{4, 4}), 0)
		sel := y.Gt(1).BitwiseAnd(y.Lt(2))
		y.IndexPut(y.Index(sel).Mul(10), sel)
		y.IndexPut(y.Index(0), -1)
		y.IndexPut(9, torch.Ellipsis, -1)
		m := x.Abs().Gt(1)
		z := torch.Zeros(S{6, 8})
		z.IndexPut(x.Index(m), m)
		rows, cols := m.Any(1), m.All(0)
		ij := m.WhereIndices()
		w := x.Index(All, torch.New([]int{1, 0, 3}))
		_, top := x.Topk(3, 1)
		v := x.Index(torch.Arange(0, 6, 1).Index(All, nil), top)
		u := x.Index(nil, All, nil, R(2, 5))
		b := x.Index(rows).Index(All, cols.BitwiseNot())
		e := torch.Zeros(S{4, 4})
		e.IndexPut(torch.Arange(0, 4., 1), []int{0, 1, 2, 3}, []int{1, 0, 3, 2})
		e.FillDiagonalInplace(2, false)
		e.Index(R(1, 3), R(1, 3)).AddInplace(1)
		tri := torch.Ones(S{4, 4}).Triu(1).Bool()
		e2 := e.MaskedFill(tri, math.NaN())
		ms := x.MaskedSelect(m)
		mc := torch.Zeros(S{6, 8}).MaskedScatter(m, ms.Mul(2))
		pad := torch.Zeros(S{3, 5})
		for i, n := range []int{3, 5, 1} {
			pad.IndexPut(torch.Arange(0, float64(n), 1), i, R(nil, n))
		}
		lens := torch.New([]int{3, 5, 1})
		pm := torch.Arange(0, 5, 1).Index(nil).Lt(lens.Index(All, nil))
		for k, v := range map[string]T{
			"y": y, "z": z, "idx": m.Nonzero(), "rows": rows, "cols": cols, "i": ij[0], "j": ij[1], "w": w, "v": v, "u": u, "b": b, "e": e, "e2": e2,
			"mc": mc,
			"tk": x.Take(torch.New([]int{0, 5, 47})), "pt": x.Clone().PutInplace(torch.New([]int{0, 5, 5}), torch.New([]float32{1, 2, 3}), true),
			"pm": pm, "avg": pad.Mul(pm).Sum(1).Div(pm.Sum(1)), "cn": m.Sum(), "am": m.Float().Mean(), "xor": m.BitwiseXor(x.Gt(0)),
			"nan": e2.IsNaN().Sum(), "ntn": e2.NanToNum(3),
		} {
			save(k, v)
		}
	}},
	{Name: "cumulative and sorting", Python: `
x = torch.randn(200)
c = torch.arange(1, 201)
rm = x.cumsum(0) / c
ema = torch.zeros(200); s = 0.
for k in range(200):
    s = 0.9 * s + 0.1 * x[k].item()
    ema[k] = s
win = x.unfold(0, 5, 1)
z = (x[4:] - win.mean(1)) / win.std(1)
dd = x.cumsum(0).cummax(0).values - x.cumsum(0)
logp = x.log_softmax(0).logcumsumexp(0)
d = x.sort(descending=True)
r = x.argsort().argsort()
p = x.softmax(0)
sp, si = p.sort(descending=True)
keep = sp.cumsum(0) <= 0.9
tv, ti = x.topk(5); bv, bi = x.topk(5, largest=False)
edges = torch.linspace(-2, 2, 9)
bk = torch.bucketize(x, edges); ss = torch.searchsorted(edges, x.view(2, 100), right=True)
q = torch.quantile(x.view(10, 20), 0.25, dim=1)
ints = torch.randint(0, 10, (50,))
uv, inv, cnt = torch.unique(ints, return_inverse=True, return_counts=True)
uc = torch.unique_consecutive(ints)
kv = x.kthvalue(17)
ms = torch.msort(x.view(20, 10)); md = x.view(20, 10).median(0)
tie = torch.randint(0, 3, (30,)); st = torch.sort(tie, stable=True)
corr = torch.corrcoef(x.view(4, 50)); dif = x.diff(n=2); tz = torch.trapezoid(x, dx=0.1); ct = torch.cumulative_trapezoid(x)
isin = torch.isin(ints, torch.tensor([1, 3])); rle = torch.unique_consecutive(ints // 3, return_counts=True)[1]
vm = torch.var_mean(x.view(20, 10), 1); hg = torch.histogram(x, 7)
comb = torch.combinations(torch.arange(5), 3); cart = torch.cartesian_prod(torch.arange(3), torch.arange(2))
save(rm=rm, ema=ema, z=z, dd=dd, logp=logp, d=d[0], di=d[1], r=r, keep=keep, si=si, tv=tv, ti=ti, bv=bv, bi=bi, bk=bk, ss=ss, q=q, uv=uv, inv=inv, cnt=cnt, uc=uc, kv=kv[0], ki=kv[1], ms=ms, md=md[0], st=st[1], corr=corr, dif=dif, tz=tz, ct=ct, isin=isin, rle=rle, var=vm[0], hg=hg[0], he=hg[1], comb=comb, cart=cart, prod=x.view(20, 10).prod(1), lse=x.logsumexp(0), cp=(1 + x / 10).cumprod(0), n3=x.norm(3), mx=x.view(4, 5, 10).amax((0, 2)), am=x.view(4, 50).argmax(1), al=x.aminmax()[0])
`, Go: func(save func(string, any)) {
		x := torch.Randn(S{200})
		c := torch.Arange(1, 201, 1)
		ema := torch.Zeros(S{200})
		s := 0.
		for k := range 200 {
			s = 0.9*s + 0.1*x.Index(k).Item()
			ema.IndexPut(s, k)
		}
		win := x.Unfold(0, 5, 1)
		z := x.Index(R(4, nil)).Sub(win.Mean(1)).Div(win.Std(1))
		cm, _ := x.Cumsum(0).Cummax(0)
		d, di := x.Sort(-1, true)
		p := x.Softmax(0)
		sp, si := p.Sort(-1, true)
		tv, ti := x.Topk(5, -1)
		bv, bi := x.TopkSmallest(5, -1)
		edges := torch.Linspace(-2, 2, 9)
		ints := torch.Randint(0, 10, S{50})
		uv, inv, cnt := ints.UniqueCounts()
		uc, _, _ := ints.UniqueConsecutive()
		kv, ki := x.Kthvalue(17, -1)
		md, _ := x.View(20, 10).MedianDim(0)
		tie := torch.Randint(0, 3, S{30})
		_, st := tie.SortStable(-1, false)
		_, _, rle := ints.FloorDiv(3).UniqueConsecutive()
		va, _ := x.View(20, 10).VarMean(1)
		hg, he := x.Histogram(7)
		al, _ := x.Aminmax()
		for k, v := range map[string]T{
			"rm": x.Cumsum(0).Div(c), "ema": ema, "z": z, "dd": cm.Sub(x.Cumsum(0)), "logp": x.LogSoftmax(0).Logcumsumexp(0), "d": d, "di": di,
			"r":    x.Argsort(-1, false).Argsort(-1, false),
			"keep": sp.Cumsum(0).Le(0.9), "si": si, "tv": tv, "ti": ti, "bv": bv, "bi": bi, "bk": x.Bucketize(edges, false),
			"ss": torch.Searchsorted(edges, x.View(2, 100), true),
			"q":  x.View(10, 20).Quantile(0.25, 1), "uv": uv, "inv": inv, "cnt": cnt, "uc": uc, "kv": kv, "ki": ki, "ms": x.View(20, 10).Msort(),
			"md": md, "st": st,
			"corr": x.View(4, 50).Corrcoef(), "dif": x.Diff(2, -1), "tz": x.Trapezoid(0.1, -1), "ct": x.CumulativeTrapezoid(1, -1),
			"isin": ints.IsIn(torch.New([]int{1, 3})), "rle": rle, "var": va, "hg": hg, "he": he,
			"comb": torch.Arange(0, 5, 1).Combinations(3, false), "cart": torch.CartesianProd(torch.Arange(0, 3, 1), torch.Arange(0, 2, 1)),
			"prod": x.View(20, 10).Prod(1), "lse": x.Logsumexp(0), "cp": x.Div(10).Add(1).Cumprod(0),
			"n3": x.NormP(3), "mx": x.View(4, 5, 10).Amax(0, 2), "am": x.View(4, 50).Argmax(1), "al": al,
		} {
			save(k, v)
		}
	}},
	{Name: "sampling", Python: `
g = torch.Generator().manual_seed(5)
w = torch.rand(3, 10)
save(m1=torch.multinomial(w, 4), m2=torch.multinomial(w[0], 20, replacement=True), m3=torch.multinomial(w, 1, generator=g), rp=torch.randperm(17), be=torch.bernoulli(w), bp=torch.empty(50).bernoulli_(0.2),
    no=torch.empty(31).normal_(2, 3), nt=torch.normal(w, w + 1), nf=torch.normal(0.5, w), ns=torch.normal(w, 2.), nn=torch.normal(1., 2., (5, 4)), un=torch.empty(4, 5).uniform_(-3, 3), ex=torch.empty(9).exponential_(2.), ca=torch.empty(9).cauchy_(), ge=torch.empty(9).geometric_(0.3), ln=torch.empty(9).log_normal_(),
    po=torch.poisson(w * 10), bi=torch.binomial(torch.full((3, 10), 8.), w), ri=torch.randint(-5, 5, (7,)), rd=torch.randn(5, dtype=torch.float64), rh=torch.randn(20, dtype=torch.bfloat16), rc=torch.view_as_real(torch.randn(4, dtype=torch.complex64)), rl=torch.rand_like(w), rnl=torch.randn_like(w.double()), ril=torch.randint_like(w, 3, 9), big=torch.randn(1000), do=torch.dropout(w, 0.5, True), gum=-(-torch.rand(5).log()).log())
st = torch.get_rng_state(); a = torch.rand(3); torch.set_rng_state(st); b = torch.rand(3)
save(a=a, b=b, sd=torch.randn(3, generator=g), shuffled=torch.arange(10)[torch.randperm(10, generator=g)], ini=torch.nn.init.kaiming_uniform_(torch.empty(6, 5)), xav=torch.nn.init.xavier_normal_(torch.empty(6, 5)), tr=torch.empty(5).random_(3, 9))
`, Go: func(save func(string, any)) {
		g := torch.NewGenerator(5)
		w := torch.Rand(S{3, 10})
		e := func(n ...int) T { return torch.Empty(n) }
		save("m1", w.Multinomial(4, false))
		save("m2", w.Index(0).Multinomial(20, true))
		save("m3", w.Multinomial(1, false, g))
		save("rp", torch.Randperm(17))
		save("be", w.Bernoulli())
		save("bp", e(50).BernoulliInplace(0.2))
		save("no", e(31).NormalInplace(2, 3))
		save("nt", torch.Normal(w, w.Add(1)))
		save("nf", torch.Normal(0.5, w))
		save("ns", torch.Normal(w, 2.))
		save("nn", e(5, 4).NormalInplace(1, 2))
		save("un", e(4, 5).UniformInplace(-3, 3))
		save("ex", e(9).ExponentialInplace(2))
		save("ca", e(9).CauchyInplace(0, 1))
		save("ge", e(9).GeometricInplace(0.3))
		save("ln", e(9).LogNormalInplace(1, 2))
		save("po", w.Mul(10).Poisson())
		save("bi", torch.Full(S{3, 10}, 8.).Binomial(w))
		save("ri", torch.Randint(-5, 5, S{7}))
		save("rd", torch.Randn(S{5}, torch.Float64))
		save("rh", torch.Randn(S{20}, torch.BFloat16))
		save("rc", torch.Randn(S{4}, torch.Complex64).ViewAsReal())
		save("rl", torch.RandLike(w))
		save("rnl", torch.RandnLike(w.Double()))
		save("ril", torch.RandintLike(w, 3, 9))
		save("big", torch.Randn(S{1000}))
		save("do", torch.NewOperator("aten::dropout").Call(w, 0.5, true))
		save("gum", torch.Rand(S{5}).Log().Neg().Log().Neg())
		st := torch.RNGState()
		a := torch.Rand(S{3})
		torch.SetRNGState(st)
		save("a", a)
		save("b", torch.Rand(S{3}))
		save("sd", torch.Randn(S{3}, g))
		save("shuffled", torch.Arange(0, 10, 1).Index(torch.Randperm(10, g)))
		bound := math.Sqrt(3) * math.Sqrt(2) / math.Sqrt(5)
		save("ini", e(6, 5).UniformInplace(-bound, bound))
		save("xav", e(6, 5).NormalInplace(0, math.Sqrt(2./11)))
		save("tr", e(5).RandintInplace(3, 9))
	}},
}
