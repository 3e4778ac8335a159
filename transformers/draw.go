package transformers

import (
	"multitorch/nn"
	"multitorch/torch"
)

// drawer is a module with parameters of its own that are drawn in a way of its own. keep says which parameters to leave.
type drawer interface {
	nn.Module
	draw(std float64, wanted func(*nn.Parameter) bool)
}

// initWeights draws the weights of parts of a new model as Transformers does: in PyTorch's order of modules, matrices from
// N(0, std²), biases 0, norms 1 and 0. Of a model that a folder is loaded into it draws nothing.
func initWeights(c *PretrainedConfig, parts ...nn.Module) {
	if c.loading {
		return
	}
	torch.NoGrad(func() {
		for _, part := range parts {
			drawWeights(part, c.std(), func(*nn.Parameter) bool { return true })
		}
	})
}

// drawWeights draws those parameters that are wanted.
func drawWeights(m nn.Module, std float64, wanted func(*nn.Parameter) bool) {
	normal := func(p *nn.Parameter) {
		if p != nil && wanted(p) {
			p.NormalInplace(0, std)
		}
	}
	fill := func(p *nn.Parameter, value float64) {
		if p != nil && wanted(p) {
			p.FillInplace(value)
		}
	}
	nn.Apply(m, func(m nn.Module) {
		switch m := m.(type) {
		case drawer:
			m.draw(std, wanted)
		case *nn.Linear:
			normal(m.Weight)
			fill(m.Bias, 0)
		case *nn.Conv1d:
			normal(m.Weight)
			fill(m.Bias, 0)
		case *nn.Conv2d:
			normal(m.Weight)
			fill(m.Bias, 0)
		case *nn.Embedding:
			normal(m.Weight)
			if pad := m.Config().PaddingIdx; pad != nil && wanted(m.Weight) {
				row := m.Weight.Select(0, *pad)
				row.ZeroInplace()
				row.Free()
			}
		case *nn.LayerNorm:
			fill(m.Weight, 1)
			fill(m.Bias, 0)
		case *nn.RMSNorm:
			fill(m.Weight, 1)
		case *nn.GroupNorm:
			fill(m.Weight, 1)
			fill(m.Bias, 0)
		case *nn.BatchNorm2d:
			fill(m.Weight, 1)
			fill(m.Bias, 0)
		}
	})
}
