package nn

import (
	"math"

	nninit "multitorch/nn/init"
	"multitorch/torch"
)

// Initial weights. All draws of this package go through here, in the order of PyTorch's
// constructors, so that one seed gives the same model.

// uniform fills a tensor from U(low, high).
func uniform(t *torch.Tensor, low, high float64) *torch.Tensor {
	if skipping() {
		return t
	}
	return t.UniformInplace(low, high)
}

// normal fills a tensor from N(mean, std²).
func normal(t *torch.Tensor, mean, std float64) *torch.Tensor {
	if skipping() {
		return t
	}
	return t.NormalInplace(mean, std)
}

// kaimingUniform fills a weight [out, in, ...] as PyTorch's Linear and Conv do: kaiming_uniform_ with a = √5. A
// weight without elements draws nothing.
func kaimingUniform(w *torch.Tensor) *torch.Tensor {
	if skipping() {
		return w
	}
	return nninit.KaimingUniform(w, nninit.A(math.Sqrt(5)))
}

// xavierUniform fills a weight as PyTorch's attention and transformers do.
func xavierUniform(w *torch.Tensor) *torch.Tensor {
	if skipping() {
		return w
	}
	return nninit.XavierUniform(w)
}

// xavierNormal fills a bias of attention's keys or values.
func xavierNormal(w *torch.Tensor) *torch.Tensor {
	if skipping() {
		return w
	}
	return nninit.XavierNormal(w)
}

// biasUniform fills a bias from U(-1/√fanIn, 1/√fanIn). As in PyTorch, a layer without
// inputs draws its bias too, from U(0, 0).
func biasUniform(b *torch.Tensor, fanIn int) *torch.Tensor {
	bound := 0.0
	if fanIn > 0 {
		bound = 1 / math.Sqrt(float64(fanIn))
	}
	return uniform(b, -bound, bound)
}

func fanIn(shape torch.Shape) int {
	n := shape[1]
	for _, k := range shape[2:] {
		n *= k
	}
	return n
}
