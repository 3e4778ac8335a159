package hooks

import (
	"fmt"

	"multitorch/nn"
	"multitorch/optim/swa_utils"
	"multitorch/torch"
	"multitorch/trainer"
)

// Averaged keeps an average of the model's weights beside them: an exponential one ([NewEMA]) or a plain one ([NewSWA]). From the
// first average on validations measure it, and Model has it, to be saved: Checkpoint{Model: averaged.Model()}. The run itself goes
// on with its own weights, and its state has both. It stands before hooks that save in Trainer.Hooks, so that they save the
// average that belongs to their step.
type Averaged struct {
	name          string
	model         nn.Module
	average       *swa_utils.AveragedModel[nn.Module]
	every         bool // step, and not epoch
	from          int  // the epoch of the first average
	ownBuffers    bool
	count         int
	MeasureItself bool // validations measure the run's own weights all the same
}

// NewEMA averages exponentially, after each step that was not left out: decay·average + (1-decay)·weights. A decay of 0.999 looks
// back over some thousand steps. Options are those of [swa_utils.NewAveragedModel]. The model is where it will be trained.
func NewEMA(model nn.Module, decay float64, opts ...swa_utils.Option) *Averaged {
	opts = append(opts[:len(opts):len(opts)], swa_utils.GetEMAMultiAvgFn(decay))
	return newAveraged("EMA", model, true, 1, opts)
}

// NewSWA averages plainly, after each epoch from the given one on, counted from 1 (Izmailov et al., 2018). Batch norms of the
// average have the model's last statistics, which are not its own: for the finished model call [swa_utils.UpdateBN].
func NewSWA(model nn.Module, from int, opts ...swa_utils.Option) *Averaged {
	return newAveraged("SWA", model, false, from, opts)
}

func newAveraged(name string, model nn.Module, every bool, from int, opts []swa_utils.Option) *Averaged {
	a := &Averaged{name: name, model: model, every: every, from: from, average: swa_utils.NewAveragedModel(model, opts...)}
	for _, o := range opts {
		if own, ok := o.(swa_utils.UseBuffers); ok {
			a.ownBuffers = bool(own)
		}
	}
	return a
}

// Name is "EMA" or "SWA".
func (a *Averaged) Name() string { return a.name }

// Model is the averaged model, a copy of the run's.
func (a *Averaged) Model() nn.Module { return a.average.Module }

// Count is how many weights have gone into the average.
func (a *Averaged) Count() int { return a.count }

// OnStart checks that the run is the model's.
func (a *Averaged) OnStart(s trainer.Start) error {
	if s.Model != a.model {
		return fmt.Errorf("%s was made for another model than the run's", a.name)
	}
	return nil
}

// OnStep lets the step's weights go into an exponential average.
func (a *Averaged) OnStep(s trainer.Step) error {
	if a.every && !s.Skipped {
		a.update()
	}
	return nil
}

// OnEpoch lets the epoch's weights go into a plain one.
func (a *Averaged) OnEpoch(e trainer.Epoch) error {
	if !a.every && e.Epoch >= a.from {
		a.update()
	}
	return nil
}

func (a *Averaged) update() {
	a.average.UpdateParameters(a.model)
	a.count++
	if a.ownBuffers {
		return
	}
	torch.NoGrad(func() { // PyTorch leaves them at their first values before 2.1
		last := nn.NamedBuffers(a.model)
		for i, b := range nn.NamedBuffers(a.average.Module) {
			b.CopyInplace(last[i].Tensor)
		}
	})
}

// AroundValidate lets a validation measure the average.
func (a *Averaged) AroundValidate(trainer.Place) (after func(), err error) {
	if a.count == 0 || a.MeasureItself {
		return nil, nil
	}
	a.swap()
	return a.swap, nil
}

// swap exchanges the memory of the two models' weights.
func (a *Averaged) swap() {
	own, average := tensorsOf(a.model, a.ownBuffers), tensorsOf(a.average.Module, a.ownBuffers)
	torch.NoGrad(func() {
		for i, t := range own {
			was := t.Detach()
			t.SetData(average[i].Detach().To(t.Device()))
			average[i].SetData(was)
		}
	})
}

func tensorsOf(m nn.Module, buffers bool) (all []*torch.Tensor) {
	for _, p := range nn.Parameters(m) {
		all = append(all, p.Tensor)
	}
	if buffers {
		for _, b := range nn.NamedBuffers(m) {
			all = append(all, b.Tensor)
		}
	}
	return all
}

// StateDict is the average, and of how many weights it is.
func (a *Averaged) StateDict() *torch.Dict {
	d := &torch.Dict{}
	d.Set("count", int64(a.count))
	tensors := &torch.Dict{}
	for _, t := range nn.StateDict(a.average) {
		tensors.Set(t.Name, t.Tensor)
	}
	d.Set("average", tensors)
	return d
}

// LoadStateDict takes it over.
func (a *Averaged) LoadStateDict(d *torch.Dict) error {
	count, ok := d.Get("count").(int64)
	if !ok || count < 0 {
		return fmt.Errorf("its count: expected a number from 0, but got %v", d.Get("count"))
	}
	dict, err := d.Dict("average")
	if err != nil {
		return err
	}
	tensors, err := dict.Tensors()
	if err == nil {
		err = nn.LoadStateDict(a.average, tensors)
	}
	if err == nil {
		a.count = int(count)
	}
	return err
}
