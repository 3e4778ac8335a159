package multimodal

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Classifier scores the classes of a batch, and says how wrong it was.
type Classifier interface {
	nn.Module
	// Logits are the class scores [N, classes].
	Logits(b Batch) *torch.Tensor
	// Loss is what training minimises, and the scores that it was computed from.
	Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor)
}

// Image classifies by the image alone.
type Image struct {
	nn.Base
	Image *ImageEncoder
	Head  *nn.Linear
}

// NewImage makes one.
func NewImage(classes int) *Image {
	return &Image{Image: NewImageEncoder(), Head: nn.NewLinear(FeatureSize, classes)}
}

// Logits are the class scores [N, classes].
func (m *Image) Logits(b Batch) *torch.Tensor { return m.Head.Forward(m.Image.Forward(b.Image)) }

// Loss is the criterion of the scores.
func (m *Image) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	return plainLoss(m, b, criterion)
}

// Text classifies by the text alone.
type Text struct {
	nn.Base
	Text *TextEncoder
	Head *nn.Linear
}

// NewText makes one.
func NewText(words, classes int) *Text {
	return &Text{Text: NewTextEncoder(words), Head: nn.NewLinear(FeatureSize, classes)}
}

// Logits are the class scores [N, classes].
func (m *Text) Logits(b Batch) *torch.Tensor {
	return m.Head.Forward(m.Text.Forward(b.Tokens, b.Lengths))
}

// Loss is the criterion of the scores.
func (m *Text) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	return plainLoss(m, b, criterion)
}

func plainLoss(m Classifier, b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	logits = m.Logits(b)
	return criterion.Forward(logits, b.Target), logits
}

// Concat fuses at the feature level: both features side by side go through one
// head.
type Concat struct {
	nn.Base
	Image *ImageEncoder
	Text  *TextEncoder
	Head  *nn.Sequential
}

// NewConcat makes one.
func NewConcat(words, classes int) *Concat {
	return &Concat{Image: NewImageEncoder(), Text: NewTextEncoder(words), Head: newFusionHead(classes)}
}

func newFusionHead(classes int) *nn.Sequential {
	return nn.NewSequential(
		nn.NewLinear(2*FeatureSize, 128),
		nn.NewReLU(),
		nn.NewDropout(0.5),
		nn.NewLinear(128, classes),
	)
}

// Logits are the class scores [N, classes].
func (m *Concat) Logits(b Batch) *torch.Tensor {
	image := m.Image.Forward(b.Image)
	text := m.Text.Forward(b.Tokens, b.Lengths)
	return m.Head.Forward(torch.Cat([]*torch.Tensor{image, text}, 1))
}

// Loss is the criterion of the scores.
func (m *Concat) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	return plainLoss(m, b, criterion)
}

// Joint fuses at the objective level: Concat, and a head for each modality whose
// loss is added to the fused one, so that neither encoder can lean on the other.
type Joint struct {
	nn.Base
	Image     *ImageEncoder
	Text      *TextEncoder
	Head      *nn.Sequential
	ImageHead *nn.Linear
	TextHead  *nn.Linear

	// ImageWeight and TextWeight are the shares of the modalities' own losses
	// beside the fused loss, which counts 1.
	ImageWeight, TextWeight float64
}

// NewJoint makes one with the weights 0.5 and 0.5.
func NewJoint(words, classes int) *Joint {
	return &Joint{
		Image:       NewImageEncoder(),
		Text:        NewTextEncoder(words),
		Head:        newFusionHead(classes),
		ImageHead:   nn.NewLinear(FeatureSize, classes),
		TextHead:    nn.NewLinear(FeatureSize, classes),
		ImageWeight: 0.5,
		TextWeight:  0.5,
	}
}

// Logits are the fused class scores [N, classes].
func (m *Joint) Logits(b Batch) *torch.Tensor {
	_, _, logits := m.forward(b)
	return logits
}

func (m *Joint) forward(b Batch) (image, text, logits *torch.Tensor) {
	image = m.Image.Forward(b.Image)
	text = m.Text.Forward(b.Tokens, b.Lengths)
	return image, text, m.Head.Forward(torch.Cat([]*torch.Tensor{image, text}, 1))
}

// Loss is the weighted sum of the fused criterion and the modalities' own.
func (m *Joint) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	image, text, logits := m.forward(b)
	fused := criterion.Forward(logits, b.Target)
	byImage := criterion.Forward(m.ImageHead.Forward(image), b.Target)
	byText := criterion.Forward(m.TextHead.Forward(text), b.Target)
	return fused.Add(byImage.Mul(m.ImageWeight)).Add(byText.Mul(m.TextWeight)), logits
}
