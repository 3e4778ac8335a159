package trainer

import (
	"cmp"
	"context"
	"sync"
	"time"

	"multitorch/nn"
	"multitorch/torch"
)

// run is one call of Fit or Resume: how far it is, and what its state is made of.
type run[B, O any] struct {
	*Trainer[B, O]
	hooks   []Hook // by priority
	at      Place
	batch   int   // batches of this epoch that the steps up to at.Step had
	between bool  // the epoch is done, with its validation: a state is that before the next one
	told    bool  // hooks were told of this epoch's end, though it has more batches: the run was over
	torn    bool  // a step has begun and isn't done, so there is no state
	pending *Step // the last step, until it was validated, if it is time for that, and hooks were told
	tally   *tally[O]
	kept    *torch.Dict // the tally's state, where a validation has taken its metrics over
	began   time.Time
	window  window
	params  []*nn.Parameter
	loss    float64 // that was read last
	elapsed time.Duration
	failed  error           // of a step that was still pending when the state was taken
	ranks   *together       // nil in a run of one process
	outer   context.Context // the run's; with ranks, what is called within it is not told of its end

	watchers []OnPhase

	// The generators' states when this epoch began, by which its order is drawn again, and after the last step.
	epochRandom, random *randomState
	inStep              sync.Mutex // held while batches of one step are gathered: see patient
}

func newRun[B, O any](t *Trainer[B, O]) *run[B, O] {
	t.times, t.found = Times{}, nil
	return &run[B, O]{
		Trainer: t, hooks: byPriority(t.Hooks), at: Place{Epoch: 1}, tally: newTally(t.Metrics), began: time.Now(),
		watchers: watchersOf(t.Hooks),
	}
}

// fit trains, from a state if there is one.
func (r *run[B, O]) fit(ctx context.Context, from *torch.Dict) error {
	if from != nil {
		if err := r.load(from); err != nil {
			return err
		}
	}
	leave, err := r.join()
	if err != nil {
		return err
	}
	defer leave()
	if r.outer = ctx; r.ranks != nil { // it ends for all ranks at once
		ctx = context.WithoutCancel(ctx)
	}
	start := Start{
		Epochs: r.Epochs, Steps: r.Steps(), Model: r.Model, From: r.at, Resumed: from != nil, State: r.state, Times: r.Times,
	}
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
	if from != nil && r.at.Step > 0 && r.over() && (r.told || r.batch == 0) { // it was done
		if r.batch == 0 {
			r.at.Epoch--
			r.between = true
		}
		return nil
	}
	for r.told = false; r.at.Epoch <= r.Epochs; r.at.Epoch++ {
		if err := r.epoch(ctx); err != nil {
			return err
		}
		if r.over() {
			return nil
		}
	}
	r.at.Epoch--
	r.between = true
	return nil
}

// over reports whether the run has had all its steps or its time.
func (r *run[B, O]) over() bool {
	late := r.timeOver()
	if r.ranks != nil {
		late = r.ranks.late // for any rank, after the same step
	}
	return r.MaxSteps > 0 && r.at.Step >= r.MaxSteps || late
}

func (r *run[B, O]) timeOver() bool {
	return r.MaxTime > 0 && r.elapsed+time.Since(r.began) >= r.MaxTime
}

// epoch is a pass over the training batches, or what is left of it, and its validation.
func (r *run[B, O]) epoch(ctx context.Context) error {
	r.between = false
	if s, ok := r.sampler().(interface{ SetEpoch(epoch int) }); ok && r.ranks != nil {
		s.SetEpoch(r.at.Epoch - 1)
	}
	if r.batch == 0 {
		r.tally.reset()
		if err := r.alike(); err != nil {
			return err
		}
		r.epochRandom = r.randomNow()
	}
	nn.Train(r.Model)
	whole, err := r.steps(ctx)
	if err != nil {
		return err
	}
	if r.ranks != nil {
		mine, err := r.tally.state()
		if err == nil {
			err = r.tally.gather(r.ranks.group, mine)
		}
		if err != nil {
			return err
		}
	}
	train, err := r.tally.result()
	if err == nil && !finite(train.Loss) && r.NaN != NaNIgnore { // in a step whose loss wasn't read
		err = &NotFiniteError{Place: r.at, Loss: train.Loss, Applied: r.NaN != NaNSkip}
	}
	if err != nil {
		return err
	}
	var validate Evaluation
	if r.Validate != nil { // until the epoch is done a state is that before it
		r.keep()
		r.phase(PhaseValidate)
		validate, err = r.validate(ctx, r.at)
		r.phase(PhaseNone)
		if err != nil {
			return err
		}
	}
	if whole {
		r.between, r.batch, r.kept = true, 0, nil
		r.forgetRandom()
	}
	r.told = !whole
	return r.epochDone(Epoch{r.at, r.at.Epoch == r.Epochs || r.over(), train, validate})
}

// keep notes what a validation changes, so that a state is that before it: the random numbers, and the metrics, which it
// takes over. Where metrics have no state, asking for the run's is the error.
func (r *run[B, O]) keep() {
	if r.random == nil {
		r.random = r.randomNow()
	}
	r.kept, _ = r.tally.state()
}

// steps takes the epoch's steps, and reports whether these were all.
func (r *run[B, O]) steps(ctx context.Context) (whole bool, err error) {
	defer r.window.release(&r.inStep)
	begin := time.Now()
	asked := begin
	defer func() { r.times.Took += time.Since(begin) }()
	defer r.phase(PhaseNone)
	r.phase(PhaseData)
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
			r.phase(PhaseData)
			continue
		}
		if err := r.step(ctx); err != nil {
			return false, err
		}
		if r.ranks != nil && r.ranks.ends {
			return false, &InterruptedError{r.at, cmp.Or(r.outer.Err(), context.Canceled)}
		}
		if r.over() {
			return r.batch == r.Train.Len(), nil
		}
		r.random = r.randomNow() // before the next batch is made, or is not
		asked = time.Now()
		r.phase(PhaseData)
	}
	switch {
	case r.failed != nil:
		return false, r.failed
	case r.window.batches > 0: // fewer than the other steps have, of a stream whose length is not known
		return true, r.step(ctx)
	}
	return r.batch == r.Train.Len() || !r.over(), nil
}

// midway is the validation in the middle of an epoch, if it is time for one.
func (r *run[B, O]) midway(ctx context.Context) (e *Validation, err error) {
	if n := r.ValidateEvery; n == 0 || r.Validate == nil || r.at.Step%n != 0 || r.batch == r.Train.Len() {
		return nil, nil
	}
	if r.keep(); r.kept == nil { // the metrics' sums are for both
		_, err := r.tally.state()
		return nil, err
	}
	got, err := r.validate(ctx, r.at)
	if err != nil {
		return nil, err
	}
	if err := r.tally.load(r.kept); err != nil {
		return nil, err
	}
	nn.Train(r.Model)
	r.kept = nil
	r.forgetRandom()
	return &Validation{r.at, got}, nil
}

func (r *run[B, O]) validate(ctx context.Context, at Place) (Evaluation, error) {
	e, err := r.evaluated(ctx, at)
	switch {
	case err != nil && ctx.Err() != nil:
		return e, &InterruptedError{at, ctx.Err()}
	case err == nil && e.Samples > 0 && !finite(e.Loss) && r.NaN != NaNIgnore:
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
