package main

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"multitorch/datasets"
	"multitorch/datasets/sortofclevr"
	"multitorch/multimodal/dialogue"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/trainer"
	std "multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
)

func init() { addTask(func() task { return new(dialogueTask) }) }

// dialogueTask answers questions about pictures of six objects.
type dialogueTask struct {
	Model    dialogue.Kind     `enum:"focus,rn,film,mlp" default:"focus" help:"focus (relations of the object that is asked about), rn (relation network), film (modulated by the question), mlp (to compare with)." json:"model"`
	Input    sortofclevr.Input `enum:"state,pixels" default:"state" help:"How a scene is seen: state (a description of its objects) or pixels." json:"input"`
	Question sortofclevr.Asked `enum:"dialogue,english,bits" default:"bits" help:"How questions are put: bits, english, or dialogue (english in which \"it\" is what was spoken of)." json:"question"`
	Scenes   int               `default:"10000" help:"Scenes to generate, of which 200 are to test on." json:"scenes"`
	DataSeed uint64            `default:"0" help:"Seed of the scenes and the questions." json:"data_seed"`

	Vocabulary []string `kong:"-" json:"vocabulary"`

	loaded  *sortofclevr.Data
	parts   []*partAccuracy // not relational, relational, and dialogues by what they refer to
	macroF1 *metrics.MacroF1
}

// testScenes are held out.
const testScenes = 200

var dialogueInfo = &taskInfo{
	name:      "dialogue",
	title:     "Sort-of-CLEVR",
	help:      "10,000 pictures of six objects, with questions about each.",
	scheduled: true,
	recipe:    recipe{Epochs: 20, BatchSize: 8, LR: 1e-3},
	models:    []string{"focus", "rn", "film", "mlp"},
	columns:   []string{"accuracy", "relational", "not relational"},
	variant:   "state, bits",
	long:      true,
	reference: map[string]map[string]figure{ // Python's, over as many relational questions as others
		"state, bits": {"rn": {Mean: 98.4}, "mlp": {Mean: 91.6}},
	},
}

func (t *dialogueTask) info() *taskInfo { return dialogueInfo }

func (t *dialogueTask) modelName() string { return string(t.Model) }

func (t *dialogueTask) setModel(name string) { t.Model = dialogue.Kind(name) }

func (t *dialogueTask) variant() string { return string(t.Input) + ", " + string(t.Question) }

// epochs are more for pixels, in which colours are learned late.
func (t *dialogueTask) epochs() int {
	if t.Input == sortofclevr.Pixels {
		return 40
	}
	return dialogueInfo.recipe.Epochs
}

func (t *dialogueTask) config() dialogue.Config {
	return dialogue.Config{Kind: t.Model, Input: t.Input, Asked: t.Question}
}

// maxScenes bounds the memory that the data can ask for: a kilobyte for each.
const maxScenes = 1_000_000

func (t *dialogueTask) check() error {
	switch {
	case !slices.Equal(t.Vocabulary, sortofclevr.Vocabulary()):
		return fmt.Errorf("a vocabulary of %d words, %.80q: expected the %d of Sort-of-CLEVR",
			len(t.Vocabulary), t.Vocabulary[:min(5, len(t.Vocabulary))], len(sortofclevr.Vocabulary()))
	case t.Scenes <= testScenes || t.Scenes > maxScenes:
		return fmt.Errorf("%d scenes: expected %d to %d", t.Scenes, testScenes+1, maxScenes)
	}
	return t.config().Check()
}

// load generates the data: there is no folder.
func (t *dialogueTask) load(_ context.Context, dir string, _ bool) error {
	if dir != "" {
		return fmt.Errorf("--data-dir: %s is made by the program and read from no folder: leave the flag out", dialogueInfo.title)
	}
	t.Vocabulary = sortofclevr.Vocabulary()
	if err := t.check(); err != nil {
		return err
	}
	t.loaded = sortofclevr.Generate(sortofclevr.Options{Train: t.Scenes - testScenes, Test: testScenes, Seed: t.DataSeed})
	return nil
}

