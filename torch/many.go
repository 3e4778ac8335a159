package torch

// What loops over many tensors, as an optimizer does, puts all that it makes into
// one scope of its own: that is the cheapest way to free it again.

// Grads are the gradients of ts, as [Tensor.Grad] has them, nil where there is
// none. They belong to s.
func Grads(s *Scope, ts []*Tensor) []*Tensor {
	grads := make([]*Tensor, len(ts))
	for i, t := range ts {
		grads[i] = newTensor(t.grad(), s)
	}
	return grads
}

// CallIn is Call with a result that belongs to s, whatever the scopes of the
// arguments.
func (o *Operator) CallIn(s *Scope, args ...any) *Tensor {
	var c call
	c.run(o.op, args)
	t := c.tensor(s)
	c.drop()
	return t
}

// ListIn is List with results that belong to s, whatever the scopes of the
// arguments.
func (o *Operator) ListIn(s *Scope, args ...any) []*Tensor {
	var c call
	c.run(o.op, args)
	return c.tensors(s)
}
