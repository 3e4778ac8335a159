package trainer

import (
	"context"
	"iter"
	"sync"
	"time"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/torch"
)

// run is one call of Fit or Resume: how far it is, and what its state is made of.
type run[B, O any] struct {
	*Trainer[B, O]
	at      Place
	batch   int // batches of this epoch that the steps up to at.Step had
	tally   *tally[O]
	kept    *torch.Dict // the tally's state, where a validation has taken its metrics over
	began   time.Time
	window  window
	loss    float64 // that was read last
	elapsed time.Duration

	// The generators' states when this epoch began, by which its order is drawn again, and after the last step.
	epochRandom, random *randomState
	inStep              sync.Mutex // held while batches of one step are gathered: see patient
}

func newRun[B, O any](t *Trainer[B, O]) *run[B, O] {
	t.times = Times{}
	return &run[B, O]{Trainer: t, at: Place{Epoch: 1}, tally: newTally(t.Metrics), began: time.Now()}
}

// fit trains, from a state if there is one.
func (r *run[B, O]) fit(ctx context.Context, from *torch.Dict) error {
	if from != nil {
		if err := r.load(from); err != nil {
			return err
		}
	}
	start := Start{Epochs: r.Epochs, Steps: r.Steps(), Model: r.Model, From: r.at, State: r.state, Times: r.Times}
	if err := r.started(start); err != nil {
		return err
	}
	if from != nil { // hooks have begun anew meanwhile
		if err := r.loadHooks(from); err != nil {
			return err
		}
	}
	if from == nil {
		if err := r.sanity(ctx); err != nil {
			return err
		}
	}
	for ; r.at.Epoch <= r.Epochs; r.at.Epoch++ {
		if err := r.epoch(ctx); err != nil {
			return err
		}
		if r.over() {
			return nil
		}
	}
	r.at.Epoch = r.Epochs
	return nil
}

// over reports whether the run has had all its steps or its time.
func (r *run[B, O]) over() bool {
	return r.MaxSteps > 0 && r.at.Step >= r.MaxSteps || r.MaxTime > 0 && r.elapsed+time.Since(r.began) >= r.MaxTime
}

// epoch is a pass over the training batches, or what is left of it, and its validation.
func (r *run[B, O]) epoch(ctx context.Context) error {
	if r.batch == 0 {
		r.tally.reset()
		r.epochRandom = r.randomNow()
	}
	nn.Train(r.Model)
	whole, err := r.steps(ctx)
	if err != nil {
		return err
	}
	train, err := r.tally.result()
	if err == nil && !finite(train.Loss) && r.NaN != NaNIgnore { // in a step whose loss wasn't read
		err = &NotFiniteError{Place: r.at, Loss: train.Loss, Applied: r.NaN != NaNSkip}
	}
	if err != nil {
		return err
	}
	var validate Evaluation
	if r.Validate != nil {
		if !whole { // the validation is one more than the whole run has: what goes on is as before it
			r.random = r.randomNow()
			r.kept, err = r.tally.state() // whose metrics it takes over
		}
		if err == nil {
			validate, err = r.validate(ctx, r.at)
		}
		if err != nil {
			return err
		}
	}
	done := Epoch{r.at, r.at.Epoch == r.Epochs || r.over(), train, validate}
	if whole { // a state that a hook asks for is that before the next epoch
		r.at.Epoch++
		defer func() { r.at.Epoch-- }()
		r.batch = 0
		r.forgetRandom()
	}
	return r.epochDone(done)
}

