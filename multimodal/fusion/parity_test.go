package fusion_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/multimodal/fusion"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// formulas are the fusions in Python, from their papers and, where it has them, MultiBench's modules. w are a fusion's
// weights, x the features with zeros for what is missing, here [N, M] as 0 or 1, keep[i] a sequence's elements that count.
const formulas = `
	import torch.nn as nn
	import torch.nn.functional as F

	def linear(name, x):
		return F.linear(x, w[name + ".weight"], w.get(name + ".bias"))

	def module(m, prefix):
		m.load_state_dict({k[len(prefix) + 1:]: v for k, v in w.items() if k.startswith(prefix + ".")})
		w.update({prefix + "." + k: v for k, v in m.named_parameters()})
		return m.train() # without dropout: in evaluation other operators are taken

	def projected(missing):
		return [torch.where(here[:, i:i+1] == 1, linear("project.%d" % i, x[i]), torch.tensor(missing)) for i in range(3)]

	def one(v):
		return torch.cat((torch.ones(len(v), 1), v), 1)

	def concat():
		return torch.cat([v.flatten(1) for v in x], 1)

	def sum_():
		return sum(projected(0.))

	def product():
		a, b, c = projected(1.)
		return a * b * c

	def attention():
		h = torch.stack(projected(0.), 1)
		score = linear("score", torch.tanh(h))
		score[here == 0] = float("-inf")
		return (torch.nan_to_num(torch.softmax(score, 1)) * h).sum(1)

	def gated():
		every, h = torch.cat(x, 1), projected(0.)
		return sum(torch.sigmoid(linear("gate.%d" % i, every)) * torch.tanh(h[i]) for i in range(3))

	def film():
		gamma = 1 + sum(here[:, i:i+1] * linear("scale.%d" % (i - 1), x[i]) for i in (1, 2))
		beta = sum(here[:, i:i+1] * linear("shift.%d" % (i - 1), x[i]) for i in (1, 2))
		return gamma * (here[:, 0:1] * linear("project", x[0])) + beta

	def bilinear():
		p = 1
		for i in range(3):
			p = p * torch.where(here[:, i:i+1] == 1, torch.tanh(linear("project.%d" % i, x[i])), torch.tensor(1.))
		return linear("out", p)

	def tensor():
		m = one(x[0])
		for v in x[1:]: # MultiBench's TensorFusion
			m = torch.einsum("...i,...j->...ij", m, one(v))
			m = m.reshape(len(m), -1)
		return m

	def low_rank():
		p = 1
		for i in range(3): # MultiBench's LowRankTensorFusion
			p = p * torch.matmul(one(x[i]), w["factors.%d" % i])
		return torch.matmul(w["weights"], p.permute(1, 0, 2)).squeeze(1) + w["bias"]

	def early_concat():
		n = len(here)
		first = w["first"].expand(n, 1, 8)
		s = torch.cat([first] + [linear("project.%d" % i, x[i]) + w["from"][i] for i in range(3)], 1)
		layer = module(nn.TransformerEncoderLayer(8, 2, 16, dropout=0., batch_first=True), "layer")
		hide = torch.cat([torch.zeros(n, 1).bool()] + [~k for k in keep], 1)
		y, means, at = layer(s, src_key_padding_mask=hide), [], 1
		for i in range(3):
			k = keep[i].float().unsqueeze(2)
			means.append((y[:, at:at + k.shape[1]] * k).sum(1) / k.sum(1).clamp(min=1))
			at += k.shape[1]
		return linear("out", torch.cat(means, 1))

	def cross_attention():
		h, means = [linear("project.%d" % i, x[i]) for i in range(3)], []
		for i in range(3):
			attend = module(nn.MultiheadAttention(8, 2, batch_first=True, add_zero_attn=True), "attend.%d" % i)
			others = [j for j in range(3) if j != i]
			values, hide = torch.cat([h[j] for j in others], 1), torch.cat([~keep[j] for j in others], 1)
			y = module(nn.LayerNorm(8), "norm.%d" % i)(h[i] + attend(h[i], values, values, key_padding_mask=hide)[0])
			k = keep[i].float().unsqueeze(2)
			means.append((y * k).sum(1) / k.sum(1).clamp(min=1))
		return linear("out", torch.cat(means, 1))

	def relation():
		o = x[0]
		n, t, _ = o.shape
		pair = torch.cat((o.unsqueeze(1).expand(n, t, t, -1), o.unsqueeze(2).expand(n, t, t, -1),
			x[1].view(n, 1, 1, -1).expand(n, t, t, -1), x[2].view(n, 1, 1, -1).expand(n, t, t, -1)), 3)
		weight = torch.cat([w[k + ".weight"] for k in ("left", "right", "condition.0", "condition.1")], 1)
		y = torch.relu(F.linear(pair, weight, w["left.bias"]))
		for i in range(3):
			y = torch.relu(linear("g.%d" % i, y))
		return (y * (keep[0].unsqueeze(1) & keep[0].unsqueeze(2)).unsqueeze(3)).sum((1, 2))

	for name, f in (("concat", concat), ("early-concat", early_concat), ("sum", sum_), ("product", product), ("attention", attention),
			("gated", gated), ("film", film), ("bilinear", bilinear), ("tensor", tensor), ("low-rank", low_rank),
			("cross-attention", cross_attention), ("relation", relation)):
		mine = {k[len(name) + 1:]: v for k, v in inputs.items() if k.startswith(name + "/")}
		w = {k[2:]: v.requires_grad_() for k, v in mine.items() if k.startswith("w:")}
		here = mine["present"].float()
		x, keep = [], []
		for i in range(3):
			v = mine["x%d" % i]
			x.append(v * here[:, i].view(-1, *[1] * (v.dim() - 1)))
			if "mask%d" % i in mine:
				keep.append(mine["mask%d" % i] & (here[:, i:i+1] == 1))
				x[i] = x[i] * keep[i].unsqueeze(2)
			else:
				keep.append(here[:, i:i+1] == 1)
		y = f()
		out[name] = y
		if w:
			(y * torch.arange(y.numel()).view_as(y)).sum().backward()
		for k, v in w.items():
			out[name + ":" + k] = v.grad
`

