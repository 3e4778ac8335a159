package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	datatable "multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/multimodal/fusion"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

func init() { addTask(func() task { return new(tableTask) }) }

// tableTask learns a column of a table of one's own from its other columns: pictures, sounds, texts, numbers, categories.
type tableTask struct {
	Data    string            `type:"path" placeholder:"FILE" help:"Table: .csv, .tsv, .jsonl or .parquet, or a folder with one folder for each class." json:"data"`
	Target  string            `placeholder:"COLUMN" help:"Column to learn (default: one called label, answer, class, target, category or y)." json:"-"`
	Kind    map[string]string `mapsep:"none" placeholder:"COLUMN=KIND" help:"What a column is, instead of what is found out: image, audio, text, category, number or ignored." json:"-"`
	Test    float64           `default:"0.2" help:"Share of rows that are tested." json:"-"`
	Seed    int64             `name:"split-seed" default:"0" help:"Seed of the train/test split." json:"-"`
	Group   string            `placeholder:"COLUMN" help:"Rows with the same cell stay on one side (default: the picture or sound, where one comes in several rows)." json:"-"`
	Split   string            `placeholder:"COLUMN" help:"Column that says train or test for each row (default: one called split)." json:"-"`
	SkipBad bool              `help:"Leave rows out that can't be used, and count them." json:"skip_bad"`

	ImageSize  int     `default:"64" help:"Pixels along a side of the pictures." json:"-"`
	MaxWords   int     `default:"64" help:"Words of a text; the rest is cut off." json:"-"`
	SampleRate int     `default:"16000" help:"Samples of a sound in a second." json:"-"`
	MaxSeconds float64 `default:"10" help:"Length of a sound; the rest is cut off." json:"-"`

	Fusion          string  `default:"concat" help:"How modalities meet: ${fusions}." json:"fusion"`
	ImageEncoder    string  `enum:"cnn,resnet" default:"cnn" help:"cnn or resnet." json:"image_encoder"`
	TextEncoder     string  `enum:"gru,lstm,transformer" default:"gru" help:"gru, lstm or transformer." json:"text_encoder"`
	AudioEncoder    string  `enum:"audio-cnn,audio-gru" default:"audio-cnn" help:"audio-cnn or audio-gru." json:"audio_encoder"`
	ModalityDropout float64 `default:"0" help:"How likely a modality is taken away in training, so that the model does without." json:"modality_dropout"`

	Base   string          `kong:"-" json:"base"` // where relative paths begin, if not beside the table
	Schema *columns.Schema `kong:"-" json:"schema"`

	classification[columns.Batch] `kong:"-"`
	table                         *datatable.Table
	notes                         []string
	skipped                       int
}

var tableInfo = &taskInfo{
	name:   "table",
	title:  "your table",
	help:   "Your own data: a CSV, JSONL or Parquet file or a folder tree, with pictures, sounds, texts, numbers and what is to be learned.",
	recipe: recipe{Epochs: 20, BatchSize: 32, LR: 1e-3, WeightDecay: 1e-4},
	models: []string{"concat"},
	yours:  true,
}

func (t *tableTask) info() *taskInfo { return tableInfo }

func (t *tableTask) modelName() string { return t.Fusion }

func (t *tableTask) setModel(name string) { t.Fusion = name }

func (t *tableTask) variant() string { return t.Data }

// Validate is called when the command line is read.
func (t *tableTask) Validate() error {
	s := columns.Schema{ImageSize: t.ImageSize, MaxWords: t.MaxWords, SampleRate: t.SampleRate, MaxSeconds: t.MaxSeconds, Test: t.Test}
	_, err := t.config()
	return errors.Join(t.checkModel(), s.CheckSizes(), err)
}

// checkModel looks at what is saved with a model.
func (t *tableTask) checkModel() error {
	if !slices.Contains(fusion.Names(), t.Fusion) {
		return fmt.Errorf("--fusion: expected one of %q, but got %q", fusion.Names(), t.Fusion)
	}
	if !(t.ModalityDropout >= 0 && t.ModalityDropout < 1) {
		return fmt.Errorf("--modality-dropout: expected a number from 0 to less than 1, but got %v", t.ModalityDropout)
	}
	return nil
}

func (t *tableTask) check() error {
	if t.Schema == nil {
		return errors.New("no schema of the columns")
	}
	if err := t.Schema.Check(); err != nil {
		return fmt.Errorf("a schema with %w", err)
	}
	return t.checkModel()
}

func (t *tableTask) config() (columns.Config, error) {
	c := columns.Config{
		Target: t.Target, Kinds: map[string]datatable.Kind{}, Test: t.Test, Seed: t.Seed, Group: t.Group, Split: t.Split,
		ImageSize: t.ImageSize, MaxWords: t.MaxWords, SampleRate: t.SampleRate, MaxSeconds: t.MaxSeconds,
		Base: t.Base, SkipBad: t.SkipBad,
	}
	if t.Test == 0 {
		c.Test = -1
	}
	for name, kind := range t.Kind {
		k, err := datatable.ParseKind(kind)
		if err != nil {
			return c, fmt.Errorf("--kind %s: %w", name, err)
		}
		c.Kinds[name] = k
	}
	return c, nil
}

