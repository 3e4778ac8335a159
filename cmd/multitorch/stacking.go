package main

import (
	"context"
	"fmt"
	"os"

	"multitorch/datasets"
	"multitorch/multimodal/ensemble"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// stacker is a task whose models can be put together by a meta-learner.
type stacker interface {
	// stack trains the named models again on a part of the training data, a meta-learner on what they say of the rest, and
	// measures it on what the trained models, which have seen all training data, say of the test data.
	stack(ctx context.Context, names []string, trained []nn.Module, r recipe, device torch.Device) (training, error)
}

// part is some samples of a data set.
type part[B any] struct {
	of      datasets.BatchGetter[B]
	indices []int
}

func (p part[B]) Len() int { return len(p.indices) }

func (p part[B]) GetBatch(ctx context.Context, indices []int) (B, error) {
	of := make([]int, len(indices))
	for i, at := range indices {
		of[i] = p.indices[at]
	}
	return p.of.GetBatch(ctx, of)
}

// heldOut is which share of the training data the meta-learner is trained on: each fifth sample, of as many as belong
// together, such as the pictures of one emoji.
const heldOut = 5

func (c *classification[B]) parts() (most, held part[B]) {
	most, held = part[B]{of: c.train}, part[B]{of: c.train}
	for i := range c.train.Len() {
		if i/max(1, c.together)%heldOut == heldOut-1 {
			held.indices = append(held.indices, i)
		} else {
			most.indices = append(most.indices, i)
		}
	}
	return most, held
}

// penalty of the meta-learner for leaving the mean: see ensemble.Stacking.
const penalty = 0.01

// stack is stacker's, for models that newModel makes.
func (c *classification[B]) stack(ctx context.Context, newModel func(name string) (nn.Module, error), names []string,
	trained []nn.Module, r recipe, device torch.Device,
) (training, error) {
	most, held := c.parts()
	var said []*torch.Tensor
	var target *torch.Tensor
	for _, name := range names {
		fmt.Fprintf(os.Stderr, "%s without a fifth, for stacking, seed %d\n", name, r.Seed)
		torch.ManualSeed(r.Seed)
		m, err := newModel(name)
		if err != nil {
			return nil, err
		}
		nn.To(m, device)
		without := *c
		without.train, without.test = most, held
		loop, err := without.training(m, r, device, hooks.NewProgress(os.Stderr))
		if err == nil {
			err = loop.Fit(ctx)
		}
		if err != nil {
			return nil, err
		}
		logits, classes, err := c.answers(ctx, m, held, device)
		if err != nil {
			return nil, err
		}
		said, target = append(said, logits), classes
	}
	meta := ensemble.NewStacking(len(names), len(c.classes))
	nn.To(meta, device)
	if err := torch.Try(func() error { meta.Fit(target, penalty, said...); return nil }); err != nil {
		return nil, err
	}
	return c.measuring(&stacked{Members: trained, Meta: meta}, device, func(b B) (loss, scores *torch.Tensor) {
		var logits []*torch.Tensor
		for _, m := range trained {
			logits = append(logits, c.of.logits(m, b))
		}
		scores = meta.Forward(logits...)
		return crossEntropy.Forward(scores, c.of.target(b)), scores
	})
}

// stacked are models and their meta-learner.
type stacked struct {
	nn.Base
	Members []nn.Module
	Meta    *ensemble.Stacking
}

// answers are what a model says of some samples, [N, classes], and their classes.
func (c *classification[B]) answers(ctx context.Context, m nn.Module, of part[B], device torch.Device) (
	logits, target *torch.Tensor, err error,
) {
	loader, err := datasets.NewBatchLoader(of, datasets.BatchSize(testBatch))
	if err != nil {
		return nil, nil, err
	}
	var all, classes []*torch.Tensor
	_, err = trainer.Evaluate(ctx, m, loader, func(b B) (*torch.Tensor, none) {
		b = c.of.to(b, device)
		scores := c.of.logits(m, b)
		all, classes = append(all, scores.Clone().Keep()), append(classes, c.of.target(b).Clone().Keep())
		return scores.Sum(), none{}
	})
	if err != nil {
		return nil, nil, err
	}
	return torch.Cat(all, 0), torch.Cat(classes, 0), nil
}

// none is an output that nobody measures.
type none struct{}
