package nn

import (
	"multitorch/internal/grads"
	"multitorch/torch"
)

// SetToNone(false) makes ZeroGrad fill the gradients with zeros, and SetToNone(true) drops them. It differs where a parameter
// gets no gradient for a while: one with zeros still moves by its momentum and its weight decay, one without a gradient stays.
type SetToNone bool

// ZeroGrad drops all gradients, or fills those that there are with zeros, which is the default before 2.0, as in the libtorch's
// PyTorch.
func ZeroGrad(m Module, how ...SetToNone) {
	params := Parameters(m)
	drop := zeroGradDrops()
	if len(how) > 0 {
		drop = bool(how[0])
	}
	if drop {
		for _, p := range params {
			p.SetGrad(nil)
		}
		return
	}
	ts := make([]*torch.Tensor, len(params))
	for i, p := range params {
		ts[i] = p.Tensor
	}
	grads.Zero(ts)
}
