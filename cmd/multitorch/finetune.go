package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"

	"github.com/alecthomas/kong"

	"multitorch/datasets"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
	"multitorch/transformers"
)

type finetuneCmd struct {
	sentences
	Text      string  `placeholder:"COLUMN" help:"Column of the texts (default: the first that holds texts)."`
	Target    string  `placeholder:"COLUMN" help:"Column of the classes (default: one called label, class, target, … )."`
	Layers    int     `default:"0" help:"Last layers that are trained beside the head: 0 for the head alone, -1 for the whole model."`
	LoRA      int     `name:"lora" default:"0" placeholder:"RANK" help:"Train small matrices of this rank beside the linear layers instead (LoRA); they are added to the weights in the end."`
	Epochs    int     `default:"3" help:"Passes over the training rows."`
	BatchSize int     `default:"32" help:"Texts of one step."`
	LR        float64 `name:"lr" placeholder:"RATE" help:"AdamW's learning rate (default: 0.001 for the head and LoRA, else 0.00005)."`
	Test      float64 `default:"0.2" help:"Share of rows that are tested."`
	Seed      int64   `default:"0" help:"Seed of the head's weights, the split, the order and dropout."`
	Out       string  `type:"path" placeholder:"DIR" help:"New folder for the model, which Python's from_pretrained reads as well."`
	Resume    string  `type:"path" placeholder:"DIR" help:"Go on with the run whose --out was this folder, as if it had never stopped."`
	Data      string  `arg:"" optional:"" type:"path" help:"Table of texts and classes: .csv, .tsv, .jsonl or .parquet."`
}

// Validate is called when the command line is read.
func (c *finetuneCmd) Validate() error {
	switch {
	case c.Layers < transformers.AllLayers || c.LoRA < 0:
		return fmt.Errorf("--layers, --lora: expected at least -1 and 0, but got %d and %d", c.Layers, c.LoRA)
	case c.Layers != 0 && c.LoRA != 0:
		return errors.New("--layers, --lora: expected one of both")
	case c.Epochs < 1 || c.BatchSize < 1:
		return fmt.Errorf("--epochs, --batch-size: expected at least 1, but got %d and %d", c.Epochs, c.BatchSize)
	case !(c.Test >= 0 && c.Test < 1):
		return fmt.Errorf("--test: expected a share from 0 to less than 1, but got %v", c.Test)
	case !(c.LR >= 0 && c.LR < 10):
		return fmt.Errorf("--lr: expected a number from 0 to 10, but got %v", c.LR)
	}
	return errors.Join(c.needs(), c.deviceFlag.Validate())
}

// Run trains a pretrained encoder to tell classes of texts apart, and writes it as a folder of its own.
func (c *finetuneCmd) Run(ctx context.Context, k *kong.Context) error {
	var state *torch.Dict
	var was tuning
	if c.Resume != "" {
		var err error
		if state, was, err = c.takeOver(k); err != nil {
			return fmt.Errorf("--resume: %w", err)
		}
	} else if entries, err := os.ReadDir(c.Out); err == nil && len(entries) > 0 {
		return fmt.Errorf("--out: %s is not empty; choose a new folder", c.Out)
	}
	rows, err := readLabelled(c.Data, c.Text, c.Target)
	if err != nil {
		return err
	}
	if state != nil && rows.checksum() != was.Rows {
		return fmt.Errorf("--resume: %s is not the table of the run any more: its rows are others", c.Data)
	}
	undo, err := newFolder(c.Out)
	if err != nil {
		return fmt.Errorf("--out: %w", err)
	}
	defer undo()
	torch.ManualSeed(c.Seed)
	m, from, err := c.classifier(rows.classes)
	if err != nil {
		return err
	}
	if rows.tokens, err = m.sentences.Tokens(rows.texts); err != nil {
		return err
	}
	trained, save := c.trained(m.model)
	count := 0
	for _, p := range trained {
		count += p.Numel()
	}
	train, test := rows.divide(c.Test, c.Seed)
	printf("%d of %d parameters are trained on %d texts of %d classes, and tested on %d\n",
		count, nn.NumParameters(m.model), len(train), len(rows.classes), len(test))
	loop, err := c.loop(m, rows, train, test, trained)
	if err != nil {
		return err
	}
	saver, err := c.saver(rows)
	if err != nil {
		return err
	}
	loop.Hooks = append(loop.Hooks, saver)
	loop.Saved = map[string]trainer.Stateful{"trained": trainedState(trained)}
	if state != nil {
		err = loop.Resume(ctx, state)
	} else {
		err = loop.Fit(ctx)
	}
	if err != nil {
		return fmt.Errorf("%w; no model was written; multitorch finetune --resume %s goes on after step %d", err, c.Out, saver.Saved().Step)
	}
	if len(test) > 0 {
		e, err := loop.Evaluate(ctx)
		if err != nil {
			return err
		}
		printf("test loss   %.4f\n", e.Loss)
		for _, v := range e.Metrics {
			printf("%-11s %s\n", v.Name, v.Text())
		}
	}
	if err := save(c.Out); err != nil {
		return err
	}
	if err := copyTokenizer(from, c.Out, m.sentences.Limit); err != nil {
		return err
	}
	if err := c.forget(); err != nil {
		return err
	}
	printf("model       %s\n", c.Out)
	return nil
}

