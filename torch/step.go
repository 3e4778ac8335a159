package torch

import (
	"sync"
	"sync/atomic"

	"multitorch/internal/goroutine"
)

// Step runs f, one step of a loop, and then frees every tensor that was made in it, by
// f's own goroutine: also those that were made from nothing or from parameters, which
// no [Scope] would own. Keep takes a result out:
//
//	for range steps {
//		torch.Step(func() {
//			x := torch.Randn(torch.Shape{64, 8})
//			loss := model.Forward(x).Square().Mean()
//			opt.ZeroGrad()
//			loss.Backward()
//			opt.Step()
//			average = average.Mul(0.9).Add(loss.Detach()).Keep()
//		})
//	}
//
// What lasts without Keep is what libtorch itself holds, as the parameters' gradients,
// and what the toolkit keeps for later steps, as an optimizer's state. A scope that was
// opened inside f, or by a loader for its batches, owns its tensors as ever; so does a
// Step inside a Step. Everything is freed also when f panics or ends its goroutine.
//
// What goroutines that f starts make is not the step's, unless it is computed from the
// step's tensors.
func Step(f func()) {
	s, id := openScope(), goroutine.ID()
	before, within := steps.Load(id)
	steps.Store(id, s)
	openSteps.Add(1)
	for n := newest.Load(); s.order > n && !newest.CompareAndSwap(n, s.order); n = newest.Load() {
	}
	defer func() {
		openSteps.Add(-1)
		if within {
			steps.Store(id, before)
		} else {
			steps.Delete(id)
		}
		s.Close()
	}()
	f()
}

var (
	steps     sync.Map // the *Scope of each goroutine's innermost step
	openSteps atomic.Int64
	newest    atomic.Int64 // order of the step that was opened last
)

// owner is the scope that a new tensor joins, of scope, the innermost of its inputs',
// and the step that the goroutine is in. It looks only where there may be a step that is
// further in.
func owner(scope *Scope) *Scope {
	if openSteps.Load() == 0 || scope != nil && scope.order >= newest.Load() {
		return scope
	}
	if s, running := steps.Load(goroutine.ID()); running {
		return inner(scope, s.(*Scope))
	}
	return scope
}
