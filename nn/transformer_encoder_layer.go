package nn

import (
	"slices"

	"multitorch/torch"
)

var encoderLayer = torch.NewOperator("aten::_transformer_encoder_layer_fwd", "src", "embed_dim", "num_heads",
	"qkv_weight", "qkv_bias", "proj_weight", "proj_bias", "use_gelu", "norm_first", "eps", "norm_weight_1", "norm_bias_1",
	"norm_weight_2", "norm_bias_2", "ffn_weight_1", "ffn_bias_1", "ffn_weight_2", "ffn_bias_2", "mask", "mask_type")

// TransformerEncoderLayer is self-attention and then two linear layers, each beside its input, as
// torch.nn.TransformerEncoderLayer (Vaswani et al., "Attention Is All You Need", 2017).
type TransformerEncoderLayer struct {
	Base
	SelfAttn           *MultiheadAttention
	Linear1            *Linear
	Dropout            *Dropout
	Linear2            *Linear
	Norm1, Norm2       *LayerNorm
	Dropout1, Dropout2 *Dropout
	Activation         Layer             // nil for a function
	config             TransformerConfig `nn:"-"`
}

// NewTransformerEncoderLayer makes a layer for sequences of model features, with a number of heads.
func NewTransformerEncoderLayer(model, heads int, opts ...TransformerOption) *TransformerEncoderLayer {
	c := configureTransformer("TransformerEncoderLayer", transformerKeywords, opts)
	return &TransformerEncoderLayer{
		SelfAttn: c.attention(model, heads),
		Linear1:  c.linear(model, c.DimFeedforward), Dropout: c.drop(), Linear2: c.linear(c.DimFeedforward, model),
		Norm1: c.norm(model), Norm2: c.norm(model), Dropout1: c.drop(), Dropout2: c.drop(),
		Activation: c.module, config: c,
	}
}

// Config is the module's settings.
func (m *TransformerEncoderLayer) Config() TransformerConfig { return m.config }

// Forward maps [L, N, model], with BatchFirst [N, L, model], or a single sequence [L, model], to the same.
//
// As in PyTorch, in evaluation and without gradients the layer is one operator where the settings allow it, whose
// last bits may be others.
func (m *TransformerEncoderLayer) Forward(src *torch.Tensor) *torch.Tensor {
	return m.ForwardMasked(src, TransformerMasks{})
}

// ForwardMasked is Forward with the masks that begin with Src.
func (m *TransformerEncoderLayer) ForwardMasked(src *torch.Tensor, masks TransformerMasks) (output *torch.Tensor) {
	src = m.enter(src)
	defer m.leave("TransformerEncoderLayer", src, &output)
	masks.only("TransformerEncoderLayer", "Src")
	if m.fused(src, masks) {
		return m.native(src, masks)
	}
	m.SelfAttn.checkSequence("TransformerEncoderLayer", src)
	var p passing
	defer p.free()
	if !olderAttention() { // already here, which keeps the attention from being one operator
		masks.SrcMask, masks.SrcKeyPaddingMask = p.additive(masks.SrcMask, src.DType()), p.additive(masks.SrcKeyPaddingMask, src.DType())
	}
	attend := func(x *torch.Tensor) *torch.Tensor {
		y, _ := m.SelfAttn.Forward(x, x, x, attentionMasks(masks.SrcMask, masks.SrcKeyPaddingMask, masks.SrcIsCausal)...)
		return p.next(p.way(y), m.Dropout1.Forward)
	}
	feed := func(x *torch.Tensor) *torch.Tensor {
		return m.config.feed(&p, x, m.Linear1, m.Dropout, m.Linear2, m.Dropout2)
	}
	if m.config.NormFirst {
		x := p.way(src.Add(attend(p.way(m.Norm1.Forward(src)))))
		return x.Add(feed(p.way(m.Norm2.Forward(x))))
	}
	x := p.way(m.Norm1.Forward(p.way(src.Add(attend(src)))))
	return m.Norm2.Forward(p.way(x.Add(feed(x))))
}

