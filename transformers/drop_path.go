package transformers

import "multitorch/torch"

// dropPath takes away the whole of a sample's branch x [N, ...] with a probability (Huang et al., "Deep Networks with Stochastic
// Depth", 2016), and scales what stays. Outside of training it is x itself.
func dropPath(x *torch.Tensor, p float64, training bool) *torch.Tensor {
	if p == 0 || !training {
		return x
	}
	var on passing
	defer on.free()
	keep := 1 - p
	shape := torch.Shape{x.Size(0)}
	for range x.Dim() - 1 {
		shape = append(shape, 1)
	}
	kept := on.way(on.way(on.way(torch.Rand(shape, x.DType(), x.Device())).Add(keep)).Floor())
	return on.way(on.way(x).Div(keep)).Mul(kept)
}
