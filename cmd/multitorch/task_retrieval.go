package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"multitorch/datasets"
	"multitorch/datasets/emoji10"
	"multitorch/multimodal"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

func init() { addTask(func() task { return new(retrievalTask) }) }

// retrievalTask finds the emoji's pictures by their texts, and the texts by the pictures.
type retrievalTask struct {
	Model     string `enum:"clip,siglip" default:"clip" help:"The contrastive loss: clip (one among all in the batch) or siglip (each pair by itself)." json:"model"`
	Text      string `enum:"tags,label" default:"tags" help:"Text of an emoji: tags (its name and tags), or label (its name)." json:"text"`
	SplitSeed int64  `default:"0" help:"Seed of the train/test split." json:"split_seed"`

	Vocabulary *emoji10.Vocabulary `kong:"-" json:"vocabulary"`

	loaded      *emoji10.Data
	sides       emoji10.Sides
	train, test *multimodal.EmojiPairs
	zeroShot    zeroShot
	measured    []metrics.Metric[metrics.Pairs]
}

// heldOutEmoji are tested: which text belongs to a picture of Google's, and which picture to a text, among as many.
const heldOutEmoji = 300

// The two ways of retrieval, as the metrics are called.
const toText, toImage = "image->text", "text->image"

var retrievalInfo = &taskInfo{
	name:    "retrieval",
	title:   "Emoji retrieval",
	help:    "Find emoji's pictures by texts, and texts by pictures.",
	recipe:  recipe{Epochs: 30, BatchSize: 64, LR: 1e-3, WeightDecay: 1e-4},
	models:  []string{"clip", "siglip"},
	columns: []string{toText + " R@10", toImage + " R@10", toText + " MRR", toImage + " MRR"},
	variant: "tags",
	reference: map[string]map[string]figure{ // a model of the same sort in Python; of the other way it is 40.3
		"tags": {"clip": {Mean: 37.7}},
	},
}

func (t *retrievalTask) info() *taskInfo { return retrievalInfo }

func (t *retrievalTask) modelName() string { return t.Model }

func (t *retrievalTask) setModel(name string) { t.Model = name }

func (t *retrievalTask) variant() string {
	v := t.Text
	if t.SplitSeed != 0 {
		v += fmt.Sprintf(", split seed %d", t.SplitSeed)
	}
	return v
}

func (t *retrievalTask) check() error {
	switch {
	case !slices.Contains(retrievalInfo.models, t.Model):
		return fmt.Errorf("the model %.40q: expected one of %q", t.Model, retrievalInfo.models)
	case t.Vocabulary == nil:
		return errors.New("no vocabulary")
	case t.Vocabulary.Len() > maxWords:
		return fmt.Errorf("a vocabulary of %d words: expected at most %d", t.Vocabulary.Len(), maxWords)
	case t.Text != "label" && t.Text != "tags":
		return fmt.Errorf("the text %.40q: expected one of %q", t.Text, []string{"tags", "label"})
	}
	return nil
}

func (t *retrievalTask) options() emoji10.Options {
	o := emoji10.Options{Text: emoji10.Label, Seed: t.SplitSeed, Test: heldOutEmoji, Vocabulary: t.Vocabulary}
	if t.Text == "tags" {
		o.Text = emoji10.LabelAndTags
	}
	return o
}

func (t *retrievalTask) load(ctx context.Context, dir string, fetch bool) (err error) {
	if t.loaded, err = openEmoji(ctx, dir, fetch); err != nil {
		return err
	}
	t.sides = t.loaded.Split(t.options())
	t.Vocabulary = t.sides.Vocabulary
	t.train, t.test = multimodal.NewEmojiPairs(t.sides.Train), multimodal.NewEmojiPairs(t.sides.Test, 0)
	return nil
}

func (t *retrievalTask) data() (line, more string) {
	o := t.options()
	o.Vocabulary = nil
	return fmt.Sprintf("%d training pairs and %d test pairs (%s)", t.train.Len(), t.test.Len(), o),
		fmt.Sprintf("%d emoji in %s, each from %v\n%d words\n", len(t.loaded.Emoji), t.loaded.Dir, emoji10.Vendors(), t.Vocabulary.Len())
}

func (t *retrievalTask) newModel() (nn.Module, error) {
	image, text := multimodal.NewModality("image", "cnn"), multimodal.NewModality("text", "bag")
	text.Words, text.WordDropout, text.Dropout = t.Vocabulary.Len(), 0.3, 0.2
	image.Size, text.Size, text.WordSize, image.Dropout = 128, 128, 128, 0.2
	c := multimodal.NewRetrieverConfig(image, text)
	c.Loss = t.Model
	return multimodal.NewRetriever(c)
}

