package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"multitorch/distributed"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/tensorboard"
)

type trainCmd struct {
	Task task `embed:""`
	configFlags
	epochsFlag
	recipe
	dataFlag
	deviceFlag
	SaveEvery  time.Duration `default:"1m" help:"How often the run's state is saved, beside after each epoch, so that --resume goes on from there."`
	SaveErrors string        `enum:"warn,stop" default:"warn" help:"What becomes of the run when it can't be saved, on a full disk, say: warn (and go on) or stop."`
	Resume     string        `type:"path" placeholder:"DIR" help:"Go on with the run in this folder, by its own settings, as if it had never stopped." config:"-"`
	Profile    string        `type:"path" placeholder:"FILE" help:"Look in five steps where time goes: a trace for chrome://tracing or ui.perfetto.dev, and a table." config:"-"`
	Out        string        `type:"path" placeholder:"DIR" help:"Folder of the run, which must not hold one (default: runs/TASK-MODEL-seedN, or the next with a number)."`

	group   *distributed.Group // nil in a run of one process
	scratch string             // where a rank but 0 writes what nobody reads
}

// Validate is called when the command line is read.
func (c *trainCmd) Validate() error {
	var err error
	if c.SaveEvery < 0 {
		err = fmt.Errorf("--save-every: expected a time, such as 90s, or 0 for after epochs alone, but got %v", c.SaveEvery)
	}
	profile := outputFile{"profile", c.Profile, traceFile, nil}
	return errors.Join(profile.check(), c.epochsFlag.check(), c.recipe.check(), c.deviceFlag.Validate(), err)
}

// Run trains, and leaves a checkpoint, a plot, a TensorBoard event file, and the state by which the run can go on.
func (c *trainCmd) Run(ctx context.Context, k *kong.Context, from *config) error {
	return inRanks(ctx, func(ctx context.Context, g *distributed.Group) error {
		if err := c.startedAgain(g); err != nil {
			return err
		}
		return c.asRank(g, func() error { return c.train(ctx, k, from) })
	})
}

func (c *trainCmd) train(ctx context.Context, k *kong.Context, from *config) error {
	if c.Resume != "" {
		return c.resume(ctx, k)
	}
	device, err := c.place()
	if err != nil {
		return err
	}
	from.noteOther()
	if err := c.openData(ctx); err != nil {
		return err
	}
	c.Epochs = c.epochsFlag.of(c.Task)
	torch.ManualSeed(c.Seed)
	model, err := c.Task.newModel()
	if err != nil {
		return err
	}
	nn.To(model, device)
	file, err := c.config(k, device)
	if err != nil {
		return err
	}
	files, err := sumsOf(ctx, c.Task)
	if err != nil {
		return err
	}
	about, err := c.about(k, device, file, files)
	if err != nil {
		return err
	}
	name := fmt.Sprintf("%s-%s-seed%d", c.Task.info().name, c.Task.modelName(), c.Seed)
	out, events, err := runFolder(c.Out, filepath.Join("runs", name))
	if err != nil {
		return err
	}
	defer events.Close()
	if err := overwrite(runFilePath(out), file); err != nil {
		return err
	}
	if files != "" {
		if err := overwrite(filepath.Join(out, sumsName), files); err != nil {
			return err
		}
	}
	r, err := c.newRun(out, events, about)
	if err != nil {
		return err
	}
	c.announce(model, device)
	loop, err := c.Task.training(model, c.recipe, device, r.hooks...)
	if err == nil {
		err = c.join(loop)
	}
	if err != nil {
		return err
	}
	return r.fit(ctx, loop.Fit, loop)
}

// announce says what is trained, and on what.
func (c *trainCmd) announce(model nn.Module, device torch.Device) {
	line, _ := c.Task.data()
	printf("%s: %d parameters on %s, libtorch %s\n", c.Task.modelName(), nn.NumParameters(model), device, torch.Version())
	printf("%s: %s\n", c.Task.info().title, line)
}

