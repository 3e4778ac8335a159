package main

import (
	"context"
	"errors"
	"math"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

// classification is what tasks share whose samples have one class each, in batches of type B.
type classification[B any] struct {
	classes     []string
	train, test datasets.BatchGetter[B]
	words       func(i int) string // of a test sample, for people; nil where it has none
	together    int                // samples in a row that belong together, and so on one side of any split: 1 where it is 0
	of          batches[B]
	macroF1     *metrics.MacroF1
}

// batches says how models see a task's batches.
type batches[B any] interface {
	to(b B, d torch.Device) B
	target(b B) *torch.Tensor
	// logits are the class scores [N, classes].
	logits(m nn.Module, b B) *torch.Tensor
	// loss is what training minimises, and the scores that it was computed from.
	loss(m nn.Module, b B) (loss, logits *torch.Tensor)
}

// testBatch is the size of batches of which no gradients are kept.
const testBatch = 256

func (c *classification[B]) training(model nn.Module, r recipe, device torch.Device, hooks ...trainer.Hook) (training, error) {
	train, err := datasets.NewBatchLoader(c.train, datasets.BatchSize(r.BatchSize), datasets.Shuffle(true), datasets.Workers(r.Workers))
	if err != nil {
		return nil, err
	}
	t, err := c.measuring(model, device, func(b B) (loss, scores *torch.Tensor) { return c.of.loss(model, b) })
	if err != nil {
		return nil, err
	}
	t.Optimizer = optim.NewAdam(nn.Parameters(model), optim.LR(r.LR), optim.WeightDecay(r.WeightDecay))
	t.Epochs, t.Train, t.Hooks = r.Epochs, train, hooks
	return t, nil
}

// average measures models by what combine makes of their logits, the mean of their class probabilities, say.
func (c *classification[B]) average(models []nn.Module, combine func(logits ...*torch.Tensor) *torch.Tensor, device torch.Device) (
	training, error,
) {
	criterion := nn.NewNLLLoss()
	all := &members{Models: models}
	return c.measuring(all, device, func(b B) (loss, scores *torch.Tensor) {
		var logits []*torch.Tensor
		for _, m := range models {
			logits = append(logits, c.of.logits(m, b))
		}
		scores = combine(logits...)
		return criterion.Forward(scores.Log(), c.of.target(b)), scores
	})
}

// members are models that are measured together.
type members struct {
	nn.Base
	Models []nn.Module
}

// measuring is a trainer that can evaluate.
func (c *classification[B]) measuring(model nn.Module, device torch.Device, step func(B) (loss, scores *torch.Tensor)) (
	*trainer.Trainer[B, metrics.Classified], error,
) {
	test, err := datasets.NewBatchLoader(c.test, datasets.BatchSize(testBatch))
	if err != nil {
		return nil, err
	}
	c.macroF1 = metrics.NewMacroF1(len(c.classes))
	return &trainer.Trainer[B, metrics.Classified]{
		Model: model,
		Step: func(b B) (*torch.Tensor, metrics.Classified) {
			b = c.of.to(b, device)
			loss, scores := step(b)
			return loss, metrics.Classified{Scores: scores, Target: c.of.target(b)}
		},
		Validate: test,
		Metrics:  []metrics.Metric[metrics.Classified]{metrics.NewAccuracy(), c.macroF1},
	}, nil
}

// report is a table of the classes.
func (c *classification[B]) report() string { return c.macroF1.Table(c.classes...) }

// guesses are the classes of each sample, the likeliest first. batch makes the samples' tensors, which end here.
func guesses[B any](of batches[B], classes []string, model nn.Module, batch func() (B, error), device torch.Device) (
	found [][]guess, err error,
) {
	torch.NoGrad(func() {
		err = torch.Try(func() (err error) {
			torch.Step(func() {
				var b B
				if b, err = batch(); err != nil {
					return
				}
				values, order := of.logits(model, of.to(b, device)).Softmax(1).Topk(len(classes), 1)
				found, err = named(classes, torch.ToSlice[int64](order.Flatten(0, -1)), torch.ToSlice[float32](values.Flatten(0, -1)))
			})
			return err
		})
	})
	return found, err
}

// named are the guesses of some samples: of each as many as there are classes.
func named(classes []string, order []int64, probabilities []float32) (found [][]guess, err error) {
	for i, p := range probabilities {
		if i%len(classes) == 0 {
			found = append(found, make([]guess, 0, len(classes)))
		}
		if math.IsNaN(float64(p)) {
			return nil, errors.New("the model's scores for this input are NaN or infinite")
		}
		last := &found[len(found)-1]
		*last = append(*last, guess{classes[order[i]], float64(p)})
	}
	return found, nil
}

// reader is a task whose samples can be read one by one, and looked at together.
type reader[S any] interface {
	// read makes a sample of what predict, or a request, was given, in memory of Go's.
	read(ctx context.Context, in inputs) (S, error)
	// look says what a model sees in each sample, the likeliest class first.
	look(model nn.Module, samples []S, device torch.Device) ([][]guess, error)
}

// predictOne is what predict says.
func predictOne[S any](t reader[S], model nn.Module, in inputs, device torch.Device) ([]guess, error) {
	sample, err := t.read(context.Background(), in)
	if err != nil {
		return nil, err
	}
	found, err := t.look(model, []S{sample}, device)
	if err != nil {
		return nil, err
	}
	return found[0], nil
}
