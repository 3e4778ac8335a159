package main

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/tensorboard"
)

// stateName is the file with a run's state, by which --resume goes on with it.
const stateName = "state.safetensors"

// runKey is where the state's file says which run it is of.
const runKey = "multitorch.run"

// runAbout is what a run's state says of the run: enough to begin it again.
type runAbout struct {
	Task    string          `json:"task"`
	Options json.RawMessage `json:"options"` // the task's fields, as a checkpoint has them
	Recipe  recipe          `json:"recipe"`
	Workers int             `json:"workers"`
	DataDir string          `json:"data_dir,omitempty"`
	Device  string          `json:"device"`
	File    string          `json:"file,omitempty"`  // the run's configuration, as it is in its folder
	Files   string          `json:"files,omitempty"` // what the list of its data's files is known by
	// Flags are all of the command's, as they were read: by these differences are named.
	Flags map[string]string `json:"flags"`
}

func (c *trainCmd) about(k *kong.Context, device torch.Device, file, files string) (map[string]string, error) {
	options, err := json.Marshal(c.Task)
	if err != nil {
		return nil, err
	}
	a := runAbout{
		Task: c.Task.info().name, Options: options, Recipe: c.recipe, Workers: c.Workers, DataDir: c.DataDir,
		Device: device.String(), File: file, Files: sumOf(files), Flags: map[string]string{},
	}
	for _, f := range k.Flags() {
		a.Flags[f.Name] = flagText(f)
	}
	text, err := json.Marshal(a)
	return map[string]string{runKey: string(text)}, err
}

func flagText(f *kong.Flag) string {
	v := f.Target
	if v.Kind() == reflect.Pointer && !v.IsNil() {
		v = v.Elem()
	}
	return fmt.Sprint(v.Interface())
}

// free are flags that change no number of a run: they may be given again. Those of the epochs and the folder have rules of
// their own.
var free = []string{
	"resume", "data", "workers", "device", "threads", "data-dir", "save-every", "save-errors", "epochs", "out", "config", "set", "profile",
}

// differences names the flags that were given with --resume and are not those of the run.
func (a *runAbout) differences(k *kong.Context) error {
	var all []string
	named, _ := k.Selected().Target.Interface().(trainCmd)
	if t := named.Task; t != nil && t.info().name != a.Task && (t.info().name != firstTask || slices.Contains(k.Args, firstTask)) {
		return fmt.Errorf("the run is one of the task %s, not of %s", a.Task, t.info().name)
	}
	for _, p := range k.Path {
		if p.Flag == nil || slices.Contains(free, p.Flag.Name) {
			continue
		}
		was, known := a.Flags[p.Flag.Name]
		if now := flagText(p.Flag); known && was != now {
			all = append(all, fmt.Sprintf("--%s was %s, and is %s", p.Flag.Name, was, now))
		} else if !known {
			all = append(all, fmt.Sprintf("--%s is not a flag of %s", p.Flag.Name, a.Task))
		}
	}
	if all == nil {
		return nil
	}
	return fmt.Errorf("it goes on as it began, and %s: leave the flags out, or begin another run", strings.Join(all, "; "))
}

// loadRun reads the state of the run in a folder, and what it says of the run.
func loadRun(dir string) (*torch.Dict, *runAbout, error) {
	if info, err := os.Stat(dir); err == nil && !info.IsDir() {
		return nil, nil, fmt.Errorf("%s is no folder: expected that of a run", dir)
	}
	path := filepath.Join(dir, stateName)
	state, metadata, damaged, err := trainer.LoadLatestState(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil, fmt.Errorf("%s holds no state of a run (%s): multitorch train begins one", dir, stateName)
	}
	if err != nil {
		return nil, nil, err
	}
	if damaged != nil {
		logLine(fmt.Sprintf("WARNING: %v", damaged))
		logLine(fmt.Sprintf("WARNING: going on from the state before it, %s, to the same end", trainer.PreviousState(path)))
	}
	a := new(runAbout)
	if err := json.Unmarshal([]byte(metadata[runKey]), a); err != nil {
		return nil, nil, fmt.Errorf("%s: it does not say which run it is of: expected one that multitorch train wrote", path)
	}
	if was, _ := state.Get("libtorch").(string); was != torch.Version() {
		logLine(fmt.Sprintf("WARNING: the run was saved with libtorch %s, and this is %s: it goes on, and its last bits may differ", was, torch.Version()))
	}
	return state, a, nil
}

// resume goes on with the run in a folder.
func (c *trainCmd) resume(ctx context.Context, k *kong.Context) error {
	if c.Out != "" {
		return errors.New("--out, --resume: a run goes on in its own folder: expected one of both")
	}
	dir := c.Resume
	state, a, err := loadRun(dir)
	if err == nil {
		err = a.differences(k)
	}
	if err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	at, err := trainer.PlaceOf(state)
	if err != nil {
		return fmt.Errorf("--resume: %s: %w", filepath.Join(dir, stateName), err)
	}
	if err := c.takeOver(a, k); err != nil {
		return fmt.Errorf("--resume: %s: %w", filepath.Join(dir, stateName), err)
	}
	device, err := c.place()
	if err != nil {
		return err
	}
	events, err := tensorboard.NewWriter(cmp.Or(c.scratch, dir), tensorboard.ResumeAt(at.Step+1))
	if errors.Is(err, tensorboard.ErrInUse) {
		return fmt.Errorf("--resume: another process trains the run in %s: wait for it, or stop it first", dir)
	}
	if err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	defer events.Close()
	if err := c.openData(ctx); err != nil {
		return err
	}
	if err := c.sameFiles(ctx, a, dir); err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	var model nn.Module
	nn.SkipInit(func() { model, err = c.Task.newModel() })
	if err != nil {
		return err
	}
	nn.To(model, device)
	if err := c.goOnWith(k, a, dir); err != nil {
		return fmt.Errorf("--resume: %w", err)
	}
	r, err := c.newRun(dir, events, a.metadata())
	if err != nil {
		return err
	}
	if at.Epoch > c.Epochs && isThere(filepath.Join(dir, reportName)) { // what it shows of the last validation was not kept
		r.hooks = slices.DeleteFunc(r.hooks, func(h trainer.Hook) bool { _, is := h.(*hooks.Report); return is })
	}
	if c.scratch == "" {
		warnOfLostRows(dir, at)
	}
	c.announce(model, device)
	printf("resumed after step %d, in %s\n", at.Step, dir)
	loop, err := c.Task.training(model, c.recipe, device, r.hooks...)
	if err == nil {
		err = c.join(loop)
	}
	if err != nil {
		return err
	}
	return r.fit(ctx, func(ctx context.Context) error {
		err := loop.Resume(ctx, state)
		if err == nil && at.Epoch > c.Epochs {
			err = r.keepCheckpoint(model, at.Step)
		}
		return err
	}, loop)
}

func isThere(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}

func (a *runAbout) metadata() map[string]string {
	text, _ := json.Marshal(a) // it was read as JSON
	return map[string]string{runKey: string(text)}
}
