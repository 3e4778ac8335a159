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

// Traits is what kind of a tensor one is.
type Traits struct {
	DType  DType
	Device Device
	Numel  int
	Sparse bool // it has no memory of its own, but indices and values
}

// TraitsOf asks for all of them at once, which takes as long as asking for one.
func TraitsOf(t *Tensor) Traits {
	i := t.info("TraitsOf")
	return Traits{DType(i.DType), deviceFrom(int(i.DeviceType), int(i.DeviceIndex)), int(i.Numel), i.HasStorage == 0}
}
