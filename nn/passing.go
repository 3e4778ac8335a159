package nn

import "multitorch/torch"

// passing are the tensors that a Forward makes on its way to its result. The method free, deferred, frees
// them when it returns; what backward needs of them stays.
type passing []*torch.Tensor

// way notes a tensor.
func (p *passing) way(t *torch.Tensor) *torch.Tensor {
	*p = append(*p, t)
	return t
}

func (p *passing) free() {
	torch.FreeAll(*p...)
}
