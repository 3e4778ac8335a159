package multimodal

import (
	"fmt"
	"slices"

	"multitorch/multimodal/fusion"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/transformers"
)

// NewPretrainedClassifier makes a classifier of a kind whose texts are read by a pretrained encoder out of a Hugging Face folder,
// of which the last trainedLayers are trained: none for 0, all for -1. KindText is a linear layer behind the encoder; kinds that
// fuse have the tutorial's CNN for images, and a head for each modality beside the fused one.
func NewPretrainedClassifier(kind Kind, folder string, trainedLayers, classes int) (Classifier, error) {
	text := NewModality("text", "pretrained")
	text.Folder, text.TrainedLayers = folder, trainedLayers
	if kind != KindText && !slices.Contains(fusion.Names(), string(kind)) {
		return nil, fmt.Errorf("model %.40q: with a pretrained encoder expected text or one of %q", kind, fusion.Names())
	}
	size, err := transformers.FolderFeatures(folder)
	if err != nil {
		return nil, err
	}
	text.Size = size
	if kind == KindText {
		c := NewConfig(classes, text)
		c.HeadSize, c.Dropout = 0, 0
		m, err := New(c)
		return &OneModality{Model: m}, err
	}
	c := NewConfig(classes, NewModality("image", "cnn"), text)
	c.Fusion, c.Auxiliary = string(kind), true
	m, err := New(c)
	return &Fused{Model: m, OwnWeight: 0.5}, err
}

// OneModality is a [Model] of one of a batch's modalities, as a classifier of the tutorial's batches.
type OneModality struct {
	nn.Base
	Model *Model
}

// Logits are the class scores [N, classes].
func (m *OneModality) Logits(b Batch) *torch.Tensor {
	name := m.Model.Config().Modalities[0].Name
	return m.Model.Forward(Inputs{Of: map[string]Input{name: b.Inputs().Of[name]}})
}

// Loss is the criterion of the scores.
func (m *OneModality) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	return plainLoss(m, b, criterion)
}