// steps takes the epoch's steps, and reports whether these were all.
func (r *run[B, O]) steps(ctx context.Context) (whole bool, err error) {
	defer r.window.release(&r.inStep)
	begin := time.Now()
	asked := begin
	defer func() { r.times.Took += time.Since(begin) }()
	for batch, err := range r.batches(ctx) {
		r.times.Waited += time.Since(asked)
		if err == nil && r.window.batches == 0 {
			r.inStep.Lock() // from here on ctx ends only after the step
			r.window.locked = true
			err = ctx.Err()
		}
		switch {
		case err != nil && ctx.Err() != nil:
			return false, &InterruptedError{r.at, ctx.Err()}
		case err != nil:
			return false, err
		}
		if err := r.take(batch); err != nil {
			return false, err
		}
		if n := r.window.batches; n < r.Accumulate && r.batch+n != r.Train.Len() {
			asked = time.Now()
			continue
		}
		if err := r.step(ctx); err != nil {
			return false, err
		}
		if r.over() {
			return r.batch == r.Train.Len(), nil
		}
		r.random = r.randomNow() // before the next batch is made, or is not
		asked = time.Now()
	}
	if r.window.batches > 0 { // fewer than the other steps have, of a stream whose length is not known
		return true, r.step(ctx)
	}
	return true, nil
}

// midway is the validation in the middle of an epoch, if it is time for one.
func (r *run[B, O]) midway(ctx context.Context) error {
	if n := r.ValidateEvery; n == 0 || r.Validate == nil || r.at.Step%n != 0 || r.batch == r.Train.Len() {
		return nil
	}
	kept, err := r.tally.state() // the metrics' sums are for both
	if err != nil {
		return err
	}
	e, err := r.validate(ctx, r.at)
	if err != nil {
		return err
	}
	if err := r.tally.load(kept); err != nil {
		return err
	}
	nn.Train(r.Model)
	return each(r.Hooks, func(h OnValidate) error { return h.OnValidate(Validation{r.at, e}) })
}

// batches are the epoch's, from the first that no step had. They end between two steps when ctx ends, and never within one.
func (r *run[B, O]) batches(ctx context.Context) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		inner, cancel := context.WithCancel(context.WithoutCancel(ctx))
		defer cancel()
		defer context.AfterFunc(ctx, func() {
			r.inStep.Lock()
			defer r.inStep.Unlock()
			cancel()
		})()
		loader, can := any(r.Train).(interface {
			Iterator(ctx context.Context) *datasets.Iterator[B]
		})
		var none B
		if !can {
			r.others(inner)(yield)
			return
		}
		if r.batch > 0 {
			r.epochRandom.restore()
		}
		it := loader.Iterator(inner)
		defer it.Close()
		if r.batch > 0 {
			if err := it.Seek(r.batch); err != nil {
				yield(none, err)
				return
			}
			r.random.restore()
		}
		for it.Next() {
			if !yield(it.Batch(), nil) {
				return
			}
		}
		if it.Err() != nil {
			yield(it.Batch(), it.Err())
		}
	}
}

// others are the epoch's batches of what is no loader: from the first that no step had, where they can begin there.
func (r *run[B, O]) others(ctx context.Context) iter.Seq2[B, error] {
	if r.batch == 0 {
		return r.Train.All(ctx)
	}
	seeker, can := any(r.Train).(interface {
		AllFrom(ctx context.Context, first int) iter.Seq2[B, error]
	})
	if !can {
		return func(yield func(B, error) bool) { var none B; yield(none, errNoSeek) }
	}
	r.random.restore()
	return seeker.AllFrom(ctx, r.batch)
}

func (t *Trainer[B, O]) validate(ctx context.Context, at Place) (Evaluation, error) {
	e, err := t.evaluated(ctx, at)
	switch {
	case err != nil && ctx.Err() != nil:
		return e, &InterruptedError{at, ctx.Err()}
	case err == nil && e.Samples > 0 && !finite(e.Loss) && t.NaN != NaNIgnore:
		return e, &NotFiniteError{Place: at, Loss: e.Loss, Validation: true}
	}
	return e, err
}

// forgetRandom lets the next state be that of the generators as they are then.
func (r *run[B, O]) forgetRandom() {
	if r.random != nil {
		r.random.free()
		r.random = nil
	}
}
