package transformers

import (
	"math"

	"multitorch/nn"
	"multitorch/torch"
)

func init() {
	register(&family{
		modelType: "vit", config: func() Config { return NewViTConfig() }, prefix: "vit",
		ignored: []string{"embeddings.mask_token"},
		classes: []*class{classOf(NewViTModel), classOf(NewViTForImageClassification), classOf(NewViTForMaskedImageModeling)},
	})
}

// ViTForImageClassification says of which class a picture is.
type ViTForImageClassification struct {
	PreTrainedModel[*ViTConfig]
	Vit        *ViTModel
	Classifier *nn.Linear
}

// NewViTForImageClassification makes the model with weights drawn as Python draws them.
func NewViTForImageClassification(c *ViTConfig) *ViTForImageClassification {
	m := &ViTForImageClassification{
		PreTrainedModel: PreTrainedModel[*ViTConfig]{Config: c}, Vit: newViTModel(c, false, false),
		Classifier: nn.NewLinear(c.HiddenSize, c.NumLabels()),
	}
	initWeights(c.Common(), m.Classifier)
	return m
}

// Forward gives logits [N, classes].
func (m *ViTForImageClassification) Forward(in ImageInput) ClassifierOutput {
	out := m.Vit.Forward(in)
	var on passing
	defer on.free()
	return imageOutput(out, m.Classifier.Forward(on.way(out.LastHiddenState.Select(1, 0))), in, m.Config.Common())
}

// MaskedImageOutput is what [ViTForMaskedImageModeling] makes of pictures.
type MaskedImageOutput struct {
	Loss           *torch.Tensor // the mean distance of hidden pixels, if patches were hidden
	Reconstruction *torch.Tensor // [N, channels, height, width]
	HiddenStates   []*torch.Tensor
	Attentions     []*torch.Tensor
}

// ViTForMaskedImageModeling paints patches that are hidden (Xie et al., "SimMIM: A Simple Framework for Masked Image Modeling",
// 2021).
type ViTForMaskedImageModeling struct {
	PreTrainedModel[*ViTConfig]
	Vit     *ViTModel
	Decoder *nn.Sequential // a convolution and a pixel shuffle
}

// NewViTForMaskedImageModeling makes the model with weights drawn as Python draws them.
func NewViTForMaskedImageModeling(c *ViTConfig) *ViTForMaskedImageModeling {
	m := &ViTForMaskedImageModeling{PreTrainedModel: PreTrainedModel[*ViTConfig]{Config: c}, Vit: newViTModel(c, false, true)}
	pixels := c.EncoderStride * c.EncoderStride * c.NumChannels
	m.Decoder = nn.NewSequential(nn.NewConv2d(c.HiddenSize, pixels, 1), nn.NewPixelShuffle(c.EncoderStride))
	initWeights(c.Common(), m.Decoder)
	return m
}

// Forward paints pictures, of which BoolMaskedPos hides patches.
func (m *ViTForMaskedImageModeling) Forward(in ImageInput) MaskedImageOutput {
	c := m.Config
	if stride := (Sides{c.EncoderStride, c.EncoderStride}); in.BoolMaskedPos != nil && c.PatchSize != stride {
		panic(invalid("ViTForMaskedImageModeling", "BoolMaskedPos: expected a model with encoder_stride = patch_size, but got %d and %v",
			c.EncoderStride, [2]int(c.PatchSize)))
	}
	out := m.Vit.Forward(in)
	defer out.freeLast()
	var on passing
	defer on.free()
	x := on.way(out.LastHiddenState.Narrow(1, 1, out.LastHiddenState.Size(1)-1))
	n, count, dim := x.Size(0), x.Size(1), x.Size(2)
	side := int(math.Sqrt(float64(count)))
	if side*side != count {
		panic(invalid("ViTForMaskedImageModeling", "expected as many patches along the height as along the width, but got %d", count))
	}
	x = on.way(on.way(x.Permute(0, 2, 1)).Reshape(n, dim, side, side))
	result := MaskedImageOutput{Reconstruction: m.Decoder.Forward(x), HiddenStates: out.HiddenStates, Attentions: out.Attentions}
	if in.BoolMaskedPos != nil {
		result.Loss = m.loss(in, result.Reconstruction, side)
	}
	return result
}

// loss is the mean distance of the pixels that were hidden.
func (m *ViTForMaskedImageModeling) loss(in ImageInput, painted *torch.Tensor, side int) *torch.Tensor {
	var on passing
	defer on.free()
	patch := m.Config.PatchSize
	mask := on.way(in.BoolMaskedPos.Reshape(-1, side, side))
	mask = on.way(on.way(mask.RepeatInterleave(patch[0], 1)).RepeatInterleave(patch[1], 2))
	mask = on.way(on.way(mask.Unsqueeze(1)).Contiguous())
	distance := on.way(nn.NewL1Loss(nn.Reduction("none")).Forward(in.PixelValues, painted))
	sum, count := on.way(on.way(distance.Mul(mask)).Sum()), on.way(on.way(mask.Sum()).Add(1e-5))
	return on.way(sum.Div(count)).Div(m.Config.NumChannels)
}
