package torch_test

import (
	"fmt"
	"math"

	"multitorch/torch"
	"multitorch/twin"
)

// Programs that learn by autograd, as PyTorch's users write them.
var learningPrograms = []twin.Program{
	{Name: "linear regression", Python: `
x = torch.randn(100, 3)
true_w = torch.tensor([[2.0], [-3.4], [1.7]])
y = x @ true_w + 4.2 + 0.01 * torch.randn(100, 1)
w = torch.zeros(3, 1, requires_grad=True)
b = torch.zeros(1, requires_grad=True)
for epoch in range(20):
    loss = ((x @ w + b - y) ** 2).mean()
    loss.backward()
    with torch.no_grad():
        w -= 0.1 * w.grad
        b -= 0.1 * b.grad
    w.grad.zero_()
    b.grad = None
save(w=w, b=b, loss=loss)
`, Go: func(save func(string, any)) {
		x := torch.Randn(S{100, 3})
		trueW := torch.New([][]float32{{2.0}, {-3.4}, {1.7}})
		y := x.Matmul(trueW).Add(4.2).Add(torch.Randn(S{100, 1}).Mul(0.01))
		w := torch.Zeros(S{3, 1}, torch.RequiresGrad(true))
		b := torch.Zeros(S{1}, torch.RequiresGrad(true))
		var loss *torch.Tensor
		for range 20 {
			loss = x.Matmul(w).Add(b).Sub(y).Pow(2).Mean()
			loss.Backward()
			torch.NoGrad(func() {
				w.SubInplace(w.Grad().Mul(0.1))
				b.SubInplace(b.Grad().Mul(0.1))
			})
			w.Grad().ZeroInplace()
			b.SetGrad(nil)
		}
		save("w", w)
		save("b", b)
		save("loss", loss)
	}},
	{Name: "activations", Python: `
import math
x = torch.randn(64, 20)
t = torch.randint(5, (64,))
acts = [
    lambda h: h.clamp(min=0),
    lambda h: torch.where(h > 0, h, 0.01 * h),
    lambda h: 1 / (1 + torch.exp(-h)),
    lambda h: (h.exp() - (-h).exp()) / (h.exp() + (-h).exp()),
    lambda h: 0.5 * h * (1 + torch.erf(h / math.sqrt(2))),
    lambda h: h * torch.sigmoid(h),
    lambda h: torch.log1p(torch.exp(h)),
    lambda h: torch.where(h > 0, h, h.exp() - 1),
    lambda h: h * torch.tanh(torch.log(1 + h.exp())),
    lambda h: h / (1 + h.abs()),
    lambda h: torch.maximum(h, torch.zeros_like(h)),
    lambda h: torch.clamp(h + 3, 0, 6) / 6 * h,
    lambda h: h.clamp(-1, 1),
    lambda h: h - h.tanh(),
]
for k, act in enumerate(acts):
    w1 = (torch.randn(20, 32) / 20 ** 0.5).requires_grad_()
    b1 = torch.zeros(32, requires_grad=True)
    w2 = (torch.randn(32, 5) * (2 / 32) ** 0.5).requires_grad_()
    for _ in range(3):
        h = act(x @ w1 + b1)
        z = h @ w2
        z = z - z.max(dim=1, keepdim=True).values
        logp = z - z.exp().sum(1, keepdim=True).log()
        loss = -logp[range(64), t].mean()
        g = torch.autograd.grad(loss, [w1, b1, w2])
        with torch.no_grad():
            for p, d in zip([w1, b1, w2], g):
                p.sub_(d, alpha=0.5)
    save(**{"loss%d" % k: loss, "w1%d" % k: w1})
`, Go: func(save func(string, any)) {
		x := torch.Randn(S{64, 20})
		target := torch.Randint(0, 5, S{64})
		one := func(h *torch.Tensor) *torch.Tensor { return h.Add(1) }
		acts := []func(h *torch.Tensor) *torch.Tensor{
			func(h *torch.Tensor) *torch.Tensor { return h.Clamp(0, nil) },
			func(h *torch.Tensor) *torch.Tensor { return torch.Where(h.Gt(0), h, h.Mul(0.01)) },
			func(h *torch.Tensor) *torch.Tensor { return one(h.Neg().Exp()).RDiv(1) },
			func(h *torch.Tensor) *torch.Tensor {
				return h.Exp().Sub(h.Neg().Exp()).Div(h.Exp().Add(h.Neg().Exp()))
			},
			func(h *torch.Tensor) *torch.Tensor { return h.Mul(0.5).Mul(one(h.Div(math.Sqrt(2)).Erf())) },
			func(h *torch.Tensor) *torch.Tensor { return h.Mul(h.Sigmoid()) },
			func(h *torch.Tensor) *torch.Tensor { return h.Exp().Log1p() },
			func(h *torch.Tensor) *torch.Tensor { return torch.Where(h.Gt(0), h, h.Exp().Sub(1)) },
			func(h *torch.Tensor) *torch.Tensor { return h.Mul(one(h.Exp()).Log().Tanh()) },
			func(h *torch.Tensor) *torch.Tensor { return h.Div(one(h.Abs())) },
			func(h *torch.Tensor) *torch.Tensor { return h.Maximum(torch.ZerosLike(h)) },
			func(h *torch.Tensor) *torch.Tensor { return h.Add(3).Clamp(0, 6).Div(6).Mul(h) },
			func(h *torch.Tensor) *torch.Tensor { return h.Clamp(-1, 1) },
			func(h *torch.Tensor) *torch.Tensor { return h.Sub(h.Tanh()) },
		}
		rows := torch.Arange(0, 64, 1)
		for k, act := range acts {
			w1 := torch.Randn(S{20, 32}).Div(math.Sqrt(20)).SetRequiresGrad(true)
			b1 := torch.Zeros(S{32}, torch.RequiresGrad(true))
			w2 := torch.Randn(S{32, 5}).Mul(math.Sqrt(2. / 32)).SetRequiresGrad(true)
			var loss *torch.Tensor
			for range 3 {
				h := act(x.Matmul(w1).Add(b1))
				z := h.Matmul(w2)
				m, _ := z.MaxDim(1, torch.KeepDim)
				z = z.Sub(m)
				logp := z.Sub(z.Exp().Sum(1, torch.KeepDim).Log())
				loss = logp.Index(rows, target).Mean().Neg()
				g := torch.Grad(L{loss}, L{w1, b1, w2})
				torch.NoGrad(func() {
					for i, p := range (L{w1, b1, w2}) {
						p.AddScaledInplace(g[i], -0.5)
					}
				})
			}
			save(fmt.Sprint("loss", k), loss)
			save(fmt.Sprint("w1", k), w1)
		}
	}},
	{Name: "attention", Python: `
B, T, H, D = 2, 7, 3, 4
x = torch.randn(B, T, H * D, requires_grad=True)
wq, wk, wv, wo = [torch.nn.Parameter(torch.randn(H * D, H * D) / (H * D) ** 0.5) for _ in range(4)]
split = lambda y: y.view(B, T, H, D).permute(0, 2, 1, 3)
q, k, v = split(x @ wq), split(x @ wk), split(x @ wv)
s = torch.einsum("bhqd,bhkd->bhqk", q, k) / D ** 0.5
mask = torch.ones(T, T, dtype=torch.bool).tril()
s = s.masked_fill(~mask, float("-inf"))
a = s.softmax(-1)
y = torch.einsum("bhqk,bhkd->bqhd", a, v).reshape(B, T, H * D) @ wo
mu, var = y.mean(-1, keepdim=True), y.var(-1, unbiased=False, keepdim=True)
y = (y - mu) * torch.rsqrt(var + 1e-5)
pos = torch.arange(T)[:, None] / 10000 ** (torch.arange(0, H * D, 2) / (H * D))
pe = torch.stack([pos.sin(), pos.cos()], -1).flatten(1)
y = y + pe
y.square().sum().backward()
save(y=y, gx=x.grad, gq=wq.grad, gk=wk.grad, gv=wv.grad, go=wo.grad, a=a, pe=pe)
`, Go: func(save func(string, any)) {
		B, N, H, D := 2, 7, 3, 4
		x := torch.Randn(S{B, N, H * D}, torch.RequiresGrad(true))
		w := func() *torch.Tensor {
			return torch.Randn(S{H * D, H * D}).Div(math.Sqrt(float64(H * D))).SetRequiresGrad(true)
		}
		wq, wk, wv, wo := w(), w(), w(), w()
		split := func(y *torch.Tensor) *torch.Tensor { return y.View(B, N, H, D).Permute(0, 2, 1, 3) }
		q, k, v := split(x.Matmul(wq)), split(x.Matmul(wk)), split(x.Matmul(wv))
		s := torch.Einsum("bhqd,bhkd->bhqk", q, k).Div(math.Sqrt(float64(D)))
		mask := torch.Ones(S{N, N}, torch.Bool).Tril(0)
		s = s.MaskedFill(mask.BitwiseNot(), math.Inf(-1))
		a := s.Softmax(-1)
		y := torch.Einsum("bhqk,bhkd->bqhd", a, v).Reshape(B, N, H*D).Matmul(wo)
		mu, va := y.Mean(-1, torch.KeepDim), y.VarCorrected(0, -1, torch.KeepDim)
		y = y.Sub(mu).Mul(va.Add(1e-5).Rsqrt())
		den := torch.Arange(0, H*D, 2).Div(H * D).RPow(10000)
		pos := torch.Arange(0, N, 1).Index(All, nil).Div(den)
		pe := torch.Stack(L{pos.Sin(), pos.Cos()}, -1).Flatten(1, -1)
		y = y.Add(pe)
		y.Square().Sum().Backward()
		save("y", y)
		save("gx", x.Grad())
		save("gq", wq.Grad())
		save("gk", wk.Grad())
		save("gv", wv.Grad())
		save("go", wo.Grad())
		save("a", a)
		save("pe", pe)
	}},
	{Name: "functions and checkpoints", Python: `
class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        s = torch.sigmoid(beta * x)
        ctx.save_for_backward(x, s, beta)
        return x * s
    @staticmethod
    def backward(ctx, g):
        x, s, beta = ctx.saved_tensors
        ds = s * (1 - s)
        return g * (s + beta * x * ds), (g * x * x * ds).sum()
class Quantise(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, levels):
        ctx.levels = levels
        return (x * levels).round() / levels
    @staticmethod
    def backward(ctx, g):
        return g.clamp(-1, 1), None
from torch.utils.checkpoint import checkpoint
x = torch.randn(6, 4)
w = torch.randn(4, 4, requires_grad=True); beta = torch.tensor(1.5, requires_grad=True)
def block(h):
    return torch.dropout(Swish.apply(h @ w, beta), 0.3, True)
h = x
for _ in range(3):
    if h.is_leaf: h.requires_grad_()
    h = checkpoint(block, h)
y = Quantise.apply(h, 8)
hooked = []
h.register_hook(lambda g: hooked.append(g.clone()) or g * 0.5)
(y ** 2).sum().backward()
gg = torch.autograd.grad(torch.autograd.grad(Swish.apply(w, beta).sum(), w, create_graph=True)[0].pow(2).sum(), [w, beta])
save(y=y, gw=w.grad.clone(), gb=beta.grad, hooked=hooked[0], gg0=gg[0], gg1=gg[1], r=torch.rand(2))
with torch.autocast("cpu", torch.bfloat16):
    a = x @ w; b = torch.softmax(a, -1); c = (a + x).sum(); d = torch.nn.functional.linear(a, w); e = torch.matmul(x.double(), w.double())
c.float().backward()
save(a=a, b=b, c=c, d=d, e=e, gw2=w.grad)
v = torch.zeros(3, 4); f = v.view(-1); f[::2] = 1; v[1].add_(5); v.t()[0].mul_(3); v[:, 1:3].copy_(torch.ones(2));
base = torch.ones(3, requires_grad=True); k = base * 1; k[0] *= 5; k[1:].mul_(k[1:].detach().clone()); (k ** 2).sum().backward()
vv = torch.arange(12.).as_strided((3, 3), (1, 2), 1); diag = v.diagonal(); diag.fill_(7); chunks = torch.arange(10.).split([3, 7]); chunks[1].zero_()
save(v=v, kg=base.grad, vv=vv.clone(), ch=chunks[1])
`, Go: func(save func(string, any)) {
		swish := &torch.Function{
			Name: "Swish",
			Forward: func(ctx *torch.Context, in ...T) []T {
				x, beta := in[0], in[1]
				s := beta.Mul(x).Sigmoid()
				ctx.SaveForBackward(x, s, beta)
				return L{x.Mul(s)}
			},
			Backward: func(ctx *torch.Context, g ...T) []T {
				sv := ctx.SavedTensors()
				x, s, beta := sv[0], sv[1], sv[2]
				ds := s.Mul(s.RSub(1))
				return L{g[0].Mul(s.Add(beta.Mul(x).Mul(ds))), g[0].Mul(x).Mul(x).Mul(ds).Sum()}
			},
		}
		levels := 8
		quantise := &torch.Function{
			Forward:  func(ctx *torch.Context, in ...T) []T { return L{in[0].Mul(levels).Round().Div(levels)} },
			Backward: func(ctx *torch.Context, g ...T) []T { return L{g[0].Clamp(-1, 1)} },
		}
		x := torch.Randn(S{6, 4})
		w := torch.Randn(S{4, 4}, torch.RequiresGrad(true))
		beta := torch.New(float32(1.5), torch.RequiresGrad(true))
		drop := torch.NewOperator("aten::dropout")
		block := func(h ...T) T { return drop.Call(swish.Call(h[0].Matmul(w), beta), 0.3, true) }
		h := x
		for range 3 {
			if h.IsLeaf() {
				h.SetRequiresGrad(true)
			}
			h = torch.Checkpoint(block, h)
		}
		y := quantise.Call(h)
		var hooked T
		h.RegisterHook(func(g T) T { hooked = g.Clone().Keep(); return g.Mul(0.5) })
		y.Pow(2).Sum().Backward()
		gg := torch.Grad(L{torch.Grad(L{swish.Call(w, beta).Sum()}, L{w}, torch.CreateGraph(true))[0].Pow(2).Sum()}, L{w, beta})
		save("y", y)
		save("gw", w.Grad())
		save("gb", beta.Grad())
		save("hooked", hooked)
		save("gg0", gg[0])
		save("gg1", gg[1])
		save("r", torch.Rand(S{2}))
		var a, b, c, d, e T
		linear := torch.NewOperator("aten::linear")
		torch.Autocast(torch.CPU, torch.BFloat16, func() {
			a = x.Matmul(w)
			b = a.Softmax(-1)
			c = a.Add(x).Sum()
			d = linear.Call(a, w)
			e = x.Double().Matmul(w.Double())
		})
		c.Float().Backward()
		save("a", a)
		save("b", b)
		save("c", c)
		save("d", d)
		save("e", e)
		save("gw2", w.Grad())
		v := torch.Zeros(S{3, 4})
		f := v.View(-1)
		f.IndexPut(1, R(nil, nil, 2))
		v.Index(1).AddInplace(5)
		v.T().Index(0).MulInplace(3)
		v.Index(All, R(1, 3)).CopyInplace(torch.Ones(S{2}))
		base := torch.Ones(S{3}, torch.RequiresGrad(true))
		k := base.Mul(1)
		k.Index(0).MulInplace(5)
		k.Index(R(1, nil)).MulInplace(k.Index(R(1, nil)).Detach().Clone())
		k.Pow(2).Sum().Backward()
		vv := torch.Arange(0, 12., 1).AsStrided(S{3, 3}, []int{1, 2}, 1)
		v.Diagonal(0, 0, 1).FillInplace(7)
		ch := torch.Arange(0, 10., 1).SplitSizes([]int{3, 7}, 0)
		ch[1].ZeroInplace()
		save("v", v)
		save("kg", base.Grad())
		save("vv", vv.Clone())
		save("ch", ch[1])
	}},
}
