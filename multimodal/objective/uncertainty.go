package objective

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Uncertainty is a sum of losses whose weights are learned: how uncertain each is, and so how little it should count
// (Kendall, Gal, Cipolla, "Multi-Task Learning Using Uncertainty to Weigh Losses for Scene Geometry and Semantics", 2018).
// Of each term it has s = log(sigma²), which begins at 0, and adds up
//
//	exp(-s)·loss + s/2       for a classification
//	exp(-s)·loss/2 + s/2     for a regression, whose loss is a squared error
//
// It is a module: give its parameter to the optimizer, without weight decay.
type Uncertainty struct {
	nn.Base
	Log         `nn:"-"`
	LogVariance *nn.Parameter // [terms]
	names       []string
	regression  map[string]bool
}

// NewUncertainty makes one for terms of these names; those that are also in regressions are squared errors.
func NewUncertainty(names []string, regressions ...string) *Uncertainty {
	if len(names) == 0 {
		panic(invalid("Uncertainty", "expected the name of at least one loss"))
	}
	m := &Uncertainty{
		LogVariance: nn.NewParameter(torch.Zeros(torch.Shape{len(names)})),
		names:       append([]string(nil), names...), regression: map[string]bool{},
	}
	for _, name := range regressions {
		m.regression[name] = true
	}
	return m
}

// Sum adds the terms, which come in the order of the names, and notes in the log what each came to before it was weighted.
func (m *Uncertainty) Sum(terms ...Term) *torch.Tensor {
	if len(terms) != len(m.names) {
		panic(invalid("Uncertainty", "expected the losses %q, but got %d", m.names, len(terms)))
	}
	var sum *torch.Tensor
	for i, t := range terms {
		if t.Name != m.names[i] {
			panic(invalid("Uncertainty", "expected the losses %q in this order, but got %.40q as number %d", m.names, t.Name, i))
		}
		checkTerm("Uncertainty", t)
		m.Add(t)
		s := m.LogVariance.Value().Select(0, i)
		loss := t.Loss.Mul(s.Neg().Exp())
		if m.regression[t.Name] {
			loss = loss.Div(2)
		}
		loss = loss.Add(s.Div(2))
		if sum == nil {
			sum = loss
		} else {
			sum = sum.Add(loss)
		}
	}
	return sum
}

// Weights are what the losses count at present, exp(-s), in the order of the names.
func (m *Uncertainty) Weights() (weights []float64) {
	torch.NoGrad(func() {
		for _, w := range torch.ToSlice[float32](m.LogVariance.Detach().Neg().Exp()) {
			weights = append(weights, float64(w))
		}
	})
	return weights
}