// loss is what training minimises, and a batch's pictures and texts as vectors.
func (t *retrievalTask) loss(m *multimodal.Retriever, p multimodal.Pair) (*torch.Tensor, metrics.Pairs) {
	images := p.Image
	if m.Training() {
		images = multimodal.Jitter(images, 10, 0.1, 0.08)
	}
	texts := multimodal.Input{Data: p.Tokens, Lengths: p.Lengths}
	loss, image, text := m.Loss(multimodal.Input{Data: images}, texts, p.Group)
	return loss, metrics.Pairs{Query: image, Item: text, Group: p.Group}
}

func (t *retrievalTask) training(model nn.Module, r recipe, device torch.Device, hooks ...trainer.Hook) (training, error) {
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
	t.zeroShot = zeroShot{task: t, model: m, device: device}
	return &trainer.Trainer[multimodal.Pair, metrics.Pairs]{
		Model:     model,
		Step:      func(p multimodal.Pair) (*torch.Tensor, metrics.Pairs) { return t.loss(m, p.To(device)) },
		Optimizer: optim.NewAdam(nn.Parameters(model), optim.LR(r.LR), optim.WeightDecay(r.WeightDecay)),
		Epochs:    r.Epochs, Train: train, Validate: test, Hooks: hooks, Metrics: t.measured,
	}, nil
}

// retrievalMetrics measure both ways.
func retrievalMetrics() (ms []metrics.Metric[metrics.Pairs]) {
	turned := func(p metrics.Pairs) metrics.Pairs {
		return metrics.Pairs{Query: p.Item, Item: p.Query, Group: p.Group}
	}
	for _, k := range []int{10, 1, 5} { // the first is what the progress shows
		ms = append(ms, metrics.NewRecallAt(k, toText), metrics.Of(metrics.NewRecallAt(k, toImage), turned))
	}
	return append(ms, metrics.NewMedianRank(toText), metrics.Of(metrics.NewMedianRank(toImage), turned),
		metrics.NewMRR(toText), metrics.Of(metrics.NewMRR(toImage), turned))
}

// report is a table of both ways, and how well pictures are told apart by prompts alone.
func (t *retrievalTask) report() string {
	table := retrievalTable(t.measured)
	if share, err := t.zeroShot.accuracy(); err == nil {
		table += fmt.Sprintf("\nzero-shot, the ten classes by prompts: accuracy %.1f %%\n", 100*share)
	}
	return table
}

// retrievalTable is what the metrics of retrieval say of both ways.
func retrievalTable(measured []metrics.Metric[metrics.Pairs]) string {
	values, err := metrics.Compute(measured)
	if err != nil {
		return fmt.Sprintf("%v\n", err)
	}
	of := map[string]metrics.Value{}
	for _, v := range values {
		of[v.Name] = v
	}
	var b strings.Builder
	names := []string{"R@1", "R@5", "R@10", "median-rank", "MRR"}
	fmt.Fprintf(&b, "%-12s", "")
	for _, name := range names {
		fmt.Fprintf(&b, "  %11s", name)
	}
	for _, way := range []string{toText, toImage} {
		fmt.Fprintf(&b, "\n%-12s", way)
		for _, name := range names {
			fmt.Fprintf(&b, "  %11s", of[way+" "+name].Text())
		}
	}
	b.WriteString("\n")
	return b.String()
}

// predict chooses the text that fits a picture best: of those that were given, or of the ten classes' prompts. No model
// was trained on the choice.
func (t *retrievalTask) predict(model nn.Module, in inputs, device torch.Device) ([]guess, error) {
	if !in.image.given() && in.text != "" {
		return nil, badInput("text", `the model finds pictures by texts: expected multitorch search "red fruit"; or a picture, and texts to choose from`)
	}
	pixels, err := in.pixels(emoji10.ImageSize)
	if err != nil {
		return nil, err
	}
	names, prompts := emoji10.Classes(), classPrompts()
	if in.text != "" {
		names, prompts = nil, nil
		for text := range strings.SplitSeq(in.text, ",") {
			names, prompts = append(names, strings.TrimSpace(text)), append(prompts, []string{text})
		}
	}
	m := model.(*multimodal.Retriever)
	z := zeroShot{task: t, model: m, device: device}
	var found []guess
	torch.NoGrad(func() {
		var classes *torch.Tensor
		if classes, err = z.texts(prompts); err != nil {
			return
		}
		image := multimodal.Pixels(torch.FromSlice(pixels, 1, 3, emoji10.ImageSize, emoji10.ImageSize)).To(device)
		err = torch.Try(func() error {
			shares := z.scores(m.EncodeQueries(multimodal.Input{Data: image}), classes).Softmax(1).Select(0, 0)
			for i, p := range torch.ToSlice[float32](shares) {
				if p != p {
					return errors.New("the model's scores for this input are NaN or infinite")
				}
				found = append(found, guess{names[i], float64(p)})
			}
			return nil
		})
	})
	slices.SortStableFunc(found, func(a, b guess) int { return map[bool]int{true: -1, false: 1}[a.probability >= b.probability] })
	return found, err
}
