package transformers

import (
	"reflect"

	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	text := []string{"text_model.", "text_projection."}
	vision := []string{"vision_model.", "visual_projection."}
	register(&family{
		modelType: "clip", config: func() Config { return NewCLIPConfig() }, ignored: []string{"embeddings.position_ids"},
		classes: []*class{
			classOf(NewCLIPModel),
			partOf(NewCLIPForImageClassification, whole[*CLIPConfig], append(text, "visual_projection.", "logit_scale")...),
			partOf(NewCLIPTextModel, clipText, append(vision, "text_projection.", "logit_scale")...),
			partOf(NewCLIPTextModelWithProjection, clipText, append(vision, "logit_scale")...),
			partOf(NewCLIPVisionModel, clipVision, append(text, "visual_projection.", "logit_scale")...),
			partOf(NewCLIPVisionModelWithProjection, clipVision, append(text, "logit_scale")...),
		},
	})
	register(&family{
		modelType: "clip_text_model", config: func() Config { return NewCLIPTextConfig() }, prefix: "text_model",
		ignored: []string{"embeddings.position_ids"},
		classes: []*class{classOf(NewCLIPTextModel), classOf(NewCLIPTextModelWithProjection)},
	})
	register(&family{
		modelType: "clip_vision_model", config: func() Config { return NewCLIPVisionConfig() }, prefix: "vision_model",
		ignored: []string{"embeddings.position_ids"},
		classes: []*class{classOf(NewCLIPVisionModel), classOf(NewCLIPVisionModelWithProjection)},
	})
}

// partOf is the class of a part of what a folder has, whose settings are a part of the folder's. Keys that begin as others do
// are not its own.
func partOf[W, C Config, M Model](constructor func(C) M, part func(W) C, others ...string) *class {
	t := reflect.TypeFor[M]()
	return &class{name: t.Elem().Name(), typ: t, others: others, make: func(all Config) Model {
		c := part(all.(W))
		own, whole := c.Common(), all.Common()
		own.Eager, own.loading, own.DType = whole.Eager, whole.loading, whole.DType
		defer func() { own.loading = false }()
		return constructor(c)
	}}
}

func whole[C Config](c C) C { return c }

// clipText is the settings of the encoder of texts alone. A nested projection_dim is not kept up to date in published folders.
func clipText(all *CLIPConfig) *CLIPTextConfig {
	c := *all.TextConfig
	c.ProjectionDim = all.ProjectionDim
	return &c
}

func clipVision(all *CLIPConfig) *CLIPVisionConfig {
	c := *all.VisionConfig
	c.ProjectionDim = all.ProjectionDim
	return &c
}

// CLIPModel compares pictures with texts (Radford et al., "Learning Transferable Visual Models From Natural Language
// Supervision", 2021).
type CLIPModel struct {
	PreTrainedModel[*CLIPConfig]
	TextModel        *CLIPTextTransformer
	VisionModel      *CLIPVisionTransformer
	VisualProjection *nn.Linear    // without bias
	TextProjection   *nn.Linear    // without bias
	LogitScale       *nn.Parameter // a logarithm, without dimensions
}

// NewCLIPModel makes a model with weights drawn as Python draws them.
func NewCLIPModel(c *CLIPConfig) *CLIPModel {
	must(c)
	m := &CLIPModel{PreTrainedModel: PreTrainedModel[*CLIPConfig]{Config: c}}
	m.TextModel = newCLIPTextTransformer(c.TextConfig, c.Common())
	initTower(c.Common(), c.TextConfig.Common(), m.TextModel)
	m.VisionModel = newCLIPVisionTransformer(c.VisionConfig, c.Common())
	initTower(c.Common(), c.VisionConfig.Common(), m.VisionModel)
	m.VisualProjection = nn.NewLinear(c.VisionConfig.HiddenSize, c.ProjectionDim, nn.Bias(false))
	m.TextProjection = nn.NewLinear(c.TextConfig.HiddenSize, c.ProjectionDim, nn.Bias(false))
	m.LogitScale = nn.NewParameter(torch.New(c.LogitScaleInitValue))
	initHead(c.Common(), c.InitializerFactor, m, m.VisualProjection, m.TextProjection)
	return m
}

// draw draws the projections with CLIP's spreads.
func (m *CLIPModel) draw(_ float64, wanted func(*nn.Parameter) bool) {
	c := m.Config
	drawNormal(m.TextProjection.Weight, libm.Pow(float64(c.TextConfig.HiddenSize), -0.5)*c.InitializerFactor, wanted)
	drawNormal(m.VisualProjection.Weight, libm.Pow(float64(c.VisionConfig.HiddenSize), -0.5)*c.InitializerFactor, wanted)
	drawConstant(m.LogitScale, c.LogitScaleInitValue, wanted)
}

// Forward compares each picture with each text.
func (m *CLIPModel) Forward(in ImageTextInput) ImageTextOutput {
	return nn.Call(m, func() ImageTextOutput {
		out := ImageTextOutput{VisionModelOutput: m.VisionModel.Forward(in.image()), TextModelOutput: m.TextModel.Forward(in.text())}
		var on passing
		defer on.free()
		image := on.way(m.VisualProjection.Forward(out.VisionModelOutput.PoolerOutput))
		text := on.way(m.TextProjection.Forward(out.TextModelOutput.PoolerOutput))
		out.ImageEmbeds, out.TextEmbeds = lengthOne(image), lengthOne(text)
		cosines := on.way(out.TextEmbeds.Matmul(on.way(out.ImageEmbeds.T())))
		out.LogitsPerText = cosines.Mul(on.way(m.LogitScale.Value().Exp()))
		out.LogitsPerImage = out.LogitsPerText.T()
		if in.ReturnLoss {
			out.Loss = clipLoss(out.LogitsPerText)
		}
		return out
	})
}

// GetTextFeatures makes vectors of texts [N, projection_dim].
func (m *CLIPModel) GetTextFeatures(in BertInput) *torch.Tensor {
	return projected(m.TextProjection, m.TextModel.Forward(in))
}

// GetImageFeatures makes vectors of pictures [N, projection_dim].
func (m *CLIPModel) GetImageFeatures(in ImageInput) *torch.Tensor {
	return projected(m.VisualProjection, m.VisionModel.Forward(in))
}

// projected is the projection of an encoder's output, of which nothing else is kept.
func projected(projection *nn.Linear, out BaseModelOutput) *torch.Tensor {
	defer out.PoolerOutput.Free()
	out.LastHiddenState.Free()
	return projection.Forward(out.PoolerOutput)
}

// Probabilities is the softmax over the texts.
func (m *CLIPModel) Probabilities(logitsPerImage *torch.Tensor) *torch.Tensor {
	return logitsPerImage.Softmax(-1)
}
