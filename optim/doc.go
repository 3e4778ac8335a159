// Package optim has the optimizers of torch.optim: [Adam], [AdamW] and [SGD].
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
// Not there, and why: capturable (it serves CUDA graphs), differentiable (it
// records the step itself), fused (kernels of their own, with other bits), sparse
// gradients, and a learning rate that is a tensor.
package optim
