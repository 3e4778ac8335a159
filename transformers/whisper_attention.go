package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// WhisperAttention is attention of a sequence to itself or to another one. Queries are scaled before they meet the keys, whose
// projection has no bias.
type WhisperAttention struct {
	nn.Base
	KProj   *nn.Linear
	VProj   *nn.Linear
	QProj   *nn.Linear
	OutProj *nn.Linear

	config *WhisperConfig
	size   int // of a head
}

func newWhisperAttention(c *WhisperConfig, heads int) *WhisperAttention {
	linear := func(opts ...nn.LinearOption) *nn.Linear { return nn.NewLinear(c.DModel, c.DModel, opts...) }
	return &WhisperAttention{
		KProj: linear(nn.Bias(false)), VProj: linear(), QProj: linear(), OutProj: linear(), config: c, size: c.DModel / heads,
	}
}

// heads projects [N, L, d_model] to [N, heads, L, size], contiguous as in Transformers: the order of its elements decides the
// last bits of products.
func (m *WhisperAttention) heads(p *nn.Linear, x *torch.Tensor, scale float64) *torch.Tensor {
	var on passing
	defer on.free()
	y := on.way(p.Forward(x))
	if scale != 1 {
		y = on.way(y.Mul(scale))
	}
	y = on.way(splitHeads(y, m.size))
	return y.Contiguous()
}

// keyValues are the heads' keys and values of states [N, K, d_model].
func (m *WhisperAttention) keyValues(states *torch.Tensor) (k, v *torch.Tensor) {
	return m.heads(m.KProj, states, 1), m.heads(m.VProj, states, 1)
}

// attend lets x [N, L, d_model] see keys and values [N, heads, K, size].
func (m *WhisperAttention) attend(q, k, v *torch.Tensor, mask *Mask, weights bool) (y, w *torch.Tensor) {
	a := attention{Mask: mask, Scale: 1, Eager: m.config.Eager, Weights: weights}
	if m.Training() {
		a.Dropout = m.config.AttentionDropout
	}
	y, w = attend(q, k, v, a)
	defer y.Free()
	joined := joinHeads(y)
	defer joined.Free()
	return m.OutProj.Forward(joined), w
}

func (m *WhisperAttention) queries(x *torch.Tensor) *torch.Tensor {
	return m.heads(m.QProj, x, libm.Pow(float64(m.size), -0.5))
}

// Forward lets x [N, L, d_model] see itself; with a cache, the cache's layer too, to which it is added.
func (m *WhisperAttention) Forward(x *torch.Tensor, mask *Mask, cache *Cache, layer int, weights bool) (y, w *torch.Tensor) {
	var on passing
	defer on.free()
	q := on.way(m.queries(x))
	k, v := m.keyValues(x)
	on.way(k)
	on.way(v)
	if cache != nil {
		k, v = cache.Update(layer, k, v)
		on.way(k)
		on.way(v)
	}
	return m.attend(q, k, v, mask, weights)
}

// dropped is functional dropout of x, which it frees unless it is the result.
func dropped(x *torch.Tensor, p float64, training bool) *torch.Tensor {
	if p == 0 || !training {
		return x
	}
	defer x.Free()
	return opDropout.Call(x, p, true)
}
