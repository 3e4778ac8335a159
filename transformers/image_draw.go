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
