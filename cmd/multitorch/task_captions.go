package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"multitorch/datasets"
	datatable "multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

func init() { addTask(func() task { return new(captionsTask) }) }

// captionsTask finds pictures of one's own by captions, and captions by pictures.
type captionsTask struct {
	Model   string `enum:"clip,siglip" default:"clip" help:"The contrastive loss: clip (one among all in the batch) or siglip (each pair by itself)." json:"model"`
	Picture string `placeholder:"COLUMN" help:"Column of the pictures (default: the only one)." json:"-"`
	Caption string `placeholder:"COLUMN" help:"Column of the captions (default: one called caption, text or description, or the only one of texts)." json:"-"`
	own     `embed:""`

	ImageSize int `default:"64" help:"Pixels along a side of the pictures." json:"-"`
	MaxWords  int `default:"64" help:"Words of a caption; the rest is cut off." json:"-"`

	table       *datatable.Table
	train, test *columns.Data
	measured    []metrics.Metric[metrics.Pairs]
}

var captionsInfo = &taskInfo{
	name:    "captions",
	title:   "your captions",
	help:    "Your own pictures and captions, from a CSV, JSONL or Parquet file: find each by the other.",
	recipe:  recipe{Epochs: 30, BatchSize: 64, LR: 1e-3, WeightDecay: 1e-4},
	models:  []string{"clip", "siglip"},
	yours:   true,
	columns: []string{toText + " R@10", toImage + " R@10", toText + " MRR", toImage + " MRR"},
}

func (t *captionsTask) info() *taskInfo { return captionsInfo }

func (t *captionsTask) modelName() string { return t.Model }

func (t *captionsTask) setModel(name string) { t.Model = name }

func (t *captionsTask) variant() string { return t.Data }

// Validate is called when the command line is read.
func (t *captionsTask) Validate() error {
	return t.sizes(columns.Schema{ImageSize: t.ImageSize, MaxWords: t.MaxWords, SampleRate: multimodal.SpeechRate, MaxSeconds: 1})
}

func (t *captionsTask) check() error {
	switch {
	case !slices.Contains(captionsInfo.models, t.Model):
		return fmt.Errorf("the model %.40q: expected one of %q", t.Model, captionsInfo.models)
	case t.Schema == nil || !t.Schema.Pairs || len(t.Schema.Columns) != 2:
		return errors.New("no schema of two columns")
	case t.column(datatable.Image) == "" || t.column(datatable.Text) == "":
		return errors.New("a schema without a picture and a text")
	}
	return t.Schema.Check()
}

// column is the name of the column of a kind.
func (t *captionsTask) column(kind datatable.Kind) string {
	for _, c := range t.Schema.Columns {
		if c.Kind == kind {
			return c.Name
		}
	}
	return ""
}

func (t *captionsTask) load(ctx context.Context, dir string, _ bool) (err error) {
	c := columns.Config{ImageSize: t.ImageSize, MaxWords: t.MaxWords}
	t.table, t.train, t.test, err = t.read(ctx, dir, c,
		half{"picture", t.Picture, datatable.Image, []string{"image", "picture", "file"}},
		half{"caption", t.Caption, datatable.Text, []string{"caption", "text", "description"}})
	if err == nil && t.test.Len() == 0 {
		err = needTest(t.Data)
	}
	return err
}

func (t *captionsTask) data() (line, more string) {
	if t.train == t.test {
		return fmt.Sprintf("%d pairs of %s", t.test.Len(), t.Data), ""
	}
	return fmt.Sprintf("%d training pairs and %d test pairs of %s (split seed %d)", t.train.Len(), t.test.Len(), t.Data, t.Schema.Seed), ""
}

func (t *captionsTask) newModel() (nn.Module, error) {
	image, text := multimodal.NewModality("image", "cnn"), multimodal.NewModality("text", "bag")
	for _, c := range t.Schema.Columns {
		if c.Kind == datatable.Text {
			text.Words = c.Vocabulary.Len()
		}
	}
	image.ImageSize, image.Size, image.Dropout = t.Schema.ImageSize, 128, 0.2
	text.Size, text.WordSize, text.WordDropout, text.Dropout = 128, 128, 0.1, 0.2
	c := multimodal.NewRetrieverConfig(image, text)
	c.Loss = t.Model
	return multimodal.NewRetriever(c)
}

// pair are the two sides of a batch.
func (t *captionsTask) pair(b columns.Batch) (pictures, captions multimodal.Input) {
	return b.Inputs.Of[t.Schema.Modality(t.column(datatable.Image))], b.Inputs.Of[t.Schema.Modality(t.column(datatable.Text))]
}

