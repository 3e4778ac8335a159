package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

type checkpointCmd struct {
	Inspect inspectCmd `cmd:"" help:"Show what is in a checkpoint: tensors, description, and whether the checksum is right."`
	Average averageCmd `cmd:"" help:"Average the weights of several checkpoints of one model."`
	Export  exportCmd  `cmd:"" help:"Write a checkpoint's weights for other programs: plain safetensors, or .pt for Python."`
}

type inspectCmd struct {
	Tensors bool     `default:"true" negatable:"" help:"List the tensors."`
	Files   []string `arg:"" name:"checkpoint" type:"path" help:"Files that train wrote: models and states of runs. Others are shown without a checksum."`
}

// Run shows each file.
func (c *inspectCmd) Run() error {
	for i, path := range c.Files {
		if i > 0 {
			printf("\n")
		}
		if err := c.show(path); err != nil {
			return err
		}
	}
	return nil
}

func (c *inspectCmd) show(path string) error {
	f, err := trainer.Inspect(path)
	if err != nil {
		return err
	}
	defer f.Free()
	elements, size := 0, 0
	for _, t := range f.Tensors {
		elements += t.Tensor.Numel()
		size += t.Tensor.Numel() * t.Tensor.DType().Size()
	}
	printf("%s: %s, %d tensors with %d elements, %d bytes\n", path, f.Kind, len(f.Tensors), elements, size)
	switch {
	case f.Damage != nil:
		printf("checksum    WRONG: %v\n", f.Damage)
	case f.Checksum == "":
		printf("checksum    none\n")
	default:
		printf("checksum    right, SHA-256 %s\n", f.Checksum)
	}
	if f.Description != "" {
		printf("description %s\n", indented(f.Description))
	}
	for _, key := range sortedKeys(f.Metadata) {
		printf("metadata    %s: %s\n", key, indented(f.Metadata[key]))
	}
	if c.Tensors {
		var b bytes.Buffer
		w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', 0)
		for _, t := range f.Tensors {
			fmt.Fprintf(w, "  %s\t%v\t%v\n", plain(t.Name), t.Tensor.DType(), t.Tensor.Shape())
		}
		w.Flush()
		printf("%s", b.String())
	}
	if f.Damage != nil {
		return fmt.Errorf("checkpoint %s: %w", path, f.Damage)
	}
	return nil
}

// indented is JSON as people read it, without what is long, and other text as it is.
func indented(text string) string {
	var b bytes.Buffer
	if json.Indent(&b, []byte(text), "", "  ") != nil {
		b.Reset()
		b.WriteString(text)
	}
	const most = 4000
	if b.Len() > most {
		return string(bytes.ToValidUTF8(b.Bytes()[:most], nil)) + " …"
	}
	return b.String()
}

