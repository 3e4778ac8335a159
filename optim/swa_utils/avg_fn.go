package swa_utils

import (
	"fmt"
	"sync"

	"multitorch/internal/version"
	"multitorch/torch"
)

var (
	lerpLists = torch.NewOperator("aten::_foreach_lerp_.Scalar")
	lerp      = torch.NewOperator("aten::lerp_.Scalar", "self", "end", "weight")
)

// parity is how the loaded libtorch's PyTorch differs from other versions.
type parity struct {
	// 2.1: buffers that aren't averaged are copied, and averages on a GPU are moved by lists.
	copiesBuffers bool
}

var running = sync.OnceValue(func() parity { return parity{copiesBuffers: version.AtLeast(torch.Version(), 2, 1)} })

// GetSWAAvgFn is the plain average.
func GetSWAAvgFn() AvgFn {
	return func(averaged, model, numAveraged *torch.Tensor) *torch.Tensor {
		return averaged.Add(model.Sub(averaged).Div(numAveraged.Add(1)))
	}
}

// GetEMAAvgFn is an average that decays: decay·average + (1-decay)·weights. PyTorch's default is 0.999.
func GetEMAAvgFn(decay float64) AvgFn {
	checkDecay(decay)
	return func(averaged, model, _ *torch.Tensor) *torch.Tensor {
		return averaged.Mul(decay).Add(model.Mul(1 - decay))
	}
}

// GetSWAMultiAvgFn is [GetSWAAvgFn] for many parameters, by one operator on lists where libtorch has it.
func GetSWAMultiAvgFn() MultiAvgFn {
	return func(averaged, model []*torch.Tensor, numAveraged *torch.Tensor) {
		if hasParts(averaged[0]) {
			// The share is a float32 tensor in Python.
			lerpAll(averaged, model, float64(1/float32(numAveraged.Item()+1)))
			return
		}
		for i, avg := range averaged { // integers, which newer versions of PyTorch refuse here
			avg.CopyInplace(GetSWAAvgFn()(avg, model[i], numAveraged))
		}
	}
}

// GetEMAMultiAvgFn is [GetEMAAvgFn] for many parameters, by one operator on lists where libtorch has it.
func GetEMAMultiAvgFn(decay float64) MultiAvgFn {
	checkDecay(decay)
	return func(averaged, model []*torch.Tensor, numAveraged *torch.Tensor) {
		if hasParts(averaged[0]) {
			lerpAll(averaged, model, 1-decay)
			return
		}
		for i, avg := range averaged {
			avg.CopyInplace(GetEMAAvgFn(decay)(avg, model[i], numAveraged))
		}
	}
}

func hasParts(t *torch.Tensor) bool { return t.IsFloatingPoint() || t.IsComplex() }

func lerpAll(averaged, model []*torch.Tensor, share float64) {
	torch.NoGrad(func() {
		if lerpLists.Exists() {
			lerpLists.Do(averaged, model, share)
			return
		}
		for i, avg := range averaged {
			lerp.Do(avg, model[i], share)
		}
	})
}

func checkDecay(decay float64) {
	if !(decay >= 0 && decay <= 1) {
		message := fmt.Sprintf("the decay is %v: expected a number from 0 to 1", decay)
		panic(&torch.Error{Op: "swa_utils", Kind: torch.ValueError, Message: message})
	}
}
