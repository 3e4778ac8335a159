package optim

import "multitorch/torch"

// coalesced is a sparse gradient that has each index once.
type coalesced struct {
	batch                 *Batch
	grad, indices, values *torch.Tensor
	rows                  *torch.Tensor // the indices of a gradient that is sparse in its first dimension only, as an embedding's
}

var (
	coalesce    = op("coalesce", "self")
	indicesOf   = op("_indices", "self")
	valuesOf    = op("_values", "self")
	sparseMask  = op("sparse_mask", "self", "mask")
	newCoalesce = op("_sparse_coo_tensor_unsafe", "indices", "values", "size")

	selectOf    = op("select.int", "self", "dim", "index")
	indexSelect = op("index_select", "self", "dim", "index")
	indexAdd    = op("index_add_", "self", "dim", "index", "source")
)

// coalesced is the gradient of a batch of one parameter, of its other sign for one that climbs.
func (b *Batch) coalesced(maximize bool) coalesced {
	grads := b.Grads
	if maximize {
		grads = grads.Neg()
	}
	grad := coalesce.CallIn(b.scope, grads.tensors[0])
	c := coalesced{batch: b, grad: grad, indices: indicesOf.CallIn(b.scope, grad), values: valuesOf.CallIn(b.scope, grad)}
	if c.indices.Size(0) == 1 {
		c.rows = selectOf.CallIn(b.scope, c.indices, 0, 0)
	}
	return c
}

// of are a dense tensor's values at these places.
func (c coalesced) of(dense *torch.Tensor) *torch.Tensor {
	if c.rows != nil {
		return indexSelect.CallIn(c.batch.scope, dense, 0, c.rows)
	}
	return valuesOf.CallIn(c.batch.scope, sparseMask.CallIn(c.batch.scope, dense, c.grad))
}

// addTo adds alpha times other values at these places to a dense tensor. Whole rows need no sparse tensor for that: each index
// is there once, so the sums are the same. With another alpha than 1 they are not: index_add_ fuses product and sum.
func (c coalesced) addTo(dense, values *torch.Tensor, alpha float64) {
	if c.rows != nil && alpha == 1 {
		indexAdd.Do(dense, 0, c.rows, values)
		return
	}
	addTo.one.Do(dense, newCoalesce.CallIn(c.batch.scope, c.indices, values, c.grad.Shape()), alpha)
}
