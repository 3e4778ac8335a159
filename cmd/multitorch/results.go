package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"

	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/progress"
)

type expectedKey struct{ model, text string }

type figure struct{ mean, spread float64 }

// expected holds the test accuracies in % that multitorch results measured for
// split seed 0 (mean and standard deviation over the seeds 0, 1 and 2).
var expected = map[expectedKey]figure{
	{"image", "label"}: {65.2, 1.1}, {"text", "label"}: {66.0, 0.9}, {"concat", "label"}: {73.6, 0.9}, {"joint", "label"}: {75.5, 0.6},
	{"image", "tags"}: {65.2, 1.1}, {"text", "tags"}: {81.3, 0.6}, {"concat", "tags"}: {83.5, 1.3}, {"joint", "tags"}: {84.8, 1.3},
}

// reference holds the accuracies that Python's models of the same sort reached,
// label only, over the same seeds.
var reference = map[string]figure{
	"image": {64.0, 1.1}, "text": {66.5, 1.3}, "concat": {71.6, 2.0}, "joint": {72.3, 1.1},
	lateAverage: {73.2, 0.9}, ensemble: {74.4, 1.2},
}

const (
	lateAverage = "late average"
	ensemble    = "ensemble"
)

type resultsCmd struct {
	dataFlags
	deviceFlag
	Seeds  []int64 `default:"0,1,2" help:"Seeds to train with."`
	Epochs int     `default:"12" help:"Passes over the training data."`
}

// Validate is called when the command line is read.
func (c *resultsCmd) Validate() error {
	if c.Epochs < 1 {
		return fmt.Errorf("--epochs: expected at least 1, but got %d", c.Epochs)
	}
	if len(c.Seeds) == 0 {
		return errors.New("--seeds: expected at least one number")
	}
	return c.deviceFlag.Validate()
}

// Run trains every kind of model with every seed, and prints mean and spread.
func (c *resultsCmd) Run(ctx context.Context) error {
	device, err := c.device()
	if err != nil {
		return err
	}
	data, err := openData(ctx, c.dataFlags)
	if err != nil {
		return err
	}
	sides := data.Split(c.options())
	table := map[string][]trainer.Evaluation{}
	for _, seed := range c.Seeds {
		if err := c.train(ctx, seed, sides, device, table); err != nil {
			return err
		}
	}
	fmt.Printf("Test accuracy in %% and macro-F1, mean ± standard deviation over the seeds %v (%s; libtorch %s on %s):\n\n",
		c.Seeds, c.options(), torch.Version(), device)
	fmt.Println("| model | accuracy | macro-F1 | reference |\n|---|---|---|---|")
	for _, name := range []string{"image", "text", "concat", "joint", lateAverage, ensemble} {
		accuracy := summarise(table[name], func(e trainer.Evaluation) float64 { return 100 * e.Accuracy })
		f1 := summarise(table[name], func(e trainer.Evaluation) float64 { return e.MacroF1 })
		ref := "-"
		if c.Text == textLabel && !c.Strict {
			ref = fmt.Sprintf("%.1f ± %.1f", reference[name].mean, reference[name].spread)
		}
		fmt.Printf("| %s | %.1f ± %.1f | %.3f ± %.3f | %s |\n", name, accuracy.mean, accuracy.spread, f1.mean, f1.spread, ref)
	}
	return nil
}

// train trains all kinds with one seed and adds what they and their averages
// reach to table.
func (c *resultsCmd) train(ctx context.Context, seed int64, sides emoji10.Sides, device torch.Device, table map[string][]trainer.Evaluation) error {
	models := map[multimodal.Kind]multimodal.Classifier{}
	var test trainer.Batches[multimodal.Batch]
	for _, kind := range multimodal.Kinds() {
		s, err := newSession(recipe{Kind: kind, Seed: seed, Epochs: c.Epochs, BatchSize: 32, LR: 1e-3, WeightDecay: 1e-5}, sides, device)
		if err != nil {
			return err
		}
		fmt.Fprintf(os.Stderr, "%s, seed %d\n", kind, seed)
		bar := progress.New(os.Stderr, c.Epochs*s.trainer.Train.Len(), progress.Epochs(c.Epochs))
		s.trainer.OnStep = func(step trainer.Step) { bar.Step(step.Epoch, step.Step, step.Loss, step.Samples) }
		s.trainer.OnEpoch = func(e trainer.Epoch) error {
			if e.Epoch == c.Epochs {
				table[string(kind)] = append(table[string(kind)], e.Validate)
			}
			return nil
		}
		err = s.trainer.Fit(ctx)
		bar.Done()
		if err != nil {
			return err
		}
		models[kind], test = s.model, s.test
	}
	for name, kinds := range map[string][]multimodal.Kind{
		lateAverage: {multimodal.KindImage, multimodal.KindText},
		ensemble:    multimodal.Kinds(),
	} {
		var members []multimodal.Classifier
		for _, k := range kinds {
			members = append(members, models[k])
		}
		e, err := evaluateAverage(ctx, members, test, device)
		if err != nil {
			return err
		}
		table[name] = append(table[name], e)
	}
	return nil
}

// summarise is the mean and the standard deviation (n-1) of a figure.
func summarise(es []trainer.Evaluation, f func(trainer.Evaluation) float64) figure {
	var sum, squares float64
	for _, e := range es {
		sum += f(e)
	}
	mean := sum / float64(len(es))
	for _, e := range es {
		squares += (f(e) - mean) * (f(e) - mean)
	}
	if len(es) < 2 {
		return figure{mean, 0}
	}
	return figure{mean, math.Sqrt(squares / float64(len(es)-1))}
}
