package functional

import (
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// L1Loss is [nn.L1Loss]. With [nn.Weight], of the input's shape, the mean is the weighted one.
func L1Loss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	c := nn.LossConfig{IgnoreIndex: -100, Reduction: "mean"}.With("l1_loss", "reduction weight", opts...)
	if c.Weight == nil {
		return nn.NewL1Loss(opts...).Forward(input, target)
	}
	var on passing
	defer on.free()
	sameShapes("l1_loss", input, target, c.Weight)
	return weighted(&c, on.way(on.way(input.Sub(target)).Abs()), &on, true)
}

// MSELoss is [nn.MSELoss]. With [nn.Weight], of the input's shape, the mean is the weighted one.
func MSELoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	c := nn.LossConfig{IgnoreIndex: -100, Reduction: "mean"}.With("mse_loss", "reduction weight", opts...)
	if c.Weight == nil {
		return nn.NewMSELoss(opts...).Forward(input, target)
	}
	var on passing
	defer on.free()
	sameShapes("mse_loss", input, target, c.Weight)
	return weighted(&c, on.way(on.way(input.Sub(target)).Pow(2)), &on, true)
}

// HuberLoss is [nn.HuberLoss]. With [nn.Weight], of the input's shape, each element is multiplied by its
// weight before they are averaged, as in PyTorch: the mean is not the weighted one.
func HuberLoss(input, target *torch.Tensor, opts ...nn.LossOption) *torch.Tensor {
	c := nn.LossConfig{IgnoreIndex: -100, Reduction: "mean", Delta: 1}.With("huber_loss", "reduction delta weight", opts...)
	if c.Weight == nil {
		return nn.NewHuberLoss(opts...).Forward(input, target)
	}
	var on passing
	defer on.free()
	sameShapes("huber_loss", input, target, c.Weight)
	return weighted(&c, on.way(nn.NewHuberLoss(nn.Delta(c.Delta), nn.Reduction("none")).Forward(input, target)), &on, false)
}

// weighted multiplies a loss's elements by their weights and reduces them.
func weighted(c *nn.LossConfig, elements *torch.Tensor, on *passing, weightedMean bool) *torch.Tensor {
	elements = elements.Mul(c.Weight)
	switch c.Reduction {
	case "none":
		return elements
	case "sum":
		return on.way(elements).Sum()
	case "mean":
		if on.way(elements); weightedMean {
			return on.way(elements.Sum()).Div(on.way(c.Weight.Sum()))
		}
		return elements.Mean()
	}
	panic(invalid("loss", "reduction must be one of none, mean and sum, but got %.40q", c.Reduction))
}

func sameShapes(op string, input, target, weight *torch.Tensor) {
	if a, b, w := input.Shape(), target.Shape(), weight.Shape(); !slices.Equal(a, b) || !slices.Equal(a, w) {
		panic(invalid(op, "expected an input, a target and a weight of one shape, but got %v, %v and %v", a, b, w))
	}
}
