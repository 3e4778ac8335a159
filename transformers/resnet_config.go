package transformers

import "fmt"

// ResNetConfig is the settings of a [ResNetModel] and its head, as Python's ResNetConfig: [NewResNetConfig] has the defaults.
type ResNetConfig struct {
	PretrainedConfig
	NumChannels            int    `json:"num_channels"`              // 3
	EmbeddingSize          int    `json:"embedding_size"`            // the channels behind the first convolution: 64
	HiddenSizes            []int  `json:"hidden_sizes"`              // those behind each stage: 256, 512, 1024, 2048
	Depths                 []int  `json:"depths"`                    // each stage's blocks: 3, 4, 6, 3
	LayerType              string `json:"layer_type"`                // "bottleneck", or "basic" for blocks of two convolutions
	HiddenAct              string `json:"hidden_act"`                // "relu"
	DownsampleInFirstStage bool   `json:"downsample_in_first_stage"` // false
	DownsampleInBottleneck bool   `json:"downsample_in_bottleneck"`  // whether the 1 x 1 convolution has the stride: false, the 3 x 3 one
}

// NewResNetConfig has the defaults, which are those of microsoft/resnet-50.
func NewResNetConfig() *ResNetConfig {
	return &ResNetConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "resnet", TieWordEmbeddings: true}, NumChannels: 3, EmbeddingSize: 64,
		HiddenSizes: []int{256, 512, 1024, 2048}, Depths: []int{3, 4, 6, 3}, LayerType: "bottleneck", HiddenAct: "relu",
	}
}

func (c *ResNetConfig) check() error {
	if c.LayerType != "bottleneck" && c.LayerType != "basic" {
		return fmt.Errorf("layer_type: expected \"bottleneck\" or \"basic\", but got %.80q", c.LayerType)
	}
	if err := checkStages(c.HiddenSizes, c.Depths); err != nil {
		return err
	}
	for _, n := range c.HiddenSizes {
		if c.LayerType == "bottleneck" && n < reduction {
			return fmt.Errorf("hidden_sizes: expected at least %d channels in a bottleneck's block, but got %d", reduction, n)
		}
	}
	return firstError(checkChannels("num_channels", c.NumChannels), checkChannels("embedding_size", c.EmbeddingSize),
		checkActivation("hidden_act", c.HiddenAct))
}
