package nn

import "multitorch/torch"

// TransformerDecoderLayer is self-attention, attention to what an encoder made, and then two linear layers, each beside
// its input, as torch.nn.TransformerDecoderLayer (Vaswani et al., "Attention Is All You Need", 2017).
type TransformerDecoderLayer struct {
	Base
	SelfAttn, MultiheadAttn      *MultiheadAttention
	Linear1                      *Linear
	Dropout                      *Dropout
	Linear2                      *Linear
	Norm1, Norm2, Norm3          *LayerNorm
	Dropout1, Dropout2, Dropout3 *Dropout
	Activation                   Layer             // nil for a function
	config                       TransformerConfig `nn:"-"`
}

// NewTransformerDecoderLayer makes a layer for sequences of model features, with a number of heads.
func NewTransformerDecoderLayer(model, heads int, opts ...TransformerOption) *TransformerDecoderLayer {
	c := configureTransformer("TransformerDecoderLayer", transformerKeywords, opts)
	return &TransformerDecoderLayer{
		SelfAttn: c.attention(model, heads), MultiheadAttn: c.attention(model, heads),
		Linear1: c.linear(model, c.DimFeedforward), Dropout: c.drop(), Linear2: c.linear(c.DimFeedforward, model),
		Norm1: c.norm(model), Norm2: c.norm(model), Norm3: c.norm(model),
		Dropout1: c.drop(), Dropout2: c.drop(), Dropout3: c.drop(),
		Activation: c.module, config: c,
	}
}

// Config is the module's settings.
func (m *TransformerDecoderLayer) Config() TransformerConfig { return m.config }

// Forward maps a sequence tgt and an encoder's output memory to what comes after tgt:
//
//	tgt     [T, N, model]   [N, T, model] with BatchFirst   or [T, model]
//	memory  [S, N, model]   [N, S, model]                   or [S, model]
//	output  [T, N, model]   [N, T, model]                   or [T, model]
func (m *TransformerDecoderLayer) Forward(tgt, memory *torch.Tensor) *torch.Tensor {
	return m.ForwardMasked(tgt, memory, TransformerMasks{})
}

// ForwardMasked is Forward with the masks that begin with Tgt and Memory.
func (m *TransformerDecoderLayer) ForwardMasked(tgt, memory *torch.Tensor, masks TransformerMasks) (output *torch.Tensor) {
	in := m.enterAll(&tgt, &memory)
	defer m.leaveAll("TransformerDecoderLayer", in, &output)
	masks.only("TransformerDecoderLayer", "Tgt", "Memory")
	m.SelfAttn.checkSequence("TransformerDecoderLayer", tgt)
	m.SelfAttn.checkSequence("TransformerDecoderLayer", memory)
	var p passing
	defer p.free()
	attend := func(x *torch.Tensor) *torch.Tensor {
		y, _ := m.SelfAttn.Forward(x, x, x, attentionMasks(masks.TgtMask, masks.TgtKeyPaddingMask, masks.TgtIsCausal)...)
		return p.next(p.way(y), m.Dropout1.Forward)
	}
	look := func(x *torch.Tensor) *torch.Tensor {
		args := attentionMasks(masks.MemoryMask, masks.MemoryKeyPaddingMask, masks.MemoryIsCausal)
		y, _ := m.MultiheadAttn.Forward(x, memory, memory, args...)
		return p.next(p.way(y), m.Dropout2.Forward)
	}
	feed := func(x *torch.Tensor) *torch.Tensor {
		return m.config.feed(&p, x, m.Linear1, m.Dropout, m.Linear2, m.Dropout3)
	}
	if m.config.NormFirst {
		x := p.way(tgt.Add(attend(p.way(m.Norm1.Forward(tgt)))))
		x = p.way(x.Add(look(p.way(m.Norm2.Forward(x)))))
		return x.Add(feed(p.way(m.Norm3.Forward(x))))
	}
	x := p.way(m.Norm1.Forward(p.way(tgt.Add(attend(tgt)))))
	x = p.way(m.Norm2.Forward(p.way(x.Add(look(x)))))
	return m.Norm3.Forward(p.way(x.Add(feed(x))))
}