// load reads the table. A task that comes out of a checkpoint has a schema, by which the same rows are tested again.
func (t *tableTask) load(ctx context.Context, dir string, _ bool) error {
	if t.Data == "" {
		return errors.New("--data: expected a table of yours: a .csv, .tsv, .jsonl or .parquet file, or a folder with one folder for each class")
	}
	if dir != "" {
		t.Base = dir
	}
	read, err := datatable.Open(t.Data)
	if err != nil {
		return fmt.Errorf("--data: %w", err)
	}
	t.table = read
	c, err := t.config()
	if err != nil {
		return err
	}
	var train, test *columns.Data
	if t.Schema != nil {
		if train, test, err = t.Schema.Divided(ctx, read, c, logLine); err != nil {
			return err
		}
	} else {
		set, err := columns.Prepare(ctx, read, c, logLine)
		if err != nil {
			return err
		}
		t.Schema, t.notes, t.skipped = set.Schema, set.Notes, len(set.Bad)
		train, test = set.Train, set.Test
		explain(set)
	}
	if test.Len() == 0 {
		return fmt.Errorf("%s: there are no rows to test on: there is a share for them (--test, not 0), a column that says so (--split), "+
			"or more rows of a class than one", t.Data)
	}
	t.measure(train, test)
	return nil
}

func (t *tableTask) measure(train, test *columns.Data) {
	t.classification = classification[columns.Batch]{
		classes: t.Schema.Classes, of: tableBatches{}, train: train, test: test, words: t.words(test),
	}
}

// explain shows what was found out about the columns, before anything is trained.
func explain(set *columns.Set) {
	for _, k := range set.Kinds {
		logLine("  " + k.String())
	}
	for _, note := range set.Notes {
		logLine("note: " + note)
	}
	for i, bad := range set.Bad {
		if i == 20 {
			logLine(fmt.Sprintf("left out: … and %d rows more", len(set.Bad)-i))
			break
		}
		logLine(fmt.Sprintf("left out: %s", bad))
	}
}

func (t *tableTask) data() (line, more string) {
	train, test := t.train.(*columns.Data), t.test.(*columns.Data)
	if train == test {
		return fmt.Sprintf("%d rows of %s", test.Len(), t.Data), ""
	}
	var b strings.Builder
	counts, tested := train.Counts(), test.Counts()
	for i, name := range t.classes {
		fmt.Fprintf(&b, "  %-20s %5d %5d\n", name, counts[i], tested[i])
	}
	line = fmt.Sprintf("%d training and %d test rows of %s, %d classes of %s (split seed %d)",
		train.Len(), test.Len(), t.Data, len(t.classes), t.Schema.Target, t.Schema.Seed)
	if t.skipped > 0 {
		line += fmt.Sprintf("; %d bad rows were left out", t.skipped)
	}
	return line, b.String()
}

func (t *tableTask) newModel() (m nn.Module, err error) {
	var wrong *torch.Error
	err = torch.Try(func() error {
		m, err = multimodal.New(t.modelConfig())
		return err
	})
	switch modalities := len(t.Schema.Modalities()); {
	case !errors.As(err, &wrong):
		return m, err
	case t.Fusion == "tensor":
		return nil, fmt.Errorf("--fusion tensor: the features of %d modalities have too many products: --fusion low-rank computes with them "+
			"without making them", modalities)
	default:
		return nil, fmt.Errorf("--fusion %s of %d modalities: %s", t.Fusion, modalities, wrong.Message)
	}
}

func (t *tableTask) modelConfig() multimodal.Config {
	return t.Schema.Model(columns.ModelConfig{
		Fusion: t.Fusion, ImageEncoder: t.ImageEncoder, TextEncoder: t.TextEncoder, AudioEncoder: t.AudioEncoder,
		ModalityDropout: t.ModalityDropout,
	})
}

func (t *tableTask) sameTest(other task) bool {
	o, ok := other.(*tableTask)
	return ok && t.Schema.Table == o.Schema.Table && t.Schema.Test == o.Schema.Test && t.Schema.Seed == o.Schema.Seed &&
		t.Schema.Group == o.Schema.Group && t.Schema.SplitBy == o.Schema.SplitBy && slices.Equal(t.Schema.Classes, o.Schema.Classes)
}

type tableBatches struct{}

func (tableBatches) to(b columns.Batch, d torch.Device) columns.Batch { return b.To(d) }

func (tableBatches) target(b columns.Batch) *torch.Tensor { return b.Target }

func (tableBatches) logits(m nn.Module, b columns.Batch) *torch.Tensor {
	return m.(*multimodal.Model).Forward(b.Inputs)
}

func (s tableBatches) loss(m nn.Module, b columns.Batch) (loss, logits *torch.Tensor) {
	logits = s.logits(m, b)
	return crossEntropy.Forward(logits, b.Target), logits
}

var _ trainer.Sized = columns.Batch{}
