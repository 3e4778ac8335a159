package nn

import (
	"multitorch/internal/grads"
	"multitorch/torch"
)

// SetToNone(false) makes ZeroGrad fill the gradients with zeros, as was PyTorch's default before
// 2.0, and SetToNone(true) drops them. It differs where a parameter gets no gradient for a while:
// one with zeros still moves by its momentum and its weight decay, one without a gradient stays.
type SetToNone bool

// ZeroGrad drops all gradients, whatever the version, or with SetToNone(false) fills those that
// there are with zeros.
func ZeroGrad(m Module, how ...SetToNone) {
	params := Parameters(m)
	if len(how) == 0 || bool(how[0]) {
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
