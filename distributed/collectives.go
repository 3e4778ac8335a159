package distributed

import (
	"fmt"

	"multitorch/distributed/internal/c10d"
	"multitorch/torch"
)

// ReduceOp says how the tensors of all ranks become one.
type ReduceOp int

// The operations; the bits' ones are for integers. Avg is the sum divided by the number of ranks.
const (
	Sum     ReduceOp = 0
	Avg     ReduceOp = 1
	Product ReduceOp = 2
	Min     ReduceOp = 3
	Max     ReduceOp = 4
	BitAnd  ReduceOp = 5
	BitOr   ReduceOp = 6
	BitXor  ReduceOp = 7
)

// Async starts collectives without waiting for them: each of its methods is the group's of that name, which is its Wait.
// Tensors must be left alone until then.
type Async struct{ g *Group }

// Async starts collectives without waiting.
func (g *Group) Async() Async { return Async{g} }

// AllReduce makes t, on every rank, the sum, or what op says, of all ranks' t.
func (a Async) AllReduce(t *torch.Tensor, op ReduceOp) *Work {
	if op != Avg || a.g.carriesGPU(t) {
		return a.g.start(c10d.AllReduce, "all-reduce", int(op), 0, []*torch.Tensor{t}, nil)
	}
	w := a.g.start(c10d.AllReduce, "all-reduce", int(Sum), 0, []*torch.Tensor{t}, nil) // Gloo has no average
	w.finish = func() { torch.NoGrad(func() { t.DivInplace(a.g.WorldSize()) }) }
	return w
}

// Broadcast makes t, on every rank, the root's.
func (a Async) Broadcast(t *torch.Tensor, root int) *Work {
	return a.g.rooted(root, func() *Work { return a.g.start(c10d.Broadcast, "broadcast", 0, root, []*torch.Tensor{t}, nil) })
}

// Reduce makes the root's t the sum, or what op says, of all ranks' t. What the others' t is afterwards is not said.
func (a Async) Reduce(t *torch.Tensor, root int, op ReduceOp) *Work {
	if op == Avg && !a.g.carriesGPU(t) {
		return &Work{g: a.g, err: fmt.Errorf("distributed: Reduce takes no Avg: divide the root's sum by WorldSize")}
	}
	return a.g.rooted(root, func() *Work { return a.g.start(c10d.Reduce, "reduce", int(op), root, []*torch.Tensor{t}, nil) })
}

// AllGather gives every rank all ranks' t, which have one shape.
func (a Async) AllGather(t *torch.Tensor) *Work {
	return a.g.start(c10d.AllGather, "all-gather", 0, 0, []*torch.Tensor{t}, a.g.like(t, a.g.WorldSize()))
}

// Gather gives the root all ranks' t, which have one shape; the others get nothing.
func (a Async) Gather(t *torch.Tensor, root int) *Work {
	return a.g.rooted(root, func() *Work {
		n := 0
		if a.g.rank == root {
			n = a.g.WorldSize()
		}
		return a.g.start(c10d.Gather, "gather", 0, root, []*torch.Tensor{t}, a.g.like(t, n))
	})
}

// Scatter makes t, on each rank, that of the root's ts which has its number. The others give no ts.
func (a Async) Scatter(t *torch.Tensor, ts []*torch.Tensor, root int) *Work {
	want := 0
	if a.g.rank == root {
		want = a.g.WorldSize()
	}
	if len(ts) != want {
		return &Work{g: a.g, err: fmt.Errorf("distributed: Scatter: expected a tensor for each of the %d ranks at the root, %d, and none elsewhere, "+
			"but got %d on rank %d", a.g.WorldSize(), root, len(ts), a.g.rank)}
	}
	return a.g.rooted(root, func() *Work { return a.g.start(c10d.Scatter, "scatter", 0, root, ts, []*torch.Tensor{t}) })
}

// ReduceScatter gives each rank the sum, or what op says, of all ranks' tensor of its number. Gloo has no such operation; on the
// CPU it is a reduction to each rank, all under way at once, on copies.
func (a Async) ReduceScatter(ts []*torch.Tensor, op ReduceOp) *Work {
	g := a.g
	onGPU := len(ts) > 0 && g.carriesGPU(ts[0])
	if len(ts) != g.WorldSize() || op == Avg && !onGPU {
		return &Work{g: g, err: fmt.Errorf("distributed: ReduceScatter: expected a tensor for each of the %d ranks, and not Avg, but got %d",
			g.WorldSize(), len(ts))}
	}
	if onGPU {
		return g.start(c10d.ReduceScatter, "reduce-scatter", int(op), 0, ts, g.like(ts[0], 1))
	}
	w := &Work{g: g, what: "reduce-scatter of " + describe(ts[0])}
	for root, t := range ts {
		var copied *torch.Tensor
		torch.NoGrad(func() { copied = t.Clone() })
		w.parts = append(w.parts, a.Reduce(copied, root, op))
		if root == g.rank {
			w.results = []*torch.Tensor{copied}
		}
	}
	return w
}

// Barrier is done when all ranks have come to it, and where there is NCCL, what their GPUs were given is done too.
func (a Async) Barrier() *Work {
	gpu := 0
	if a.g != nil {
		gpu = a.g.world.local
	}
	return a.g.start(c10d.Barrier, "barrier", 0, gpu, nil, nil)
}

// Send sends t to one rank, which receives it with the same tag.
func (a Async) Send(t *torch.Tensor, to, tag int) *Work {
	return a.g.rooted(to, func() *Work {
		return a.g.start(c10d.Send, fmt.Sprintf("send to rank %d", to), tag, to, []*torch.Tensor{t}, nil)
	})
}

// Recv fills t with what one rank sends.
func (a Async) Recv(t *torch.Tensor, from, tag int) *Work {
	return a.g.rooted(from, func() *Work {
		return a.g.start(c10d.Recv, fmt.Sprintf("receive from rank %d", from), tag, from, []*torch.Tensor{t}, nil)
	})
}

// carriesGPU reports whether NCCL carries the tensor, which can do more than Gloo.
func (g *Group) carriesGPU(t *torch.Tensor) bool {
	return g != nil && g.world.nccl && t.Device().IsCUDA()
}

// rooted starts what has a root, if there is such a rank.
func (g *Group) rooted(root int, start func() *Work) *Work {
	if g != nil && (root < 0 || root >= g.WorldSize()) {
		return &Work{g: g, err: fmt.Errorf("distributed: expected a rank of the group, from 0 to %d, but got %d", g.WorldSize()-1, root)}
	}
	return start()
}

// like makes n tensors of t's kind.
func (g *Group) like(t *torch.Tensor, n int) []*torch.Tensor {
	out := make([]*torch.Tensor, n)
	torch.NoGrad(func() {
		for i := range out {
			out[i] = torch.EmptyLike(t)
		}
	})
	return out
}
