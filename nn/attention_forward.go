package nn

import (
	"math"

	"multitorch/torch"
)

var (
	splitSizes = torch.NewOperator("aten::split_with_sizes", "self", "split_sizes", "dim")
	dotProduct = torch.NewOperator("aten::scaled_dot_product_attention", "query", "key", "value", "attn_mask", "dropout_p", "is_causal")
)

// attending is a Forward of an attention on its way.
type attending struct {
	*MultiheadAttention
	attentionArguments
	passing
	batch, targets, sources int
}

// forward is the attention in single steps, in the order of PyTorch's multi_head_attention_forward.
func (p *attending) forward(query, key, value *torch.Tensor) (output, weights *torch.Tensor) {
	single := query.Dim() == 2
	switch {
	case single:
		// Python unsqueezes all three, so that none is another any more
		query, key, value = p.way(query.Unsqueeze(1)), p.way(key.Unsqueeze(1)), p.way(value.Unsqueeze(1))
		if p.keyPaddingMask != nil {
			p.keyPaddingMask = p.way(p.keyPaddingMask.Unsqueeze(0))
		}
	case p.config.BatchFirst:
		query, key, value = p.transposed(query, key, value)
	}
	p.targets, p.batch, p.sources = query.Size(0), query.Size(1), key.Size(0)
	p.prepareMasks(query.DType())
	q, k, v := p.project(query, key, value)
	q, k, v = p.heads3(q, k, v)
	p.mergeMasks(q.DType())
	if p.needWeights || olderAttention() {
		output, weights = p.weigh(q, k, v)
	} else {
		output = p.dotProduct(q, k, v)
	}
	switch {
	case single:
		output = p.way(output).Squeeze(1)
		if weights != nil {
			weights = p.way(weights).Squeeze(0)
		}
	case p.config.BatchFirst:
		output = p.way(output).Transpose(1, 0)
	}
	return output, weights
}

// transposed puts the batch second. What was one tensor stays one.
func (p *attending) transposed(query, key, value *torch.Tensor) (q, k, v *torch.Tensor) {
	q = p.way(query.Transpose(1, 0))
	if k = q; key != query || key != value {
		k = p.way(key.Transpose(1, 0))
	}
	if v = k; key != value {
		v = p.way(value.Transpose(1, 0))
	}
	return q, k, v
}

// project maps query, key and value to embed features.
func (p *attending) project(query, key, value *torch.Tensor) (q, k, v *torch.Tensor) {
	e := p.embed
	biases := []*torch.Tensor{nil, nil, nil}
	if p.InProjBias != nil && (!p.oneWeight() || key != value) {
		biases = p.ways(p.InProjBias.Chunk(3, 0))
	}
	project := func(x, w, b *torch.Tensor) *torch.Tensor { return p.way(linear.Call(x, w, b)) }
	switch {
	case !p.oneWeight():
		return project(query, p.QProjWeight.tensor(), biases[0]), project(key, p.KProjWeight.tensor(), biases[1]),
			project(value, p.VProjWeight.tensor(), biases[2])
	case key != value:
		ws := p.ways(p.InProjWeight.Chunk(3, 0))
		return project(query, ws[0], biases[0]), project(key, ws[1], biases[1]), project(value, ws[2], biases[2])
	case query != key:
		ws, bs := p.ways(splitSizes.List(p.InProjWeight.tensor(), []int{e, 2 * e}, 0)), []*torch.Tensor{nil, nil}
		if p.InProjBias != nil {
			bs = p.ways(splitSizes.List(p.InProjBias.tensor(), []int{e, 2 * e}, 0))
		}
		q = project(query, ws[0], bs[0])
		kv := p.parts(project(key, ws[1], bs[1]), 2)
		return q, kv[0], kv[1]
	}
	qkv := p.parts(project(query, p.InProjWeight.tensor(), p.InProjBias.tensor()), 3)
	return qkv[0], qkv[1], qkv[2]
}

// parts cuts the last dimension into n.
func (p *attending) parts(x *torch.Tensor, n int) []*torch.Tensor {
	if olderAttention() {
		return p.ways(x.Chunk(n, -1))
	}
	x = p.way(x.Unflatten(-1, n, p.embed))
	x = p.way(x.Unsqueeze(0))
	x = p.way(x.Transpose(0, -2))
	x = p.way(x.Squeeze(-2))
	x = p.way(x.Contiguous())
	parts := make([]*torch.Tensor, n)
	for i := range parts {
		parts[i] = p.way(x.Select(0, i))
	}
	return parts
}

