package optim

import (
	"errors"
	"fmt"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// The slots of LBFGS's state, all of the first parameter, as in PyTorch. Not saved is Python's "al", which a step
// overwrites before it reads it.
const (
	funcEvals = iota
	nIter
	direction
	wayLength
	oldDirs
	oldSteps
	ro
	hessianDiag
	prevFlatGrad
	prevLoss
)

var lbfgsSlots = valueSlots("func_evals", "n_iter", "d", "t", "old_dirs", "old_stps", "ro", "H_diag", "prev_flat_grad", "prev_loss")

func valueSlots(names ...string) (slots []Slot) {
	for _, n := range names {
		slots = append(slots, Slot{Name: n, Value: true, Needed: never})
	}
	return slots
}

// lbfgsState is the state between two steps, in the names of PyTorch's code.
type lbfgsState struct {
	funcEvals, nIter      int64
	d                     *torch.Tensor
	t, hDiag              scalar
	oldDirs, oldSteps, ro []*torch.Tensor
	prevFlatGrad          *torch.Tensor
	prevLoss              float64
}

// recall and remember bring the state from and to the slots.
func (r *lbfgsStep) recall() {
	p := r.Params[0]
	r.funcEvals, _ = r.Value(p, funcEvals).(int64)
	r.nIter, _ = r.Value(p, nIter).(int64)
	r.d, _ = r.Value(p, direction).(*torch.Tensor)
	r.t, r.hDiag = scalarOf(r.Value(p, wayLength)), scalarOf(r.Value(p, hessianDiag))
	for slot, list := range map[int]*[]*torch.Tensor{oldDirs: &r.oldDirs, oldSteps: &r.oldSteps, ro: &r.ro} {
		*list, _ = r.Value(p, slot).([]*torch.Tensor)
		*list = slices.Clone(*list)
	}
	r.prevFlatGrad, _ = r.Value(p, prevFlatGrad).(*torch.Tensor)
	r.prevLoss, _ = r.Value(p, prevLoss).(float64)
}

func (r *lbfgsStep) remember() {
	for slot, v := range []any{
		r.funcEvals, r.nIter, r.d, r.t.value(), r.oldDirs, r.oldSteps, r.ro, r.hDiag.value(), r.prevFlatGrad, r.prevLoss,
	} {
		r.SetValue(r.Params[0], slot, v)
	}
}

func scalarOf(v any) scalar {
	switch v := v.(type) {
	case float64:
		return float(v)
	case int64: // Python's H_diag at first, and a learning rate such as 1
		return float(float64(v))
	case *torch.Tensor:
		return tensor(v)
	}
	return scalar{}
}

// LoadStateDict implements [Optimizer].
func (l *LBFGS) LoadStateDict(saved State) error { return l.load(saved, l.fits) }

// fits says what of a saved state a step could not go on from.
func (l *LBFGS) fits(p *nn.Parameter, s *state, settings Settings) error {
	first := l.groups[0].Params[0]
	if p != first {
		return errors.New("expected a state of the first parameter alone")
	}
	done, whole := s.values[nIter].(int64)
	if calls, alsoWhole := s.values[funcEvals].(int64); !whole || !alsoWhole || calls < 0 || done < 0 {
		return errors.New("expected func_evals and n_iter, two whole numbers from 0")
	}
	if done == 0 {
		return nil
	}
	length := 0
	for _, p := range l.groups[0].Params {
		if length += p.Numel(); p.IsComplex() {
			length += p.Numel()
		}
	}
	isLoss := func(v any) bool { _, is := v.(float64); return is }
	isVector := func(v any) bool { return isTensor(v, length) }
	isScalar := func(v any) bool {
		_, whole := v.(int64)
		return whole || isLoss(v) || isTensor(v)
	}
	pairs, _ := s.values[ro].([]*torch.Tensor)
	isHistory := func(of func(any) bool) func(v any) bool {
		return func(v any) bool {
			list, is := v.([]*torch.Tensor)
			is = is && len(list) == len(pairs) && len(list) <= settings.(*LBFGSConfig).HistorySize
			return is && !slices.ContainsFunc(list, func(t *torch.Tensor) bool { return !of(t) })
		}
	}
	var wrong []error
	for slot, is := range []func(any) bool{
		direction: isVector, wayLength: isScalar, oldDirs: isHistory(isVector), oldSteps: isHistory(isVector),
		ro: isHistory(func(v any) bool { return isTensor(v) }), hessianDiag: isScalar, prevFlatGrad: isVector, prevLoss: isLoss,
	} {
		if is != nil && !is(s.values[slot]) {
			wrong = append(wrong, fmt.Errorf("%s is missing, or not what belongs to %d elements and the history", lbfgsSlots[slot].Name, length))
		}
	}
	return errors.Join(wrong...)
}

// isTensor says whether a value is a real tensor of a shape.
func isTensor(v any, shape ...int) bool {
	t, is := v.(*torch.Tensor)
	return is && slices.Equal(t.Shape(), shape) && t.IsFloatingPoint()
}
