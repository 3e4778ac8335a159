package main

import (
	"context"
	"fmt"
	"os"

	"multitorch/datasets"
	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
)

// What --text may say.
const (
	textLabel = "label"
	textTags  = "tags"
)

var textNames = []string{textLabel, textTags}

// dataFlags say which Emoji-10 is meant.
type dataFlags struct {
	Text      string `enum:"label,tags" default:"label" help:"Text of an emoji: label (its name), or tags (name and tags)."`
	Strict    bool   `help:"Keep gender variants of one emoji on one side of the split."`
	SplitSeed int64  `default:"0" help:"Seed of the train/test split."`
	DataDir   string `type:"path" placeholder:"DIR" help:"Folder of the data (default: emoji10 in $$MULTITORCH_DATA, else in the user's cache folder)."`
}

func (f dataFlags) options() emoji10.Options {
	o := emoji10.Options{Text: emoji10.Label, Seed: f.SplitSeed, Strict: f.Strict}
	if f.Text == textTags {
		o.Text = emoji10.LabelAndTags
	}
	return o
}

// deviceFlag chooses a device: CUDA where it is available, unless one is named.
type deviceFlag struct {
	Device  string `placeholder:"cpu|cuda|cuda:N" help:"Device (default: cuda if available, else cpu)."`
	Threads int    `placeholder:"N" help:"Threads of one operator, libtorch's and BLAS's (default: libtorch's choice)."`
}

// maxThreads is more than any processor has; each takes memory even when idle.
const maxThreads = 1024

// Validate is called when the command line is read.
func (f deviceFlag) Validate() error {
	if f.Threads < 0 || f.Threads > maxThreads {
		return fmt.Errorf("--threads: expected 1 to %d, but got %d", maxThreads, f.Threads)
	}
	if f.Device == "" {
		return nil
	}
	if _, err := torch.ParseDevice(f.Device); err != nil {
		return fmt.Errorf("--device: %w", err)
	}
	return nil
}

// device sets the number of threads, and checks that the device is there.
func (f deviceFlag) device() (torch.Device, error) {
	if f.Threads > 0 {
		torch.SetNumThreads(f.Threads)
	}
	if f.Device == "" {
		if torch.CUDAIsAvailable() {
			return torch.CUDA, nil
		}
		return torch.CPU, nil
	}
	d, err := torch.ParseDevice(f.Device)
	if err != nil {
		return d, fmt.Errorf("--device: %w", err)
	}
	if err := d.Check(); err != nil {
		return d, fmt.Errorf("--device: %w; leave --device out to fall back to the CPU", err)
	}
	return d, nil
}

// recipe is all that decides the numbers of a training run.
type recipe struct {
	Kind        multimodal.Kind
	Seed        int64
	Epochs      int
	BatchSize   int
	LR          float64
	WeightDecay float64
	Workers     int
}

// session is a model in training: what train and results both do.
type session struct {
	model   multimodal.Classifier
	test    trainer.Batches[multimodal.Batch]
	trainer *trainer.Trainer[multimodal.Batch]
}

func newSession(r recipe, sides emoji10.Sides, device torch.Device) (*session, error) {
	torch.ManualSeed(r.Seed)
	model, err := multimodal.NewClassifier(r.Kind, sides.Vocabulary.Len(), len(emoji10.Classes()))
	if err != nil {
		return nil, err
	}
	nn.To(model, device)
	train, err := newLoader(sides.Train, datasets.BatchSize(r.BatchSize), datasets.Shuffle(true), datasets.Workers(r.Workers))
	if err != nil {
		return nil, err
	}
	test, err := newLoader(sides.Test, datasets.BatchSize(testBatch))
	if err != nil {
		return nil, err
	}
	s := &session{model: model, test: test}
	s.trainer = &trainer.Trainer[multimodal.Batch]{
		Model:     model,
		Loss:      lossOf(model, device),
		Optimizer: optim.NewAdam(nn.Parameters(model), optim.LR(r.LR), optim.WeightDecay(r.WeightDecay)),
		Epochs:    r.Epochs,
		Train:     train,
		Validate:  test,
	}
	return s, nil
}

const testBatch = 256

func newLoader(side *emoji10.Split, opts ...datasets.Option) (trainer.Batches[multimodal.Batch], error) {
	return datasets.NewBatchLoader(multimodal.NewEmoji(side), opts...)
}

func lossOf(model multimodal.Classifier, device torch.Device) trainer.LossFunc[multimodal.Batch] {
	criterion := nn.NewCrossEntropyLoss()
	return func(b multimodal.Batch) (loss, scores, target *torch.Tensor) {
		b = b.To(device)
		loss, scores = model.Loss(b, criterion)
		return loss, scores, b.Target
	}
}

// openData loads Emoji-10, and fetches and prepares it first where it is not there.
func openData(ctx context.Context, f dataFlags) (*emoji10.Data, error) {
	return emoji10.Open(ctx, f.DataDir, func(line string) { fmt.Fprintln(os.Stderr, line) })
}
