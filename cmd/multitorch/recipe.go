package main

import (
	"context"
	"fmt"

	"multitorch/datasets"
	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
)

// dataFlags say which Emoji-10 is meant.
type dataFlags struct {
	Text      string `enum:"label,tags" default:"label" help:"Text of an emoji: label (its name), or tags (name and tags)."`
	Strict    bool   `help:"Keep gender variants of one emoji on one side of the split."`
	SplitSeed int64  `default:"0" help:"Seed of the train/test split."`
	DataDir   string `type:"path" help:"Folder of the prepared data (default: the user's cache folder, or $$MULTITORCH_DATA)."`
}

func (f dataFlags) options() emoji10.Options {
	o := emoji10.Options{Text: emoji10.Label, Seed: f.SplitSeed, Strict: f.Strict}
	if f.Text == "tags" {
		o.Text = emoji10.LabelAndTags
	}
	return o
}

// deviceFlag chooses a device: CUDA where it is available, unless one is named.
type deviceFlag struct {
	Device  string `placeholder:"cpu|cuda|cuda:N" help:"Device (default: cuda if available, else cpu)."`
	Threads int    `placeholder:"N" help:"Threads of one operator, libtorch's and BLAS's (default: libtorch's choice)."`
}

func (f deviceFlag) device() (torch.Device, error) {
	if f.Threads < 0 {
		return torch.CPU, fmt.Errorf("--threads: expected at least 1, but got %d", f.Threads)
	}
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

// description is what a checkpoint says of itself.
type description struct {
	Model      multimodal.Kind     `json:"model"`
	Classes    []string            `json:"classes"`
	Vocabulary *emoji10.Vocabulary `json:"vocabulary"`
	Text       string              `json:"text"`
	Strict     bool                `json:"strict"`
	SplitSeed  int64               `json:"split_seed"`
	Seed       int64               `json:"seed"`
	Epoch      int                 `json:"epoch"`
	Step       int                 `json:"step"`
	Accuracy   float64             `json:"test_accuracy"`
	LibTorch   string              `json:"libtorch"`
}

// session is a model in training: what train and results both do.
type session struct {
	model multimodal.Classifier
	test  trainer.Batches[multimodal.Batch]
	fit   *trainer.Trainer[multimodal.Batch]
	loss  trainer.LossFunc[multimodal.Batch]
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
	s := &session{model: model, test: test, loss: lossOf(model, device)}
	s.fit = &trainer.Trainer[multimodal.Batch]{
		Model:     model,
		Loss:      s.loss,
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

// openData loads Emoji-10, and fetches it first where it is not there.
func openData(ctx context.Context, f dataFlags, say func(string)) (*emoji10.Data, emoji10.Sides, error) {
	data, err := emoji10.Open(ctx, f.DataDir, say)
	if err != nil {
		return nil, emoji10.Sides{}, err
	}
	return data, data.Split(f.options()), nil
}
