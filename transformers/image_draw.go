package transformers

import (
	"multitorch/nn"
	"multitorch/nn/init"
	"multitorch/torch"
)

// randn is a new parameter of normal numbers; of a model that a folder is loaded into, of none in particular.
func (c *PretrainedConfig) randn(shape ...int) *nn.Parameter {
	if c.loading {
		return nn.NewParameter(torch.Empty(torch.Shape(shape)))
	}
	return nn.NewParameter(torch.Randn(torch.Shape(shape)))
}

// initAs is [initWeights] for architectures that draw each matrix twice in Python: first as all models do, and then, at once, in
// a way of their own, which again does for a module.
func initAs(c *PretrainedConfig, std float64, again func(nn.Module), parts ...nn.Module) {
	if c.loading {
		return
	}
	all := func(*nn.Parameter) bool { return true }
	one := func(m nn.Module) {
		switch m := m.(type) {
		case drawer:
			m.draw(std, all)
		case *nn.NonDynamicallyQuantizableLinear:
			drawWeights(&m.Linear, std, all)
		case *nn.Linear, *nn.Conv2d, *nn.Embedding, *nn.LayerNorm, *nn.BatchNorm2d:
			drawWeights(m, std, all)
		}
		again(m)
	}
	torch.NoGrad(func() {
		for _, part := range parts {
			nn.Apply(part, one)
		}
	})
}

func drawTruncated(p *nn.Parameter, std float64, wanted func(*nn.Parameter) bool) {
	if p != nil && wanted(p) {
		nninit.TruncNormal(p.Tensor, 0, std, -2, 2)
	}
}

func drawNormal(p *nn.Parameter, std float64, wanted func(*nn.Parameter) bool) {
	if p != nil && wanted(p) {
		p.NormalInplace(0, std)
	}
}

func drawConstant(p *nn.Parameter, value float64, wanted func(*nn.Parameter) bool) {
	if p != nil && wanted(p) {
		p.FillInplace(value)
	}
}
