package transformers

import (
	"fmt"

	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "convnext", config: func() Config { return NewConvNextConfig() }, prefix: "convnext",
		classes: []*class{classOf(NewConvNextModel), classOf(NewConvNextForImageClassification)},
	})
}

// ConvNextConfig is the settings of a [ConvNextModel] and its head, as Python's ConvNextConfig: [NewConvNextConfig] has the
// defaults.
type ConvNextConfig struct {
	PretrainedConfig
	NumChannels         int     `json:"num_channels"`           // 3
	PatchSize           Sides   `json:"patch_size"`             // of the first convolution: 4
	NumStages           int     `json:"num_stages"`             // 4
	HiddenSizes         []int   `json:"hidden_sizes"`           // each stage's channels: 96, 192, 384, 768
	Depths              []int   `json:"depths"`                 // each stage's blocks: 3, 3, 9, 3
	HiddenAct           string  `json:"hidden_act"`             // "gelu"
	LayerNormEps        float64 `json:"layer_norm_eps"`         // of the last norm: 1e-12
	LayerScaleInitValue float64 `json:"layer_scale_init_value"` // what new blocks' outputs are scaled by: 1e-6; 0 for no scale
	DropPathRate        float64 `json:"drop_path_rate"`         // of the last block, from 0 in the first: 0
}

// NewConvNextConfig has the defaults, which are those of facebook/convnext-tiny-224.
func NewConvNextConfig() *ConvNextConfig {
	return &ConvNextConfig{
		PretrainedConfig: PretrainedConfig{ModelType: "convnext", TieWordEmbeddings: true, InitializerRange: 0.02},
		NumChannels:      3, PatchSize: Sides{4, 4}, NumStages: 4, HiddenSizes: []int{96, 192, 384, 768}, Depths: []int{3, 3, 9, 3},
		HiddenAct: "gelu", LayerNormEps: 1e-12, LayerScaleInitValue: 1e-6,
	}
}

func (c *ConvNextConfig) check() error {
	if c.NumStages != len(c.Depths) {
		return fmt.Errorf("num_stages: expected %d, as many as depths, but got %d", len(c.Depths), c.NumStages)
	}
	return firstError(checkStages(c.HiddenSizes, c.Depths), checkChannels("num_channels", c.NumChannels), c.PatchSize.check("patch_size"),
		probability("drop_path_rate", c.DropPathRate), checkActivation("hidden_act", c.HiddenAct))
}

// ConvNextModel is the network of Liu et al., "A ConvNet for the 2020s", 2022.
type ConvNextModel struct {
	PreTrainedModel[*ConvNextConfig]
	Embeddings *ConvNextEmbeddings
	Encoder    *ConvNextEncoder
	Layernorm  *nn.LayerNorm
}

// NewConvNextModel makes a network with weights drawn as Python draws them.
func NewConvNextModel(c *ConvNextConfig) *ConvNextModel {
	must(c)
	m := &ConvNextModel{
		PreTrainedModel: PreTrainedModel[*ConvNextConfig]{Config: c}, Embeddings: newConvNextEmbeddings(c), Encoder: newConvNextEncoder(c),
		Layernorm: nn.NewLayerNorm(c.HiddenSizes[len(c.HiddenSizes)-1], nn.Eps(c.LayerNormEps)),
	}
	initWeights(c.Common(), m.Encoder, m.Embeddings, m.Layernorm) // the encoder is a model of its own in Python
	return m
}

// Forward encodes a batch of pictures: LastHiddenState is [N, channels, height/32, width/32], PoolerOutput [N, channels].
// HiddenStates are what goes into each stage, and what the last one makes.
func (m *ConvNextModel) Forward(in ImageInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("ConvNextModel", m.Config.NumChannels)
		if in.OutputAttentions {
			panic(invalid("ConvNextModel", "OutputAttentions: the model has no attention"))
		}
		x, own := in.pixels(m.Embeddings.PatchEmbeddings.Weight.Tensor)
		if own {
			defer x.Free()
		}
		x = m.Embeddings.Forward(x)
		out := BaseModelOutput{}
		for _, stage := range m.Encoder.Stages {
			y := stage.Forward(x)
			if y != x {
				out.pass(x, nil, in.wanted())
			}
			x = y
		}
		out.end(x, in.wanted())
		mean := x.Mean(-2, -1)
		defer mean.Free()
		out.PoolerOutput = m.Layernorm.Forward(mean)
		return out
	})
}

// ConvNextEmbeddings makes vectors of patches.
type ConvNextEmbeddings struct {
	nn.Base
	PatchEmbeddings *nn.Conv2d
	Layernorm       *nn.LayerNorm // over the channels
}

func newConvNextEmbeddings(c *ConvNextConfig) *ConvNextEmbeddings {
	return &ConvNextEmbeddings{
		PatchEmbeddings: nn.NewConv2d(c.NumChannels, c.HiddenSizes[0], nn.Pair(c.PatchSize), nn.Stride(c.PatchSize[:]...)),
		Layernorm:       nn.NewLayerNorm(c.HiddenSizes[0], nn.Eps(normEps)),
	}
}

// Forward maps [N, channels, height, width] to [N, hidden_sizes[0], height/patch_size, width/patch_size].
func (m *ConvNextEmbeddings) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.PatchEmbeddings.Forward(x)
	defer x.Free()
	return overChannels(m.Layernorm, x)
}

// ConvNextForImageClassification says of which class a picture is.
type ConvNextForImageClassification struct {
	PreTrainedModel[*ConvNextConfig]
	Convnext   *ConvNextModel
	Classifier *nn.Linear
}

// NewConvNextForImageClassification makes a network with weights drawn as Python draws them.
func NewConvNextForImageClassification(c *ConvNextConfig) *ConvNextForImageClassification {
	m := &ConvNextForImageClassification{PreTrainedModel: PreTrainedModel[*ConvNextConfig]{Config: c}, Convnext: NewConvNextModel(c)}
	m.Classifier = nn.NewLinear(c.HiddenSizes[len(c.HiddenSizes)-1], c.NumLabels())
	initWeights(c.Common(), m.Classifier)
	return m
}

// Forward gives logits [N, classes].
func (m *ConvNextForImageClassification) Forward(in ImageInput) ClassifierOutput {
	out := m.Convnext.Forward(in)
	return imageOutput(out, m.Classifier.Forward(out.PoolerOutput), in, m.Config.Common())
}
