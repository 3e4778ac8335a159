package transformers

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/torch"
)

// CLIPVisionModel is the encoder of pictures of a [CLIPModel], alone.
type CLIPVisionModel struct {
	PreTrainedModel[*CLIPVisionConfig]
	VisionModel *CLIPVisionTransformer
}

// NewCLIPVisionModel makes an encoder with weights drawn as Python draws them.
func NewCLIPVisionModel(c *CLIPVisionConfig) *CLIPVisionModel {
	must(c)
	m := &CLIPVisionModel{PreTrainedModel: PreTrainedModel[*CLIPVisionConfig]{Config: c}, VisionModel: newCLIPVisionTransformer(c, c.Common())}
	initWeights(c.Common(), m)
	return m
}

// Forward encodes a batch of pictures: LastHiddenState is [N, 1 + patches, hidden_size], PoolerOutput [N, hidden_size].
func (m *CLIPVisionModel) Forward(in ImageInput) BaseModelOutput { return m.VisionModel.Forward(in) }

// CLIPVisionTransformer is the encoder itself, a ViT with a layer norm more.
type CLIPVisionTransformer struct {
	nn.Base
	Embeddings    *CLIPVisionEmbeddings
	PreLayrnorm   *nn.LayerNorm // the name is theirs
	Encoder       *CLIPEncoder
	PostLayernorm *nn.LayerNorm

	config *CLIPVisionConfig
}

func newCLIPVisionTransformer(c *CLIPVisionConfig, outermost *PretrainedConfig) *CLIPVisionTransformer {
	norm := func() *nn.LayerNorm { return nn.NewLayerNorm(c.HiddenSize, nn.Eps(c.LayerNormEps)) }
	return &CLIPVisionTransformer{
		Embeddings: newCLIPVisionEmbeddings(c, outermost), PreLayrnorm: norm(),
		Encoder:       newCLIPEncoder(&c.TowerConfig, outermost, clipDraw{&c.TowerConfig, c.InitializerFactor}),
		PostLayernorm: norm(), config: c,
	}
}

// Forward encodes a batch of pictures. A picture's vector is that of the class token, which alone goes through the last norm.
func (m *CLIPVisionTransformer) Forward(in ImageInput) BaseModelOutput {
	return nn.Call(m, func() BaseModelOutput {
		in.check("CLIPVisionModel", m.config.NumChannels)
		x := m.Embeddings.Forward(in)
		defer x.Free()
		out := passLayers(m.Encoder.Layers, m.PreLayrnorm.Forward(x), nil, in.wanted())
		first := out.LastHiddenState.Select(1, 0)
		defer first.Free()
		out.PoolerOutput = m.PostLayernorm.Forward(first)
		return out
	})
}

// CLIPVisionEmbeddings makes vectors of patches, puts the class token in front, and adds the positions.
type CLIPVisionEmbeddings struct {
	nn.Base
	ClassEmbedding    *nn.Parameter // [hidden_size]
	PatchEmbedding    *nn.Conv2d    // without bias
	PositionEmbedding *nn.Embedding

	grid   patchGrid
	config *CLIPVisionConfig
}

func newCLIPVisionEmbeddings(c *CLIPVisionConfig, outermost *PretrainedConfig) *CLIPVisionEmbeddings {
	m := &CLIPVisionEmbeddings{grid: c.grid(), config: c, ClassEmbedding: outermost.randn(c.HiddenSize)}
	m.PatchEmbedding = nn.NewConv2d(c.NumChannels, c.HiddenSize, nn.Pair(c.PatchSize), nn.Stride(c.PatchSize[:]...), nn.Bias(false))
	m.PositionEmbedding = nn.NewEmbedding(m.grid.size()+1, c.HiddenSize)
	return m
}

// draw draws the parameters with CLIP's spreads.
func (m *CLIPVisionEmbeddings) draw(_ float64, wanted func(*nn.Parameter) bool) {
	std := m.config.std() * m.config.InitializerFactor
	drawNormal(m.ClassEmbedding, libm.Pow(float64(m.config.HiddenSize), -0.5)*m.config.InitializerFactor, wanted)
	drawNormal(m.PatchEmbedding.Weight, std, wanted)
	drawNormal(m.PositionEmbedding.Weight, std, wanted)
}

// Forward makes [N, 1 + patches, hidden_size] of pictures.
func (m *CLIPVisionEmbeddings) Forward(in ImageInput) *torch.Tensor {
	m.grid.check("CLIPVisionModel", in)
	var on passing
	defer on.free()
	x, own := in.pixels(m.PatchEmbedding.Weight.Tensor)
	if own {
		on.way(x)
	}
	x = on.way(patches(m.PatchEmbedding, x))
	x = on.way(torch.Cat([]*torch.Tensor{on.way(m.ClassEmbedding.Value().Expand(x.Size(0), 1, -1)), x}, 1))
	return x.Add(on.way(m.grid.looked(m.PositionEmbedding, 1, in)))
}

// looked looks positions up in a table, or scales them for pictures of another size.
func (g patchGrid) looked(table *nn.Embedding, special int, in ImageInput) *torch.Tensor {
	if in.InterpolatePosEncoding {
		all := table.Weight.Value().Unsqueeze(0)
		defer all.Free()
		if scaled, own := g.positions(all, special, in); own {
			return scaled
		}
	}
	places := placesOf(g.size()+special, table.Weight.Device())
	defer places.Free()
	return table.Forward(places)
}
