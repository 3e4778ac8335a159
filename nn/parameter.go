package nn

import (
	"math"

	"multitorch/torch"
)

// tensor is the parameter's tensor, or nil for a parameter that is not there.
func (p *Parameter) tensor() *torch.Tensor {
	if p == nil {
		return nil
	}
	return p.Tensor
}

// tensor is the buffer's tensor, or nil for a buffer that is not there.
func (b *Buffer) tensor() *torch.Tensor {
	if b == nil {
		return nil
	}
	return b.Tensor
}

// kaimingUniform draws a weight [out, in, ...] as PyTorch's Linear and Conv do:
// kaiming_uniform_ with a = √5, computed in its order of operations. A weight
// without elements draws nothing.
func kaimingUniform(shape torch.Shape) *torch.Tensor {
	w := torch.Empty(shape)
	if w.Numel() == 0 {
		return w
	}
	gain := math.Sqrt(2 / (1 + math.Pow(math.Sqrt(5), 2)))
	std := gain / math.Sqrt(float64(fanIn(shape)))
	bound := math.Sqrt(3) * std
	return w.UniformInplace(-bound, bound)
}

// biasUniform draws a bias from U(-1/√fanIn, 1/√fanIn).
func biasUniform(n, fanIn int) *torch.Tensor {
	bound := 0.0
	if fanIn > 0 {
		bound = 1 / math.Sqrt(float64(fanIn))
	}
	return torch.Empty(torch.Shape{n}).UniformInplace(-bound, bound)
}

func fanIn(shape torch.Shape) int {
	n := shape[1]
	for _, k := range shape[2:] {
		n *= k
	}
	return n
}
