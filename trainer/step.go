package trainer

import (
	"context"
	"sync"

	"multitorch/nn"
	"multitorch/torch"
)

// window is the batches of one step.
type window struct {
	batches, samples int
	read             bool
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
	*w = window{}
}

// take computes a batch's loss and its gradients. Where one batch makes a step, these are the operations of a bare loop.
func (r *run[B, O]) take(batch B) error {
	w := &r.window
	loss, output := r.forward(batch)
	if w.batches == 0 {
		w.read = r.LossEvery <= 1 || (r.at.Step+1)%r.LossEvery == 0
	}
	samples, weight := samplesOf(batch, output), weightOf(batch, output)
	if w.read {
		value := loss.Item()
		if !finite(value) {
			return &NotFiniteError{Place: Place{r.at.Epoch, r.at.Step + 1}, Loss: value}
		}
		w.add(value, weight, r.Accumulate > 1)
	}
	if err := r.backward(loss, weight); err != nil {
		return err
	}
	r.tally.add(loss, samples, weight, output)
	w.batches++
	w.samples += samples
	return nil
}

// add sums up a loss. Of one batch it is the very number, not through a product.
func (w *window) add(loss float64, weight any, several bool) {
	n := 1.
	switch v := weight.(type) {
	case int:
		if several {
			n = float64(v)
		}
	case *torch.Tensor:
		if several {
			n = v.Item()
		}
	}
	w.loss, w.weight = w.loss+loss*n, w.weight+n
}

func (r *run[B, O]) forward(batch B) (loss *torch.Tensor, output O) {
	if r.Autocast == 0 {
		return r.Step(batch)
	}
	torch.Autocast(r.device(), r.Autocast, func() { loss, output = r.Step(batch) })
	return loss, output
}

// device is where the model is.
func (t *Trainer[B, O]) device() torch.Device {
	for _, p := range nn.Parameters(t.Model) {
		return p.Device()
	}
	return torch.CPU
}

// backward adds a batch's gradients to those of its step.
func (r *run[B, O]) backward(loss *torch.Tensor, weight any) error {
	if r.Update != nil {
		return r.Update(loss)
	}
	if r.window.batches == 0 {
		r.Optimizer.ZeroGrad()
	}
	if r.Accumulate > 1 {
		loss = loss.Mul(weight)
		if t, ok := weight.(*torch.Tensor); ok {
			torch.NoGrad(func() {
				if r.window.divisor == nil {
					r.window.divisor = torch.ZerosLike(t).Keep()
				}
				r.window.divisor.AddInplace(t)
			})
		}
	}
	if r.Scaler != nil {
		loss = r.Scaler.Scale(loss)
	}
	loss.Backward()
	return nil
}

// step updates the model by the window's gradients, validates if it is time, and tells the hooks: the last of them know that
// all of the step is done, so that a state that they save has it.
func (r *run[B, O]) step(ctx context.Context) error {
	skipped := false
	if r.Update == nil {
		skipped = r.apply()
	}
	w := r.window
	r.at.Step++
	r.batch += w.batches
	if w.read {
		r.loss = w.loss / w.weight
	}
	r.window.release(&r.inStep)
	r.forgetRandom()
	if err := r.midway(ctx); err != nil {
		return err
	}
	return r.stepDone(Step{r.at, r.loss, w.read, w.samples, skipped})
}

func (r *run[B, O]) apply() (skipped bool) {
	if r.Scaler != nil {
		r.Scaler.Unscale(r.Optimizer)
	}
	params := nn.Parameters(r.Model)
	if r.Accumulate > 1 {
		torch.NoGrad(func() {
			for _, p := range params {
				if g := p.Grad(); g != nil && r.window.divisor != nil {
					g.DivInplace(r.window.divisor)
				} else if g != nil {
					g.DivInplace(r.window.samples)
				}
			}
		})
	}
	if r.Clip.Value > 0 {
		nn.ClipGradValue(params, r.Clip.Value)
	}
	if r.Clip.Norm > 0 {
		nn.ClipGradNorm(params, r.Clip.Norm)
	}
	if r.Scaler == nil {
		r.Optimizer.Step()
		return false
	}
	skipped = !r.Scaler.Step(r.Optimizer)
	r.Scaler.Update()
	return skipped
}
