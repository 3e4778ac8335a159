package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

type resultsCmd struct {
	Task task `embed:""`
	dataFlag
	deviceFlag
	Seeds  []int64 `default:"0,1,2" help:"Seeds to train with."`
	Epochs int     `default:"${epochs}" help:"Passes over the training data."`
	Write  string  `type:"path" placeholder:"FILE" help:"Keep the figures in this file, from which the README and the expected figures come."`
	Readme string  `type:"path" placeholder:"FILE" help:"Write the table of all figures in --write's file into this one, between its marks."`
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
	kept, err := newKeeper(c.Write, c.Readme)
	if err != nil {
		return err
	}
	if err := openData(ctx, c.Task, c.DataDir); err != nil {
		return err
	}
	info := c.Task.info()
	reached := map[string][]trainer.Evaluation{}
	for _, seed := range c.Seeds {
		if err := c.train(ctx, seed, device, reached); err != nil {
			return err
		}
	}
	var rows []row
	for _, name := range info.rows() {
		rows = append(rows, row{
			Task: info.name, Data: c.Task.variant(), Model: name,
			Seeds: c.Seeds, Epochs: c.Epochs, LibTorch: torch.Version(),
			Accuracy: summarise(reached[name], func(e trainer.Evaluation) float64 { return 100 * e.Metric("accuracy") }),
			MacroF1:  summarise(reached[name], func(e trainer.Evaluation) float64 { return e.Metric("macro-F1") }),
		})
	}
	printf("Test accuracy in %% and macro-F1 of %s, mean ± standard deviation over the seeds %v (libtorch %s on %s):\n\n%s",
		info.title, c.Seeds, torch.Version(), device, table(rows))
	return kept.keep(rows)
}

// train trains all models with one seed and adds what they and their averages reach.
func (c *resultsCmd) train(ctx context.Context, seed int64, device torch.Device, reached map[string][]trainer.Evaluation) error {
	info := c.Task.info()
	models := map[string]nn.Module{}
	for _, name := range info.models {
		c.Task.setModel(name)
		torch.ManualSeed(seed)
		model, err := c.Task.newModel()
		if err != nil {
			return err
		}
		nn.To(model, device)
		fmt.Fprintf(os.Stderr, "%s, seed %d\n", name, seed)
		r := info.recipe
		r.Seed, r.Epochs = seed, c.Epochs
		last := new(lastEpoch)
		loop, err := c.Task.training(model, r, device, hooks.NewProgress(os.Stderr), last)
		if err == nil {
			err = loop.Fit(ctx)
		}
		if err != nil {
			return err
		}
		reached[name] = append(reached[name], last.Validate)
		models[name] = model
	}
	for _, c2 := range info.together {
		var members []nn.Module
		for _, m := range c2.models {
			members = append(members, models[m])
		}
		loop, err := c.Task.(averager).average(members, device)
		if err != nil {
			return err
		}
		e, err := loop.Evaluate(ctx)
		if err != nil {
			return err
		}
		reached[c2.name] = append(reached[c2.name], e)
	}
	return nil
}

// lastEpoch is a hook that keeps the last epoch.
type lastEpoch struct{ trainer.Epoch }

// Name is "last epoch".
func (l *lastEpoch) Name() string { return "last epoch" }

// OnEpoch keeps it.
func (l *lastEpoch) OnEpoch(e trainer.Epoch) error {
	l.Epoch = e
	return nil
}
