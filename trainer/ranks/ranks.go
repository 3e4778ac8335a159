// Package ranks is what a trainer asks of processes that train one model together. Package distributed has it, on libtorch's
// c10d; a program whose trainer has no Group compiles and links nothing of that.
package ranks

import (
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// Group is processes that train together, which call the same methods in the same order. A *distributed.Group is one.
type Group interface {
	Rank() int // from 0
	WorldSize() int
	// Agree is an error on every rank if they do not all say the same about something.
	Agree(about string, lines ...string) error
	// Explain finds out which ranks are to blame for an error, and says so in the one that it returns.
	Explain(err error) error
	// Broadcast makes t, on every rank, the root's.
	Broadcast(t *torch.Tensor, root int) error
	// AllGather returns all ranks' t, of one shape, in their order.
	AllGather(t *torch.Tensor) ([]*torch.Tensor, error)
	// AllGatherBytes returns all ranks' bytes, which may be of different lengths.
	AllGatherBytes(b []byte) ([][]byte, error)
	// Parallel gives all ranks rank 0's model, and has backward passes make its gradients the ranks' mean, in buckets that are
	// the same in each step of a run, and after it was resumed.
	Parallel(m nn.Module) (Parallel, error)
}

// Parallel is a model whose gradients are the ranks' mean.
type Parallel interface {
	// Forward runs f, which computes the loss. The next Backward reduces the gradients.
	Forward(f func() *torch.Tensor) *torch.Tensor
	// NoSync runs f with a Forward and a Backward whose gradients stay this rank's, and are added to those of the next.
	NoSync(f func())
	// Close takes it off the model.
	Close()
}

// ShardedOptimizer is an optimizer whose StateDict is this rank's share of the state. Its LoadStateDict takes the whole state. A
// *distributed.ZeroRedundancyOptimizer is one.
type ShardedOptimizer interface {
	optim.Optimizer
	// WholeStateDict is, on one rank, the state of all ranks, and elsewhere nothing. All ranks call it.
	WholeStateDict(to int) (optim.State, error)
}
