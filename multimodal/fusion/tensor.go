package fusion

import (
	"multitorch/nn"
	"multitorch/torch"
)

// Tensor is the outer product of all features, each with a 1 before it, so that the features themselves and the products
// of any of them are in the result (Zadeh et al., "Tensor Fusion Network for Multimodal Sentiment Analysis", 2017). Its
// width is the product of all sizes + 1; it has no parameters. What is missing is zeros behind the 1, and so drops out.
type Tensor struct {
	nn.Base
	inputs
	output int
}

// mostProducts bounds the width of the result: a head of 128 on it has half a gigabyte.
const mostProducts = 1 << 20

// NewTensor makes one for features of the given widths. More than a million products are an error; [LowRank] takes
// their place.
func NewTensor(sizes []int) *Tensor {
	m := &Tensor{inputs: newInputs("Tensor", sizes), output: 1}
	for _, size := range sizes {
		if size >= mostProducts || m.output > mostProducts/(size+1) {
			panic(invalid("Tensor", "features of %v are more than %d products; LowRank computes with them without making them", sizes, mostProducts))
		}
		m.output *= size + 1
	}
	return m
}

// OutputSize is the product of all sizes + 1.
func (m *Tensor) OutputSize() int { return m.output }

// Forward maps features [N, size] to [N, OutputSize()].
func (m *Tensor) Forward(features []*torch.Tensor, present *torch.Tensor) *torch.Tensor {
	m.check(features, present, nil)
	var product *torch.Tensor
	for _, x := range filled(features, present) {
		x = withOne(x)
		if product == nil {
			product = x
		} else {
			product = product.Unsqueeze(2).Mul(x.Unsqueeze(1)).Flatten(1, 2)
		}
	}
	return product
}

// withOne is x [N, D] with a 1 before each row: [N, 1+D].
func withOne(x *torch.Tensor) *torch.Tensor { return x.Pad(1, 1, 0) }
