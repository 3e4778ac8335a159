package objective

import (
	"multitorch/libm"
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/torch"
)

// Contrastive is the loss of CLIP (Radford et al., "Learning Transferable Visual Models From Natural Language
// Supervision", 2021): of N pairs, which b belongs to an a is a classification among all N, and the other way round. The
// cosines are multiplied by a scale, 1/temperature, that is learned: it begins at 1/0.07, and is kept from 1 to 100.
//
// It is a module: give its parameter to the optimizer, without weight decay. It warns where it learns nothing ([Stuck]).
type Contrastive struct {
	nn.Base
	LogScale *nn.Parameter // scalar: ln(scale)
	Stuck    *Stuck        `nn:"-"`
	bounds   [2]float64    // of LogScale
}

// ContrastiveConfig is the settings of [Contrastive].
type ContrastiveConfig struct {
	Scale    float64 // with which it begins: 1/0.07
	MinScale float64 // 1
	MaxScale float64 // 100
}

// NewContrastive makes one with CLIP's settings, or with others, whose zeros mean CLIP's.
func NewContrastive(config ...ContrastiveConfig) *Contrastive {
	c := ContrastiveConfig{Scale: 1 / 0.07, MinScale: 1, MaxScale: 100}
	for _, o := range config {
		for _, f := range []struct{ from, to *float64 }{{&o.Scale, &c.Scale}, {&o.MinScale, &c.MinScale}, {&o.MaxScale, &c.MaxScale}} {
			if *f.from != 0 {
				*f.to = *f.from
			}
		}
	}
	if !(c.MinScale > 0 && c.MinScale <= c.Scale && c.Scale <= c.MaxScale && c.MaxScale <= 1e6) {
		panic(invalid("Contrastive", "expected 0 < MinScale <= Scale <= MaxScale <= 1e6, but got %v, %v, %v", c.MinScale, c.Scale, c.MaxScale))
	}
	return &Contrastive{
		LogScale: nn.NewParameter(torch.ScalarTensor(libm.Log(c.Scale), torch.Float32)), Stuck: NewStuck(),
		bounds: [2]float64{libm.Log(c.MinScale), libm.Log(c.MaxScale)},
	}
}

// Forward is the loss of N pairs of features, [N, D] each, of any length.
func (m *Contrastive) Forward(a, b *torch.Tensor) *torch.Tensor { return m.ForwardGroups(a, b, nil) }

// ForwardGroups is Forward where several pairs may be about the same thing: group is int64 [N], and pairs of one group
// are all right answers to each other, each with the same share. Taken for wrong ones, as in CLIP, they could not be
// learned apart.
func (m *Contrastive) ForwardGroups(a, b, group *torch.Tensor) *torch.Tensor {
	scores := m.Scores(a, b)
	n := scores.Size(0)
	if n != scores.Size(1) {
		panic(invalid("Contrastive", "expected as many b as a, but got %d and %d", scores.Size(1), n))
	}
	var loss *torch.Tensor
	if group == nil {
		target := torch.Arange(0, n, 1, scores.Device())
		criterion := nn.NewCrossEntropyLoss()
		loss = criterion.Forward(scores, target).Add(criterion.Forward(scores.T(), target)).Div(2)
	} else {
		right := sameGroup(group, n).To(scores.DType())
		share := right.Div(right.Sum(1).Unsqueeze(1)) // symmetric groups: rows and columns have the same sums
		rows := scores.LogSoftmax(1).Mul(share).Sum().Neg()
		loss = rows.Add(scores.T().LogSoftmax(1).Mul(share).Sum().Neg()).Div(2 * n)
	}
	if m.Training() {
		m.Stuck.Add(loss, n)
	}
	return loss
}

// Scores are the cosines of all a with all b, times the scale: [N, M] of [N, D] and [M, D].
func (m *Contrastive) Scores(a, b *torch.Tensor) *torch.Tensor {
	checkPair("Contrastive", a, b)
	m.clamp()
	return unit(a).Matmul(unit(b).T()).Mul(m.LogScale.Value().Exp())
}

// clamp keeps the scale within its bounds, as CLIP does, outside autograd: a clamp within would have no gradient beyond a
// bound, and never come back.
func (m *Contrastive) clamp() {
	torch.NoGrad(func() { m.LogScale.ClampInplace(m.bounds[0], m.bounds[1]) })
}

// Scale is what cosines are multiplied by at present.
func (m *Contrastive) Scale() float64 { return libm.Exp(m.LogScale.Item()) }

// unit brings rows to length 1.
func unit(x *torch.Tensor) *torch.Tensor { return functional.Normalize(x) }

func checkPair(op string, a, b *torch.Tensor) {
	if a.Dim() != 2 || b.Dim() != 2 || a.Size(1) != b.Size(1) || a.Size(0) == 0 || b.Size(0) == 0 {
		panic(invalid(op, "expected features [N, D] and [M, D], but got %v and %v", a.Shape(), b.Shape()))
	}
}

// sameGroup says which pairs are of one group: a bool [N, N].
func sameGroup(group *torch.Tensor, n int) *torch.Tensor {
	if group.Dim() != 1 || group.Size(0) != n {
		panic(invalid("group", "expected a number for each of %d pairs, but got the shape %v", n, group.Shape()))
	}
	return group.Unsqueeze(0).Eq(group.Unsqueeze(1))
}
