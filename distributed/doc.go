// Package distributed trains one model in several processes, on one machine or many: torch.distributed in Go, on libtorch's
// own c10d process groups (Gloo, for tensors on the CPU) and its own reducer of gradients, so a port of a program gets the
// same bits as in Python.
//
//	err := distributed.Run(ctx, func(ctx context.Context, g *distributed.Group) error {
//		model := NewNet()
//		ddp, err := distributed.NewDistributedDataParallel(model, g)
//		...
//		loss := ddp.Forward(func() *torch.Tensor { return functional.CrossEntropy(model.Forward(x), y) })
//		loss.Backward() // the gradients are the ranks' mean
//	})
//
// Each process is told what it is by torchrun's environment variables (RANK, WORLD_SIZE, LOCAL_RANK, MASTER_ADDR,
// MASTER_PORT), which "multitorch launch", torchrun itself and most schedulers set, or by options of [Init]. Everything that
// waits for another process has a time-out, and its error names the ranks that are lost: see [RankError].
package distributed
