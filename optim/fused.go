package optim

import (
	"fmt"

	"multitorch/internal/version"
	"multitorch/nn"
	"multitorch/torch"
)

// Fused(true) steps by one kernel of libtorch for all of an optimizer's arithmetic, whose last bits are others than those of
// the two ways of [Foreach]. On the CPU libtorch has such kernels since 2.4 (Adagrad's since 2.6), on a GPU those of Adam since
// 1.13. Parameters are real, and gradients dense.
type Fused bool

// fusedAdam and the like have no slots for the scaling of gradients, which is not there.
var (
	fusedAdam  = op("_fused_adam_", fusedAdamArgs...)
	fusedAdamW = op("_fused_adamw_", fusedAdamArgs...)
	fusedSGD   = op("_fused_sgd_", "self", "grads", "momentum_buffer_list", "weight_decay", "momentum", "lr", "dampening",
		"nesterov", "maximize", "is_first_step")
	fusedAdagrad = op("_fused_adagrad_", "self", "grads", "state_sums", "state_steps", "lr", "lr_decay", "weight_decay", "eps",
		"maximize")
)

var fusedAdamArgs = []string{
	"self", "grads", "exp_avgs", "exp_avg_sqs", "max_exp_avg_sqs", "state_steps", "lr", "beta1", "beta2", "weight_decay", "eps",
	"amsgrad", "maximize",
}

// checkFused is an error where both ways are asked for.
func checkFused(fused, foreach *bool) error {
	if isTrue(fused) && isTrue(foreach) {
		return fmt.Errorf("fused and foreach can't both be true")
	}
	return nil
}

func isTrue(b *bool) bool { return b != nil && *b }

// fusable refuses parameters that the running libtorch has no fused kernel for. On the CPU there is one since 2.minor.
func (o *Base) fusable(fused *bool, params []*nn.Parameter, kernel *torch.Operator, minor int) {
	if !isTrue(fused) {
		return
	}
	for i, p := range params {
		switch {
		case p == nil || p.Tensor == nil: // Add says so
		case !p.IsFloatingPoint():
			o.refuse(torch.ValueError, fmt.Sprintf("parameter %d, %v of %v: fused kernels take real floating point", i, p.Shape(), p.DType()))
		case !kernel.Exists() || !p.Device().IsCUDA() && !version.AtLeast(torch.Version(), 2, minor):
			o.refuse(torch.NotImplemented, fmt.Sprintf("libtorch %s has no fused kernel for %v: leave Fused out", torch.Version(), p.Device()))
		}
	}
}

// countsOf are the batch's equal counts as the tensors that a fused kernel reads.
func (b *Batch) countsOf(t float64) []*torch.Tensor { return b.asFloat32(t).tensors }

// refuseSparse is a panic for sparse gradients, which fused kernels don't take.
func (b *Batch) refuseSparse() {
	if b.sparse {
		b.optimizer.refuse(torch.OtherError, "fused kernels take no sparse gradients")
	}
}
