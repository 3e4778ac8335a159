package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"multitorch/distributed"
	"multitorch/torch"
	"multitorch/trainer/ranks"
)

// inRanks runs f as one of several ranks, where this process was started as such, by launch or torchrun. Rank 0 alone says what
// goes on; g is nil in a run of one process.
func inRanks(ctx context.Context, f func(ctx context.Context, g *distributed.Group) error) error {
	if size := os.Getenv("WORLD_SIZE"); size == "1" || size == "" && os.Getenv("RANK") == "" {
		return f(ctx, nil)
	}
	return distributed.Run(ctx, func(ctx context.Context, g *distributed.Group) error {
		if g.Rank() > 0 {
			stdout.w, notes = io.Discard, io.Discard
		}
		return f(ctx, g)
	})
}

// startedAgain has ranks that a launcher starts again, because one was lost, go on with their run.
func (c *trainCmd) startedAgain(g *distributed.Group) error {
	if most := os.Getenv("TORCHELASTIC_MAX_RESTARTS"); g == nil || c.Resume != "" || most == "" || most == "0" {
		return nil
	}
	if c.Out == "" {
		return errors.New("ranks that are started again need --out: in that folder they find the run that they go on with")
	}
	if os.Getenv("TORCHELASTIC_RESTART_COUNT") != "0" && isThere(filepath.Join(c.Out, stateName)) {
		c.Resume, c.Out = c.Out, ""
	}
	return nil
}

// asRank is the run as a rank has it: only rank 0's folder is kept.
func (c *trainCmd) asRank(g *distributed.Group, train func() error) error {
	if c.group = g; g == nil || g.Rank() == 0 {
		return train()
	}
	dir, remove, err := scratchFolder()
	if err != nil {
		return err
	}
	defer remove()
	c.scratch = dir
	if c.Resume == "" {
		c.Out = filepath.Join(dir, "run")
	}
	return train()
}

// openData opens the task's data: rank 0 first, which may have to fetch them.
func (c *trainCmd) openData(ctx context.Context) error {
	if c.group == nil {
		return openData(ctx, c.Task, c.DataDir)
	}
	wrong := ""
	var err error
	if c.group.Rank() == 0 {
		if err = openData(ctx, c.Task, c.DataDir); err != nil {
			wrong = err.Error()
		}
	}
	wrong, lost := distributed.BroadcastObject(c.group, wrong, 0)
	switch {
	case lost != nil:
		return errors.Join(err, lost)
	case c.group.Rank() == 0:
		return err
	case wrong != "":
		return fmt.Errorf("rank 0: %s", wrong)
	}
	return openData(ctx, c.Task, c.DataDir)
}

// join gives a loop the run's ranks.
func (c *trainCmd) join(loop training) error {
	if c.group == nil {
		return nil
	}
	t, can := loop.(interface{ SetGroup(g ranks.Group) })
	if !can {
		return fmt.Errorf("%s can't be trained by several ranks", c.Task.info().name)
	}
	t.SetGroup(c.group)
	return nil
}

// place is the run's device: for ranks that have a GPU each, that of this one.
func (c *trainCmd) place() (torch.Device, error) {
	device, err := c.device()
	if err == nil && c.group != nil && (c.Device == "" || device.IsCUDA() && c.group.Device().IsCUDA()) {
		device = c.group.Device()
	}
	return device, err
}
