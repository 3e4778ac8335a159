package transformers

import "encoding/json"

// TowerConfig is the settings that the encoders of [CLIPModel] and [SiglipModel], of texts and of pictures, have in common.
type TowerConfig struct {
	HiddenSize        int     `json:"hidden_size"`
	IntermediateSize  int     `json:"intermediate_size"` // the features between a layer's two matrices
	NumHiddenLayers   int     `json:"num_hidden_layers"`
	NumAttentionHeads int     `json:"num_attention_heads"`
	HiddenAct         string  `json:"hidden_act"` // the function between the matrices
	LayerNormEps      float64 `json:"layer_norm_eps"`
	AttentionDropout  float64 `json:"attention_dropout"` // 0
}

func (c *TowerConfig) check() error {
	return firstError(
		positive("hidden_size", c.HiddenSize), positive("intermediate_size", c.IntermediateSize),
		positive("num_hidden_layers", c.NumHiddenLayers), divides("num_attention_heads", c.NumAttentionHeads, "hidden_size", c.HiddenSize),
		probability("attention_dropout", c.AttentionDropout), checkActivation("hidden_act", c.HiddenAct))
}

// upgradeTowers takes over what files from before Transformers 4.30 hold twice: Python believes text_config_dict and
// vision_config_dict, where they are there.
func upgradeTowers(raw map[string]json.RawMessage) error {
	for _, key := range []string{"text_config", "vision_config"} {
		if old := raw[key+"_dict"]; old != nil && string(old) != "null" {
			raw[key] = old
		}
		delete(raw, key+"_dict")
		if string(raw[key]) == "null" {
			delete(raw, key)
		}
	}
	return nil
}
