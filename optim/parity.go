package optim

import (
	"math"
	"sync"

	"multitorch/internal/version"
	"multitorch/libm"
	"multitorch/torch"
)

// parity is how the optimizers of the loaded libtorch's PyTorch differ from those
// of other versions, where that changes bits.
type parity struct {
	// Before 2.0, ZeroGrad fills gradients with zeros where it is not told to drop them.
	zeroGradFills bool
	// 2.0: on a GPU lists are the default where Foreach is not given.
	foreachOnGPU bool
	// Before 2.0, Adam with Foreach(true) adds the weight decay into the gradients
	// themselves, which shows where they are not zeroed before the next Backward.
	decaysGrads bool
	// 2.1: Adam's first average is exp_avg.lerp_(grad, 1-beta1); before, it was
	// exp_avg.mul_(beta1).add_(grad, alpha=1-beta1).
	lerps bool
	// Before 2.0, NAdam's way one by one counts the step's own factor twice in the product with the next one.
	multipliesMuTwice bool
	// 2.2: NAdam and RAdam take complex numbers as pairs; before, they computed with them as they are.
	adamsAsReal bool
	// 2.2: RAdam's lists add the two rates; before, each was applied for itself, and eps was left out.
	radamAddsRates bool
	// Before 2.0, Adagrad's lists multiply by a rate that is a float32 tensor, divide and add; since, they use addcdiv.
	adagradDivides bool
	// 2.0: lists take complex numbers as pairs before they add the weight decay, Adadelta's at all.
	listsAsReal bool
	// Before 2.2, ASGD's lists go by the rate of a group's first parameter, as its way one by one does by each one's.
	asgdOfTheFirst bool
	// 2.5: the root of Adam's second correction is x**0.5; before, math.sqrt(x),
	// from which C's pow differs in the last bit now and then.
	rootByPow bool
	// 2.15: Muon copies an average before it makes it orthogonal; before, that of a bfloat16 matrix was changed.
	muonCopies bool
	// 2.10: LBFGS's line search ends with the step's MaxEval; before, after 25 tries.
	searchesToMaxEval bool
}

// running is the parity with the loaded libtorch.
var running = sync.OnceValue(func() parity { return parityWith(torch.Version()) })

func parityWith(loaded string) parity {
	since := func(major, minor int) bool { return version.AtLeast(loaded, major, minor) }
	return parity{
		zeroGradFills: !since(2, 0),
		foreachOnGPU:  since(2, 0),
		decaysGrads:   !since(2, 0),
		lerps:         since(2, 1),
		rootByPow:     since(2, 5),

		multipliesMuTwice: !since(2, 0),
		adamsAsReal:       since(2, 2),
		radamAddsRates:    since(2, 2),
		adagradDivides:    !since(2, 0),
		listsAsReal:       since(2, 0),
		asgdOfTheFirst:    !since(2, 2),
		muonCopies:        since(2, 15),
		searchesToMaxEval: since(2, 10),
	}
}

func (p parity) root(x float64) float64 {
	if p.rootByPow {
		return libm.Pow(x, 0.5)
	}
	return math.Sqrt(x)
}
