package transformers

import (
	"encoding/json"
	"fmt"
)

// LlamaConfig is the settings of a [LlamaModel] and its heads, as Python's LlamaConfig: [NewLlamaConfig] has the defaults.
type LlamaConfig struct {
	PretrainedConfig
	VocabSize             int             `json:"vocab_size"`              // 32000
	HiddenSize            int             `json:"hidden_size"`             // the features of a token: 4096
	IntermediateSize      int             `json:"intermediate_size"`       // the features between a layer's last matrices: 11008
	NumHiddenLayers       int             `json:"num_hidden_layers"`       // 32
	NumAttentionHeads     int             `json:"num_attention_heads"`     // of queries: 32
	NumKeyValueHeads      *int            `json:"num_key_value_heads"`     // of keys and values; nil: as many
	HeadDim               *int            `json:"head_dim"`                // the features of a head; nil: HiddenSize/NumAttentionHeads
	HiddenAct             string          `json:"hidden_act"`              // "silu"
	MaxPositionEmbeddings int             `json:"max_position_embeddings"` // the longest text, in tokens: 2048
	RMSNormEps            float64         `json:"rms_norm_eps"`            // 1e-6
	RopeParameters        *RopeParameters `json:"rope_parameters"`         // "default" with the base 10000
	AttentionBias         bool            `json:"attention_bias"`          // false
	AttentionDropout      float64         `json:"attention_dropout"`       // 0
	MLPBias               bool            `json:"mlp_bias"`                // false
	ClassifierDropout     *float64        `json:"classifier_dropout,omitempty"`
	BosTokenID            *int            `json:"bos_token_id"` // 1
	EosTokenID            TokenIDs        `json:"eos_token_id"` // 2
	PadTokenID            *int            `json:"pad_token_id"` // nil
	UseCache              bool            `json:"use_cache"`    // true
}

// NewLlamaConfig has the defaults, which are those of Llama 2 with 7 billion parameters.
func NewLlamaConfig() *LlamaConfig {
	return &LlamaConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "llama", InitializerRange: 0.02},
		VocabSize:        32000, HiddenSize: 4096, IntermediateSize: 11008, NumHiddenLayers: 32, NumAttentionHeads: 32,
		HiddenAct: "silu", MaxPositionEmbeddings: 2048, RMSNormEps: 1e-6,
		RopeParameters: &RopeParameters{RopeType: "default", RopeTheta: 10000},
		BosTokenID:     new(1), EosTokenID: TokenIDs{2}, UseCache: true,
	}
}

func (c *LlamaConfig) upgrade(raw map[string]json.RawMessage) error { return upgradeRope(raw) }

// heads are the heads of keys and values.
func (c *LlamaConfig) heads() int { return orDefault(c.NumKeyValueHeads, c.NumAttentionHeads) }

// headDim is the features of a head.
func (c *LlamaConfig) headDim() int {
	if c.HeadDim != nil {
		return *c.HeadDim
	}
	return c.HiddenSize / max(c.NumAttentionHeads, 1)
}

func (c *LlamaConfig) rope() *rope {
	r := &rope{dim: c.headDim(), longest: c.MaxPositionEmbeddings, RopeParameters: RopeParameters{RopeType: "default", RopeTheta: 10000}}
	if c.RopeParameters != nil {
		r.RopeParameters = *c.RopeParameters
	}
	return r
}

func (c *LlamaConfig) check() error {
	if c.NumHiddenLayers > 1<<16 || c.HiddenSize > 1<<24 {
		return fmt.Errorf("num_hidden_layers, hidden_size: %d layers of %d features are no model", c.NumHiddenLayers, c.HiddenSize)
	}
	if err := firstError(
		positive("vocab_size", c.VocabSize), positive("hidden_size", c.HiddenSize), positive("intermediate_size", c.IntermediateSize),
		positive("num_hidden_layers", c.NumHiddenLayers), positive("max_position_embeddings", c.MaxPositionEmbeddings),
		positive("num_attention_heads", c.NumAttentionHeads), positive("head_dim", c.headDim()),
		divides("num_key_value_heads", c.heads(), "num_attention_heads", c.NumAttentionHeads), checkPadding(c.PadTokenID, c.VocabSize),
		probability("attention_dropout", c.AttentionDropout), checkActivation("hidden_act", c.HiddenAct),
	); err != nil {
		return err
	}
	if c.HeadDim == nil {
		if err := divides("num_attention_heads", c.NumAttentionHeads, "hidden_size", c.HiddenSize); err != nil {
			return err
		}
	}
	return c.rope().check()
}
