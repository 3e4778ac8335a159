package main

import (
	"context"
	"errors"
	"fmt"
)

type predictCmd struct {
	deviceFlag
	Checkpoint string `type:"path" default:"runs/emoji10-concat-seed0/checkpoint.safetensors" help:"Checkpoint file."`
	Image      string `type:"path" placeholder:"FILE" help:"Image: PNG, JPEG, GIF, WebP, BMP or TIFF."`
	Text       string `placeholder:"WORDS" help:"Text: a few words."`
	Audio      string `type:"path" placeholder:"FILE" help:"Sound: WAV, FLAC, MP3 or Ogg."`
	Top        int    `default:"3" help:"Classes to print."`

	Set     map[string]string `mapsep:"none" placeholder:"COLUMN=CELL" help:"Cell of a column, for a model of a table."`
	Data    string            `type:"path" placeholder:"FILE" help:"Table with the columns that the model was trained on: each row is predicted, and written as CSV."`
	Out     string            `type:"path" placeholder:"FILE" help:"CSV file for --data's predictions (default: the output)."`
	SkipBad bool              `help:"Leave rows of --data out that can't be used, and count them."`
}

// Validate is called when the command line is read.
func (c *predictCmd) Validate() error {
	if c.Top < 1 {
		return fmt.Errorf("--top: expected at least 1, but got %d", c.Top)
	}
	out := outputFile{"out", c.Out, csvFile, []string{c.Checkpoint, c.Data}}
	return errors.Join(out.check(), c.deviceFlag.Validate())
}

// Run prints the most likely classes of what it was given.
func (c *predictCmd) Run() error {
	device, err := c.device()
	if err != nil {
		return err
	}
	s, err := loadModel(c.Checkpoint, device)
	if err != nil {
		return err
	}
	if c.Data != "" {
		t, ok := s.task.(tabular)
		if !ok {
			return fmt.Errorf("--data: the model in %s is of %s, and takes no table", c.Checkpoint, s.task.info().title)
		}
		return t.predictTable(context.Background(), s.model, c.Data, c.Out, c.SkipBad, device)
	}
	if len(c.Set) > 0 {
		if _, ok := s.task.(tabular); !ok {
			return fmt.Errorf("--set: the model in %s is of %s, which has no columns", c.Checkpoint, s.task.info().title)
		}
	}
	found, err := s.task.predict(s.model, inputs{
		checkpoint: c.Checkpoint, image: media{path: c.Image}, audio: media{path: c.Audio}, text: c.Text, set: c.Set,
	}, device)
	if err != nil {
		return err
	}
	for _, g := range found[:min(c.Top, len(found))] {
		printf("%-20s %5.1f %%\n", g.class, 100*g.probability)
	}
	return nil
}
