package multimodal

import (
	"fmt"
	"slices"

	"multitorch/libm"
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

// Fused is a [Model] of image and text by any fusion, as a classifier of the tutorial's batches, with a head for each
// modality beside the fused one. All three are trained, and what they say is averaged: hybrid fusion. A small data set's
// texts are soon known by heart, and a fused head that has learned to rely on them says little of its own.
type Fused struct {
	nn.Base
	Model *Model

	// OwnWeight is the share of each modality's own loss beside the fused loss, which counts 1.
	OwnWeight float64
}

// NewFused makes one by a fusion's name, with the tutorial's encoders and the weight 0.5.
func NewFused(fused string, words, classes int) (*Fused, error) {
	c := imageText(fused, words, classes)
	c.Auxiliary = true
	m, err := New(c)
	return &Fused{Model: m, OwnWeight: 0.5}, err
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

// Logits are the logarithms of the mean of the three heads' class probabilities, [N, classes].
func (m *Fused) Logits(b Batch) *torch.Tensor { return m.LogitsOf(b.Inputs()) }

// LogitsOf is Logits of any inputs, also where modalities are missing: their heads say nothing.
func (m *Fused) LogitsOf(in Inputs) *torch.Tensor {
	return together(m.Model.ForwardEach(in))
}

// Loss is the weighted sum of the fused criterion and the modalities' own.
func (m *Fused) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	fused, each, there := m.Model.ForwardEach(b.Inputs())
	loss = criterion.Forward(fused, b.Target)
	for _, own := range each {
		loss = loss.Add(criterion.Forward(own, b.Target).Mul(m.OwnWeight))
	}
	return loss, together(fused, each, there)
}

// together is the logarithm of the mean of the heads' probabilities, of those that are there.
func together(fused *torch.Tensor, each []*torch.Tensor, there *torch.Tensor) *torch.Tensor {
	heads := []*torch.Tensor{fused.LogSoftmax(1)}
	for i, own := range each {
		h := own.LogSoftmax(1)
		if there != nil {
			h = h.MaskedFill(there.Select(1, i).Not().Unsqueeze(1), -1e9)
		}
		heads = append(heads, h)
	}
	sum := torch.Stack(heads, 0).Logsumexp(0)
	if there == nil {
		return sum.Sub(libm.Log(float64(len(heads))))
	}
	return sum.Sub(there.To(sum.DType()).Sum(1).Add(1).Log().Unsqueeze(1))
}

// TakesInputs is a classifier that also takes inputs in which modalities are missing or disturbed.
type TakesInputs interface {
	Classifier
	LogitsOf(in Inputs) *torch.Tensor
}

// HideWords sets the share of the words that a model's text encoders are not shown in training. Long texts bear more of it.
func HideWords(m nn.Module, share float64) {
	for _, e := range nn.Modules(m) {
		switch e := e.(type) {
		case *TextEncoder:
			e.WordDropout = share
		case *RecurrentText:
			e.WordDropout = share
		case *TransformerText:
			e.WordDropout = share
		case *BagOfWords:
			e.WordDropout = share
		}
	}
}
