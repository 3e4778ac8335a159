package transformers

// ViTConfig is the settings of a [ViTModel] and its heads, as Python's ViTConfig: [NewViTConfig] has the defaults.
type ViTConfig struct {
	PretrainedConfig
	HiddenSize                int     `json:"hidden_size"`                  // the features of a patch: 768
	NumHiddenLayers           int     `json:"num_hidden_layers"`            // 12
	NumAttentionHeads         int     `json:"num_attention_heads"`          // 12
	IntermediateSize          int     `json:"intermediate_size"`            // the features between a layer's two matrices: 3072
	HiddenAct                 string  `json:"hidden_act"`                   // the function between them: "gelu"
	HiddenDropoutProb         float64 `json:"hidden_dropout_prob"`          // 0
	AttentionProbsDropoutProb float64 `json:"attention_probs_dropout_prob"` // 0
	LayerNormEps              float64 `json:"layer_norm_eps"`               // 1e-12
	ImageSize                 Sides   `json:"image_size"`                   // 224
	PatchSize                 Sides   `json:"patch_size"`                   // 16
	NumChannels               int     `json:"num_channels"`                 // 3
	QKVBias                   bool    `json:"qkv_bias"`                     // true
	EncoderStride             int     `json:"encoder_stride"`               // the pixels of a patch that is painted: 16
	PoolerOutputSize          int     `json:"pooler_output_size,omitempty"` // 0: hidden_size
	PoolerAct                 string  `json:"pooler_act"`                   // "tanh"
}

// NewViTConfig has the defaults, which are those of google/vit-base-patch16-224.
func NewViTConfig() *ViTConfig {
	return &ViTConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "vit", TieWordEmbeddings: true, InitializerRange: 0.02},
		HiddenSize:       768, NumHiddenLayers: 12, NumAttentionHeads: 12, IntermediateSize: 3072, HiddenAct: "gelu", LayerNormEps: 1e-12,
		ImageSize: Sides{224, 224}, PatchSize: Sides{16, 16}, NumChannels: 3, QKVBias: true, EncoderStride: 16, PoolerAct: "tanh",
	}
}

func (c *ViTConfig) check() error {
	return firstError(
		positive("hidden_size", c.HiddenSize), positive("num_hidden_layers", c.NumHiddenLayers),
		positive("intermediate_size", c.IntermediateSize), positive("encoder_stride", c.EncoderStride),
		divides("num_attention_heads", c.NumAttentionHeads, "hidden_size", c.HiddenSize),
		probability("hidden_dropout_prob", c.HiddenDropoutProb), probability("attention_probs_dropout_prob", c.AttentionProbsDropoutProb),
		checkActivation("hidden_act", c.HiddenAct), checkActivation("pooler_act", c.PoolerAct),
		checkPatches(c.ImageSize, c.PatchSize, c.NumChannels))
}

func (c *ViTConfig) grid() patchGrid { return patchGrid{c.ImageSize, c.PatchSize} }

func (c *ViTConfig) pooled() int {
	if c.PoolerOutputSize == 0 {
		return c.HiddenSize
	}
	return c.PoolerOutputSize
}
