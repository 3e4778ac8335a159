package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/nn/init"
	"multitorch/torch"
)

// SiglipVisionModel is the encoder of pictures of a [SiglipModel], alone.
type SiglipVisionModel struct {
	PreTrainedModel[*SiglipVisionConfig]
	VisionModel *SiglipVisionTransformer
}

// NewSiglipVisionModel makes an encoder with weights drawn as Python draws them.
func NewSiglipVisionModel(c *SiglipVisionConfig) *SiglipVisionModel {
	must(c)
	m := &SiglipVisionModel{
		PreTrainedModel: PreTrainedModel[*SiglipVisionConfig]{Config: c}, VisionModel: newSiglipVisionTransformer(c, c.Common()),
	}
	initAs(c.Common(), c.std(), drawSiglip, m)
	return m
}

// Forward encodes a batch of pictures: LastHiddenState is [N, patches, hidden_size], PoolerOutput [N, hidden_size].
func (m *SiglipVisionModel) Forward(in ImageInput) BaseModelOutput { return m.VisionModel.Forward(in) }

// SiglipVisionTransformer is the encoder itself, a ViT without class token.
type SiglipVisionTransformer struct {
	nn.Base
	Embeddings    *SiglipVisionEmbeddings
	Encoder       *CLIPEncoder
	PostLayernorm *nn.LayerNorm
	Head          *SiglipMultiheadAttentionPoolingHead // nil for a model without

	config *SiglipVisionConfig
}

func newSiglipVisionTransformer(c *SiglipVisionConfig, outermost *PretrainedConfig) *SiglipVisionTransformer {
	m := &SiglipVisionTransformer{
		Embeddings: newSiglipVisionEmbeddings(c), Encoder: newCLIPEncoder(&c.TowerConfig, outermost, siglipDraw{}),
		PostLayernorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)), config: c,
	}
	if c.VisionUseHead {
		m.Head = newSiglipHead(c)
	}
	return m
}

// draw draws the positions as SigLIP does.
func (m *SiglipVisionEmbeddings) draw(_ float64, wanted func(*nn.Parameter) bool) {
	drawNormal(m.PositionEmbedding.Weight, 1/libm.Sqrt(float64(m.PositionEmbedding.Weight.Size(1))), wanted)
}

// drawSiglip draws matrices, convolutions and tables again, as Flax does.
func drawSiglip(m nn.Module) {
	all := func(*nn.Parameter) bool { return true }
	switch m := m.(type) {
	case *nn.Linear:
		drawLecun(m.Weight, all)
	case *nn.NonDynamicallyQuantizableLinear:
		drawLecun(m.Weight, all)
	case *nn.Conv2d:
		drawLecun(m.Weight, all)
	case *nn.Embedding:
		drawNormal(m.Weight, libm.Sqrt(1/float64(m.Weight.Size(1))), all)
	case *nn.MultiheadAttention:
		drawXavier(m.InProjWeight, all)
		drawConstant(m.InProjBias, 0, all)
		drawConstant(m.OutProj.Bias, 0, all)
	}
}

// Forward encodes a batch of pictures.
func (m *SiglipVisionTransformer) Forward(in ImageInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("SiglipVisionModel", m.config.NumChannels)
		out := passLayers(m.Encoder.Layers, m.Embeddings.Forward(in), nil, in.wanted())
		out.normed(m.PostLayernorm, in.wanted())
		if m.Head != nil {
			out.PoolerOutput = m.Head.Forward(out.LastHiddenState)
		}
		return out
	})
}

// SiglipVisionEmbeddings makes vectors of patches, and adds the positions.
type SiglipVisionEmbeddings struct {
	nn.Base
	PatchEmbedding    *nn.Conv2d
	PositionEmbedding *nn.Embedding

	grid patchGrid
}

func newSiglipVisionEmbeddings(c *SiglipVisionConfig) *SiglipVisionEmbeddings {
	m := &SiglipVisionEmbeddings{grid: patchGrid{c.ImageSize, c.PatchSize}}
	m.PatchEmbedding = nn.NewConv2d(c.NumChannels, c.HiddenSize, nn.Pair(c.PatchSize), nn.Stride(c.PatchSize[:]...), nn.ValidPadding)
	m.PositionEmbedding = nn.NewEmbedding(m.grid.size(), c.HiddenSize)
	return m
}

// Forward makes [N, patches, hidden_size] of pictures.
func (m *SiglipVisionEmbeddings) Forward(in ImageInput) *torch.Tensor {
	m.grid.check("SiglipVisionModel", in)
	var on passing
	defer on.free()
	x, own := in.pixels(m.PatchEmbedding.Weight.Tensor)
	if own {
		on.way(x)
	}
	x = on.way(patches(m.PatchEmbedding, x))
	return x.Add(on.way(m.grid.looked(m.PositionEmbedding, 0, in)))
}

// SiglipMultiheadAttentionPoolingHead makes a vector of a picture: what one learned query gathers from the patches.
type SiglipMultiheadAttentionPoolingHead struct {
	nn.Base
	Probe     *nn.Parameter // [1, 1, hidden_size]
	Attention *nn.MultiheadAttention
	Layernorm *nn.LayerNorm
	MLP       *CLIPMLP
}

func newSiglipHead(c *SiglipVisionConfig) *SiglipMultiheadAttentionPoolingHead {
	return &SiglipMultiheadAttentionPoolingHead{
		Probe: c.randn(1, 1, c.HiddenSize), Attention: nn.NewMultiheadAttention(c.HiddenSize, c.NumAttentionHeads, nn.BatchFirst(true)),
		Layernorm: nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)), MLP: newCLIPMLP(&c.TowerConfig, siglipDraw{}),
	}
}

// draw draws the query and the attention's matrices.
func (m *SiglipMultiheadAttentionPoolingHead) draw(_ float64, wanted func(*nn.Parameter) bool) {
	drawXavier(m.Probe, wanted)
	drawXavier(m.Attention.InProjWeight, wanted)
	drawConstant(m.Attention.InProjBias, 0, wanted)
}

// Forward maps [N, L, hidden_size] to [N, hidden_size].
func (m *SiglipMultiheadAttentionPoolingHead) Forward(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	probe := on.way(m.Probe.Value().Repeat(x.Size(0), 1, 1))
	y, weights := m.Attention.Forward(probe, x, x)
	on.way(y)
	on.way(weights)
	return on.way(y.Add(on.way(m.MLP.Forward(on.way(m.Layernorm.Forward(y)))))).Select(1, 0)
}

func drawXavier(p *nn.Parameter, wanted func(*nn.Parameter) bool) {
	if p != nil && wanted(p) {
		nninit.XavierUniform(p.Tensor)
	}
}

// drawLecun draws from a truncated normal distribution of the variance 1/fan_in.
func drawLecun(p *nn.Parameter, wanted func(*nn.Parameter) bool) {
	if p != nil && wanted(p) {
		const truncated = 0.87962566103423978 // the standard deviation of N(0, 1) between -2 and 2
		in, _ := nninit.Fans(p.Tensor)
		nninit.TruncNormal(p.Tensor, 0, libm.Sqrt(1/float64(in))/truncated, -2, 2)
	}
}
