package main

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/alecthomas/kong"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
)

// tuning is what decides the numbers of a fine-tuning, as its state has it.
type tuning struct {
	Model     string  `json:"model"`
	Text      string  `json:"text"`
	Target    string  `json:"target"`
	Layers    int     `json:"layers"`
	LoRA      int     `json:"lora"`
	Epochs    int     `json:"epochs"`
	BatchSize int     `json:"batch_size"`
	LR        float64 `json:"lr"`
	Test      float64 `json:"test"`
	Seed      int64   `json:"seed"`
	Data      string  `json:"data"`
	Rows      string  `json:"rows"` // a checksum of the texts and classes
}

func (c *finetuneCmd) tuning() tuning {
	return tuning{c.Model, c.Text, c.Target, c.Layers, c.LoRA, c.Epochs, c.BatchSize, c.LR, c.Test, c.Seed, c.Data, ""}
}

// finetuneKey is where the state's file says how it is tuned.
const finetuneKey = "multitorch.finetune"

// takeOver reads the state in the folder that --resume names, and makes the command that of the run.
func (c *finetuneCmd) takeOver(k *kong.Context) (state *torch.Dict, was tuning, err error) {
	path := filepath.Join(c.Resume, stateName)
	state, metadata, damaged, err := trainer.LoadLatestState(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, was, fmt.Errorf("%s holds no state of a run (%s): it is done, or did not begin", c.Resume, stateName)
	}
	if err != nil {
		return nil, was, err
	}
	if damaged != nil {
		logLine(fmt.Sprintf("WARNING: %v; going on from the state before it", damaged))
	}
	if err := json.Unmarshal([]byte(metadata[finetuneKey]), &was); err != nil {
		return nil, was, fmt.Errorf("%s: expected the state of multitorch finetune", path)
	}
	for _, p := range k.Path {
		if p.Flag != nil && !slices.Contains(free, p.Flag.Name) || p.Positional != nil {
			return nil, was, errors.New("the run goes on by its own settings: leave the other flags and the table out")
		}
	}
	c.Model, c.Text, c.Target, c.Layers, c.LoRA, c.Epochs = was.Model, was.Text, was.Target, was.Layers, was.LoRA, was.Epochs
	c.BatchSize, c.LR, c.Test, c.Seed, c.Data, c.Out = was.BatchSize, was.LR, was.Test, was.Seed, was.Data, c.Resume
	return state, was, nil
}

// checksum is one of all texts and their classes.
func (l *labelled) checksum() string {
	text, _ := json.Marshal([]any{l.texts, l.classes, l.targets}) // of texts and numbers there is always one
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

// saver is the hook by which a fine-tuning can go on.
func (c *finetuneCmd) saver(rows *labelled) (*hooks.RunState, error) {
	t := c.tuning()
	t.Rows = rows.checksum()
	about, err := json.Marshal(t)
	if err != nil {
		return nil, err
	}
	return &hooks.RunState{
		Path: filepath.Join(c.Out, stateName), Every: time.Minute, Async: true, Metadata: map[string]string{finetuneKey: string(about)},
		GoOn: func(err error) {
			logLine(fmt.Sprintf("WARNING: the run's state could not be saved: %v; training goes on", err))
		},
	}, os.MkdirAll(c.Out, 0o777)
}

// forget removes the state of a run that is done: its folder is a model, for others too.
func (c *finetuneCmd) forget() error { return forgetState(c.Out) }

// trainedState is the parameters that are trained, some of which may stand beside the model.
type trainedState []*nn.Parameter

// StateDict is the parameters, by their numbers.
func (p trainedState) StateDict() *torch.Dict {
	d := &torch.Dict{}
	for i, t := range p {
		d.Set(fmt.Sprint(i), t.Tensor)
	}
	return d
}

// LoadStateDict takes them over.
func (p trainedState) LoadStateDict(d *torch.Dict) error {
	if d.Len() != len(p) {
		return fmt.Errorf("expected %d parameters, but got %d", len(p), d.Len())
	}
	for i, t := range p {
		saved, ok := d.Get(fmt.Sprint(i)).(*torch.Tensor)
		if !ok || !slices.Equal(saved.Shape(), t.Shape()) {
			return fmt.Errorf("parameter %d: expected a tensor %v", i, t.Shape())
		}
		torch.NoGrad(func() { t.CopyInplace(saved) })
	}
	return nil
}

// needs says which arguments are missing of a run that begins, or too many of one that goes on.
func (c *finetuneCmd) needs() error {
	var missing []string
	if c.Out == "" {
		missing = append(missing, "--out=DIR")
	}
	if c.Data == "" {
		missing = append(missing, "<data>")
	}
	switch {
	case c.Resume != "" && c.Out != "":
		return errors.New("--out, --resume: expected one of both")
	case c.Resume == "" && missing != nil:
		return fmt.Errorf("missing %s", strings.Join(missing, ", "))
	}
	return nil
}
