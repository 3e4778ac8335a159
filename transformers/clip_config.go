package transformers

import (
	"encoding/json"
	"fmt"
)

// CLIPConfig is the settings of a [CLIPModel], as Python's CLIPConfig: [NewCLIPConfig] has the defaults.
type CLIPConfig struct {
	PretrainedConfig
	TextConfig          *CLIPTextConfig   `json:"text_config"`
	VisionConfig        *CLIPVisionConfig `json:"vision_config"`
	ProjectionDim       int               `json:"projection_dim"`         // of the vectors that are compared: 512
	LogitScaleInitValue float64           `json:"logit_scale_init_value"` // the logarithm of a new model's scale: 2.6592
	InitializerFactor   float64           `json:"initializer_factor"`     // of the spread of new weights: 1
}

// NewCLIPConfig has the defaults, which are those of openai/clip-vit-base-patch32.
func NewCLIPConfig() *CLIPConfig {
	return &CLIPConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "clip", TieWordEmbeddings: true},
		TextConfig:       NewCLIPTextConfig(), VisionConfig: NewCLIPVisionConfig(),
		ProjectionDim: 512, LogitScaleInitValue: 2.6592, InitializerFactor: 1,
	}
}

func (c *CLIPConfig) upgrade(raw map[string]json.RawMessage) error { return upgradeTowers(raw) }

func (c *CLIPConfig) check() error {
	if err := within("text_config", c.TextConfig.check()); err != nil {
		return err
	}
	return firstError(within("vision_config", c.VisionConfig.check()), positive("projection_dim", c.ProjectionDim))
}

// within names the part of the settings that an error is of.
func within(part string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", part, err)
	}
	return nil
}

// CLIPTextConfig is the settings of a [CLIPTextModel].
type CLIPTextConfig struct {
	PretrainedConfig
	TowerConfig
	VocabSize             int      `json:"vocab_size"`              // 49408
	MaxPositionEmbeddings int      `json:"max_position_embeddings"` // the longest text, in tokens: 77
	ProjectionDim         int      `json:"projection_dim"`          // of a model with projection: 512
	InitializerFactor     float64  `json:"initializer_factor"`      // 1
	PadTokenID            *int     `json:"pad_token_id"`            // 1
	BosTokenID            *int     `json:"bos_token_id"`            // 49406
	EosTokenID            TokenIDs `json:"eos_token_id"`            // the token whose vector is the text's: 49407
}

// NewCLIPTextConfig has the defaults, which are those of openai/clip-vit-base-patch32.
func NewCLIPTextConfig() *CLIPTextConfig {
	return &CLIPTextConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "clip_text_model", TieWordEmbeddings: true, InitializerRange: 0.02},
		TowerConfig: TowerConfig{
			HiddenSize: 512, IntermediateSize: 2048, NumHiddenLayers: 12, NumAttentionHeads: 8, HiddenAct: "quick_gelu", LayerNormEps: 1e-5,
		},
		VocabSize: 49408, MaxPositionEmbeddings: 77, ProjectionDim: 512, InitializerFactor: 1,
		PadTokenID: new(1), BosTokenID: new(49406), EosTokenID: TokenIDs{49407},
	}
}

func (c *CLIPTextConfig) check() error {
	if len(c.EosTokenID) != 1 {
		return fmt.Errorf("eos_token_id: expected one token, at which a text ends, but got %v", []int(c.EosTokenID))
	}
	return firstError(c.TowerConfig.check(), positive("vocab_size", c.VocabSize),
		positive("max_position_embeddings", c.MaxPositionEmbeddings), positive("projection_dim", c.ProjectionDim))
}

// CLIPVisionConfig is the settings of a [CLIPVisionModel].
type CLIPVisionConfig struct {
	PretrainedConfig
	TowerConfig
	ImageSize         Sides   `json:"image_size"`         // 224
	PatchSize         Sides   `json:"patch_size"`         // 32
	NumChannels       int     `json:"num_channels"`       // 3
	ProjectionDim     int     `json:"projection_dim"`     // of a model with projection: 512
	InitializerFactor float64 `json:"initializer_factor"` // 1
}

// NewCLIPVisionConfig has the defaults, which are those of openai/clip-vit-base-patch32.
func NewCLIPVisionConfig() *CLIPVisionConfig {
	return &CLIPVisionConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "clip_vision_model", TieWordEmbeddings: true, InitializerRange: 0.02},
		TowerConfig: TowerConfig{
			HiddenSize: 768, IntermediateSize: 3072, NumHiddenLayers: 12, NumAttentionHeads: 12, HiddenAct: "quick_gelu", LayerNormEps: 1e-5,
		},
		ImageSize: Sides{224, 224}, PatchSize: Sides{32, 32}, NumChannels: 3, ProjectionDim: 512, InitializerFactor: 1,
	}
}

func (c *CLIPVisionConfig) check() error {
	return firstError(c.TowerConfig.check(), checkPatches(c.ImageSize, c.PatchSize, c.NumChannels),
		positive("projection_dim", c.ProjectionDim))
}

func (c *CLIPVisionConfig) grid() patchGrid { return patchGrid{c.ImageSize, c.PatchSize} }
