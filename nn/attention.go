package nn

import "multitorch/torch"

// MultiheadAttention lets each element of a sequence of queries gather from a sequence of values what their keys
// promise, by several heads at once, as torch.nn.MultiheadAttention (Vaswani et al., "Attention Is All You Need",
// 2017). The projections of queries, keys and values are one weight, [3·embed, embed], unless Kdim or Vdim differ from
// embed: then there are three, [embed, embed], [embed, kdim] and [embed, vdim]. They are drawn as xavier_uniform_ does,
// BiasK and BiasV as xavier_normal_; the other biases are zeros.
type MultiheadAttention struct {
	Base
	InProjWeight                          *Parameter // nil where there are three
	QProjWeight, KProjWeight, VProjWeight *Parameter // nil where there is one
	InProjBias                            *Parameter // [3·embed]; nil with Bias(false)
	BiasK, BiasV                          *Parameter // [1, 1, embed]; nil without AddBiasKV(true)
	OutProj                               *NonDynamicallyQuantizableLinear
	embed, heads                          int
	config                                AttentionConfig
}

// NonDynamicallyQuantizableLinear is a [Linear] under the name that PyTorch gives to the one in an attention.
type NonDynamicallyQuantizableLinear struct{ Linear }

// NewMultiheadAttention makes an attention for queries of embed features, with a number of heads, which divides them.
func NewMultiheadAttention(embed, heads int, opts ...AttentionOption) *MultiheadAttention {
	const kind = "MultiheadAttention"
	c := configure(kind, "dropout bias add_bias_kv add_zero_attn kdim vdim batch_first device dtype", AttentionConfig{Bias: true}, opts,
		AttentionOption.attention)
	atLeast(1, embed, kind, "embed_dim")
	atLeast(1, heads, kind, "num_heads")
	if embed%heads != 0 {
		panic(invalid(kind, "embed_dim must be divisible by num_heads, but got %d and %d", embed, heads))
	}
	probability(c.Dropout, kind, "dropout")
	atLeast(0, c.Kdim, kind, "kdim")
	atLeast(0, c.Vdim, kind, "vdim")
	c.check(kind)
	m := &MultiheadAttention{embed: embed, heads: heads, config: c}
	m.OutProj = &NonDynamicallyQuantizableLinear{}
	m.OutProj.init(embed, embed, LinearConfig{Bias: c.Bias, factory: c.factory})
	draw := func(shape ...int) *Parameter { return newParameter(xavierUniform(c.empty(shape...))) }
	if m.oneWeight() {
		m.InProjWeight = draw(3*embed, embed)
	} else {
		m.QProjWeight, m.KProjWeight, m.VProjWeight = draw(embed, embed), draw(embed, m.kdim()), draw(embed, m.vdim())
	}
	if c.Bias {
		m.InProjBias = newParameter(c.zeros(3 * embed))
		torch.NoGrad(func() { m.OutProj.Bias.ZeroInplace() })
	}
	if c.AddBiasKV {
		m.BiasK, m.BiasV = newParameter(xavierNormal(c.empty(1, 1, embed))), newParameter(xavierNormal(c.empty(1, 1, embed)))
	}
	return m
}

// Config is the module's settings.
func (m *MultiheadAttention) Config() AttentionConfig { return m.config }

func (m *MultiheadAttention) kdim() int {
	if m.config.Kdim == 0 {
		return m.embed
	}
	return m.config.Kdim
}

func (m *MultiheadAttention) vdim() int {
	if m.config.Vdim == 0 {
		return m.embed
	}
	return m.config.Vdim
}

func (m *MultiheadAttention) oneWeight() bool { return m.kdim() == m.embed && m.vdim() == m.embed }

// Forward returns what the queries gather, and the weights with which they do, nil with NeedWeights(false):
//
//	query    [L, N, embed]   [N, L, embed] with BatchFirst   or [L, embed]
//	key      [S, N, kdim]    [N, S, kdim]                    or [S, kdim]
//	value    [S, N, vdim]    [N, S, vdim]                    or [S, vdim]
//	output   [L, N, embed]   [N, L, embed]                   or [L, embed]
//	weights  [N, L, S], or [N, heads, L, S] with AverageAttnWeights(false); without N for a single sequence
//
// One tensor for all three, or for keys and values, is projected at once. As in PyTorch, self-attention in evaluation
// and without gradients is one operator where the settings allow it, whose last bits may be others.
func (m *MultiheadAttention) Forward(query, key, value *torch.Tensor, args ...AttentionArgument) (output, weights *torch.Tensor) {
	in := m.enterAll(&query, &key, &value)
	defer m.leaveAll("MultiheadAttention", in, &output, &weights)
	a := attentionArgumentsOf(args)
	for _, x := range []*torch.Tensor{query, key, value} {
		if x == nil {
			panic(invalid("multi_head_attention", "expected a query, a key and a value, but got nil for one"))
		}
	}
	m.check(query, key, value, a)
	p := attending{MultiheadAttention: m, attentionArguments: a}
	defer p.free()
	if m.fused(query, key, value, a) {
		return p.native(query)
	}
	return p.forward(query, key, value)
}
