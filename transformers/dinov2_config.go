package transformers

import "fmt"

// Dinov2Config is the settings of a [Dinov2Model] and its head, as Python's Dinov2Config: [NewDinov2Config] has the defaults.
type Dinov2Config struct {
	PretrainedConfig
	HiddenSize                int     `json:"hidden_size"`                  // the features of a patch: 768
	NumHiddenLayers           int     `json:"num_hidden_layers"`            // 12
	NumAttentionHeads         int     `json:"num_attention_heads"`          // 12
	MLPRatio                  int     `json:"mlp_ratio"`                    // of the features between a layer's two matrices: 4
	HiddenAct                 string  `json:"hidden_act"`                   // the function between them: "gelu"
	HiddenDropoutProb         float64 `json:"hidden_dropout_prob"`          // 0
	AttentionProbsDropoutProb float64 `json:"attention_probs_dropout_prob"` // 0
	LayerNormEps              float64 `json:"layer_norm_eps"`               // 1e-6
	ImageSize                 Sides   `json:"image_size"`                   // of the positions' grid: 224
	PatchSize                 Sides   `json:"patch_size"`                   // 14
	NumChannels               int     `json:"num_channels"`                 // 3
	QKVBias                   bool    `json:"qkv_bias"`                     // true
	LayerscaleValue           float64 `json:"layerscale_value"`             // what new layers' outputs are scaled by: 1
	DropPathRate              float64 `json:"drop_path_rate"`               // 0
	UseSwigluFFN              bool    `json:"use_swiglu_ffn"`               // whether layers have a gate: false, but in the giant
	UseMaskToken              bool    `json:"use_mask_token"`               // whether patches can be hidden: true
}

// NewDinov2Config has the defaults, which are those of facebook/dinov2-base but for the size of pictures, there 518.
func NewDinov2Config() *Dinov2Config {
	return &Dinov2Config{
		PretrainedConfig: PretrainedConfig{ModelType: "dinov2", TieWordEmbeddings: true, InitializerRange: 0.02},
		HiddenSize:       768, NumHiddenLayers: 12, NumAttentionHeads: 12, MLPRatio: 4, HiddenAct: "gelu", LayerNormEps: 1e-6,
		ImageSize: Sides{224, 224}, PatchSize: Sides{14, 14}, NumChannels: 3, QKVBias: true, LayerscaleValue: 1, UseMaskToken: true,
	}
}

func (c *Dinov2Config) check() error {
	if c.MLPRatio < 1 || c.MLPRatio > 1000 {
		return fmt.Errorf("mlp_ratio: expected 1 to 1000, but got %d", c.MLPRatio)
	}
	return firstError(
		positive("hidden_size", c.HiddenSize), positive("num_hidden_layers", c.NumHiddenLayers),
		divides("num_attention_heads", c.NumAttentionHeads, "hidden_size", c.HiddenSize),
		probability("hidden_dropout_prob", c.HiddenDropoutProb), probability("attention_probs_dropout_prob", c.AttentionProbsDropoutProb),
		probability("drop_path_rate", c.DropPathRate), checkActivation("hidden_act", c.HiddenAct),
		checkPatches(c.ImageSize, c.PatchSize, c.NumChannels))
}
