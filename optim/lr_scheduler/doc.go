// Package lr_scheduler has the schedulers of torch.optim.lr_scheduler, which move the learning rates of an optimizer's
// groups:
//
//	opt := optim.NewSGD(nn.Parameters(model), optim.LR(0.1))
//	scheduler := lr_scheduler.NewStepLR(opt, 30, lr_scheduler.Gamma(0.1))
//	for range epochs {
//		… // opt.Step() for each batch
//		scheduler.Step()
//	}
//
// A warm-up is a scheduler before or beside another one:
//
//	warmup := lr_scheduler.NewLinearLR(opt, lr_scheduler.StartFactor(0.1), lr_scheduler.TotalIters(5))
//	cosine := lr_scheduler.NewCosineAnnealingLR(opt, 95)
//	scheduler := lr_scheduler.NewSequentialLR(opt, []lr_scheduler.LRScheduler{warmup, cosine}, []int{5})
//
// A rate is computed from numbers on the host in the order of PyTorch's code of the running version, so all rates and
// momenta are the same to the last bit. What schedulers remember goes through Python's files:
//
//	err := torch.Save("scheduler.pt", scheduler.StateDict())
//
// Python's verbose and learning rates that are tensors are not there.
package lr_scheduler
