package trainer

import (
	"context"
	"errors"
	"sync"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// window is the batches of one step.
type window struct {
	batches, samples int
	read             bool
	losses           []*torch.Tensor // that are looked at with the gradients: see NaNPolicy
	weights          []any
	loss, weight     float64       // sums of the losses that were read
	divisor          *torch.Tensor // sum of the weights, where they are tensors
	locked           bool
}

// release lets the end of the context through again.
func (w *window) release(inStep *sync.Mutex) {
	if w.locked {
		inStep.Unlock()
	}
	if w.divisor != nil {
		w.divisor.Free()
	}
	for i, loss := range w.losses {
		loss.Free()
		if t, ok := w.weights[i].(*torch.Tensor); ok {
			t.Free()
		}
	}
	*w = window{}
}

// take computes a batch's loss and its gradients. Where one batch makes a step, these are the operations of a bare loop.
func (r *run[B, O]) take(batch B) error {
	w := &r.window
	r.torn = true
	r.phase(PhaseForward)
	loss, output := r.forward(batch)
	if w.batches == 0 {
		w.read = r.LossEvery <= 1 || (r.at.Step+1)%r.LossEvery == 0 || r.NaN.looks()
	}
	samples, weight := samplesOf(batch, output), weightOf(batch, output)
	counted, factor := loss, 1. // what the figures are of, and what the gradients are scaled by
	if r.ranks != nil {
		x, own, err := r.exchange(r.outer, loss, samples, weight)
		if err != nil {
			return err
		}
		counted, samples, weight = x.loss, x.samples, x.weight
		if factor = x.factor; r.Accumulate > 1 {
			factor = own
		}
	}
	if r.NaN.looks() {
		w.look(counted, weight)
	} else if w.read {
		value := counted.Item()
		if !finite(value) && r.NaN != NaNIgnore {
			return &NotFiniteError{Place: r.next(), Loss: value}
		}
		w.add(value, weight, r.Accumulate > 1)
	}
	r.phase(PhaseBackward)
	if err := r.backward(loss, weight, factor); err != nil {
		return err
	}
	r.phase(PhaseMetrics)
	if r.NaN == NaNSkip {
		weight = masked(counted, weight)
	}
	r.tally.addLoss(counted, samples, weight)
	if r.ranks == nil || !r.ranks.idle {
		r.tally.update(output)
	}
	w.batches++
	w.samples += samples
	return nil
}

// look keeps a loss until it is read with the gradients.
func (w *window) look(loss *torch.Tensor, weight any) {
	if t, ok := weight.(*torch.Tensor); ok {
		weight = t.Detach().Keep()
	}
	w.losses, w.weights = append(w.losses, loss.Detach().Keep()), append(w.weights, weight)
}

// add sums up a loss. Of one batch it is the very number, not through a product.
func (w *window) add(loss float64, weight any, several bool) {
	n := 1.
	switch v := weight.(type) {
	case int:
		if several {
			n = float64(v)
		}
	case float64:
		if several {
			n = v
		}
	case *torch.Tensor:
		if several {
			n = v.Item()
		}
	}
	w.loss, w.weight = w.loss+loss*n, w.weight+n
}

func (r *run[B, O]) forward(batch B) (loss *torch.Tensor, output O) {
	if r.ranks != nil {
		return r.withRanks(batch, r.forwardAlone)
	}
	return r.forwardAlone(batch)
}

func (r *run[B, O]) forwardAlone(batch B) (loss *torch.Tensor, output O) {
	return r.Trainer.forward(batch, r.parameters)
}

func (t *Trainer[B, O]) forward(batch B, parameters func() []*nn.Parameter) (loss *torch.Tensor, output O) {
	if t.Autocast == 0 {
		return t.Step(batch)
	}
	device := torch.CPU // or where the model is
	if all := parameters(); len(all) > 0 {
		device = all[0].Device()
	}
	torch.Autocast(device, t.Autocast, func() { loss, output = t.Step(batch) })
	return loss, output
}

// backward adds a batch's gradients to those of its step. With ranks these become their mean; factor is what this rank counts
// in it, for batches of different sizes, or its weight in a step of several.
func (r *run[B, O]) backward(loss *torch.Tensor, weight any, factor float64) error {
	if r.Update != nil {
		return r.Update(loss)
	}
	if r.window.batches == 0 {
		r.Optimizer.ZeroGrad(optim.SetToNone(true)) // a run that is resumed has no gradients from before
	}
	if r.Accumulate > 1 {
		if r.ranks == nil {
			loss = loss.Mul(weight)
		}
		if t, ok := weight.(*torch.Tensor); ok {
			torch.NoGrad(func() {
				if r.window.divisor == nil {
					r.window.divisor = torch.ZerosLike(t).Keep()
				}
				r.window.divisor.AddInplace(t)
			})
		}
	}
	if factor != 1 {
		loss = loss.Mul(factor)
	}
	if r.Scaler != nil {
		loss = r.Scaler.Scale(loss)
	}
	loss.Backward()
	return nil
}

// step updates the model by the window's gradients, validates if it is time, and tells the hooks.
func (r *run[B, O]) step(ctx context.Context) error {
	skipped := false
	r.phase(PhaseUpdate)
	if r.Update == nil {
		var err error
		if skipped, err = r.apply(); err != nil {
			return err
		}
	}
	r.phase(PhaseHooks)
	w := r.window
	r.at.Step++
	r.torn = false
	r.batch += w.batches
	if w.read {
		r.loss = w.loss / w.weight
	}
	r.window.release(&r.inStep)
	r.forgetRandom()
	r.pending = &Step{r.at, r.loss, w.read, w.samples, skipped}
	return r.finish(ctx)
}

// finish does what follows a step's update. A state that is taken in the validation has it pending, and does all of it again.
func (r *run[B, O]) finish(ctx context.Context) error {
	v, err := r.midway(ctx)
	if err != nil {
		return err
	}
	s := *r.pending
	r.pending = nil
	if v != nil {
		err = r.validated(*v)
	}
	return joined(err, r.stepDone(s))
}

// apply updates the model by its gradients, unless they are left out.
func (r *run[B, O]) apply() (skipped bool, err error) {
	if r.Scaler != nil {
		r.Scaler.Unscale(r.Optimizer)
	}
	if r.Accumulate > 1 {
		r.average()
	}
	if r.NaN.looks() {
		err = r.look()
		if err != nil && r.NaN == NaNSkip {
			err = ErrSkip
		}
	}
	if err == nil {
		err = r.beforeUpdate(r.next())
	}
	if err != nil {
		if !errors.Is(err, ErrSkip) {
			return false, err
		}
		if r.Scaler != nil {
			r.Scaler.Update() // it forgets that it has unscaled
		}
		return true, nil
	}
	if r.Clip.Value > 0 {
		nn.ClipGradValue(r.parameters(), r.Clip.Value)
	}
	if r.Clip.Norm > 0 {
		nn.ClipGradNorm(r.parameters(), r.Clip.Norm)
	}
	if r.Scaler == nil {
		r.Optimizer.Step()
		return false, nil
	}
	skipped = !r.Scaler.Step(r.Optimizer)
	r.Scaler.Update()
	return skipped, nil
}

// parameters are the model's, found once: a walk over a model takes longer than a small one's step.
func (r *run[B, O]) parameters() []*nn.Parameter {
	if r.params == nil {
		r.params = nn.Parameters(r.Model)
	}
	return r.params
}

// average makes the gradients of a step's mean of those of its sum.
func (r *run[B, O]) average() {
	torch.NoGrad(func() {
		if r.ranks != nil { // the ranks' mean it is already
			r.window.divisor.DivInplace(r.ranks.group.WorldSize())
		}
		for _, p := range r.parameters() {
			if g := p.Grad(); g != nil && r.window.divisor != nil {
				g.DivInplace(r.window.divisor)
			} else if g != nil {
				g.DivInplace(r.window.samples)
			}
		}
	})
}