// trainRun is one run of train, and what it leaves in its folder.
type trainRun struct {
	*trainCmd
	out        string
	hooks      []trainer.Hook
	checkpoint *hooks.Checkpoint
	state      *hooks.RunState
	progress   *hooks.Progress
	board      *hooks.TensorBoard
	last       trainer.Evaluation
	profile    strings.Builder // the table that --profile asked for
}

// newRun is a run with its hooks, in a folder.
func (c *trainCmd) newRun(out string, events *tensorboard.Writer, about map[string]string) (*trainRun, error) {
	describe, err := describer(c.Task, c.recipe)
	if err != nil {
		return nil, err
	}
	info := c.Task.info()
	r := &trainRun{
		trainCmd:   c,
		out:        out,
		checkpoint: &hooks.Checkpoint{Path: filepath.Join(out, checkpointName), Describe: describe},
		state:      &hooks.RunState{Path: filepath.Join(out, stateName), Every: c.SaveEvery, Async: true, Metadata: about},
		progress:   hooks.NewProgress(os.Stderr),
		board:      boardOf(c.Task, out, events),
	}
	if c.SaveErrors == "warn" {
		r.goOn()
	}
	curves := &hooks.Curves{
		Path: filepath.Join(out, curvesName), Title: fmt.Sprintf("%s, %s, seed %d", info.title, c.Task.modelName(), c.Seed),
	}
	if len(info.columns) > 0 {
		curves.Accuracy = info.columns[0]
	}
	r.hooks = append(logs(out), r.checkpoint, r.progress, r.board, curves,
		reportOf(c.Task, out, curves.Title), r, r.state)
	if c.Profile != "" {
		r.hooks = append(r.hooks, &hooks.Profile{Path: c.Profile, Table: &r.profile})
	}
	return r, nil
}

// goOn has errors of saving told, and training go on: a full disk may have room again.
func (r *trainRun) goOn() {
	r.checkpoint.GoOn = func(err error) {
		r.progress.Message(fmt.Sprintf("WARNING: the model could not be saved: %v; training goes on, and the last one is of step %d",
			err, r.checkpoint.Saved()))
	}
	r.state.GoOn = func(err error) {
		r.progress.Message(fmt.Sprintf("WARNING: the run's state could not be saved: %v; training goes on, and could be resumed after step %d",
			err, r.state.Saved().Step))
	}
}

// Name is what errors call the run as a hook.
func (r *trainRun) Name() string { return "summary" }

// OnEpoch keeps the figures of the last one.
func (r *trainRun) OnEpoch(e trainer.Epoch) error {
	r.last = e.Validate
	return nil
}

// fit trains, anew or going on, and says what came of it.
func (r *trainRun) fit(ctx context.Context, train func(context.Context) error, loop training) error {
	drawn(ctx, r.board, loop)
	defer context.AfterFunc(ctx, func() {
		r.progress.Message("stopping after this step; Ctrl-C once more ends the program at once")
	})()
	err := train(ctx)
	if r.profile.Len() > 0 {
		printf("\n%strace       %s\n", r.profile.String(), r.Profile)
	}
	if err != nil {
		return r.ended(err)
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

// ended says what a run that ended early has left.
func (r *trainRun) ended(err error) error {
	info, missing := os.Stat(r.checkpoint.Path)
	is := missing == nil && info.Mode().IsRegular()
	switch step := r.checkpoint.Saved(); {
	case step == 0 && is: // later than the state from which this went on
		err = fmt.Errorf("%w; %s holds a model that was saved before", err, r.checkpoint.Path)
	case step == 0:
		err = fmt.Errorf("%w; this run saved no model", err)
	case !is: // somebody has taken it away
		err = fmt.Errorf("%w; %s is no model any more", err, r.checkpoint.Path)
	default:
		err = fmt.Errorf("%w; %s holds the model as it was after step %d", err, r.checkpoint.Path, step)
	}
	var interrupted *trainer.InterruptedError
	if at := r.state.Saved(); at.Step > 0 && errors.As(err, &interrupted) {
		err = fmt.Errorf("%w; multitorch train --resume %s goes on after step %d", err, r.out, at.Step)
	}
	return err
}
