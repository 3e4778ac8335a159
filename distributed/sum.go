package distributed

import (
	"multitorch/nn"
	"multitorch/torch"
)

// sum is the sum of all ranks' tensors, which can be differentiated: the gradient of each is the sum of all ranks' gradients.
func (g *Group) sum(x *torch.Tensor) *torch.Tensor {
	all := func(_ *torch.Context, xs ...*torch.Tensor) []*torch.Tensor {
		y := xs[0].Clone().Contiguous()
		if err := g.AllReduce(y, Sum); err != nil {
			panic(&torch.Error{Op: "SyncBatchNorm", Message: err.Error()})
		}
		return []*torch.Tensor{y}
	}
	f := torch.Function{Name: "AllReduceSum", Forward: all, Backward: all, OnceDifferentiable: true}
	return f.Call(x)
}

// shareNorms has the model's synchronised batch norms share their statistics by sum, or with nobody.
func shareNorms(m nn.Module, sum func(*torch.Tensor) *torch.Tensor) {
	for _, module := range nn.Modules(m) {
		if norm, is := module.(*nn.SyncBatchNorm); is {
			norm.Share(sum)
		}
	}
}
