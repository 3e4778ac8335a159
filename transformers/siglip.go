package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "siglip", config: func() Config { return NewSiglipConfig() }, ignored: []string{"embeddings.position_ids"},
		classes: []*class{
			classOf(NewSiglipModel),
			partOf(NewSiglipForImageClassification, whole[*SiglipConfig], "text_model.", "logit_scale", "logit_bias"),
			partOf(NewSiglipTextModel, (*SiglipConfig).text, "vision_model.", "logit_scale", "logit_bias"),
			partOf(NewSiglipVisionModel, (*SiglipConfig).vision, "text_model.", "logit_scale", "logit_bias"),
		},
	})
	register(&family{
		modelType: "siglip_text_model", config: func() Config { return NewSiglipTextConfig() }, prefix: "text_model",
		ignored: []string{"embeddings.position_ids"}, classes: []*class{classOf(NewSiglipTextModel)},
	})
	register(&family{
		modelType: "siglip_vision_model", config: func() Config { return NewSiglipVisionConfig() }, prefix: "vision_model",
		ignored: []string{"embeddings.position_ids"}, classes: []*class{classOf(NewSiglipVisionModel)},
	})
}

// SiglipModel compares pictures with texts, each pair for itself (Zhai et al., "Sigmoid Loss for Language Image Pre-Training",
// 2023).
type SiglipModel struct {
	PreTrainedModel[*SiglipConfig]
	TextModel   *SiglipTextTransformer
	VisionModel *SiglipVisionTransformer
	LogitScale  *nn.Parameter // a logarithm [1]
	LogitBias   *nn.Parameter // [1]
}

// NewSiglipModel makes a model with weights drawn as Python draws them.
func NewSiglipModel(c *SiglipConfig) *SiglipModel {
	must(c)
	m := &SiglipModel{PreTrainedModel: PreTrainedModel[*SiglipConfig]{Config: c}}
	m.TextModel = newSiglipTextTransformer(c.TextConfig, c.Common())
	initAs(c.Common(), c.TextConfig.std(), drawSiglip, m.TextModel)
	m.VisionModel = newSiglipVisionTransformer(c.VisionConfig, c.Common())
	initAs(c.Common(), c.VisionConfig.std(), drawSiglip, m.VisionModel)
	m.LogitScale, m.LogitBias = c.randn(1), c.randn(1)
	initHead(c.Common(), 0, m)
	return m
}

func (m *SiglipModel) draw(_ float64, wanted func(*nn.Parameter) bool) {
	drawConstant(m.LogitScale, 0, wanted)
	drawConstant(m.LogitBias, 0, wanted)
}

// Forward compares each picture with each text.
func (m *SiglipModel) Forward(in ImageTextInput) ImageTextOutput {
	return nn.Call(m, func() ImageTextOutput {
		out := ImageTextOutput{VisionModelOutput: m.VisionModel.Forward(in.image()), TextModelOutput: m.TextModel.Forward(in.text())}
		image, text := m.pooled(out.VisionModelOutput), out.TextModelOutput.PoolerOutput
		var on passing
		defer on.free()
		out.ImageEmbeds = image.Div(on.way(image.NormP(2, -1, torch.KeepDim)))
		out.TextEmbeds = text.Div(on.way(text.NormP(2, -1, torch.KeepDim)))
		cosines := on.way(out.TextEmbeds.Matmul(on.way(out.ImageEmbeds.T())))
		out.LogitsPerText = on.way(cosines.Mul(on.way(m.LogitScale.Value().Exp()))).Add(m.LogitBias.Value())
		out.LogitsPerImage = out.LogitsPerText.T()
		if in.ReturnLoss {
			out.Loss = siglipLoss(out.LogitsPerText)
		}
		return out
	})
}

func (m *SiglipModel) pooled(out BaseModelOutput) *torch.Tensor {
	if out.PoolerOutput == nil {
		panic(invalid("SiglipModel", "the encoder of pictures has no head (vision_use_head), so there is nothing to compare"))
	}
	return out.PoolerOutput
}

// siglipLoss asks of each pair whether it is one.
func siglipLoss(logitsPerText *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	n := logitsPerText.Size(0)
	if logitsPerText.Size(1) != n {
		panic(invalid("ReturnLoss", "expected as many pictures as texts, but got %d and %d", logitsPerText.Size(1), n))
	}
	signs := on.way(on.way(torch.Ones(torch.Shape{n, n}, logitsPerText.Device())).Neg())
	signs = on.way(signs.Add(on.way(on.way(torch.Eye(n, logitsPerText.Device())).Mul(2))))
	likely := on.way(nn.NewLogSigmoid().Forward(on.way(signs.Mul(logitsPerText))))
	return on.way(on.way(likely.Sum(-1)).Neg()).Mean()
}

// GetTextFeatures makes vectors of texts [N, projection_size].
func (m *SiglipModel) GetTextFeatures(in BertInput) *torch.Tensor {
	out := m.TextModel.Forward(in)
	out.LastHiddenState.Free()
	return out.PoolerOutput
}

// GetImageFeatures makes vectors of pictures [N, hidden_size].
func (m *SiglipModel) GetImageFeatures(in ImageInput) *torch.Tensor {
	out := m.VisionModel.Forward(in)
	out.LastHiddenState.Free()
	return m.pooled(out)
}

// Probabilities is the sigmoid of each pair.
func (m *SiglipModel) Probabilities(logitsPerImage *torch.Tensor) *torch.Tensor {
	return logitsPerImage.Sigmoid()
}

// SiglipForImageClassification says of which class a picture is, by the mean of its patches.
type SiglipForImageClassification struct {
	PreTrainedModel[*SiglipConfig]
	VisionModel *SiglipVisionTransformer
	Classifier  *nn.Linear
}

// NewSiglipForImageClassification makes a model with weights drawn as Python draws them.
func NewSiglipForImageClassification(c *SiglipConfig) *SiglipForImageClassification {
	must(c)
	m := &SiglipForImageClassification{
		PreTrainedModel: PreTrainedModel[*SiglipConfig]{Config: c}, VisionModel: newSiglipVisionTransformer(c.VisionConfig, c.Common()),
	}
	initAs(c.Common(), c.VisionConfig.std(), drawSiglip, m.VisionModel)
	m.Classifier = nn.NewLinear(c.VisionConfig.HiddenSize, c.NumLabels())
	initAs(c.Common(), c.InitializerFactor, drawSiglip, m.Classifier)
	initHead(c.Common(), 0, m)
	return m
}

func (m *SiglipForImageClassification) draw(_ float64, wanted func(*nn.Parameter) bool) {
	c := m.Config
	drawNormal(m.Classifier.Weight, libm.Pow(float64(c.VisionConfig.HiddenSize), -0.5)*c.InitializerFactor, wanted)
}

// Forward gives logits [N, classes].
func (m *SiglipForImageClassification) Forward(in ImageInput) ClassifierOutput {
	out := m.VisionModel.Forward(in)
	var on passing
	defer on.free()
	return imageOutput(out, m.Classifier.Forward(on.way(out.LastHiddenState.Mean(1))), in, m.Config.Common())
}
