package multimodal

import (
	"multitorch/nn"
	"multitorch/torch"
)

// WordSize is the length of a word's vector in the tutorial.
const WordSize = 100

// Example is a sample of the tutorial's Dataset, and a batch of them: an image
// [3, H, W], a text [T, 100] (or word numbers [T] for a model with a
// vocabulary), and the class. The printed Dataset lacks the target.
type Example struct{ Image, Text, Target *torch.Tensor }

// ImageFeatureExtractor is the tutorial's: one convolution of 3 channels to 64.
type ImageFeatureExtractor struct {
	nn.Base
	CNN *nn.Conv2d
}

// NewImageFeatureExtractor makes one with PyTorch's initial weights.
func NewImageFeatureExtractor() *ImageFeatureExtractor {
	return &ImageFeatureExtractor{CNN: nn.NewConv2d(3, 64, 3, nn.Stride(1), nn.Padding(1))}
}

// Forward maps images [N, 3, H, W] to features [N, 64].
//
// The printed program returns the feature map [N, 64, H, W], which can't be
// joined with a text's features. The repair is global average pooling.
func (m *ImageFeatureExtractor) Forward(x *torch.Tensor) *torch.Tensor {
	features := m.CNN.Forward(x)
	defer features.Free() // the mean's gradient needs no more than its shape
	return features.Mean(2, 3)
}

// TextFeatureExtractor is the tutorial's: a GRU of 100-dimensional words.
type TextFeatureExtractor struct {
	nn.Base
	Embedding *nn.Embedding // nil: the texts are vectors already
	RNN       *nn.GRU
}

// NewTextFeatureExtractor makes one that takes texts as vectors [N, T, 100].
func NewTextFeatureExtractor() *TextFeatureExtractor {
	return &TextFeatureExtractor{RNN: nn.NewGRU(WordSize, 64, nn.BatchFirst(true))}
}

// NewTokenFeatureExtractor makes one that takes texts as word numbers [N, T]
// below words. The GRU stays as printed: an embedding turns the numbers into
// the vectors that it expects.
func NewTokenFeatureExtractor(words int) *TextFeatureExtractor {
	return &TextFeatureExtractor{
		Embedding: nn.NewEmbedding(words, WordSize),
		RNN:       nn.NewGRU(WordSize, 64, nn.BatchFirst(true)),
	}
}

// Forward maps texts to features [N, 64].
//
// The printed program returns the GRU's pair of outputs and hidden state, which
// can't be joined with an image's features. The repair is the last hidden state.
func (m *TextFeatureExtractor) Forward(x *torch.Tensor) *torch.Tensor {
	if m.Embedding != nil {
		x = m.Embedding.Forward(x)
		defer x.Free()
	}
	output, hidden := m.RNN.Forward(x, nil)
	output.Free()
	defer hidden.Free()
	return hidden.Select(0, -1)
}

// MultiModalModel is the tutorial's: both features side by side, a fusion layer,
// and an output layer for 10 classes.
type MultiModalModel struct {
	nn.Base
	FusionLayer           *nn.Linear
	OutputLayer           *nn.Linear
	ImageFeatureExtractor *ImageFeatureExtractor
	TextFeatureExtractor  *TextFeatureExtractor
}

// NewMultiModalModel makes one over the two extractors.
func NewMultiModalModel(image *ImageFeatureExtractor, text *TextFeatureExtractor) *MultiModalModel {
	return &MultiModalModel{
		FusionLayer:           nn.NewLinear(64+64, 128),
		OutputLayer:           nn.NewLinear(128, 10),
		ImageFeatureExtractor: image,
		TextFeatureExtractor:  text,
	}
}

// Forward maps images and texts to class scores [N, 10].
func (m *MultiModalModel) Forward(image, text *torch.Tensor) *torch.Tensor {
	imageFeature := m.ImageFeatureExtractor.Forward(image)
	textFeature := m.TextFeatureExtractor.Forward(text)
	fusionFeature := m.FusionLayer.Forward(torch.Cat([]*torch.Tensor{imageFeature, textFeature}, 1))
	return m.OutputLayer.Forward(fusionFeature)
}
