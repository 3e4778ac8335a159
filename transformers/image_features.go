package transformers

import "multitorch/torch"

// imageConfig is the settings of an encoder of pictures: the features of a picture's vector, and of each of its places.
type imageConfig interface{ features() int }

func (c *ViTConfig) features() int          { return c.HiddenSize }
func (c *CLIPVisionConfig) features() int   { return c.HiddenSize }
func (c *SiglipVisionConfig) features() int { return c.HiddenSize }
func (c *Dinov2Config) features() int       { return c.HiddenSize }
func (c *ResNetConfig) features() int       { return c.HiddenSizes[len(c.HiddenSizes)-1] }
func (c *ConvNextConfig) features() int     { return c.HiddenSizes[len(c.HiddenSizes)-1] }

// ImageFeatures is the number of features that an encoder of pictures has.
func ImageFeatures(m ImageEncoder) int { return m.Configuration().(imageConfig).features() }

// ImageVectors makes of an encoder's output a vector for each picture, [N, ImageFeatures]: the class token's of a ViT, whose pooler
// was trained for other ends; the pooled one of the others; the mean of all places where there is none.
func ImageVectors(m ImageEncoder, out BaseModelOutput) *torch.Tensor {
	switch m.(type) {
	case *ViTModel:
		return out.LastHiddenState.Select(1, 0)
	default:
		if out.PoolerOutput == nil {
			return out.LastHiddenState.Mean(1)
		}
		return out.PoolerOutput.Flatten(1, -1)
	}
}

// ImagePlaces makes of an encoder's output a sequence of vectors for each picture, [N, places, ImageFeatures].
func ImagePlaces(out BaseModelOutput) *torch.Tensor {
	if x := out.LastHiddenState; x.Dim() == 4 { // maps [N, channels, height, width]
		rows := x.Flatten(2, -1)
		defer rows.Free()
		return rows.Transpose(1, 2)
	}
	return out.LastHiddenState
}
