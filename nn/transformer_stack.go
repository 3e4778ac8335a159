package nn

import "multitorch/torch"

var (
	leftAligned    = torch.NewOperator("aten::_nested_tensor_from_mask_left_aligned", "t", "mask")
	nestedFromMask = torch.NewOperator("aten::_nested_tensor_from_mask", "t", "mask", "mask_check")
	paddedTensor   = torch.NewOperator("aten::to_padded_tensor", "self", "padding", "output_size")
	logicalNot     = torch.NewOperator("aten::logical_not", "self")
)

// StackConfig is the settings of an encoder or a decoder.
type StackConfig struct {
	EnableNestedTensor bool `json:"enable_nested_tensor"` // whether an encoder leaves padding out where it may: true
	MaskCheck          bool `json:"mask_check"`           // whether it looks that all padding is at the end: true
	norm               *LayerNorm
}

// StackOption is an option of [NewTransformerEncoder] and [NewTransformerDecoder]: a [*LayerNorm], which comes behind the
// last layer; of an encoder [EnableNestedTensor] and [MaskCheck]; or a whole [StackConfig].
type StackOption interface{ stack(*StackConfig) }

// EnableNestedTensor(false) has an encoder compute with the padding, also in evaluation and without gradients, where it
// otherwise leaves it out. The default is true.
type EnableNestedTensor bool

// MaskCheck(false) leaves out the look whether all padding is at the end. The default is true.
type MaskCheck bool

func (c StackConfig) stack(to *StackConfig) {
	c.norm = to.norm
	*to = c
}
func (e EnableNestedTensor) stack(c *StackConfig) { c.EnableNestedTensor = bool(e) }
func (m MaskCheck) stack(c *StackConfig)          { c.MaskCheck = bool(m) }
func (m *LayerNorm) stack(c *StackConfig)         { c.norm = m }

func configureStack(kind, takes string, opts []StackOption) StackConfig {
	return configure(kind, "layer_norm "+takes, StackConfig{EnableNestedTensor: true, MaskCheck: true}, opts, StackOption.stack)
}

// TransformerEncoder is a stack of encoder layers, as torch.nn.TransformerEncoder.
type TransformerEncoder struct {
	Base
	Layers []*TransformerEncoderLayer
	Norm   *LayerNorm // nil without
	config StackConfig
}

// NewTransformerEncoder makes a stack of n copies of a layer, which all begin with its parameters.
func NewTransformerEncoder(layer *TransformerEncoderLayer, n int, opts ...StackOption) *TransformerEncoder {
	c := configureStack("TransformerEncoder", "enable_nested_tensor mask_check", opts)
	if layer == nil {
		panic(invalid("TransformerEncoder", "expected a layer, but got nil"))
	}
	atLeast(1, n, "TransformerEncoder", "num_layers")
	m := &TransformerEncoder{Norm: c.norm, config: c}
	for range n {
		m.Layers = append(m.Layers, Clone(layer))
	}
	return m
}

// Config is the module's settings.
func (m *TransformerEncoder) Config() StackConfig { return m.config }

// Forward is [TransformerEncoderLayer.Forward], with the same shapes.
func (m *TransformerEncoder) Forward(src *torch.Tensor) *torch.Tensor {
	return m.ForwardMasked(src, TransformerMasks{})
}

// ForwardMasked is Forward with the masks that begin with Src.
//
// As in PyTorch, in evaluation and without gradients what the SrcKeyPaddingMask pads is not computed where the settings allow that, and
// is zero in the output, which in libtorch 1.13 then ends with the longest sequence.
func (m *TransformerEncoder) ForwardMasked(src *torch.Tensor, masks TransformerMasks) (output *torch.Tensor) {
	src = m.enter(src)
	defer m.leave("TransformerEncoder", src, &output)
	masks.only("TransformerEncoder", "Src")
	var p passing
	defer p.free()
	first, x := m.Layers[0], src
	first.SelfAttn.checkSequence("TransformerEncoder", src)
	if !olderAttention() {
		masks.SrcKeyPaddingMask, masks.SrcMask = p.additive(masks.SrcKeyPaddingMask, src.DType()), p.additive(masks.SrcMask, src.DType())
	}
	nested := m.leavesPadding(src, masks)
	if nested {
		x = p.way(nestedFromMask.Call(src, p.way(logicalNot.Unary(masks.SrcKeyPaddingMask)), false))
		masks.SrcKeyPaddingMask = nil
	}
	masks.SrcIsCausal = isCausalMask(masks.SrcMask, masks.SrcIsCausal)
	for i, layer := range m.Layers {
		y := layer.ForwardMasked(x, masks)
		if i == len(m.Layers)-1 && !nested && m.Norm == nil {
			return y
		}
		x = p.way(y)
	}
	if nested {
		x = m.pad(x, src)
		if m.Norm == nil {
			return x
		}
		p.way(x)
	}
	return m.Norm.Forward(x)
}

