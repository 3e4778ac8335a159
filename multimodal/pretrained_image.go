package multimodal

import (
	"fmt"

	"multitorch/libm"
	"multitorch/multimodal/image"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/processors"
)

// PretrainedImage encodes pictures by a pretrained encoder out of a Hugging Face folder: the picture's vector, of length √size, so
// that a number is about as large as other encoders make them. Pictures are those of [Pixels], from -1 to 1, of any size; they are
// scaled to the model's, and their colours are shifted as its preprocessor_config.json says.
type PretrainedImage struct {
	nn.Base
	Encoder    transformers.ImageEncoder
	Projection *nn.Linear // to Modality.Size; nil where that is the encoder's own

	frozen        bool
	own           int // features
	height, width int
	filter        image.Filter
	mean, std     []float64
}

// newPretrainedImage loads the folder. With no TrainedLayers the encoder is frozen: it computes without gradients and dropout.
func newPretrainedImage(m Modality) (*PretrainedImage, error) {
	config, err := processors.ReadImageConfig(m.Folder)
	if err != nil {
		return nil, err
	}
	encoder, err := transformers.FromPretrained[transformers.ImageEncoder](m.Folder)
	if err != nil {
		return nil, err
	}
	e := &PretrainedImage{Encoder: encoder, frozen: m.TrainedLayers == 0, own: transformers.ImageFeatures(encoder)}
	if err := e.prepare(config); err != nil {
		return nil, fmt.Errorf("%s: %w", m.Folder, err)
	}
	if nn.SetRequiresGrad(encoder, false); !e.frozen {
		transformers.Trainable(encoder, m.TrainedLayers)
	}
	if m.Size != e.own {
		e.Projection = nn.NewLinear(e.own, m.Size)
	}
	return e, nil
}

// prepare takes over the size and the colours.
func (m *PretrainedImage) prepare(c processors.ImageConfig) error {
	size := c.Size
	if c.DoCenterCrop {
		size = c.CropSize
	}
	if m.height, m.width = size.Height, size.Width; m.height == 0 {
		m.height, m.width = size.ShortestEdge, size.ShortestEdge
	}
	if m.height == 0 {
		return fmt.Errorf("expected a fixed size of pictures, got %v", size)
	}
	if m.filter = image.Bicubic; c.Resample == processors.Bilinear {
		m.filter = image.Bilinear
	}
	m.mean, m.std = []float64{0, 0, 0}, []float64{1, 1, 1}
	if !c.DoNormalize {
		return nil
	}
	for i := range m.mean {
		if m.mean[i], m.std[i] = c.ImageMean.Of(i), c.ImageStd.Of(i); m.std[i] <= 0 {
			return fmt.Errorf("image_std: expected numbers above 0, got %v", c.ImageStd)
		}
	}
	return nil
}

// OutputSize is the width of the features.
func (m *PretrainedImage) OutputSize() int {
	if m.Projection != nil {
		return m.Projection.Weight.Size(0)
	}
	return m.own
}

// SequenceSize is the width of a place.
func (m *PretrainedImage) SequenceSize() int { return m.OutputSize() }

// Encode maps pictures [N, 3, height, width] to features [N, OutputSize()].
func (m *PretrainedImage) Encode(in Input) *torch.Tensor {
	return m.project(m.encode(in, func(out transformers.BaseModelOutput) *torch.Tensor {
		y := transformers.ImageVectors(m.Encoder, out)
		return y.Div(y.NormP(2, 1).Unsqueeze(1).Clamp(1e-12, nil)).Mul(libm.Sqrt(float64(m.own)))
	}))
}

// EncodeSequence maps pictures to the features of their places, [N, places, SequenceSize()].
func (m *PretrainedImage) EncodeSequence(in Input) (elements, mask *torch.Tensor) {
	return m.project(m.encode(in, transformers.ImagePlaces)), nil
}

func (m *PretrainedImage) project(x *torch.Tensor) *torch.Tensor {
	if m.Projection == nil {
		return x
	}
	return m.Projection.Forward(x)
}

// encode gives pool what the encoder makes of pictures.
func (m *PretrainedImage) encode(in Input, pool func(out transformers.BaseModelOutput) *torch.Tensor) (y *torch.Tensor) {
	expectImages(in, "PretrainedImage", 3, 1)
	forward := func() {
		x := in.Data
		if x.Size(2) != m.height || x.Size(3) != m.width {
			x = image.ResizeTensor(x, m.height, m.width, m.filter)
		}
		y = pool(m.Encoder.Forward(transformers.ImageInput{
			PixelValues: image.Normalize(x.Add(1).Div(2), m.mean, m.std), InterpolatePosEncoding: true,
		}))
	}
	if !m.frozen {
		forward()
		return y
	}
	if e, ok := m.Encoder.(interface{ Training() bool }); ok && e.Training() {
		nn.Eval(m.Encoder) // a walk has put the whole model into training mode
	}
	torch.NoGrad(forward)
	return y
}
