package nn

import "multitorch/torch"

// AttentionConfig is the settings of an attention.
type AttentionConfig struct {
	Dropout     float64 `json:"dropout"`       // on the weights: 0
	Bias        bool    `json:"bias"`          // whether the projections have one: true
	AddBiasKV   bool    `json:"add_bias_kv"`   // whether a trained key and value is added to all sequences: false
	AddZeroAttn bool    `json:"add_zero_attn"` // whether a key and value of zeros is: false
	Kdim        int     `json:"kdim"`          // the features of keys: 0 for embed_dim
	Vdim        int     `json:"vdim"`          // the features of values: 0 for embed_dim
	BatchFirst  bool    `json:"batch_first"`   // whether sequences are [N, L, features]: false
	factory
}

// AttentionOption is an option of [NewMultiheadAttention]: a [*Dropout], [Bias], [AddBiasKV], [AddZeroAttn], [Kdim],
// [Vdim], [BatchFirst], [DType], [Device], or a whole [AttentionConfig].
type AttentionOption interface{ attention(*AttentionConfig) }

func (c AttentionConfig) attention(to *AttentionConfig) { *to = c }

// String is the settings as Python's keyword arguments.
func (c AttentionConfig) String() string { return pySettings(c) }

// AddBiasKV(true) adds a trained key and value to the end of all sequences of keys and values.
type AddBiasKV bool

// AddZeroAttn(true) adds a key and value of zeros to the end of all sequences of keys and values.
type AddZeroAttn bool

// Kdim is the number of the keys' features. The default is embed_dim, the queries'.
type Kdim int

// Vdim is the number of the values' features. The default is embed_dim, the queries'.
type Vdim int

func (m *Dropout) attention(c *AttentionConfig)    { c.Dropout = m.config.P }
func (b Bias) attention(c *AttentionConfig)        { c.Bias = bool(b) }
func (a AddBiasKV) attention(c *AttentionConfig)   { c.AddBiasKV = bool(a) }
func (a AddZeroAttn) attention(c *AttentionConfig) { c.AddZeroAttn = bool(a) }
func (k Kdim) attention(c *AttentionConfig)        { c.Kdim = int(k) }
func (v Vdim) attention(c *AttentionConfig)        { c.Vdim = int(v) }
func (b BatchFirst) attention(c *AttentionConfig)  { c.BatchFirst = bool(b) }
func (d DType) attention(c *AttentionConfig)       { c.dtype(d) }
func (d Device) attention(c *AttentionConfig)      { c.device(d) }

// AttentionArgument is an argument of [MultiheadAttention.Forward]: [KeyPaddingMask], [AttnMask], [NeedWeights],
// [AverageAttnWeights], [IsCausal].
type AttentionArgument interface{ attend(*attentionArguments) }

type attentionArguments struct {
	keyPaddingMask, attnMask            *torch.Tensor
	needWeights, averageWeights, causal bool
}

type (
	keyPaddingMaskOption struct{ *torch.Tensor }
	attnMaskOption       struct{ *torch.Tensor }
)

// KeyPaddingMask says which keys are padding: a Bool [N, S], or [S] for a single sequence, true for those that count
// for nothing; or numbers of a floating-point dtype that are added to the weights' logarithms.
func KeyPaddingMask(mask *torch.Tensor) AttentionArgument { return keyPaddingMaskOption{mask} }

// AttnMask says which queries may not look at which keys: a Bool [L, S], or [N·heads, L, S], true where they may not; or
// numbers of a floating-point dtype that are added to the weights' logarithms.
func AttnMask(mask *torch.Tensor) AttentionArgument { return attnMaskOption{mask} }

// NeedWeights(false) leaves out the weights, which newer versions of libtorch compute an attention without. The default
// is true.
type NeedWeights bool

// AverageAttnWeights(false) gives each head's weights. The default is true, their mean.
type AverageAttnWeights bool

// IsCausal(true) says that the [AttnMask], which must be given, is the one of
// [GenerateSquareSubsequentMask], so that a quicker way may be taken. libtorch 1.13 has none.
type IsCausal bool

func (m keyPaddingMaskOption) attend(a *attentionArguments) { a.keyPaddingMask = m.Tensor }
func (m attnMaskOption) attend(a *attentionArguments)       { a.attnMask = m.Tensor }
func (n NeedWeights) attend(a *attentionArguments)          { a.needWeights = bool(n) }
func (v AverageAttnWeights) attend(a *attentionArguments)   { a.averageWeights = bool(v) }
func (i IsCausal) attend(a *attentionArguments)             { a.causal = bool(i) }

func attentionArgumentsOf(args []AttentionArgument) attentionArguments {
	a := attentionArguments{needWeights: true, averageWeights: true}
	for i, o := range args {
		if o == nil {
			panic(invalid("multi_head_attention", "argument %d is nil", i))
		}
		o.attend(&a)
	}
	return a
}