// leavesPadding reports whether PyTorch computes such a call without the padding.
func (m *TransformerEncoder) leavesPadding(src *torch.Tensor, masks TransformerMasks) bool {
	first, padding := m.Layers[0], masks.SrcKeyPaddingMask
	c := &first.config
	if !m.config.EnableNestedTensor || padding == nil || masks.SrcMask != nil || src.Dim() != 3 || first.Training() {
		return false
	}
	if c.NormFirst || !c.BatchFirst || c.known() == "" || !first.SelfAttn.allowsNative() {
		return false
	}
	first.SelfAttn.check(src, src, src, attentionArguments{keyPaddingMask: padding})
	if m.config.MaskCheck {
		kept := logicalNot.Unary(padding)
		defer kept.Free()
		if aligned, _ := leftAligned.Value(src, kept).(bool); !aligned {
			return false
		}
	}
	return !first.wantsGradient(src)
}

// pad is a nested tensor with zeros where padding was.
func (m *TransformerEncoder) pad(x, src *torch.Tensor) *torch.Tensor {
	if olderAttention() {
		return olderPadded.Call(x, 0.0)
	}
	return paddedTensor.Call(x, 0.0, src.Shape())
}

var olderPadded = torch.NewOperator("aten::nested_to_padded_tensor", "self", "padding")

// TransformerDecoder is a stack of decoder layers, as torch.nn.TransformerDecoder.
type TransformerDecoder struct {
	Base
	Layers []*TransformerDecoderLayer
	Norm   *LayerNorm // nil without
	config StackConfig
}

// NewTransformerDecoder makes a stack of n copies of a layer, which all begin with its parameters.
func NewTransformerDecoder(layer *TransformerDecoderLayer, n int, opts ...StackOption) *TransformerDecoder {
	c := configureStack("TransformerDecoder", "", opts)
	if layer == nil {
		panic(invalid("TransformerDecoder", "expected a layer, but got nil"))
	}
	atLeast(1, n, "TransformerDecoder", "num_layers")
	m := &TransformerDecoder{Norm: c.norm, config: c}
	for range n {
		m.Layers = append(m.Layers, Clone(layer))
	}
	return m
}

// Config is the module's settings.
func (m *TransformerDecoder) Config() StackConfig { return m.config }

// Forward is [TransformerDecoderLayer.Forward], with the same shapes.
func (m *TransformerDecoder) Forward(tgt, memory *torch.Tensor) *torch.Tensor {
	return m.ForwardMasked(tgt, memory, TransformerMasks{})
}

// ForwardMasked is Forward with the masks that begin with Tgt and Memory.
func (m *TransformerDecoder) ForwardMasked(tgt, memory *torch.Tensor, masks TransformerMasks) (output *torch.Tensor) {
	in := m.enterAll(&tgt, &memory)
	defer m.leaveAll("TransformerDecoder", in, &output)
	masks.only("TransformerDecoder", "Tgt", "Memory")
	var p passing
	defer p.free()
	masks.TgtIsCausal = isCausalMask(masks.TgtMask, masks.TgtIsCausal)
	x := tgt
	for i, layer := range m.Layers {
		y := layer.ForwardMasked(x, memory, masks)
		if i == len(m.Layers)-1 && m.Norm == nil {
			return y
		}
		x = p.way(y)
	}
	return m.Norm.Forward(x)
}
