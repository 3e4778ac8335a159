// Package torch is the Tensor, and what PyTorch's torch module has around it:
// creation, arithmetic, autograd, random numbers, devices, saving and loading.
//
// Names and meaning follow PyTorch; form follows Go:
//
//	x := torch.Randn(torch.Shape{32, 100})
//	w := torch.Randn(torch.Shape{100, 10}, torch.RequiresGrad(true))
//	loss := x.Matmul(w).ReLU().Mean()
//	loss.Backward()
//
// # Names
//
// What PyTorch has as a function and as a method is a method here, under its name
// in Go's spelling: masked_fill is [Tensor.MaskedFill], and what ends in an
// underscore there ends in Inplace here. Brackets are [Tensor.Index] and
// [Tensor.IndexPut]; keepdim=True is [KeepDim] among the dimensions. Packages
// torch/linalg and torch/fft are torch.linalg and torch.fft, and torch/aten has
// every operator with all its arguments.
//
// # Errors
//
// Arithmetic panics with a [*Error] (operator, shapes, libtorch's words), as a
// slice index out of range does; [Try] turns that into an error. What touches
// the world (files, devices) returns an error.
//
// # Memory
//
// Go's collector can't see libtorch's memory, so a tensor lives in one of two
// ways. In a [Scope] (every batch of a data loader opens one) it is freed when
// the scope ends, and so is everything computed from it: a result joins the
// innermost scope among its inputs. [Tensor.Keep] takes a tensor out. Outside
// any scope the collector frees it in the end; the bytes that CPU tensors hold
// are counted, and the collector is called before they run away. A tensor that
// was freed can't be used: the attempt is a clear error, never a crash.
//
// # Threads
//
// A tensor may be used from any goroutine. What libtorch keeps per OS thread, Python's
// thread, goes with the goroutine here: modes, which are set for a function (see
// [NoGrad]), and the order in which gradients are summed, so that their last bits are
// the same on whichever OS threads a goroutine runs. No more operators run at once than
// there are processors; goroutines beyond that wait. [Workers] are a pool for servers.
package torch
