package optim

import "multitorch/torch"

// coalesced is a sparse gradient that has each index once.
type coalesced struct {
	batch                 *Batch
	grad, indices, values *torch.Tensor
}

var (
	coalesce    = op("coalesce", "self")
	indicesOf   = op("_indices", "self")
	valuesOf    = op("_values", "self")
	sparseMask  = op("sparse_mask", "self", "mask")
	newCoalesce = op("_sparse_coo_tensor_unsafe", "indices", "values", "size")
)

// coalesced is the gradient of a batch of one parameter, of its other sign for one that climbs.
func (b *Batch) coalesced(maximize bool) coalesced {
	grads := b.Grads
	if maximize {
		grads = grads.Neg()
	}
	grad := coalesce.CallIn(b.scope, grads.tensors[0])
	return coalesced{b, grad, indicesOf.CallIn(b.scope, grad), valuesOf.CallIn(b.scope, grad)}
}

// with is a sparse tensor of other values at the same places.
func (c coalesced) with(values *torch.Tensor) *torch.Tensor {
	return newCoalesce.CallIn(c.batch.scope, c.indices, values, c.grad.Shape())
}

// of are a dense tensor's values at these places.
func (c coalesced) of(dense *torch.Tensor) *torch.Tensor {
	return valuesOf.CallIn(c.batch.scope, sparseMask.CallIn(c.batch.scope, dense, c.grad))
}
