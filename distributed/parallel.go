package distributed

import (
	"multitorch/nn"
	"multitorch/trainer/ranks"
)

var (
	_ ranks.Group            = (*Group)(nil)
	_ ranks.ShardedOptimizer = (*ZeroRedundancyOptimizer)(nil)
)

// Parallel is a [DistributedDataParallel] as the trainer has it. Its buckets stay as they are at first: otherwise the second step
// would make others, in which sums of three ranks and more have other last bits, and a run that goes on would begin with the first
// again.
func (g *Group) Parallel(m nn.Module) (ranks.Parallel, error) {
	d, err := NewDistributedDataParallel(m, g, FindUnusedParameters(true))
	if err != nil {
		return nil, err
	}
	return d, nil
}
