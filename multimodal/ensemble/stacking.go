package ensemble

import (
	"math"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// Stacking is a meta-learner: a linear classifier of what all members say (Wolpert, "Stacked Generalization", 1992). It
// begins as the geometric mean of their probabilities, and [Stacking.Fit] moves it from there as far as held-out samples
// tell it to.
type Stacking struct {
	nn.Base
	Weight *nn.Parameter // [classes, members·classes]
	Bias   *nn.Parameter // [classes]
	Mean   *nn.Buffer    // the weight of the mean, where it began
}

// NewStacking makes one for a number of members and of classes.
func NewStacking(members, classes int) *Stacking {
	if members < 1 || classes < 1 || members > 1000 || classes > 10_000 || members*classes*classes > 1<<28 {
		panic(invalid("Stacking", "expected at least a member and a class, and a weight that fits in memory, but got %d and %d", members, classes))
	}
	one := torch.Eye(classes).Div(members)
	mean := one.Repeat(1, members)
	return &Stacking{
		Weight: nn.NewParameter(mean.Clone()), Bias: nn.NewParameter(torch.Zeros(torch.Shape{classes})),
		Mean: nn.NewBuffer(mean, nn.Persistent(false)),
	}
}

// Forward is the scores of the classes, [N, classes], of the members' logits.
func (m *Stacking) Forward(logits ...*torch.Tensor) *torch.Tensor {
	x := m.features(logits)
	return x.Matmul(m.Weight.Value().T()).Add(m.Bias.Value())
}

// features are the log-probabilities of all members side by side. They are kept from -10 on: of a class that is held for
// impossible it doesn't matter by how much.
func (m *Stacking) features(logits []*torch.Tensor) *torch.Tensor {
	check("Stacking", nil, logits)
	if got, want := len(logits)*logits[0].Size(1), m.Weight.Size(1); got != want || logits[0].Size(1) != m.Bias.Size(0) {
		panic(invalid("Stacking", "expected the logits of %d members for %d classes, but got %d for %d",
			want/m.Bias.Size(0), m.Bias.Size(0), len(logits), logits[0].Size(1)))
	}
	xs := make([]*torch.Tensor, len(logits))
	for i, l := range logits {
		xs[i] = l.LogSoftmax(1).Clamp(-10, nil)
	}
	return torch.Cat(xs, 1)
}

// Fit trains the meta-learner on samples that no member was trained on: their classes, int64 [N], and what the members say
// of them. It minimises the mean cross-entropy and penalty times the square of how far the weights are from the mean's, by
// L-BFGS: 0.01 is a penalty for some hundred samples. It returns the mean cross-entropy that is left.
func (m *Stacking) Fit(target *torch.Tensor, penalty float64, logits ...*torch.Tensor) float64 {
	if !(penalty >= 0) || math.IsInf(penalty, 1) {
		panic(invalid("Stacking", "expected a finite penalty of at least 0, but got %v", penalty))
	}
	var left float64
	torch.Scoped(func(s *torch.Scope) {
		var x *torch.Tensor
		torch.NoGrad(func() { x = s.Own(m.features(logits)) })
		if !x.IsFinite().All().ItemBool() {
			panic(invalid("Stacking", "what the members say has NaN or infinite numbers in it"))
		}
		criterion := nn.NewCrossEntropyLoss()
		// What is sought is how far the weights go from the mean, in units in which no penalty is steeper than 1: a step of
		// L-BFGS finds no way down a slope a million times steeper than what it is to find beside it.
		unit := 1 / math.Sqrt(max(1, penalty))
		away := nn.NewParameter(m.Weight.Detach().Sub(m.Mean.Tensor).Div(unit))
		weight := func() *torch.Tensor { return m.Mean.Add(away.Value().Mul(unit)) }
		optimizer := optim.NewLBFGS([]*nn.Parameter{away, m.Bias}, optim.LR(1), optim.MaxIter(200), optim.LineSearchFn("strong_wolfe"))
		optimizer.Step(func() *torch.Tensor {
			optimizer.ZeroGrad()
			loss := criterion.Forward(x.Matmul(weight().T()).Add(m.Bias.Value()), target)
			loss = loss.Add(away.Value().Square().Sum().Mul(min(penalty, 1)))
			loss.Backward()
			return loss
		})
		torch.NoGrad(func() { m.Weight.CopyInplace(weight()) })
		nn.ZeroGrad(m, nn.SetToNone(true))
		left = criterion.Forward(x.Matmul(m.Weight.Detach().T()).Add(m.Bias.Detach()), target).Item()
	})
	return left
}