// groups says which rows of a batch have the same picture, or the same caption as an earlier one: they are no strangers.
func (t *captionsTask) groups(rows []int) []int64 {
	group := make([]int64, len(rows))
	first := map[string]int64{}
	picture, caption := t.table.Column(t.column(datatable.Image)), t.table.Column(t.column(datatable.Text))
	for k, row := range rows {
		group[k] = int64(k)
		for _, column := range []int{picture, caption} {
			key := fmt.Sprint(column, " ", t.table.Cell(row, column))
			if g, ok := first[key]; ok {
				group[k] = g
			}
		}
		for _, column := range []int{picture, caption} {
			first[fmt.Sprint(column, " ", t.table.Cell(row, column))] = group[k]
		}
	}
	return group
}

func (t *captionsTask) training(model nn.Module, r recipe, device torch.Device, hooks ...trainer.Hook) (training, error) {
	train, err := datasets.NewBatchLoader(t.train, datasets.BatchSize(r.BatchSize), datasets.Shuffle(true), datasets.Workers(r.Workers))
	if err != nil {
		return nil, err
	}
	test, err := datasets.NewBatchLoader(t.test, datasets.BatchSize(testBatch))
	if err != nil {
		return nil, err
	}
	m := model.(*multimodal.Retriever)
	t.measured = retrievalMetrics()
	pictures, captions := t.numbers(datatable.Image), t.numbers(datatable.Text)
	return &trainer.Trainer[columns.Batch, metrics.Pairs]{
		Model: model,
		Step: func(b columns.Batch) (*torch.Tensor, metrics.Pairs) {
			picture, caption := t.pair(b.To(device))
			group := torch.FromSlice(t.groups(b.Rows)).To(device)
			loss, query, item := m.Loss(picture, caption, group)
			var alike []int64 // what is measured goes over all batches
			for _, row := range b.Rows {
				alike = append(alike, pictures[row], captions[row])
			}
			return loss, metrics.Pairs{Query: query, Item: item, Group: torch.FromSlice(alike, len(b.Rows), 2).To(device)}
		},
		Optimizer: optim.NewAdam(nn.Parameters(model), optim.LR(r.LR), optim.WeightDecay(r.WeightDecay)),
		Epochs:    r.Epochs, Train: train, Validate: test, Hooks: hooks, Metrics: t.measured,
	}, nil
}

// numbers are the rows' cells in the column of a kind as numbers: rows with the same cell have one number.
func (t *captionsTask) numbers(kind datatable.Kind) []int64 {
	column := t.table.Column(t.column(kind))
	number := map[string]int64{}
	numbers := make([]int64, t.table.Len())
	for row := range numbers {
		cell := t.table.Cell(row, column)
		if _, ok := number[cell]; !ok {
			number[cell] = int64(len(number))
		}
		numbers[row] = number[cell]
	}
	return numbers
}

// report is a table of both ways.
func (t *captionsTask) report() string { return retrievalTable(t.measured) }

// predict chooses among captions, given with commas between them, the one that fits a picture best.
func (t *captionsTask) predict(model nn.Module, in inputs, device torch.Device) (found []guess, err error) {
	if !in.image.given() || in.text == "" {
		return nil, errors.New("--image, --text: expected a picture, and captions to choose from with commas between them; " +
			"multitorch search finds pictures by words")
	}
	picture, caption := t.column(datatable.Image), t.column(datatable.Text)
	m := model.(*multimodal.Retriever)
	cell, whole := in.image.path, []string(nil)
	if in.image.data != nil {
		cell, whole = string(in.image.data), []string{picture}
	}
	one, err := t.Schema.One(context.Background(), map[string]string{picture: cell}, "", whole...)
	if err != nil {
		return nil, badInput("image", "%w", err)
	}
	torch.NoGrad(func() {
		err = torch.Try(func() error {
			images, _ := t.pair(one.To(device))
			query := m.EncodeQueries(images)
			var items []*torch.Tensor
			for text := range strings.SplitSeq(in.text, ",") {
				b, err := t.Schema.One(context.Background(), map[string]string{caption: strings.TrimSpace(text)}, "")
				if err != nil {
					return badText(text, "%w", err)
				}
				_, words := t.pair(b.To(device))
				items = append(items, m.EncodeItems(words))
				found = append(found, guess{class: strings.TrimSpace(text)})
			}
			scores := query.Matmul(torch.Cat(items, 0).T()).Mul(20).Softmax(1).Select(0, 0)
			for i, p := range torch.ToSlice[float32](scores) {
				if p != p {
					return errors.New("the model's scores for this input are NaN or infinite")
				}
				found[i].probability = float64(p)
			}
			return nil
		})
	})
	slices.SortStableFunc(found, func(a, b guess) int { return map[bool]int{true: -1, false: 1}[a.probability >= b.probability] })
	return found, err
}

func (t *captionsTask) use(ctx context.Context, path, base string, skipBad bool) error {
	read, data, err := openOther(ctx, t.Schema, path, columns.Config{Base: base, SkipBad: skipBad})
	if err != nil {
		return err
	}
	t.Data, t.table, t.train, t.test = path, read, data, data
	return nil
}

func (t *captionsTask) predictTable(context.Context, nn.Module, string, string, bool, torch.Device) error {
	return errors.New("--data: a model of captions predicts no column: multitorch search finds the pictures of a table by words")
}
