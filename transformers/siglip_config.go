package transformers

import "encoding/json"

// SiglipConfig is the settings of a [SiglipModel], as Python's SiglipConfig: [NewSiglipConfig] has the defaults.
type SiglipConfig struct {
	PretrainedConfig
	TextConfig        *SiglipTextConfig   `json:"text_config"`
	VisionConfig      *SiglipVisionConfig `json:"vision_config"`
	InitializerFactor float64             `json:"initializer_factor"` // of the spread of a new head's weights: 1
}

// NewSiglipConfig has the defaults, which are those of google/siglip-base-patch16-224.
func NewSiglipConfig() *SiglipConfig {
	return &SiglipConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "siglip", TieWordEmbeddings: true},
		TextConfig:       NewSiglipTextConfig(), VisionConfig: NewSiglipVisionConfig(), InitializerFactor: 1,
	}
}

func (c *SiglipConfig) upgrade(raw map[string]json.RawMessage) error { return upgradeTowers(raw) }

func (c *SiglipConfig) check() error {
	return firstError(within("text_config", c.TextConfig.check()), within("vision_config", c.VisionConfig.check()))
}

func (c *SiglipConfig) text() *SiglipTextConfig { return c.TextConfig }

func (c *SiglipConfig) vision() *SiglipVisionConfig { return c.VisionConfig }

// SiglipTextConfig is the settings of a [SiglipTextModel].
type SiglipTextConfig struct {
	PretrainedConfig
	TowerConfig
	VocabSize             int      `json:"vocab_size"`                // 32000
	MaxPositionEmbeddings int      `json:"max_position_embeddings"`   // the length of every text, in tokens: 64
	ProjectionSize        int      `json:"projection_size,omitempty"` // of a text's vector; 0: hidden_size
	PadTokenID            *int     `json:"pad_token_id"`              // what texts are filled up with: 1
	BosTokenID            *int     `json:"bos_token_id"`              // 49406, which means nothing
	EosTokenID            TokenIDs `json:"eos_token_id"`              // 49407, which means nothing
}

// NewSiglipTextConfig has the defaults, which are those of google/siglip-base-patch16-224.
func NewSiglipTextConfig() *SiglipTextConfig {
	return &SiglipTextConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "siglip_text_model", TieWordEmbeddings: true},
		TowerConfig:      siglipTower(), VocabSize: 32000, MaxPositionEmbeddings: 64,
		PadTokenID: new(1), BosTokenID: new(49406), EosTokenID: TokenIDs{49407},
	}
}

func siglipTower() TowerConfig {
	return TowerConfig{
		HiddenSize: 768, IntermediateSize: 3072, NumHiddenLayers: 12, NumAttentionHeads: 12, HiddenAct: "gelu_pytorch_tanh", LayerNormEps: 1e-6,
	}
}

func (c *SiglipTextConfig) check() error {
	return firstError(c.TowerConfig.check(), positive("vocab_size", c.VocabSize),
		positive("max_position_embeddings", c.MaxPositionEmbeddings), positive("projection_size", c.projection()))
}

func (c *SiglipTextConfig) projection() int {
	if c.ProjectionSize == 0 {
		return c.HiddenSize
	}
	return c.ProjectionSize
}

// SiglipVisionConfig is the settings of a [SiglipVisionModel].
type SiglipVisionConfig struct {
	PretrainedConfig
	TowerConfig
	ImageSize     Sides `json:"image_size"`      // 224
	PatchSize     Sides `json:"patch_size"`      // 16
	NumChannels   int   `json:"num_channels"`    // 3
	VisionUseHead bool  `json:"vision_use_head"` // whether a picture has a vector: true
}

// NewSiglipVisionConfig has the defaults, which are those of google/siglip-base-patch16-224.
func NewSiglipVisionConfig() *SiglipVisionConfig {
	return &SiglipVisionConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "siglip_vision_model", TieWordEmbeddings: true},
		TowerConfig:      siglipTower(), ImageSize: Sides{224, 224}, PatchSize: Sides{16, 16}, NumChannels: 3, VisionUseHead: true,
	}
}

func (c *SiglipVisionConfig) check() error {
	return firstError(c.TowerConfig.check(), checkPatches(c.ImageSize, c.PatchSize, c.NumChannels))
}