func (t *dialogueTask) data() (line, more string) {
	counts := make([]int, len(sortofclevr.Kinds()))
	for _, side := range []*sortofclevr.Side{t.loaded.Train, t.loaded.Test} {
		for _, d := range side.Dialogues {
			for _, turn := range d {
				counts[turn.Kind]++
			}
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%d scenes, generated\n", t.loaded.Train.Len()+t.loaded.Test.Len())
	for i, k := range sortofclevr.Kinds() {
		fmt.Fprintf(&b, "  %-20s %6d\n", k, counts[i])
	}
	fmt.Fprintf(&b, "%d words\n", len(t.Vocabulary))
	return fmt.Sprintf("%d training and %d test scenes with %d questions each (%s)",
		t.loaded.Train.Len(), t.loaded.Test.Len(), sortofclevr.Turns, t.variant()), b.String()
}

func (t *dialogueTask) newModel() (nn.Module, error) { return dialogue.New(t.config()) }

// answered is what the model said to a batch of questions, of which kinds they are, and how they refer to what they ask.
type answered struct {
	metrics.Classified
	kinds, refers *torch.Tensor
}

// questionParts are the accuracies over the questions that are not relational, that are, and that need the one before.
func questionParts() []*partAccuracy {
	var parts []*partAccuracy
	for i, name := range []string{"not relational", "relational"} {
		a := &partAccuracy{name: name, of: func(a answered) *torch.Tensor { return a.kinds }}
		for _, k := range sortofclevr.Kinds() {
			if k.Relational() == (i == 1) {
				a.parts = append(a.parts, k.String())
			} else {
				a.parts = append(a.parts, "")
			}
		}
		parts = append(parts, a)
	}
	remembered := &partAccuracy{name: "remembered", of: func(a answered) *torch.Tensor { return a.refers }}
	remembered.parts = append(remembered.parts, sortofclevr.References()...)
	remembered.parts[sortofclevr.Named] = ""
	return append(parts, remembered)
}

func (t *dialogueTask) training(model nn.Module, r recipe, device torch.Device, hooks ...trainer.Hook) (training, error) {
	train, err := datasets.NewBatchLoader(t.loaded.Train.As(t.Input, t.Question).Naming(2),
		datasets.BatchSize(r.BatchSize), datasets.Shuffle(true), datasets.Workers(r.Workers))
	if err != nil {
		return nil, err
	}
	test, err := datasets.NewBatchLoader(t.loaded.Test.As(t.Input, t.Question), datasets.BatchSize(testScenesAtOnce))
	if err != nil {
		return nil, err
	}
	t.macroF1 = metrics.NewMacroF1(sortofclevr.NumAnswers)
	t.parts = questionParts()
	m := model.(*dialogue.Model)
	classified := func(a answered) metrics.Classified { return a.Classified }
	optimizer := optim.NewAdam(nn.Parameters(model), optim.LR(r.LR), optim.WeightDecay(r.WeightDecay))
	schedule := lr_scheduler.NewCosineAnnealingLR(optimizer, max(1, r.Epochs*train.Len()))
	measures := []metrics.Metric[answered]{
		metrics.Of(metrics.NewAccuracy(), classified), t.parts[1], t.parts[0], metrics.Of(t.macroF1, classified),
	}
	if t.Question == sortofclevr.Dialogue {
		measures = append(measures, t.parts[2])
	}
	return &trainer.Trainer[sortofclevr.Batch, answered]{
		Model: model,
		Step: func(b sortofclevr.Batch) (*torch.Tensor, answered) {
			b = b.To(device)
			logits, target := m.Logits(b), b.Target.Flatten(0, -1)
			return crossEntropy.Forward(logits, target),
				answered{metrics.Classified{Scores: logits, Target: target}, b.Kinds.Flatten(0, -1), b.Refers.Flatten(0, -1)}
		},
		Optimizer: optimizer,
		Epochs:    r.Epochs, Train: train, Validate: test, Hooks: append([]trainer.Hook{&std.Schedule{Scheduler: schedule}}, hooks...),
		Metrics: measures,
	}, nil
}

// testScenesAtOnce is the size of batches of which no gradients are kept.
const testScenesAtOnce = 50

// report is a table of the kinds of questions.
func (t *dialogueTask) report() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-14s  %8s  %9s\n", "question", "accuracy", "questions")
	for _, part := range t.parts {
		part.write(&b)
	}
	return b.String()
}

// predict answers a question about a picture.
func (t *dialogueTask) predict(model nn.Module, in inputs, device torch.Device) ([]guess, error) {
	if !in.image.given() {
		return nil, badInput("image", "the model answers questions about a picture: expected a file")
	}
	if in.text == "" {
		return nil, badInput("text", "the model answers questions: expected one, such as %q", sortofclevr.Examples()[0])
	}
	talk, err := t.converse(model, in.image, device)
	if err != nil {
		return nil, badInput("image", "%w", err)
	}
	for _, earlier := range in.before {
		_, _ = talk.ask(earlier) // what was not understood then is not remembered
	}
	found, err := talk.ask(in.text)
	if err != nil {
		return nil, badText(in.text, "%w; questions are, for instance, %q", err, sortofclevr.Examples()[:3])
	}
	return found, nil
}

func (t *dialogueTask) converse(model nn.Module, image media, device torch.Device) (conversation, error) {
	planar, err := openPicture(image)
	if err != nil {
		return nil, err
	}
	talk, err := dialogue.NewConversation(model.(*dialogue.Model), t.config(), planar, device)
	if err != nil {
		return nil, image.named(err)
	}
	return clevrTalk{talk}, nil
}

// clevrTalk talks about a scene.
type clevrTalk struct{ *dialogue.Conversation }

func (c clevrTalk) ask(question string) ([]guess, error) {
	reply, err := c.Ask(question)
	if err != nil {
		return nil, err
	}
	found := make([]guess, len(reply.Answers))
	for i, a := range reply.Answers {
		found[i] = guess{a.String(), reply.Probabilities[i]}
	}
	return found, nil
}

func (clevrTalk) examples() []string { return sortofclevr.Examples() }
