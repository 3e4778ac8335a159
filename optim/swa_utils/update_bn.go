package swa_utils

import (
	"iter"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
)

// batchNorm is a module with running averages of its own that are computed anew.
type batchNorm interface {
	nn.Module
	Config() nn.NormConfig
	SetMomentum(momentum float64, cumulative bool)
	ResetRunningStats()
}

// UpdateBN is torch.optim.swa_utils.update_bn: it computes the running averages of a model's batch norms anew, as plain
// averages over the inputs of an epoch, which averages of weights have not seen.
func UpdateBN(inputs iter.Seq[*torch.Tensor], model nn.Layer, device ...torch.Device) {
	type norm struct {
		batchNorm
		before nn.NormConfig
	}
	var norms []norm
	for _, m := range nn.Modules(model) {
		if n, is := m.(batchNorm); is {
			norms = append(norms, norm{n, n.Config()})
		}
	}
	if len(norms) == 0 {
		return
	}
	training := isTraining(model)
	torch.NoGrad(func() {
		for _, n := range norms {
			n.ResetRunningStats()
			n.SetMomentum(n.before.Momentum, true)
		}
		nn.Train(model)
		defer func() {
			for _, n := range norms {
				n.SetMomentum(n.before.Momentum, n.before.CumulativeAverage)
			}
			if !training {
				nn.Eval(model)
			}
		}()
		for x := range inputs {
			if len(device) > 0 {
				x = x.To(device[0])
			}
			model.Forward(x)
		}
	})
}

func isTraining(m nn.Module) bool { return m.(interface{ Training() bool }).Training() }

// SWALR is [lr_scheduler.SWALR].
type SWALR = lr_scheduler.SWALR

// NewSWALR is [lr_scheduler.NewSWALR].
func NewSWALR(optimizer optim.Optimizer, swaLR float64, opts ...lr_scheduler.SWALROption) *SWALR {
	return lr_scheduler.NewSWALR(optimizer, swaLR, opts...)
}
