package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/nn/init"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "resnet", config: func() Config { return NewResNetConfig() }, prefix: "resnet",
		classes: []*class{classOf(NewResNetModel), classOf(NewResNetForImageClassification)},
	})
}

// ResNetModel is the network of He et al., "Deep Residual Learning for Image Recognition", 2015.
type ResNetModel struct {
	PreTrainedModel[*ResNetConfig]
	Embedder *ResNetEmbeddings
	Encoder  *ResNetEncoder

	Pooler *nn.AdaptiveAvgPool2d
}

// NewResNetModel makes a network with weights drawn as Python draws them.
func NewResNetModel(c *ResNetConfig) *ResNetModel {
	must(c)
	m := &ResNetModel{
		PreTrainedModel: PreTrainedModel[*ResNetConfig]{Config: c}, Embedder: newResNetEmbeddings(c), Encoder: newResNetEncoder(c),
		Pooler: nn.NewAdaptiveAvgPool2d(1),
	}
	initAs(c.Common(), c.std(), drawResNet, m)
	return m
}

// drawResNet draws convolutions again as PyTorch's models of pictures do, and matrices as PyTorch's own.
func drawResNet(m nn.Module) {
	switch m := m.(type) {
	case *nn.Conv2d:
		nninit.KaimingNormal(m.Weight.Tensor, nninit.Mode("fan_out"), nninit.Nonlinearity("relu"))
	case *nn.Linear:
		nninit.KaimingUniform(m.Weight.Tensor, nninit.A(libm.Sqrt(5)))
		bound := 1 / libm.Sqrt(float64(m.Weight.Size(1)))
		m.Bias.UniformInplace(-bound, bound)
	}
}

// Forward encodes a batch of pictures: LastHiddenState is [N, channels, height/32, width/32], PoolerOutput [N, channels, 1, 1].
// HiddenStates are what goes into each stage, and what the last one makes.
func (m *ResNetModel) Forward(in ImageInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("ResNetModel", m.Config.NumChannels)
		if in.OutputAttentions {
			panic(invalid("ResNetModel", "OutputAttentions: the model has no attention"))
		}
		x, own := in.pixels(m.Embedder.Embedder.Convolution.Weight.Tensor)
		if own {
			defer x.Free()
		}
		x = m.Embedder.Forward(x)
		out := BaseModelOutput{}
		for _, stage := range m.Encoder.Stages {
			y := stage.Forward(x)
			out.pass(x, nil, in.wanted())
			x = y
		}
		out.end(x, in.wanted())
		out.PoolerOutput = m.Pooler.Forward(x)
		return out
	})
}

// ResNetEmbeddings is a large convolution and a maximum, which make pictures a quarter as high and wide.
type ResNetEmbeddings struct {
	nn.Base
	Embedder *ResNetConvLayer

	Pooler *nn.MaxPool2d
}

func newResNetEmbeddings(c *ResNetConfig) *ResNetEmbeddings {
	return &ResNetEmbeddings{
		Embedder: newResNetConvLayer(c.NumChannels, c.EmbeddingSize, 7, 2, c.HiddenAct),
		Pooler:   nn.NewMaxPool2d(3, nn.Stride(2), nn.Padding(1)),
	}
}

// Forward maps [N, channels, height, width] to [N, embedding_size, height/4, width/4].
func (m *ResNetEmbeddings) Forward(x *torch.Tensor) *torch.Tensor {
	x = m.Embedder.Forward(x)
	defer x.Free()
	return m.Pooler.Forward(x)
}

// ResNetEncoder is the stages, one after the other.
type ResNetEncoder struct {
	nn.Base
	Stages []*ResNetStage
}

func newResNetEncoder(c *ResNetConfig) *ResNetEncoder {
	m := &ResNetEncoder{}
	in := c.EmbeddingSize
	for i, out := range c.HiddenSizes {
		stride := 2
		if i == 0 && !c.DownsampleInFirstStage {
			stride = 1
		}
		stage := &ResNetStage{Layers: []*ResNetLayer{newResNetLayer(c, in, out, stride)}}
		for range c.Depths[i] - 1 {
			stage.Layers = append(stage.Layers, newResNetLayer(c, out, out, 1))
		}
		m.Stages, in = append(m.Stages, stage), out
	}
	return m
}

// ResNetStage is blocks of the same size, of which the first makes pictures smaller.
type ResNetStage struct {
	nn.Base
	Layers []*ResNetLayer
}

// Forward maps [N, in, height, width] to [N, out, height/stride, width/stride].
func (m *ResNetStage) Forward(x *torch.Tensor) *torch.Tensor {
	for i, layer := range m.Layers {
		y := layer.Forward(x)
		if i > 0 {
			x.Free()
		}
		x = y
	}
	return x
}

// ResNetForImageClassification says of which class a picture is.
type ResNetForImageClassification struct {
	PreTrainedModel[*ResNetConfig]
	Resnet     *ResNetModel
	Classifier *nn.Sequential // flattens, and a matrix
}

// NewResNetForImageClassification makes a network with weights drawn as Python draws them.
func NewResNetForImageClassification(c *ResNetConfig) *ResNetForImageClassification {
	m := &ResNetForImageClassification{PreTrainedModel: PreTrainedModel[*ResNetConfig]{Config: c}, Resnet: NewResNetModel(c)}
	m.Classifier = nn.NewSequential(nn.NewFlatten(), nn.NewLinear(c.HiddenSizes[len(c.HiddenSizes)-1], c.NumLabels()))
	initAs(c.Common(), c.std(), drawResNet, m.Classifier)
	return m
}

// Forward gives logits [N, classes].
func (m *ResNetForImageClassification) Forward(in ImageInput) ClassifierOutput {
	out := m.Resnet.Forward(in)
	return imageOutput(out, m.Classifier.Forward(out.PoolerOutput), in, m.Config.Common())
}