// heads3 makes batches of heads [N·heads, L, features] of query, key and value, and adds to the latter two what the
// settings say.
func (p *attending) heads3(q, k, v *torch.Tensor) (q3, k3, v3 *torch.Tensor) {
	if p.BiasK != nil {
		k = p.way(torch.Cat([]*torch.Tensor{k, p.way(p.BiasK.Repeat(1, p.batch, 1))}, 0))
		v = p.way(torch.Cat([]*torch.Tensor{v, p.way(p.BiasV.Repeat(1, p.batch, 1))}, 0))
		p.padMasks()
	}
	features := p.embed / p.heads
	split := func(x *torch.Tensor, length int) *torch.Tensor {
		x = p.way(x.Contiguous())
		x = p.way(x.View(length, p.batch*p.heads, features))
		return p.way(x.Transpose(0, 1))
	}
	q, k, v = split(q, p.targets), split(k, k.Size(0)), split(v, v.Size(0))
	if p.config.AddZeroAttn {
		zeros := torch.Zeros(torch.Shape{p.batch * p.heads, 1, features}, k.DType(), k.Device())
		defer zeros.Free()
		k, v = p.way(torch.Cat([]*torch.Tensor{k, zeros}, 1)), p.way(torch.Cat([]*torch.Tensor{v, zeros}, 1))
		p.padMasks()
	}
	p.sources = k.Size(1)
	return q, k, v
}

// weigh computes the weights, and what they gather.
func (p *attending) weigh(q, k, v *torch.Tensor) (output, weights *torch.Tensor) {
	features := float64(p.embed / p.heads)
	var scaled *torch.Tensor
	if olderAttention() {
		scaled = p.way(q.Div(math.Sqrt(features)))
	} else {
		scaled = p.way(q.Mul(math.Sqrt(1 / features)))
	}
	kT := p.way(k.Transpose(-2, -1))
	if p.attnMask != nil {
		weights = p.way(p.attnMask.Baddbmm(scaled, kT, 1, 1))
	} else {
		weights = p.way(scaled.Bmm(kT))
	}
	weights = p.way(weights.Softmax(-1))
	if p.Training() && p.config.Dropout > 0 {
		weights = p.way(dropout.Call(weights, p.config.Dropout, true))
	}
	output = p.way(weights.Bmm(v))
	output = p.gather(p.way(output.Transpose(0, 1)))
	if !p.needWeights {
		return output, nil
	}
	weights = weights.View(p.batch, p.heads, p.targets, p.sources)
	if p.averageWeights {
		weights = p.mean(p.way(weights))
	}
	return output, weights
}

// mean is the mean over the heads.
func (p *attending) mean(weights *torch.Tensor) *torch.Tensor {
	if !olderAttention() {
		return weights.Mean(1)
	}
	return p.way(weights.Sum(1)).Div(p.heads)
}

// dotProduct is what is gathered, without the weights.
func (p *attending) dotProduct(q, k, v *torch.Tensor) *torch.Tensor {
	features := p.embed / p.heads
	if m := p.attnMask; m != nil {
		if m.Dim() == 3 && m.Size(0) == 1 {
			p.attnMask = p.way(m.Unsqueeze(0))
		} else {
			p.attnMask = p.way(m.View(p.batch, p.heads, -1, p.sources))
		}
	}
	drop := 0.0
	if p.Training() {
		drop = p.config.Dropout
	}
	view := func(x *torch.Tensor, n int) *torch.Tensor { return p.way(x.View(p.batch, p.heads, n, features)) }
	y := p.way(dotProduct.Call(view(q, p.targets), view(k, p.sources), view(v, p.sources), p.attnMask, drop, p.causal))
	return p.gather(p.way(y.Permute(2, 0, 1, 3)))
}

// gather joins the heads and projects them to the output.
func (p *attending) gather(y *torch.Tensor) *torch.Tensor {
	y = p.way(y.Contiguous())
	y = p.way(y.View(p.targets*p.batch, p.embed))
	y = p.way(linear.Call(y, p.OutProj.Weight.tensor(), p.OutProj.Bias.tensor()))
	return y.View(p.targets, p.batch, p.embed)
}

// ways notes several tensors.
func (p *attending) ways(ts []*torch.Tensor) []*torch.Tensor {
	p.passing = append(p.passing, ts...)
	return ts
}
