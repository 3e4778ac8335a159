package trainer

import (
	"context"
	"errors"
	"fmt"
	"reflect"
	"slices"

	"multitorch/datasets"
	"multitorch/torch"
	"multitorch/trainer/ranks"
)

// RankZero is a hook that a run of several ranks has on rank 0 alone: it writes files, or to a terminal. Other hooks are
// called on every rank, with the same figures, so that what one decides all decide.
type RankZero interface{ RankZero() }

// together is what a run has of the other ranks: see [Trainer].Group.
type together struct {
	group      ranks.Group
	model      ranks.Parallel
	cut        bool // Train's batches are parts of the whole run's
	idle       bool // the batch has too few samples for this rank, which has got one that does not count
	late, ends bool // on a rank the time is over, or its context
	waiting    bool // on rank 0: the others wait for what its hooks ask
	told       bool // they know that a hook of its has failed
}

// join makes sure that all ranks have the same run before them, and takes this rank's part of it.
func (r *run[B, O]) join() (leave func(), err error) {
	g := r.group()
	if g == nil {
		return func() {}, nil
	}
	train, cut, err := part(g, r.Train)
	if err != nil {
		return nil, err
	}
	lines := []string{
		fmt.Sprintf("epochs %d, at most %d steps, validation every %d", r.Epochs, r.MaxSteps, r.ValidateEvery),
		fmt.Sprintf("%d batches a step, clip %v, NaN policy %d, autocast %v", max(r.Accumulate, 1), r.Clip, r.NaN, r.Autocast),
		fmt.Sprintf("a place after epoch %d, step %d, batch %d", r.at.Epoch, r.at.Step, r.batch),
	}
	for key, v := range r.data().All() {
		lines = append(lines, fmt.Sprintf("%v %v", key, v))
	}
	if err := g.Agree("run and its data", lines...); err != nil {
		return nil, err
	}
	model, err := g.Parallel(r.Model)
	if err != nil {
		return nil, err
	}
	whole := r.Train
	r.Train = train
	r.ranks = &together{group: g, model: model, cut: cut}
	if g.Rank() > 0 {
		r.hooks = slices.DeleteFunc(slices.Clone(r.hooks), func(h Hook) bool { _, is := h.(RankZero); return is })
		for _, m := range r.Metrics { // what a state has of them is rank 0's
			m.Reset()
		}
	}
	return func() {
		model.Close()
		r.Train = whole
	}, nil
}

// group is Group; nil also where that is a pointer which is nil.
func (t *Trainer[B, O]) group() ranks.Group {
	if v := reflect.ValueOf(t.Group); v.Kind() == reflect.Pointer && v.IsNil() {
		return nil
	}
	return t.Group
}

// sampler is what Train's order comes from, if it is known.
func (t *Trainer[B, O]) sampler() datasets.Sampler {
	if l, ok := any(t.Train).(interface{ Config() datasets.LoaderConfig }); ok {
		return l.Config().Sampler
	}
	return nil
}

// part are a rank's parts of batches: of each batch of a datasets.Loader, unless that has a sampler for ranks. Others are
// the rank's own already.
func part[B any](g ranks.Group, batches Batches[B]) (Batches[B], bool, error) {
	loader, is := batches.(*datasets.Loader[B])
	if !is {
		return batches, false, nil
	}
	if _, own := loader.Config().Sampler.(*datasets.DistributedSampler); own {
		return batches, false, nil
	}
	p, err := loader.Part(g.WorldSize(), g.Rank())
	return p, true, err
}

// alike gives all ranks rank 0's generators, from which an epoch's order is drawn: parts of unequal sizes may have drawn
// unequally many numbers since.
func (r *run[B, O]) alike() error {
	if r.ranks == nil {
		return nil
	}
	random := r.randomNow()
	defer random.free()
	for _, name := range []string{"cpu", loaderGenerator} {
		if state := random.states[name]; state != nil {
			if err := r.ranks.group.Broadcast(state, 0); err != nil {
				return err
			}
		}
	}
	random.restore()
	return nil
}

// exchanged are a batch's figures over all ranks.
type exchanged struct {
	loss    *torch.Tensor // the mean
	samples int
	weight  *torch.Tensor // the sum, in float64
	factor  float64       // by which this rank's loss counts in the mean that the ranks' gradients get
}

// exchange adds up a batch's figures over the ranks, and whether one of them is to stop.
func (r *run[B, O]) exchange(ctx context.Context, loss *torch.Tensor, samples int, weight any) (x exchanged, own float64, err error) {
	own = float64(samples)
	if t, ok := weight.(*torch.Tensor); ok {
		own = t.Item()
	}
	if r.ranks.idle {
		own, samples = 0, 0
	}
	value := loss.Item() * own
	if own == 0 {
		value = 0
	}
	mine := torch.FromSlice([]float64{own, value, float64(samples), truth(ctx.Err() != nil), truth(r.timeOver())})
	rows, err := r.ranks.group.AllGather(mine)
	if err != nil {
		return x, own, err
	}
	all := make([]float64, 5)
	for _, row := range rows {
		for i, v := range torch.ToSlice[float64](row) {
			all[i] += v
		}
	}
	r.ranks.ends, r.ranks.late = all[3] > 0, all[4] > 0
	mean := 0. // of nothing
	if all[0] != 0 {
		mean = all[1] / all[0]
	}
	x = exchanged{torch.New(mean, torch.Float64), int(all[2]), torch.New(all[0], torch.Float64), 1}
	if all[0] != 0 && own*float64(r.ranks.group.WorldSize()) != all[0] {
		x.factor = own * float64(r.ranks.group.WorldSize()) / all[0]
	}
	return x, own, nil
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// withRanks is a batch's forward pass under which the backward pass reduces gradients, if it is the last of its step.
func (r *run[B, O]) withRanks(batch B, forward func(B) (*torch.Tensor, O)) (loss *torch.Tensor, output O) {
	pass := func() {
		loss = r.ranks.model.Forward(func() *torch.Tensor {
			loss, output = forward(batch)
			return loss
		})
	}
	if n := r.window.batches + 1; n < r.Accumulate && r.batch+n != r.Train.Len() {
		r.ranks.model.NoSync(pass)
	} else {
		pass()
	}
	return loss, output
}

var errRanks = errors.New("a Trainer with a Group has no Scaler: process groups on the CPU have no Float16 to scale for")
