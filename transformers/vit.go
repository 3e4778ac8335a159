package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// ViTModel is the encoder of Dosovitskiy et al., "An Image is Worth 16x16 Words: Transformers for Image Recognition at Scale",
// 2020: a picture is cut into patches, which are the words.
type ViTModel struct {
	PreTrainedModel[*ViTConfig]
	Embeddings *ViTEmbeddings
	Encoder    *ViTEncoder
	Layernorm  *nn.LayerNorm
	Pooler     *ViTPooler // nil for a model without
}

// NewViTModel makes an encoder with weights drawn as Python draws them.
func NewViTModel(c *ViTConfig) *ViTModel { return newViTModel(c, true, false) }

func newViTModel(c *ViTConfig, pooler, masks bool) *ViTModel {
	must(c)
	m := &ViTModel{
		PreTrainedModel: PreTrainedModel[*ViTConfig]{Config: c},
		Embeddings:      newViTEmbeddings(c, masks), Encoder: newViTEncoder(c),
		Layernorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)),
	}
	if pooler {
		m.Pooler = &ViTPooler{Dense: nn.NewLinear(c.HiddenSize, c.pooled()), act: NewActivation(c.PoolerAct)}
	}
	initWeights(c.Common(), m)
	return m
}

// leaveOut takes the pooler away where the folder has none.
func (m *ViTModel) leaveOut(gone func(part string) bool) bool {
	if m.Pooler == nil || !gone("pooler") {
		return false
	}
	m.Pooler = nil
	return true
}

// Forward encodes a batch of pictures: LastHiddenState is [N, 1 + patches, hidden_size], the class token first.
func (m *ViTModel) Forward(in ImageInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("ViTModel", m.Config.NumChannels)
		out := passLayers(m.Encoder.Layer, m.Embeddings.Forward(in), nil, in.wanted())
		out.normed(m.Layernorm, in.wanted())
		if m.Pooler != nil {
			out.PoolerOutput = m.Pooler.Forward(out.LastHiddenState)
		}
		return out
	})
}

// ViTEmbeddings makes vectors of patches, puts the class token in front, and adds the positions.
type ViTEmbeddings struct {
	nn.Base
	ClsToken           *nn.Parameter // [1, 1, hidden_size]
	MaskToken          *nn.Parameter // [1, 1, hidden_size]; nil for a model that hides no patches
	PatchEmbeddings    *ViTPatchEmbeddings
	PositionEmbeddings *nn.Parameter // [1, 1 + patches, hidden_size]
	Dropout            *nn.Dropout

	grid patchGrid
}

func newViTEmbeddings(c *ViTConfig, masks bool) *ViTEmbeddings {
	m := &ViTEmbeddings{grid: c.grid(), ClsToken: c.randn(1, 1, c.HiddenSize)}
	if masks {
		m.MaskToken = nn.NewParameter(torch.Zeros(torch.Shape{1, 1, c.HiddenSize}))
	}
	m.PatchEmbeddings = newViTPatchEmbeddings(c.NumChannels, c.HiddenSize, c.PatchSize)
	m.PositionEmbeddings = c.randn(1, m.grid.size()+1, c.HiddenSize)
	m.Dropout = nn.NewDropout(c.HiddenDropoutProb)
	return m
}

// draw draws the token and the positions.
func (m *ViTEmbeddings) draw(std float64, wanted func(*nn.Parameter) bool) {
	drawTruncated(m.PositionEmbeddings, std, wanted)
	drawTruncated(m.ClsToken, std, wanted)
	drawConstant(m.MaskToken, 0, wanted)
}

// Forward makes [N, 1 + patches, hidden_size] of pictures.
func (m *ViTEmbeddings) Forward(in ImageInput) *torch.Tensor {
	m.grid.check("ViTModel", in)
	var on passing
	defer on.free()
	x, own := in.pixels(m.PatchEmbeddings.Projection.Weight.Tensor)
	if own {
		on.way(x)
	}
	x = on.way(m.PatchEmbeddings.Forward(x))
	if in.BoolMaskedPos != nil {
		if m.MaskToken == nil {
			panic(invalid("ViTModel", "BoolMaskedPos: the model has no mask token; expected one such as ViTForMaskedImageModeling"))
		}
		x = on.way(hide(x, m.MaskToken.Value(), in.BoolMaskedPos))
	}
	return dropout(m.Dropout, m.grid.placed(&on, x, m.ClsToken.Value(), m.PositionEmbeddings.Value(), in))
}

// placed puts a class token in front of patches, and adds positions.
func (g patchGrid) placed(on *passing, x, class, positions *torch.Tensor, in ImageInput) *torch.Tensor {
	x = on.way(torch.Cat([]*torch.Tensor{on.way(class.Expand(x.Size(0), -1, -1)), x}, 1))
	if in.InterpolatePosEncoding {
		scaled, own := g.positions(positions, 1, in)
		if positions = scaled; own {
			on.way(scaled)
		}
	}
	return x.Add(positions)
}

// ViTPatchEmbeddings makes a vector of each patch.
type ViTPatchEmbeddings struct {
	nn.Base
	Projection *nn.Conv2d
}

func newViTPatchEmbeddings(channels, hidden int, patch Sides) *ViTPatchEmbeddings {
	return &ViTPatchEmbeddings{Projection: nn.NewConv2d(channels, hidden, nn.Pair(patch), nn.Stride(patch[:]...))}
}

// Forward maps [N, channels, height, width] to [N, patches, hidden_size].
func (m *ViTPatchEmbeddings) Forward(x *torch.Tensor) *torch.Tensor { return patches(m.Projection, x) }

// ViTEncoder is the layers, one after the other.
type ViTEncoder struct {
	nn.Base
	Layer []*ViTLayer
}

func newViTEncoder(c *ViTConfig) *ViTEncoder {
	m := &ViTEncoder{}
	for range c.NumHiddenLayers {
		m.Layer = append(m.Layer, newViTLayer(c))
	}
	return m
}

// ViTPooler makes a vector of a picture: that of the class token, through a matrix and a function.
type ViTPooler struct {
	nn.Base
	Dense *nn.Linear

	act Activation
}

// Forward maps [N, L, hidden_size] to [N, pooler_output_size].
func (m *ViTPooler) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	return activate(m.act, m.Dense.Forward(on.way(x.Select(1, 0))))
}
