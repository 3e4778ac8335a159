package multimodal

import (
	"multitorch/multimodal/objective"
	"multitorch/nn"
	"multitorch/torch"
)

// Weighed fuses at the objective level as [Joint] does, but learns how much each of the three losses counts.
type Weighed struct {
	nn.Base
	Model   *Model // with a head for each modality
	Weights *objective.Uncertainty
}

// NewWeighed makes one.
func NewWeighed(words, classes int) (*Weighed, error) {
	c := imageText("concat", words, classes)
	c.Auxiliary = true
	m, err := New(c)
	return &Weighed{Model: m, Weights: objective.NewUncertainty([]string{"fused", "image", "text"})}, err
}

// Logits are the fused class scores [N, classes].
func (m *Weighed) Logits(b Batch) *torch.Tensor { return m.LogitsOf(b.Inputs()) }

// LogitsOf is Logits of any inputs, also where modalities are missing.
func (m *Weighed) LogitsOf(in Inputs) *torch.Tensor { return m.Model.Forward(in) }

// Loss is the sum of the fused criterion and the modalities' own, as the weights are at present.
func (m *Weighed) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	logits, each, _ := m.Model.ForwardEach(b.Inputs())
	return m.Weights.Sum(
		objective.Term{Name: "fused", Loss: criterion.Forward(logits, b.Target)},
		objective.Term{Name: "image", Loss: criterion.Forward(each[0], b.Target)},
		objective.Term{Name: "text", Loss: criterion.Forward(each[1], b.Target)},
	), logits
}

// Aligned fuses at the objective level by a contrastive loss beside the fused one: the features of image and text are
// drawn towards those of the other modality that are of the same class.
type Aligned struct {
	nn.Base
	Model     *Model
	ImageProj *nn.Linear
	TextProj  *nn.Linear
	Align     *objective.Contrastive

	// Weight is the share of the contrastive loss beside the fused one, which counts 1.
	Weight float64
}

// NewAligned makes one with the weight 0.5.
func NewAligned(words, classes int) (*Aligned, error) {
	m, err := New(imageText("concat", words, classes))
	return &Aligned{
		Model: m, ImageProj: nn.NewLinear(FeatureSize, FeatureSize), TextProj: nn.NewLinear(FeatureSize, FeatureSize),
		Align: objective.NewContrastive(), Weight: 0.5,
	}, err
}

// Logits are the fused class scores [N, classes].
func (m *Aligned) Logits(b Batch) *torch.Tensor { return m.LogitsOf(b.Inputs()) }

// LogitsOf is Logits of any inputs, also where modalities are missing.
func (m *Aligned) LogitsOf(in Inputs) *torch.Tensor { return m.Model.Forward(in) }

// Loss is the weighted sum of the fused criterion and the contrastive loss.
func (m *Aligned) Loss(b Batch, criterion *nn.CrossEntropyLoss) (loss, logits *torch.Tensor) {
	logits, each := m.Model.ForwardFeatures(b.Inputs())
	align := m.Align.ForwardGroups(m.ImageProj.Forward(each[0]), m.TextProj.Forward(each[1]), b.Target)
	return criterion.Forward(logits, b.Target).Add(align.Mul(m.Weight)), logits
}
