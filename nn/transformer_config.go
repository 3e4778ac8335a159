package nn

import (
	"strings"

	"multitorch/torch"
)

// TransformerConfig is the settings of a transformer, and of its layers.
type TransformerConfig struct {
	DimFeedforward   int     `json:"dim_feedforward"`    // the features between the two linear layers: 2048
	Dropout          float64 `json:"dropout"`            // 0.1
	Activation       string  `json:"activation"`         // between the two linear layers: "relu" or "gelu"
	LayerNormEps     float64 `json:"layer_norm_eps"`     // 1e-5
	BatchFirst       bool    `json:"batch_first"`        // whether sequences are [N, L, features]: false
	NormFirst        bool    `json:"norm_first"`         // whether inputs are normalised, and not outputs: false
	Bias             bool    `json:"bias"`               // whether the layers have biases: true
	NumEncoderLayers int     `json:"num_encoder_layers"` // 6
	NumDecoderLayers int     `json:"num_decoder_layers"` // 6
	function         func(*torch.Tensor) *torch.Tensor
	module           Layer
	factory
}

// TransformerOption is an option of the transformer and its layers: [DimFeedforward], a [*Dropout], [Activation],
// [ActivationFunc], [ActivationModule], [LayerNormEps], [BatchFirst], [NormFirst], [Bias], [DType], [Device]; of [NewTransformer]
// [NumEncoderLayers], [NumDecoderLayers]; or a whole [TransformerConfig].
type TransformerOption interface{ transformer(*TransformerConfig) }

func (c TransformerConfig) transformer(to *TransformerConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c TransformerConfig) String() string { return pySettings(c) }

// DimFeedforward is the number of features between a transformer layer's two linear ones. The default is 2048.
type DimFeedforward int

// Activation is the function between a transformer layer's two linear ones: "relu", the default, or "gelu".
type Activation string

// ActivationFunc is [Activation] with a function of one's own. If that is the Forward of a module, its parameters are
// no part of the transformer.
type ActivationFunc func(*torch.Tensor) *torch.Tensor

type activationModuleOption struct{ Layer }

// ActivationModule is [Activation] with a module, Python's activation=nn.GELU(), which becomes part of the layers.
func ActivationModule(m Layer) TransformerOption { return activationModuleOption{m} }

// LayerNormEps is the [Eps] of a transformer's normalisations. The default is 1e-5.
type LayerNormEps float64

// NormFirst(true) normalises what goes into attention and linear layers, rather than what comes out.
type NormFirst bool

// NumEncoderLayers is how many layers a transformer's encoder has. The default is 6.
type NumEncoderLayers int

// NumDecoderLayers is how many layers a transformer's decoder has. The default is 6.
type NumDecoderLayers int

func (d DimFeedforward) transformer(c *TransformerConfig)         { c.DimFeedforward = int(d) }
func (m *Dropout) transformer(c *TransformerConfig)               { c.Dropout = m.config.P }
func (a Activation) transformer(c *TransformerConfig)             { c.activation(string(a), nil, nil) }
func (a ActivationFunc) transformer(c *TransformerConfig)         { c.activation("", a, nil) }
func (a activationModuleOption) transformer(c *TransformerConfig) { c.activation("", nil, a.Layer) }
func (e LayerNormEps) transformer(c *TransformerConfig)           { c.LayerNormEps = float64(e) }
func (b BatchFirst) transformer(c *TransformerConfig)             { c.BatchFirst = bool(b) }
func (n NormFirst) transformer(c *TransformerConfig)              { c.NormFirst = bool(n) }
func (b Bias) transformer(c *TransformerConfig)                   { c.Bias = bool(b) }
func (n NumEncoderLayers) transformer(c *TransformerConfig)       { c.NumEncoderLayers = int(n) }
func (n NumDecoderLayers) transformer(c *TransformerConfig)       { c.NumDecoderLayers = int(n) }
func (d DType) transformer(c *TransformerConfig)                  { c.dtype(d) }
func (d Device) transformer(c *TransformerConfig)                 { c.device(d) }

const transformerKeywords = "dim_feedforward dropout activation activation_func activation_module layer_norm_eps batch_first norm_first bias device dtype"

func configureTransformer(kind, takes string, opts []TransformerOption) TransformerConfig {
	c := configure(kind, takes, TransformerConfig{
		DimFeedforward: 2048, Dropout: 0.1, Activation: "relu", LayerNormEps: 1e-5, Bias: true, NumEncoderLayers: 6, NumDecoderLayers: 6,
	}, opts, TransformerOption.transformer)
	atLeast(0, c.DimFeedforward, kind, "dim_feedforward")
	probability(c.Dropout, kind, "dropout")
	if c.function == nil && c.module == nil && c.Activation != "relu" && c.Activation != "gelu" {
		panic(invalid(kind, "activation must be relu or gelu, but got %.80q", c.Activation))
	}
	c.check(kind)
	return c
}

