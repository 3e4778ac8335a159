package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// ProjectedOutput is what an encoder with projection makes of a batch.
type ProjectedOutput struct {
	Embeds          *torch.Tensor // [N, projection_dim]: Python's text_embeds or image_embeds
	LastHiddenState *torch.Tensor
	HiddenStates    []*torch.Tensor
	Attentions      []*torch.Tensor
}

func projectedOutput(projection *nn.Linear, out BaseModelOutput) ProjectedOutput {
	defer out.PoolerOutput.Free()
	return ProjectedOutput{projection.Forward(out.PoolerOutput), out.LastHiddenState, out.HiddenStates, out.Attentions}
}

// CLIPTextModelWithProjection makes vectors of texts that can be compared with those of pictures.
type CLIPTextModelWithProjection struct {
	PreTrainedModel[*CLIPTextConfig]
	TextModel      *CLIPTextTransformer
	TextProjection *nn.Linear // without bias
}

// NewCLIPTextModelWithProjection makes a model with weights drawn as Python draws them.
func NewCLIPTextModelWithProjection(c *CLIPTextConfig) *CLIPTextModelWithProjection {
	must(c)
	m := &CLIPTextModelWithProjection{
		PreTrainedModel: PreTrainedModel[*CLIPTextConfig]{Config: c}, TextModel: newCLIPTextTransformer(c, c.Common()),
	}
	initWeights(c.Common(), m.TextModel)
	m.TextProjection = nn.NewLinear(c.HiddenSize, c.ProjectionDim, nn.Bias(false))
	initHead(c.Common(), c.std(), m, m.TextProjection)
	return m
}

func (m *CLIPTextModelWithProjection) draw(_ float64, wanted func(*nn.Parameter) bool) {
	drawNormal(m.TextProjection.Weight, libm.Pow(float64(m.Config.HiddenSize), -0.5)*m.Config.InitializerFactor, wanted)
}

// Forward makes vectors of texts.
func (m *CLIPTextModelWithProjection) Forward(in BertInput) ProjectedOutput {
	return projectedOutput(m.TextProjection, m.TextModel.Forward(in))
}

// CLIPVisionModelWithProjection makes vectors of pictures that can be compared with those of texts.
type CLIPVisionModelWithProjection struct {
	PreTrainedModel[*CLIPVisionConfig]
	VisionModel      *CLIPVisionTransformer
	VisualProjection *nn.Linear // without bias
}

// NewCLIPVisionModelWithProjection makes a model with weights drawn as Python draws them.
func NewCLIPVisionModelWithProjection(c *CLIPVisionConfig) *CLIPVisionModelWithProjection {
	must(c)
	m := &CLIPVisionModelWithProjection{
		PreTrainedModel: PreTrainedModel[*CLIPVisionConfig]{Config: c}, VisionModel: newCLIPVisionTransformer(c, c.Common()),
	}
	initWeights(c.Common(), m.VisionModel)
	m.VisualProjection = nn.NewLinear(c.HiddenSize, c.ProjectionDim, nn.Bias(false))
	initHead(c.Common(), c.std(), m, m.VisualProjection)
	return m
}

func (m *CLIPVisionModelWithProjection) draw(_ float64, wanted func(*nn.Parameter) bool) {
	drawNormal(m.VisualProjection.Weight, libm.Pow(float64(m.Config.HiddenSize), -0.5)*m.Config.InitializerFactor, wanted)
}

// Forward makes vectors of pictures.
func (m *CLIPVisionModelWithProjection) Forward(in ImageInput) ProjectedOutput {
	return projectedOutput(m.VisualProjection, m.VisionModel.Forward(in))
}

// CLIPForImageClassification says of which class a picture is, by the mean of its patches.
type CLIPForImageClassification struct {
	PreTrainedModel[*CLIPConfig]
	VisionModel *CLIPVisionTransformer
	Classifier  *nn.Linear
}

// NewCLIPForImageClassification makes a model with weights drawn as Python draws them.
func NewCLIPForImageClassification(c *CLIPConfig) *CLIPForImageClassification {
	must(c)
	m := &CLIPForImageClassification{
		PreTrainedModel: PreTrainedModel[*CLIPConfig]{Config: c}, VisionModel: newCLIPVisionTransformer(c.VisionConfig, c.Common()),
	}
	initTower(c.Common(), c.VisionConfig.Common(), m.VisionModel)
	m.Classifier = nn.NewLinear(c.VisionConfig.HiddenSize, c.NumLabels())
	initHead(c.Common(), c.InitializerFactor, m, m.Classifier)
	return m
}

func (m *CLIPForImageClassification) draw(_ float64, wanted func(*nn.Parameter) bool) {
	c := m.Config
	drawNormal(m.Classifier.Weight, libm.Pow(float64(c.VisionConfig.HiddenSize), -0.5)*c.InitializerFactor, wanted)
}

// Forward gives logits [N, classes].
func (m *CLIPForImageClassification) Forward(in ImageInput) ClassifierOutput {
	out := m.VisionModel.Forward(in)
	var on passing
	defer on.free()
	patches := on.way(out.LastHiddenState.Narrow(1, 1, out.LastHiddenState.Size(1)-1))
	return imageOutput(out, m.Classifier.Forward(on.way(patches.Mean(1))), in, m.Config.Common())
}