// textClassifier is a model with the tokenizer of its folder.
type textClassifier struct {
	model     transformers.TextClassifier
	sentences *transformers.SentenceTransformer
	device    torch.Device
}

// logits are the scores of some texts' classes.
func (m *textClassifier) logits(tokens [][]int64) *torch.Tensor {
	return m.model.Forward(m.sentences.Batch(tokens).To(m.device)).Logits
}

// trained are the parameters that are trained, and what writes the model.
func (c *finetuneCmd) trained(m transformers.Model) ([]*nn.Parameter, func(dir string) error) {
	if c.LoRA == 0 {
		return transformers.Trainable(m, c.Layers), func(dir string) error { return transformers.SavePretrained(m, dir) }
	}
	lora := transformers.AddLoRA(m, transformers.LoRAConfig{
		R: c.LoRA, Alpha: 2 * float64(c.LoRA), TrainAlso: []string{"classifier", "pre_classifier", "pooler"},
	})
	return lora.Trained(), func(dir string) error { return lora.SavePretrained(dir) }
}

func (c *finetuneCmd) rate() float64 {
	switch {
	case c.LR > 0:
		return c.LR
	case c.Layers == 0:
		return 1e-3
	}
	return 5e-5
}

// loop is the trainer, whose batches are numbers of rows.
func (c *finetuneCmd) loop(m *textClassifier, rows *labelled, train, test []int, trained []*nn.Parameter) (
	*trainer.Trainer[[]int, metrics.Classified], error,
) {
	batches, err := datasets.NewBatchLoader(rowNumbers(train), datasets.BatchSize(c.BatchSize), datasets.Shuffle(true))
	if err != nil {
		return nil, err
	}
	criterion := nn.NewCrossEntropyLoss()
	t := &trainer.Trainer[[]int, metrics.Classified]{
		Model: m.model, Optimizer: optim.NewAdamW(trained, optim.LR(c.rate()), optim.WeightDecay(0.01)), Epochs: c.Epochs, Train: batches,
		Step: func(batch []int) (*torch.Tensor, metrics.Classified) {
			tokens, target := rows.batch(batch)
			logits, want := m.logits(tokens), target.To(m.device)
			return criterion.Forward(logits, want), metrics.Classified{Scores: logits, Target: want}
		},
		Metrics: []metrics.Metric[metrics.Classified]{metrics.NewAccuracy(), metrics.NewMacroF1(len(rows.classes))},
		Hooks:   []trainer.Hook{hooks.NewProgress(os.Stderr)},
	}
	if len(test) > 0 {
		if t.Validate, err = datasets.NewBatchLoader(rowNumbers(test), datasets.BatchSize(c.BatchSize)); err != nil {
			return nil, err
		}
	}
	return t, nil
}

// rowNumbers is a data set whose samples are numbers of rows.
type rowNumbers []int

// Len is the number of rows.
func (r rowNumbers) Len() int { return len(r) }

// GetBatch is some of the numbers.
func (r rowNumbers) GetBatch(_ context.Context, indices []int) ([]int, error) {
	batch := make([]int, len(indices))
	for i, index := range indices {
		batch[i] = r[index]
	}
	return batch, nil
}

// divide puts a share of each class on the test side.
func (l *labelled) divide(share float64, seed int64) (train, test []int) {
	order := rand.New(rand.NewPCG(uint64(seed), 0)).Perm(len(l.targets))
	left := make([]int, len(l.classes))
	for _, class := range l.targets {
		left[class]++
	}
	for i, n := range left {
		left[i] = int(share * float64(n))
	}
	for _, row := range order {
		if class := l.targets[row]; left[class] > 0 {
			left[class]--
			test = append(test, row)
		} else {
			train = append(train, row)
		}
	}
	slices.Sort(train)
	slices.Sort(test)
	return train, test
}
