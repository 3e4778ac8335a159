package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/alecthomas/kong"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

type trainCmd struct {
	Task task `embed:""`
	configFlags
	epochsFlag
	recipe
	dataFlag
	deviceFlag
	Out string `type:"path" placeholder:"DIR" help:"Folder of the run, which must not hold one (default: runs/TASK-MODEL-seedN, or the next with a number)."`
}

// Validate is called when the command line is read.
func (c *trainCmd) Validate() error {
	return errors.Join(c.epochsFlag.check(), c.recipe.check(), c.deviceFlag.Validate())
}

// Run trains, and leaves a checkpoint, a plot and a TensorBoard event file.
func (c *trainCmd) Run(ctx context.Context, k *kong.Context, from *config) error {
	device, err := c.device()
	if err != nil {
		return err
	}
	from.noteOther()
	if err := openData(ctx, c.Task, c.DataDir); err != nil {
		return err
	}
	c.Epochs = c.epochsFlag.of(c.Task)
	torch.ManualSeed(c.Seed)
	model, err := c.Task.newModel()
	if err != nil {
		return err
	}
	nn.To(model, device)
	describe, err := describer(c.Task, c.recipe)
	if err != nil {
		return err
	}
	info := c.Task.info()
	name := fmt.Sprintf("%s-%s-seed%d", info.name, c.Task.modelName(), c.Seed)
	out, events, err := runFolder(c.Out, filepath.Join("runs", name))
	if err != nil {
		return err
	}
	defer events.Close()
	if err := c.saveConfig(k, out, device); err != nil {
		return err
	}

	line, _ := c.Task.data()
	printf("%s: %d parameters on %s, libtorch %s\n", c.Task.modelName(), nn.NumParameters(model), device, torch.Version())
	printf("%s: %s\n", info.title, line)
	r := &trainRun{
		trainCmd:   c,
		out:        out,
		checkpoint: &hooks.Checkpoint{Path: filepath.Join(out, checkpointName), Describe: describe},
		progress:   hooks.NewProgress(os.Stderr),
	}
	curves := &hooks.Curves{
		Path: filepath.Join(out, curvesName), Title: fmt.Sprintf("%s, %s, seed %d", info.title, c.Task.modelName(), c.Seed),
	}
	if len(info.columns) > 0 {
		curves.Accuracy = info.columns[0]
	}
	all := append(logs(out), r.checkpoint, r.progress, &hooks.TensorBoard{Writer: events}, curves,
		reportOf(c.Task, out, curves.Title), r)
	loop, err := c.Task.training(model, c.recipe, device, all...)
	if err != nil {
		return err
	}
	return r.fit(ctx, loop)
}

// trainRun is one run of train, and what it leaves in its folder.
type trainRun struct {
	*trainCmd
	out        string
	checkpoint *hooks.Checkpoint
	progress   *hooks.Progress
	last       trainer.Evaluation
}

// Name is what errors call the run as a hook.
func (r *trainRun) Name() string { return "summary" }

// OnEpoch keeps the figures of the last one.
func (r *trainRun) OnEpoch(e trainer.Epoch) error {
	r.last = e.Validate
	return nil
}

func (r *trainRun) fit(ctx context.Context, loop training) error {
	defer context.AfterFunc(ctx, func() {
		r.progress.Message("stopping after this step; Ctrl-C once more ends the program at once")
	})()
	err := loop.Fit(ctx)
	if step := r.checkpoint.Saved(); err != nil && step == 0 {
		return fmt.Errorf("%w; this run saved no model", err)
	} else if err != nil {
		return fmt.Errorf("%w; %s holds the model as it was after step %d", err, r.checkpoint.Path, step)
	}
	printf("\ntest loss   %.4f\n", r.last.Loss)
	for _, v := range r.last.Metrics {
		printf("%-11s %s%s\n", v.Name, v.Text(), r.expectation(v))
	}
	advice, share := "", loop.Times().Share()
	if share >= 0.05 {
		advice = fmt.Sprintf(": try --workers %d", max(2, 2*r.Workers))
	}
	printf("data wait   %.1f %% of the training time%s\n", 100*share, advice)
	printf("checkpoint  %s\nreport      %s\nevents      tensorboard --logdir %s\n",
		r.checkpoint.Path, filepath.Join(r.out, reportName), r.out)
	return nil
}
