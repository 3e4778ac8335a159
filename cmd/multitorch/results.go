package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"

	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

type resultsCmd struct {
	Task task `embed:""`
	epochsFlag
	dataFlag
	deviceFlag
	Seeds  []int64  `default:"0,1,2" help:"Seeds to train with."`
	Models []string `placeholder:"NAME" help:"Models to train (default: all), and what is put together of them."`
	Write  string   `type:"path" placeholder:"FILE" help:"Keep the figures in this file, from which the README and the expected figures come."`
	Readme string   `type:"path" placeholder:"FILE" help:"Write the table of all figures in --write's file into this one, between its marks."`
}

// Validate is called when the command line is read.
func (c *resultsCmd) Validate() error {
	if err := c.epochsFlag.check(); err != nil {
		return err
	}
	if len(c.Seeds) == 0 {
		return errors.New("--seeds: expected at least one number")
	}
	return errors.Join(distinct("seeds", c.Seeds), c.deviceFlag.Validate())
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
	only, err := info.only(c.Models)
	if err != nil {
		return fmt.Errorf("--models: %w", err)
	}
	reached := map[string][]trainer.Evaluation{}
	for _, seed := range c.Seeds {
		if err := c.train(ctx, only, seed, device, reached); err != nil {
			return err
		}
	}
	var rows []row
	for _, name := range only.rows() {
		rows = append(rows, row{
			Task: info.name, Data: c.Task.variant(), Model: name, Figures: info.figures(reached[name]),
			Seeds: c.Seeds, Epochs: c.epochsFlag.of(c.Task), LibTorch: torch.Version(),
		})
	}
	printf("Test figures of %s, shares in %%, mean ± standard deviation over the seeds %v (libtorch %s on %s):\n\n%s",
		info.title, c.Seeds, torch.Version(), device, tables(rows))
	return kept.keep(rows)
}

// train trains the models with one seed and adds what they, and those that are put together of them, reach.
func (c *resultsCmd) train(ctx context.Context, only *taskInfo, seed int64, device torch.Device,
	reached map[string][]trainer.Evaluation,
) error {
	r := only.recipe
	r.Seed, r.Epochs = seed, c.epochsFlag.of(c.Task)
	models := map[string]nn.Module{}
	for _, name := range only.models {
		c.Task.setModel(name)
		torch.ManualSeed(seed)
		model, err := c.Task.newModel()
		if err != nil {
			return err
		}
		nn.To(model, device)
		fmt.Fprintf(os.Stderr, "%s, seed %d\n", name, seed)
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
	for _, t := range only.together {
		e, err := c.measure(ctx, t, models, r, device)
		if err != nil {
			return fmt.Errorf("%s: %w", t.name, err)
		}
		reached[t.name] = append(reached[t.name], e)
	}
	return nil
}

// measure measures models that are put together.
func (c *resultsCmd) measure(ctx context.Context, t combination, models map[string]nn.Module, r recipe, device torch.Device) (
	e trainer.Evaluation, err error,
) {
	var members []nn.Module
	for _, m := range t.models {
		members = append(members, models[m])
	}
	var loop training
	if t.stacked {
		loop, err = c.Task.(stacker).stack(ctx, t.models, members, r, device)
	} else {
		loop, err = c.Task.(averager).average(members, multimodal.Average, device)
	}
	if err != nil {
		return e, err
	}
	return loop.Evaluate(ctx)
}

// only is what a task has of the named models, and of what is put together of these alone; all where none is named.
func (i *taskInfo) only(names []string) (*taskInfo, error) {
	if len(names) == 0 {
		return i, nil
	}
	some := *i
	some.models, some.together = nil, nil
	for _, name := range names {
		if !slices.Contains(i.models, name) {
			return nil, fmt.Errorf("%.40q: expected some of %q", name, i.models)
		}
	}
	for _, name := range i.models { // in the table's order
		if slices.Contains(names, name) {
			some.models = append(some.models, name)
		}
	}
	for _, t := range i.together {
		if !slices.ContainsFunc(t.models, func(m string) bool { return !slices.Contains(names, m) }) {
			some.together = append(some.together, t)
		}
	}
	return &some, nil
}

// figures are the means over several runs of the metrics that the task's table shows.
func (i *taskInfo) figures(es []trainer.Evaluation) (figures []column) {
	names := i.columns
	if names == nil {
		names = []string{"accuracy", "macro-F1"}
	}
	for _, name := range names {
		share, scale := false, 1.
		for _, v := range es[0].Metrics {
			if v.Name == name && v.Share {
				share, scale = true, 100
			}
		}
		figures = append(figures, column{name, share, summarise(es, func(e trainer.Evaluation) float64 { return scale * e.Metric(name) })})
	}
	return figures
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
