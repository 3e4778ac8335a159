package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"time"

	"github.com/alecthomas/kong"
)

// takeOver makes the command that of the run, but for what may be given anew.
func (c *trainCmd) takeOver(a *runAbout, k *kong.Context) error {
	d := description{Task: a.Task, Options: a.Options}
	t, err := d.task()
	if err != nil {
		return err
	}
	given := func(name string) bool {
		return slices.ContainsFunc(k.Path, func(p *kong.Path) bool { return p.Flag != nil && p.Flag.Name == name })
	}
	workers := c.Workers
	c.Task, c.recipe = t, a.Recipe
	if c.Workers = a.Workers; given("workers") {
		c.Workers = workers
	}
	if c.Device == "" {
		c.Device = a.Device
	}
	if c.DataDir == "" {
		c.DataDir = a.DataDir
	}
	if own, ok := t.(moved); ok && given("data") {
		own.move(tableOf(k))
		if a.Options, err = json.Marshal(t); err != nil {
			return err
		}
	}
	if err := errors.Join(c.takeOverFlags(a, given), c.recipe.check(), c.deviceFlag.Validate()); err != nil {
		return err
	}
	a.Workers, a.DataDir, a.Device = c.Workers, c.DataDir, c.Device // for whoever goes on with it next
	for _, f := range k.Flags() {
		if _, known := a.Flags[f.Name]; known && given(f.Name) && slices.Contains(free, f.Name) {
			a.Flags[f.Name] = flagText(f)
		}
	}
	if c.Given == nil || *c.Given == c.Epochs {
		return nil
	}
	if *c.Given < c.Epochs {
		return fmt.Errorf("--epochs: the run has %d, and can't have fewer", c.Epochs)
	}
	if t.info().scheduled {
		return fmt.Errorf("--epochs: the learning rate of %s is planned for the run's %d: begin another run for more", a.Task, c.Epochs)
	}
	c.Epochs, a.Recipe.Epochs = *c.Given, *c.Given
	return nil
}

// moved is a task of a table of one's own, which may lie elsewhere when its run goes on: it is known by its contents.
type moved interface{ move(path string) }

// move forgets where relative paths began, unless --data-dir says so again: beside the table they do.
func (o *own) move(path string)       { o.Data, o.Base = path, "" }
func (t *tableTask) move(path string) { t.Data, t.Base = path, "" }

// tableOf is the table that the command line names.
func tableOf(k *kong.Context) string {
	for _, f := range k.Flags() {
		if f.Name == "data" {
			return flagText(f)
		}
	}
	return ""
}

// takeOverFlags gives flags that no task has their values of the run, where they were not given anew. Files of before they were
// taken over may lack some.
func (c *trainCmd) takeOverFlags(a *runAbout, given func(name string) bool) (err error) {
	for name, set := range map[string]func(text string) error{
		"threads":     func(text string) (err error) { c.Threads, err = strconv.Atoi(text); return err },
		"save-every":  func(text string) (err error) { c.SaveEvery, err = time.ParseDuration(text); return err },
		"save-errors": func(text string) error { c.SaveErrors = text; return nil },
	} {
		text, known := a.Flags[name]
		if !known || given(name) {
			continue
		}
		if wrong := set(text); wrong != nil {
			err = errors.Join(err, fmt.Errorf("--%s of the run: %w", name, wrong))
		}
	}
	return err
}
