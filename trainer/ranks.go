package trainer

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"

	"multitorch/datasets"
	"multitorch/distributed"
	"multitorch/torch"
)

// RankZero is a hook that a run of several ranks has on rank 0 alone: it writes files, or to a terminal. Other hooks are
// called on every rank, with the same figures, so that what one decides all decide.
type RankZero interface{ RankZero() }

// ranks is what a run has of the other ranks: see [Trainer].Group.
type ranks[B any] struct {
	group      *distributed.Group
	ddp        *distributed.DistributedDataParallel
	cut        bool // Train's batches are parts of the whole run's
	idle       bool // the batch has too few samples for this rank, which has got one that does not count
	late, ends bool // on a rank the time is over, or its context
}

// join makes sure that all ranks have the same run before them, and takes this rank's part of it.
func (r *run[B, O]) join() (leave func(), err error) {
	if r.Group == nil {
		return func() {}, nil
	}
	train, cut, err := part(r.Group, r.Train)
	if err != nil {
		return nil, err
	}
	lines := []string{
		fmt.Sprintf("epochs %d, at most %d steps, validation every %d", r.Epochs, r.MaxSteps, r.ValidateEvery),
		fmt.Sprintf("%d batches a step, clip %v, NaN policy %d, autocast %v", max(r.Accumulate, 1), r.Clip, r.NaN, r.Autocast),
	}
	for key, v := range r.data().All() {
		lines = append(lines, fmt.Sprintf("%v %v", key, v))
	}
	if err := r.Group.Agree("run and its data", lines...); err != nil {
		return nil, err
	}
	// With this option buckets stay as they are at first; without it the second step makes others, in which sums of three ranks
	// and more have other last bits, and a run that goes on would begin with the first again.
	ddp, err := distributed.NewDistributedDataParallel(r.Model, r.Group, distributed.FindUnusedParameters(true))
	if err != nil {
		return nil, err
	}
	whole := r.Train
	r.Train = train
	r.ranks = &ranks[B]{group: r.Group, ddp: ddp, cut: cut}
	if r.Group.Rank() > 0 {
		r.hooks = slices.DeleteFunc(slices.Clone(r.hooks), func(h Hook) bool { _, is := h.(RankZero); return is })
		for _, m := range r.Metrics { // what a state has of them is rank 0's
			m.Reset()
		}
	}
	return func() {
		ddp.Close()
		r.Train = whole
	}, nil
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
func part[B any](g *distributed.Group, batches Batches[B]) (Batches[B], bool, error) {
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
	sums := torch.FromSlice([]float64{own, value, float64(samples), truth(ctx.Err() != nil), truth(r.timeOver())})
	if err := r.ranks.group.AllReduce(sums, distributed.Sum); err != nil {
		return x, own, err
	}
	all := torch.ToSlice[float64](sums)
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
		loss = r.ranks.ddp.Forward(func() *torch.Tensor {
			loss, output = forward(batch)
			return loss
		})
	}
	if n := r.window.batches + 1; n < r.Accumulate && r.batch+n != r.Train.Len() {
		r.ranks.ddp.NoSync(pass)
	} else {
		pass()
	}
	return loss, output
}

// together evaluates the ranks' parts, and puts together what they found.
func (t *Trainer[B, O]) together(ctx context.Context) (e Evaluation, err error) {
	mine, cut, err := part(t.Group, t.Validate)
	if err != nil {
		return e, err
	}
	if cut {
		mine = counted[B]{mine.(*datasets.Loader[B]), t.Group.Rank()}
	}
	sums, err := evaluate(ctx, t.Model, mine, t.Step, t.Metrics)
	if err != nil {
		return e, err
	}
	torch.NoGrad(func() {
		err = torch.Try(func() (err error) {
			if err = sums.gather(t.Group, true); err == nil {
				e, err = sums.result()
			}
			return err
		})
	})
	return e, err
}

// counted leaves out the batches that are too small for this rank.
type counted[B any] struct {
	*datasets.Loader[B]
	rank int
}

func (c counted[B]) All(ctx context.Context) iter.Seq2[B, error] {
	return func(yield func(B, error) bool) {
		it := c.Iterator(ctx)
		defer it.Close()
		for it.Next() {
			if len(it.Indices()) > c.rank && !yield(it.Batch(), nil) {
				return
			}
		}
		if it.Err() != nil {
			yield(it.Batch(), it.Err())
		}
	}
}

// gather makes a tally that of all ranks, in their order; without the losses where these are of all ranks already.
func (t *tally[O]) gather(g *distributed.Group, losses bool) error {
	d, err := t.state()
	if err != nil {
		return err
	}
	var text bytes.Buffer
	if err := torch.WritePT(&text, d); err != nil {
		return err
	}
	all, err := distributed.AllGatherObject(g, text.Bytes())
	if err != nil {
		return err
	}
	whole := *t
	t.reset()
	for rank, b := range all {
		v, err := torch.ReadPT(bytes.NewReader(b), int64(len(b)))
		if err != nil {
			return fmt.Errorf("what rank %d measured: %w", rank, err)
		}
		d, ok := v.(*torch.Dict)
		if !ok {
			return fmt.Errorf("what rank %d measured: expected a dict, but got a %T", rank, v)
		}
		if err := t.merge(d); err != nil {
			return fmt.Errorf("what rank %d measured: %w", rank, err)
		}
	}
	if !losses {
		t.loss, t.samples = whole.loss, whole.samples
	}
	return nil
}

var errRanks = errors.New("a Trainer with a Group has no Scaler: process groups on the CPU have no Float16 to scale for")
