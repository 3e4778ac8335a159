package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "dinov2", config: func() Config { return NewDinov2Config() }, prefix: "dinov2",
		classes: []*class{classOf(NewDinov2Model), classOf(NewDinov2ForImageClassification)},
	})
}

// Dinov2Model is the encoder of Oquab et al., "DINOv2: Learning Robust Visual Features without Supervision", 2023: a ViT whose
// layers scale what they add.
type Dinov2Model struct {
	PreTrainedModel[*Dinov2Config]
	Embeddings *Dinov2Embeddings
	Encoder    *Dinov2Encoder
	Layernorm  *nn.LayerNorm
}

// NewDinov2Model makes an encoder with weights drawn as Python draws them, but for UseSwigluFFN.
func NewDinov2Model(c *Dinov2Config) *Dinov2Model {
	must(c)
	m := &Dinov2Model{
		PreTrainedModel: PreTrainedModel[*Dinov2Config]{Config: c}, Embeddings: newDinov2Embeddings(c), Encoder: newDinov2Encoder(c),
		Layernorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)),
	}
	initAs(c.Common(), c.std(), c.drawAgain, m.Encoder, m.Embeddings, m.Layernorm) // the encoder is a model of its own in Python
	return m
}

// drawAgain draws matrices and convolutions again, truncated.
func (c *Dinov2Config) drawAgain(m nn.Module) {
	all := func(*nn.Parameter) bool { return true }
	switch m := m.(type) {
	case *nn.Linear:
		drawTruncated(m.Weight, c.std(), all)
	case *nn.Conv2d:
		drawTruncated(m.Weight, c.std(), all)
	}
}

// Forward encodes a batch of pictures of any size: LastHiddenState is [N, 1 + patches, hidden_size], PoolerOutput the class
// token's vector.
func (m *Dinov2Model) Forward(in ImageInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("Dinov2Model", m.Config.NumChannels)
		out := passLayers(m.Encoder.Layer, m.Embeddings.Forward(in), nil, in.wanted())
		out.normed(m.Layernorm, in.wanted())
		out.PoolerOutput = out.LastHiddenState.Select(1, 0)
		return out
	})
}

// Dinov2Embeddings makes vectors of patches, puts the class token in front, and adds the positions, scaled to the picture.
type Dinov2Embeddings struct {
	nn.Base
	ClsToken           *nn.Parameter // [1, 1, hidden_size]
	MaskToken          *nn.Parameter // [1, hidden_size]; nil for a model without
	PatchEmbeddings    *ViTPatchEmbeddings
	PositionEmbeddings *nn.Parameter // [1, 1 + patches, hidden_size]
	Dropout            *nn.Dropout

	grid patchGrid
}

func newDinov2Embeddings(c *Dinov2Config) *Dinov2Embeddings {
	zeros := func(shape ...int) *nn.Parameter { return nn.NewParameter(torch.Zeros(torch.Shape(shape))) }
	m := &Dinov2Embeddings{grid: patchGrid{c.ImageSize, c.PatchSize}, ClsToken: zeros(1, 1, c.HiddenSize)}
	if c.UseMaskToken {
		m.MaskToken = zeros(1, c.HiddenSize)
	}
	m.PatchEmbeddings = newViTPatchEmbeddings(c.NumChannels, c.HiddenSize, c.PatchSize)
	m.PositionEmbeddings = c.randn(1, m.grid.size()+1, c.HiddenSize)
	m.Dropout = nn.NewDropout(c.HiddenDropoutProb)
	return m
}

// draw draws the tokens and the positions.
func (m *Dinov2Embeddings) draw(std float64, wanted func(*nn.Parameter) bool) {
	drawTruncated(m.PositionEmbeddings, std, wanted)
	drawTruncated(m.ClsToken, std, wanted)
	drawConstant(m.MaskToken, 0, wanted)
}

// Forward makes [N, 1 + patches, hidden_size] of pictures.
func (m *Dinov2Embeddings) Forward(in ImageInput) *torch.Tensor {
	in.InterpolatePosEncoding = true
	m.grid.check("Dinov2Model", in)
	var on passing
	defer on.free()
	x, own := in.pixels(m.PatchEmbeddings.Projection.Weight.Tensor)
	if own {
		on.way(x)
	}
	x = on.way(m.PatchEmbeddings.Forward(x))
	if in.BoolMaskedPos != nil {
		if m.MaskToken == nil {
			panic(invalid("Dinov2Model", "BoolMaskedPos: the model has no mask token (use_mask_token)"))
		}
		x = on.way(hide(x, m.MaskToken.Value(), in.BoolMaskedPos))
	}
	return dropout(m.Dropout, m.grid.placed(&on, x, m.ClsToken.Value(), m.PositionEmbeddings.Value(), in))
}

// Dinov2Encoder is the layers, one after the other.
type Dinov2Encoder struct {
	nn.Base
	Layer []*Dinov2Layer
}

func newDinov2Encoder(c *Dinov2Config) *Dinov2Encoder {
	m := &Dinov2Encoder{}
	for range c.NumHiddenLayers {
		m.Layer = append(m.Layer, newDinov2Layer(c))
	}
	return m
}

// Dinov2ForImageClassification says of which class a picture is, by the class token and the mean of the patches.
type Dinov2ForImageClassification struct {
	PreTrainedModel[*Dinov2Config]
	Dinov2     *Dinov2Model
	Classifier *nn.Linear
}

// NewDinov2ForImageClassification makes a model with weights drawn as Python draws them, but for UseSwigluFFN.
func NewDinov2ForImageClassification(c *Dinov2Config) *Dinov2ForImageClassification {
	m := &Dinov2ForImageClassification{
		PreTrainedModel: PreTrainedModel[*Dinov2Config]{Config: c}, Dinov2: NewDinov2Model(c),
		Classifier: nn.NewLinear(2*c.HiddenSize, c.NumLabels()),
	}
	initAs(c.Common(), c.std(), c.drawAgain, m.Classifier)
	return m
}

// Forward gives logits [N, classes].
func (m *Dinov2ForImageClassification) Forward(in ImageInput) ClassifierOutput {
	out := m.Dinov2.Forward(in)
	var on passing
	defer on.free()
	x := out.LastHiddenState
	patches := on.way(x.Narrow(1, 1, x.Size(1)-1))
	x = on.way(torch.Cat([]*torch.Tensor{on.way(x.Select(1, 0)), on.way(patches.Mean(1))}, 1))
	return imageOutput(out, m.Classifier.Forward(x), in, m.Config.Common())
}
