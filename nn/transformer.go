package nn

import "multitorch/torch"

// Transformer is an encoder and a decoder, as torch.nn.Transformer (Vaswani et al., "Attention Is All You Need", 2017). All
// weights are drawn as xavier_uniform_ does.
type Transformer struct {
	Base
	Encoder *TransformerEncoder
	Decoder *TransformerDecoder
	config  TransformerConfig `nn:"-"`
}

// NewTransformer makes a transformer for sequences of model features, with a number of heads. PyTorch's defaults are 512
// and 8.
func NewTransformer(model, heads int, opts ...TransformerOption) *Transformer {
	const kind = "Transformer"
	c := configureTransformer(kind, transformerKeywords+" num_encoder_layers num_decoder_layers", opts)
	atLeast(1, c.NumEncoderLayers, kind, "num_encoder_layers")
	atLeast(1, c.NumDecoderLayers, kind, "num_decoder_layers")
	layers := c // of a layer, which takes no numbers of layers
	layers.NumEncoderLayers, layers.NumDecoderLayers = 6, 6
	m := &Transformer{config: c}
	m.Encoder = NewTransformerEncoder(NewTransformerEncoderLayer(model, heads, layers), c.NumEncoderLayers, c.norm(model))
	m.Decoder = NewTransformerDecoder(NewTransformerDecoderLayer(model, heads, layers), c.NumDecoderLayers, c.norm(model))
	for _, p := range Parameters(m) {
		if p.Dim() > 1 {
			xavierUniform(p.Tensor)
		}
	}
	return m
}

// Config is the module's settings.
func (m *Transformer) Config() TransformerConfig { return m.config }

// Forward maps a source sequence, and the target sequence so far, to what comes after the latter:
//
//	src     [S, N, model]   [N, S, model] with BatchFirst   or [S, model]
//	tgt     [T, N, model]   [N, T, model]                   or [T, model]
//	output  [T, N, model]   [N, T, model]                   or [T, model]
func (m *Transformer) Forward(src, tgt *torch.Tensor) *torch.Tensor {
	return m.ForwardMasked(src, tgt, TransformerMasks{})
}

// ForwardMasked is Forward with masks.
func (m *Transformer) ForwardMasked(src, tgt *torch.Tensor, masks TransformerMasks) (output *torch.Tensor) {
	in := m.enterAll(&src, &tgt)
	defer m.leaveAll("Transformer", in, &output)
	attention := m.Encoder.Layers[0].SelfAttn
	attention.checkSequence("Transformer", src)
	attention.checkSequence("Transformer", tgt)
	batch := 1
	if m.config.BatchFirst {
		batch = 0
	}
	s, t := src.Shape(), tgt.Shape()
	if len(s) != len(t) || len(s) == 3 && s[batch] != t[batch] {
		panic(invalid("Transformer", "expected as many sequences in src as in tgt, but got the shapes %s and %s", pyList(s), pyList(t)))
	}
	memory := m.Encoder.ForwardMasked(src, TransformerMasks{
		SrcMask: masks.SrcMask, SrcKeyPaddingMask: masks.SrcKeyPaddingMask, SrcIsCausal: masks.SrcIsCausal,
	})
	defer memory.Free()
	masks.SrcMask, masks.SrcKeyPaddingMask, masks.SrcIsCausal = nil, nil, nil
	return m.Decoder.ForwardMasked(tgt, memory, masks)
}