// Every fusion computes what its formula says, and its gradients, also where modalities are missing.
func TestFormulas(t *testing.T) {
	inputs := map[string]*torch.Tensor{}
	got := map[string]*torch.Tensor{}
	torch.ManualSeed(1)
	each(t, sizes, func(t *testing.T, m fusion.Fusion) {
		name := t.Name()[len("TestFormulas/"):]
		nn.Train(m)
		for _, d := range nn.Modules(m) {
			if layer, ok := d.(*nn.Dropout); ok {
				nn.Eval(layer)
			}
		}
		if e, ok := m.(*fusion.EarlyConcat); ok {
			e.Layer = nn.NewTransformerEncoderLayer(8, 2, nn.DimFeedforward(16), nn.BatchFirst(true), nn.NewDropout(0))
		}
		xs, masks := features(m, 5)
		present := torch.New([][]bool{{true, true, true}, {true, false, true}, {false, true, true}, {false, false, true}, {false, false, false}})
		inputs[name+"/present"] = present
		for i, x := range xs {
			inputs[name+"/x"+string(rune('0'+i))] = x
			if masks[i] != nil {
				inputs[name+"/mask"+string(rune('0'+i))] = masks[i]
			}
		}
		for _, p := range nn.NamedParameters(m) {
			inputs[name+"/w:"+p.Name] = p.Detach().Clone()
		}
		y := forward(m, xs, masks, present)
		got[name] = y
		if y.RequiresGrad() {
			y.Mul(torch.Arange(0, y.Numel(), 1).View(y.Shape()...)).Sum().Backward()
		}
		for _, p := range nn.NamedParameters(m) {
			got[name+":"+p.Name] = p.Grad()
		}
	})
	want := twin.Run(t, formulas, inputs)
	require.Len(t, want, len(got))
	for name, w := range want {
		require.NotNil(t, got[name], name)
		require.Equal(t, w.Shape(), got[name].Shape(), name)
		require.True(t, torch.Allclose(w, got[name], 1e-4, 1e-5), name)
	}
}
