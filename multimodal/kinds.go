package multimodal

import (
	"fmt"
	"slices"

	"multitorch/multimodal/fusion"
	"multitorch/nn"
	"multitorch/torch"
)

// Kind names a classifier of image and text: "image", "text", "concat" or "joint", the tutorial's; "uncertainty" or
// "contrastive", which fuse at the objective level as joint does; or one of fusion.Names.
type Kind string

// The tutorial's classifiers, and those that fuse at the objective level.
const (
	KindImage       Kind = "image"
	KindText        Kind = "text"
	KindConcat      Kind = "concat"
	KindJoint       Kind = "joint"
	KindUncertainty Kind = "uncertainty"
	KindContrastive Kind = "contrastive"
)

// Kinds lists them, single modalities first.
func Kinds() []Kind {
	kinds := []Kind{KindImage, KindText, KindConcat, KindJoint, KindUncertainty, KindContrastive}
	for _, name := range fusion.Names() {
		if Kind(name) != KindConcat {
			kinds = append(kinds, Kind(name))
		}
	}
	return kinds
}

// NewClassifier makes the classifier of a kind for texts of word numbers below words.
func NewClassifier(kind Kind, words, classes int) (Classifier, error) {
	switch kind {
	case KindImage:
		return NewImage(classes), nil
	case KindText:
		return NewText(words, classes), nil
	case KindConcat:
		return NewConcat(words, classes), nil
	case KindJoint:
		return NewJoint(words, classes), nil
	case KindUncertainty:
		return NewWeighed(words, classes)
	case KindContrastive:
		return NewAligned(words, classes)
	}
	if !slices.Contains(Kinds(), kind) {
		return nil, fmt.Errorf("model %.40q: expected one of %q", kind, Kinds())
	}
	return NewFused(string(kind), words, classes)
}

// UsesImage reports whether the kind looks at images.
func (k Kind) UsesImage() bool { return k != KindText }

// UsesText reports whether the kind reads texts.
func (k Kind) UsesText() bool { return k != KindImage }

// Fused is a [Model] of image and text by any fusion, as a classifier of the tutorial's batches.
type Fused struct {
	nn.Base
	Model *Model
}

// NewFused makes one by a fusion's name, with the tutorial's encoders.
func NewFused(fused string, words, classes int) (*Fused, error) {
	m, err := New(imageText(fused, words, classes))
	return &Fused{Model: m}, err
}

// imageText describes a model of image and text, with the tutorial's encoders.
func imageText(fused string, words, classes int) Config {
	text := NewModality("text", "gru")
	text.Words = words
	c := NewConfig(classes, NewModality("image", "cnn"), text)
	c.Fusion = fused
	return c
}

// Inputs are a batch's image and text, as a [Model] takes them.
func (b Batch) Inputs() Inputs {
	return Inputs{Of: map[string]Input{"image": {Data: b.Image}, "text": {Data: b.Tokens, Lengths: b.Lengths}}}
}

// Logits are the class scores [N, classes].
func (m *Fused) Logits(b Batch) *torch.Tensor { return m.Model.Forward(b.Inputs()) }

// Loss is the criterion of the scores.
func (m *Fused) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	return plainLoss(m, b, criterion)
}
