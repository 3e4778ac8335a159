package transformers

import (
	"multitorch/torch"
)

// ImageTextInput is a batch of texts and one of pictures, to be compared each with each.
type ImageTextInput struct {
	InputIDs      *torch.Tensor // tokens [texts, L]
	AttentionMask *torch.Tensor // 1 for a token, 0 for padding [texts, L]; nil where there is none
	PositionIDs   *torch.Tensor // nil for the usual

	PixelValues            *torch.Tensor // [pictures, channels, height, width]
	InterpolatePosEncoding bool          // whether the pictures may have another size than the model's own

	ReturnLoss         bool // whether picture i and text i are pairs, and the loss of pairs is wanted
	OutputHiddenStates bool
	OutputAttentions   bool
}

func (in ImageTextInput) text() BertInput {
	return BertInput{
		InputIDs: in.InputIDs, AttentionMask: in.AttentionMask, PositionIDs: in.PositionIDs,
		OutputHiddenStates: in.OutputHiddenStates, OutputAttentions: in.OutputAttentions,
	}
}

func (in ImageTextInput) image() ImageInput {
	return ImageInput{
		PixelValues: in.PixelValues, InterpolatePosEncoding: in.InterpolatePosEncoding,
		OutputHiddenStates: in.OutputHiddenStates, OutputAttentions: in.OutputAttentions,
	}
}

// ImageTextOutput is what a [CLIPModel] or [SiglipModel] makes of texts and pictures.
type ImageTextOutput struct {
	Loss           *torch.Tensor // if it was asked for
	LogitsPerImage *torch.Tensor // [pictures, texts]
	LogitsPerText  *torch.Tensor // [texts, pictures]
	TextEmbeds     *torch.Tensor // [texts, projection_dim], of length 1
	ImageEmbeds    *torch.Tensor // [pictures, projection_dim], of length 1

	TextModelOutput   BaseModelOutput
	VisionModelOutput BaseModelOutput
}

// ImageTextModel is a model that compares pictures with texts: [CLIPModel], [SiglipModel].
type ImageTextModel interface {
	Model
	Forward(in ImageTextInput) ImageTextOutput
	GetTextFeatures(in BertInput) *torch.Tensor   // [texts, projection_dim], not of length 1
	GetImageFeatures(in ImageInput) *torch.Tensor // [pictures, projection_dim]

	// Probabilities makes of LogitsPerImage how likely each text is for each picture. CLIP's texts exclude each other, and
	// their probabilities sum up to 1; each of SigLIP's is asked apart.
	Probabilities(logitsPerImage *torch.Tensor) *torch.Tensor
}

// AutoModelForZeroShotImageClassification loads a folder of a model that compares pictures with texts.
func AutoModelForZeroShotImageClassification(dir string, o ...Load) (ImageTextModel, error) {
	return auto[ImageTextModel](dir, "", o)
}

// ImageClassifier is a model with a head of classes of pictures.
type ImageClassifier interface {
	Model
	Forward(in ImageInput) ClassifierOutput
}

// AutoModelForImageClassification loads a folder with a head of classes of pictures.
func AutoModelForImageClassification(dir string, o ...Load) (ImageClassifier, error) {
	return auto[ImageClassifier](dir, "ForImageClassification", o)
}

// ImageEncoder is a model that makes vectors of pictures.
type ImageEncoder interface {
	Model
	Forward(in ImageInput) BaseModelOutput
}

// lengthOne divides vectors [N, D] by their lengths, in the operations of Transformers' CLIP.
func lengthOne(x *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	return x.Div(on.way(on.way(on.way(x.Pow(2)).Sum(-1, torch.KeepDim)).Pow(0.5)))
}

// clipLoss is the mean of two cross entropies: of each text finding its picture, and each picture its text.
func clipLoss(logitsPerText *torch.Tensor) *torch.Tensor {
	var on passing
	defer on.free()
	n := logitsPerText.Size(0)
	if logitsPerText.Size(1) != n {
		panic(invalid("ReturnLoss", "expected as many pictures as texts, but got %d and %d", logitsPerText.Size(1), n))
	}
	pairs := on.way(torch.Arange(0, n, 1, torch.Int64, logitsPerText.Device()))
	texts := on.way(crossEntropy(logitsPerText, pairs))
	return on.way(texts.Add(on.way(crossEntropy(on.way(logitsPerText.T()), pairs)))).Div(2.0)
}
