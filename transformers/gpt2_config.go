package transformers

import "fmt"

// GPT2Config is the settings of a [GPT2Model] and its heads, as Python's GPT2Config: [NewGPT2Config] has the defaults.
type GPT2Config struct {
	PretrainedConfig
	VocabSize                  int      `json:"vocab_size"`                      // 50257
	NPositions                 int      `json:"n_positions"`                     // the longest text, in tokens: 1024
	NEmbd                      int      `json:"n_embd"`                          // the features of a token: 768
	NLayer                     int      `json:"n_layer"`                         // 12
	NHead                      int      `json:"n_head"`                          // 12
	NInner                     *int     `json:"n_inner"`                         // the features between a layer's last matrices; nil: 4·NEmbd
	ActivationFunction         string   `json:"activation_function"`             // between them: "gelu_new"
	ResidPdrop                 float64  `json:"resid_pdrop"`                     // 0.1
	EmbdPdrop                  float64  `json:"embd_pdrop"`                      // 0.1
	AttnPdrop                  float64  `json:"attn_pdrop"`                      // 0.1
	LayerNormEpsilon           float64  `json:"layer_norm_epsilon"`              // 1e-5
	ScaleAttnWeights           bool     `json:"scale_attn_weights"`              // whether scores are divided by √(features of a head): true
	ScaleAttnByInverseLayerIdx bool     `json:"scale_attn_by_inverse_layer_idx"` // and by the layer's number, from 1
	ReorderAndUpcastAttn       bool     `json:"reorder_and_upcast_attn"`         // of eager attention alone, in half precision
	AddCrossAttention          bool     `json:"add_cross_attention"`             // false: a decoder beside an encoder is not supported
	ClassifierDropout          *float64 `json:"classifier_dropout,omitempty"`    // before a head of tokens; nil: 0.1
	BosTokenID                 *int     `json:"bos_token_id"`                    // 50256
	EosTokenID                 TokenIDs `json:"eos_token_id"`                    // 50256
	PadTokenID                 *int     `json:"pad_token_id"`                    // nil
	UseCache                   bool     `json:"use_cache"`                       // true
}

// NewGPT2Config has the defaults, which are those of gpt2.
func NewGPT2Config() *GPT2Config {
	return &GPT2Config{
		PretrainedConfig: PretrainedConfig{ModelType: "gpt2", TieWordEmbeddings: true, InitializerRange: 0.02},
		VocabSize:        50257, NPositions: 1024, NEmbd: 768, NLayer: 12, NHead: 12, ActivationFunction: "gelu_new",
		ResidPdrop: 0.1, EmbdPdrop: 0.1, AttnPdrop: 0.1, LayerNormEpsilon: 1e-5, ScaleAttnWeights: true,
		BosTokenID: new(50256), EosTokenID: TokenIDs{50256}, UseCache: true,
	}
}

func (c *GPT2Config) check() error {
	if c.AddCrossAttention {
		return fmt.Errorf("add_cross_attention: %s beside an encoder is not supported", c.ModelType)
	}
	if c.NInner != nil {
		if err := positive("n_inner", *c.NInner); err != nil {
			return err
		}
	}
	return firstError(
		positive("vocab_size", c.VocabSize), positive("n_positions", c.NPositions), positive("n_embd", c.NEmbd),
		positive("n_layer", c.NLayer), divides("n_head", c.NHead, "n_embd", c.NEmbd), checkPadding(c.PadTokenID, c.VocabSize),
		probability("resid_pdrop", c.ResidPdrop), probability("embd_pdrop", c.EmbdPdrop), probability("attn_pdrop", c.AttnPdrop),
		checkActivation("activation_function", c.ActivationFunction))
}

// inner is the features between a layer's last two matrices.
func (c *GPT2Config) inner() int {
	if c.NInner != nil {
		return *c.NInner
	}
	return 4 * c.NEmbd
}

// activation is the function between them: libtorch's own in place of one that is written out, unless bits are to be equal.
func (c *GPT2Config) activation() Activation {
	if c.ActivationFunction == "gelu_new" && !c.Eager {
		return NewActivation("gelu_pytorch_tanh")
	}
	return NewActivation(c.ActivationFunction)
}
