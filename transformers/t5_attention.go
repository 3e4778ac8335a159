package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// T5Attention is attention whose scores are not scaled, with a number for each distance of query and key added to them.
type T5Attention struct {
	nn.Base
	Q                     *nn.Linear
	K                     *nn.Linear
	V                     *nn.Linear
	O                     *nn.Linear
	RelativeAttentionBias *nn.Embedding // in the first block, for all of its stack

	config  *T5Config
	layer   int
	decoder bool
}

func newT5Attention(c *T5Config, layer int, decoder, bias bool) *T5Attention {
	inner := c.NumHeads * c.DKV
	linear := func(in, out int) *nn.Linear { return nn.NewLinear(in, out, nn.Bias(false)) }
	m := &T5Attention{
		Q: linear(c.DModel, inner), K: linear(c.DModel, inner), V: linear(c.DModel, inner), O: linear(inner, c.DModel),
		config: c, layer: layer, decoder: decoder,
	}
	if bias {
		m.RelativeAttentionBias = nn.NewEmbedding(c.RelativeAttentionNumBuckets, c.NumHeads)
	}
	return m
}

func (m *T5Attention) draw(_ float64, wanted func(*nn.Parameter) bool) {
	c := m.config
	d, factor := float64(c.DModel), c.InitializerFactor
	drawNormal(m.Q.Weight, factor*libm.Pow(d*float64(c.DKV), -0.5), wanted)
	drawNormal(m.K.Weight, factor*libm.Pow(d, -0.5), wanted)
	drawNormal(m.V.Weight, factor*libm.Pow(d, -0.5), wanted)
	drawNormal(m.O.Weight, factor*libm.Pow(float64(c.NumHeads*c.DKV), -0.5), wanted)
	if m.RelativeAttentionBias != nil {
		drawNormal(m.RelativeAttentionBias.Weight, factor*libm.Pow(d, -0.5), wanted)
	}
}

// t5Context is what all blocks of a stack share in one pass.
type t5Context struct {
	mask    *Mask         // of the own tokens
	bias    *torch.Tensor // of the distances [1, H, Q, K]
	cache   *T5Cache      // of a decoder; nil for none
	states  *torch.Tensor // the encoder's [N, S, d_model]; nil in an encoder, or once the cache has them
	crossed *Mask         // of the encoder's tokens
	weights bool
}

// Forward attends from x [N, L, d_model] to itself and what the cache has.
func (m *T5Attention) Forward(x *torch.Tensor, ctx *t5Context) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	q, k, v := on.way(m.heads(m.Q, x)), on.way(m.heads(m.K, x)), on.way(m.heads(m.V, x))
	if ctx.cache != nil {
		k, v = ctx.cache.self.Update(m.layer, k, v)
		on.way(k)
		on.way(v)
	}
	y, w = attend(q, k, v, m.attention(ctx.mask, ctx.bias, ctx.weights))
	return m.O.Forward(on.way(joinHeads(on.way(y)))), w
}

// ForwardCross attends from x [N, L, d_model] to the encoder's states, whose keys and values are computed once.
func (m *T5Attention) ForwardCross(x *torch.Tensor, ctx *t5Context) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	q := on.way(m.heads(m.Q, x))
	var k, v *torch.Tensor
	if ctx.cache != nil && m.layer < len(ctx.cache.cross.layers) {
		l := ctx.cache.cross.layers[m.layer]
		k, v = on.way(l.keys.Narrow(2, 0, l.length)), on.way(l.values.Narrow(2, 0, l.length))
	} else {
		k, v = on.way(m.heads(m.K, ctx.states)), on.way(m.heads(m.V, ctx.states))
		if ctx.cache != nil {
			k, v = ctx.cache.cross.Update(m.layer, k, v)
			on.way(k)
			on.way(v)
		}
	}
	a := m.attention(ctx.crossed, nil, ctx.weights)
	if copies := q.Size(0) / k.Size(0); copies > 1 {
		y = on.way(attendTogether(q, k, v, copies, a))
	} else {
		y, w = attend(q, k, v, a)
		y = on.way(joinHeads(on.way(y)))
	}
	return m.O.Forward(y), w
}

func (m *T5Attention) attention(mask *Mask, bias *torch.Tensor, weights bool) attention {
	a := attention{Mask: mask, Bias: bias, Scale: 1, Eager: m.config.Eager, Weights: weights}
	if m.Training() {
		a.Dropout = m.config.DropoutRate
	}
	return a
}

func (m *T5Attention) heads(l *nn.Linear, x *torch.Tensor) *torch.Tensor {
	y := l.Forward(x)
	defer y.Free()
	return splitHeads(y, m.config.DKV)
}

// attendTogether is attend of queries [N·copies, H, Q, D] to keys [N, H, K, D] that copies one after another share, without
// copying the keys: the copies' queries stand behind each other. It returns [N·copies, Q, H·D].
func attendTogether(q, k, v *torch.Tensor, copies int, a attention) *torch.Tensor {
	var on passing
	defer on.free()
	n, heads, length, d := k.Size(0), q.Size(1), q.Size(2), q.Size(3)
	apart := on.way(q.Reshape(n, copies, heads, length, d))
	joined := on.way(on.way(apart.Transpose(1, 2)).Reshape(n, heads, copies*length, d))
	y, _ := attend(joined, k, v, a) // [N, copies·Q, H, D]
	return on.way(y).View(n*copies, length, heads*d)
}

// distances is what is added to the scores [1, H, queries, keys] for the distance of each key from each query. The queries are
// the last of past+queries tokens.
func (m *T5Attention) distances(queries, keys, past int) *torch.Tensor {
	var on passing
	defer on.free()
	device := m.RelativeAttentionBias.Weight.Device()
	from := on.way(on.way(on.way(torch.Arange(0, queries, 1, torch.Int64, device)).Unsqueeze(1)).Add(past))
	to := on.way(on.way(torch.Arange(0, keys, 1, torch.Int64, device)).Unsqueeze(0))
	buckets := on.way(m.buckets(on.way(to.Sub(from))))
	return on.way(on.way(m.RelativeAttentionBias.Forward(buckets)).Permute(2, 0, 1)).Unsqueeze(0)
}

// buckets are the numbers of distances: near ones have one each, further ones share it, the more the further. A decoder's future
// has the number 0; in an encoder keys behind the query have the upper half.
func (m *T5Attention) buckets(distance *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	n := m.config.RelativeAttentionNumBuckets
	var upper *torch.Tensor
	if m.decoder {
		distance = on.way(on.way(distance.Clamp(nil, 0)).Neg())
	} else {
		n /= 2
		upper = on.way(on.way(on.way(distance.Gt(0)).To(torch.Int64)).Mul(n))
		distance = on.way(distance.Abs())
	}
	exact := n / 2
	growth := libm.Log(float64(m.config.RelativeAttentionMaxDistance) / float64(exact))
	far := on.way(on.way(on.way(on.way(distance.Float()).Div(exact)).Log()).Div(growth))
	far = on.way(on.way(on.way(far.Mul(n - exact)).To(torch.Int64)).Add(exact))
	far = on.way(far.Clamp(nil, n-1))
	near := torch.Where(on.way(distance.Lt(exact)), distance, far)
	if upper == nil {
		return near
	}
	return on.way(near).Add(upper)
}