func sortedKeys(m map[string]string) (keys []string) {
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

type averageCmd struct {
	Out         string   `type:"path" required:"" placeholder:"FILE" help:"Checkpoint to write, which must not be there."`
	Checkpoints []string `arg:"" type:"path" help:"Checkpoints of one model, two or more."`
}

// Validate is called when the command line is read.
func (c *averageCmd) Validate() error { return outputFile{"out", c.Out, modelFile, nil}.check() }

// Run writes the mean of the weights, with the first one's description. What is no float, a count of batches, say, is the last one's.
func (c *averageCmd) Run() error {
	if len(c.Checkpoints) < 2 {
		return errors.New("expected two checkpoints or more to average")
	}
	if err := vacantFile(c.Out); err != nil {
		return err
	}
	var about description
	sum, err := trainer.LoadCheckpoint(c.Checkpoints[0], &about)
	if err != nil {
		return err
	}
	for i, s := range sum {
		if s.Tensor.DType().IsFloatingPoint() {
			sum[i].Tensor = s.Tensor.To(torch.Float64)
		}
	}
	for _, path := range c.Checkpoints[1:] {
		if err := addTo(sum, path, c.Checkpoints[0], about); err != nil {
			return err
		}
	}
	task, err := about.task()
	if err != nil {
		return fmt.Errorf("checkpoint %s: %w", c.Checkpoints[0], err)
	}
	var model nn.Module
	nn.SkipInit(func() { model, err = task.newModel() })
	if err != nil {
		return err
	}
	for i, s := range sum {
		if s.Tensor.DType().IsFloatingPoint() {
			sum[i].Tensor = s.Tensor.Div(len(c.Checkpoints))
		}
	}
	if err := nn.LoadStateDict(model, sum); err != nil { // in the model's dtypes
		return fmt.Errorf("checkpoint %s: %w", c.Checkpoints[0], err)
	}
	about.Test = nil // it was measured for none of them
	if err := trainer.SaveCheckpoint(c.Out, model, about); err != nil {
		return err
	}
	printf("checkpoint  %s, the mean of %d\n", c.Out, len(c.Checkpoints))
	return nil
}

// addTo adds a checkpoint's weights to a sum.
func addTo(sum []torch.NamedTensor, path, first string, about description) error {
	var other description
	state, err := trainer.LoadCheckpoint(path, &other)
	if err != nil {
		return err
	}
	if other.Task != about.Task || !bytes.Equal(other.Options, about.Options) {
		return fmt.Errorf("%s and %s: expected models of one task and the same options, but got %s %s and %s %s",
			first, path, about.Task, short(about.Options), other.Task, short(other.Options))
	}
	if len(state) != len(sum) {
		return fmt.Errorf("%s and %s: %d and %d tensors: expected checkpoints of one model", first, path, len(sum), len(state))
	}
	for i, s := range state {
		mine := &sum[i]
		if s.Name != mine.Name || !slices.Equal(s.Tensor.Shape(), mine.Tensor.Shape()) {
			return fmt.Errorf("%s and %s: %s %v and %s %v: expected checkpoints of one model",
				first, path, mine.Name, mine.Tensor.Shape(), s.Name, s.Tensor.Shape())
		}
		if mine.Tensor.DType().IsFloatingPoint() {
			mine.Tensor.AddInplace(s.Tensor)
		} else {
			mine.Tensor = s.Tensor
		}
	}
	return nil
}

func short(text json.RawMessage) string { return fmt.Sprintf("%.120s", text) }

type exportCmd struct {
	Out        string `type:"path" required:"" placeholder:"FILE" help:"File to write, which must not be there: .safetensors, or .pt for Python's torch.load."`
	Checkpoint string `arg:"" type:"path" help:"Checkpoint, or the state of a run, whose model is taken."`
}

// Run writes the weights under PyTorch's names, and nothing else.
func (c *exportCmd) Run() error {
	if err := vacantFile(c.Out); err != nil {
		return err
	}
	weights, err := weightsOf(c.Checkpoint)
	if err != nil {
		return err
	}
	switch ext := strings.ToLower(filepath.Ext(c.Out)); ext {
	case ".safetensors":
		err = torch.SaveSafetensors(c.Out, weights, map[string]string{"format": "pt"})
	case ".pt", ".pth", ".bin":
		d := &torch.Dict{}
		for _, w := range weights {
			d.Set(w.Name, w.Tensor)
		}
		err = torch.Save(c.Out, d)
	default:
		err = fmt.Errorf("--out: %q: expected a name that ends in .safetensors, .pt, .pth or .bin", c.Out)
	}
	if err == nil {
		printf("weights     %s, %d tensors\n", c.Out, len(weights))
	}
	return err
}

// weightsOf are the weights of a checkpoint, or of a run's state.
func weightsOf(path string) ([]torch.NamedTensor, error) {
	var about json.RawMessage
	weights, err := trainer.LoadCheckpoint(path, &about)
	if err == nil {
		return weights, nil
	}
	state, _, again := trainer.LoadState(path)
	if again != nil {
		return nil, err
	}
	model, again := state.Dict("model")
	if again != nil {
		return nil, fmt.Errorf("checkpoint %s: %w", path, again)
	}
	return model.Tensors()
}

// vacantFile is an error where there is a file already.
func vacantFile(path string) error {
	if _, err := os.Lstat(path); err == nil {
		return fmt.Errorf("--out: %s is there already, and is not overwritten", path)
	}
	return nil
}