// feed is the two linear layers of a layer.
func (c *TransformerConfig) feed(p *passing, x *torch.Tensor, first *Linear, middle *Dropout, second *Linear, last *Dropout) *torch.Tensor {
	x = p.next(p.way(first.Forward(x)), c.activate)
	x = p.way(second.Forward(p.next(x, middle.Forward)))
	return p.next(x, last.Forward)
}

// next is f of a tensor that is noted, which f may return as it is.
func (p *passing) next(x *torch.Tensor, f func(*torch.Tensor) *torch.Tensor) *torch.Tensor {
	if y := f(x); y != x {
		return p.way(y)
	}
	return x
}

// fused reports whether PyTorch computes such a call with one operator.
func (m *TransformerEncoderLayer) fused(src *torch.Tensor, masks TransformerMasks) bool {
	c := &m.config
	if src.Dim() != 3 || m.Training() || !c.BatchFirst || c.known() == "" || !m.SelfAttn.allowsNative() {
		return false
	}
	if olderAttention() && masks.SrcMask != nil || !olderAttention() && m.hooked() {
		return false
	}
	return m.Norm1.Bias != nil && m.Norm2.Bias != nil && !m.wantsGradient(src)
}

// hooked reports whether the layer, or one of its parts, has hooks, for which newer PyTorch takes single steps.
func (m *TransformerEncoderLayer) hooked() bool {
	return slices.ContainsFunc([]Module{
		m, m.SelfAttn, m.SelfAttn.OutProj, m.Linear1, m.Dropout, m.Linear2, m.Norm1, m.Norm2, m.Dropout1, m.Dropout2,
	}, func(p Module) bool { return p.mustEmbedNNBase().hooks.Load() != nil })
}

func (m *TransformerEncoderLayer) wantsGradient(src *torch.Tensor) bool {
	a := m.SelfAttn
	return wantGradients(src, a.InProjWeight.Tensor, a.InProjBias.tensor(), a.OutProj.Weight.Tensor, a.OutProj.Bias.tensor(),
		m.Norm1.Weight.tensor(), m.Norm1.Bias.tensor(), m.Norm2.Weight.tensor(), m.Norm2.Bias.tensor(), m.Linear1.Weight.tensor(),
		m.Linear1.Bias.tensor(), m.Linear2.Weight.tensor(), m.Linear2.Bias.tensor())
}

func (m *TransformerEncoderLayer) native(src *torch.Tensor, masks TransformerMasks) *torch.Tensor {
	a, given := m.SelfAttn, attentionArguments{attnMask: masks.SrcMask, keyPaddingMask: masks.SrcKeyPaddingMask}
	if given.attnMask != nil || given.keyPaddingMask != nil { // a nested tensor has none, nor a shape
		a.check(src, src, src, given)
	}
	defer explain(func() { a.checkSequence("TransformerEncoderLayer", src) })
	p := attending{MultiheadAttention: a, attentionArguments: given}
	defer p.free()
	mask, kind := p.nativeMask(src)
	return encoderLayer.Call(
		src, a.embed, a.heads,
		a.InProjWeight.tensor(), a.InProjBias.tensor(), a.OutProj.Weight.tensor(), a.OutProj.Bias.tensor(),
		m.config.known() == "gelu", m.config.NormFirst, m.config.LayerNormEps,
		m.Norm1.Weight.tensor(), m.Norm1.Bias.tensor(), m.Norm2.Weight.tensor(), m.Norm2.Bias.tensor(),
		m.Linear1.Weight.tensor(), m.Linear1.Bias.tensor(), m.Linear2.Weight.tensor(), m.Linear2.Bias.tensor(),
		mask, kind,
	)
}

// checkSequence checks what goes into a layer.
func (m *MultiheadAttention) checkSequence(op string, x *torch.Tensor) {
	shape := x.Shape()
	if len(shape) != 2 && len(shape) != 3 {
		panic(invalid(op, "expected a sequence of 3 dimensions, or 2 for a single one, but got the shape %s", pyList(shape)))
	}
	if last := shape[len(shape)-1]; last != m.embed {
		panic(invalid(op, "expected a sequence whose last dimension has %d elements (d_model), but got the shape %s", m.embed, pyList(shape)))
	}
}
