// Package optim has the optimizers of torch.optim: [Adadelta], [Adafactor], [Adagrad], [Adam], [Adamax], [AdamW], [ASGD],
// [LBFGS], [Muon], [NAdam], [RAdam], [RMSprop], [Rprop], [SGD] and [SparseAdam]; and [Lion], which PyTorch lacks.
//
//	opt := optim.NewAdam(nn.Parameters(model), optim.LR(1e-3))
//	for … {
//		opt.ZeroGrad()
//		loss.Backward()
//		opt.Step()
//	}
//
// Parameters that need settings of their own form a group of their own:
//
//	opt.AddParamGroup(nn.Parameters(model.Head), optim.LR(1e-2))
//
// An optimizer's settings belong to it alone: [Group].Settings is its own configuration, such as an [*AdamConfig].
//
// # One of your own
//
// An optimizer embeds a [Base], which it tells what is to be remembered of a parameter ([Slot]). Its Step hands what it
// does to a [Batch] of parameters to [Base.Update], in the verbs of [List]. Groups, closures, states and their files are
// the Base's.
//
// # Same bits as PyTorch
//
// A step runs the operators that PyTorch's Python code runs in the version of the
// libtorch that is loaded, in its order, with the same numbers computed on the
// host: parameters and state are the same, bit for bit. Where versions differ,
// parity.go says how.
//
// What Python loops over parameter by parameter goes to libtorch's operators on
// lists of tensors (aten::_foreach_…), which on the CPU run the same arithmetic
// with less said in between. On a GPU they are other kernels, and are used only
// where PyTorch uses them: see [Foreach].
//
// Not there, and why: capturable (it serves CUDA graphs), differentiable (it records the step itself), and a learning rate
// that is a tensor. SGD, LBFGS, Adagrad and SparseAdam take sparse gradients, and the others refuse them, as in PyTorch.
//
// Schedulers are in package lr_scheduler, averages of weights in package swa_utils.
package optim
