package distributed

import "multitorch/torch"

// AllReduce makes t, on every rank, the sum, or what op says, of all ranks' t.
func (g *Group) AllReduce(t *torch.Tensor, op ReduceOp) error {
	return g.Async().AllReduce(t, op).Wait()
}

// Broadcast makes t, on every rank, the root's.
func (g *Group) Broadcast(t *torch.Tensor, root int) error {
	return g.Async().Broadcast(t, root).Wait()
}

// Reduce makes the root's t the sum, or what op says, of all ranks' t.
func (g *Group) Reduce(t *torch.Tensor, root int, op ReduceOp) error {
	return g.Async().Reduce(t, root, op).Wait()
}

// AllGather returns all ranks' t, which have one shape.
func (g *Group) AllGather(t *torch.Tensor) ([]*torch.Tensor, error) {
	w := g.Async().AllGather(t)
	return w.Tensors(), w.Wait()
}

// Gather returns all ranks' t at the root, and nothing elsewhere.
func (g *Group) Gather(t *torch.Tensor, root int) ([]*torch.Tensor, error) {
	w := g.Async().Gather(t, root)
	return w.Tensors(), w.Wait()
}

// Scatter makes t, on each rank, that of the root's ts which has its number.
func (g *Group) Scatter(t *torch.Tensor, ts []*torch.Tensor, root int) error {
	return g.Async().Scatter(t, ts, root).Wait()
}

// ReduceScatter returns the sum, or what op says, of all ranks' tensor of this rank's number.
func (g *Group) ReduceScatter(ts []*torch.Tensor, op ReduceOp) (*torch.Tensor, error) {
	w := g.Async().ReduceScatter(ts, op)
	if err := w.Wait(); err != nil {
		return nil, err
	}
	return w.Tensors()[0], nil
}

// Barrier waits until all ranks have come to it.
func (g *Group) Barrier() error { return g.Async().Barrier().Wait() }

// Send sends t to one rank, which receives it with the same tag.
func (g *Group) Send(t *torch.Tensor, to, tag int) error { return g.Async().Send(t, to, tag).Wait() }

// Recv fills t with what one rank sends.
func (g *Group) Recv(t *torch.Tensor, from, tag int) error {
	return g.Async().Recv(t, from, tag).Wait()
}