// attention, linear, norm and drop make the parts of a layer.
func (c *TransformerConfig) attention(model, heads int) *MultiheadAttention {
	return NewMultiheadAttention(model, heads, AttentionConfig{Dropout: c.Dropout, Bias: c.Bias, BatchFirst: c.BatchFirst, factory: c.factory})
}

func (c *TransformerConfig) linear(in, out int) *Linear {
	return NewLinear(in, out, LinearConfig{Bias: c.Bias, factory: c.factory})
}

func (c *TransformerConfig) norm(model int) *LayerNorm {
	n := configureNorm("LayerNorm", "eps", []NormOption{Eps(c.LayerNormEps)})
	n.factory = c.factory
	m := NewLayerNorm(model, n)
	if !c.Bias {
		m.Bias = nil
	}
	return m
}

func (c *TransformerConfig) drop() *Dropout { return NewDropout(c.Dropout) }

// activation takes over one of the ways to say what is between the linear layers.
func (c *TransformerConfig) activation(name string, f func(*torch.Tensor) *torch.Tensor, m Layer) {
	c.Activation, c.function, c.module = name, f, m
}

// known is the name of the activation, also of a module, if an operator for a whole layer has it.
func (c *TransformerConfig) known() string {
	switch c.module.(type) {
	case *ReLU:
		return "relu"
	case *GELU:
		return "gelu"
	}
	return c.Activation
}

// activate is the function between the linear layers.
func (c *TransformerConfig) activate(x *torch.Tensor) *torch.Tensor {
	switch {
	case c.function != nil:
		return c.function(x)
	case c.module != nil:
		return c.module.Forward(x)
	case c.Activation == "gelu":
		return gelu.op.Call(x, "none")
	}
	return x.ReLU()
}

// TransformerMasks says what a transformer may look at, with Python's names: a mask [L, S], or [N·heads, L, S], of which
// queries may not look at which keys, and which elements of the keys are padding, [N, S], or [S] for single sequences. Each
// is Bool, true where nothing is looked at, or of a floating-point dtype, whose numbers are added to the weights'
// logarithms. nil is no mask.
//
// IsCausal says that a mask is the one of [GenerateSquareSubsequentMask], so that a quicker way may be taken; the mask must be
// given all the same. Stacks of layers look themselves where Src and Tgt are nil. libtorch 1.13 has no quicker way.
type TransformerMasks struct {
	SrcMask, TgtMask, MemoryMask                               *torch.Tensor
	SrcKeyPaddingMask, TgtKeyPaddingMask, MemoryKeyPaddingMask *torch.Tensor
	SrcIsCausal, TgtIsCausal, MemoryIsCausal                   *bool
}

// only checks that none is given but what begins with the prefixes.
func (m TransformerMasks) only(kind string, prefixes ...string) {
	for _, g := range []struct {
		prefix string
		given  bool
	}{
		{"Src", m.SrcMask != nil || m.SrcKeyPaddingMask != nil || m.SrcIsCausal != nil},
		{"Tgt", m.TgtMask != nil || m.TgtKeyPaddingMask != nil || m.TgtIsCausal != nil},
		{"Memory", m.MemoryMask != nil || m.MemoryKeyPaddingMask != nil || m.MemoryIsCausal != nil},
	} {
		if allowed := strings.Join(prefixes, " and "); g.given && !strings.Contains(allowed, g.prefix) {
			panic(invalid(kind, "expected masks that begin with %s, but got one that begins with %s", allowed, g.prefix))
		}
	}
}

// arguments are those of an attention in a layer.
func attentionMasks(mask, padding *torch.Tensor, causal *bool) []AttentionArgument {
	args := []AttentionArgument{NeedWeights(false), AttnMask(mask), KeyPaddingMask(padding)}
	if causal != nil {
		args = append(args, IsCausal(*causal))
	}
	return args
}

// isCausalMask is whether the mask is the causal one, where nothing is said of it.
func isCausalMask(mask *torch.Tensor, said *bool) *bool {
	if said != nil || mask == nil || olderAttention() {
		return said
	}
	is := false
	if shape := mask.Shape(); len(shape) == 2 && shape[0] == shape[1] {
		causal := GenerateSquareSubsequentMask(shape[0], mask.DType(), mask.Device())
		defer causal.Free()
		is = torch.Equal(mask, causal)
	}
	return &is
}
