package dialogue

import (
	"multitorch/nn"
	"multitorch/nn/functional"
	"multitorch/torch"
)

// apart is what a linear layer makes of each part of a concatenation: the sum of the results is what it makes of the whole.
// So what is the same in many concatenations is multiplied once. The last result has the bias.
func apart(l *nn.Linear, parts ...*torch.Tensor) []*torch.Tensor {
	results := make([]*torch.Tensor, len(parts))
	from := 0
	for i, x := range parts {
		to := from + x.Size(-1)
		var bias *torch.Tensor
		if i == len(parts)-1 {
			bias = l.Bias.Tensor
		}
		results[i] = functional.Linear(x, l.Weight.Slice(1, from, to, 1), bias)
		from = to
	}
	return results
}

// layers are linear layers of the given sizes.
func layers(sizes ...int) *nn.ModuleList[*nn.Linear] {
	list := nn.NewModuleList[*nn.Linear]()
	for i, size := range sizes[1:] {
		list.Append(nn.NewLinear(sizes[i], size))
	}
	return list
}
