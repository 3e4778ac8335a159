package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"slices"

	"multitorch/datasets"
	"multitorch/datasets/asterisk"
	"multitorch/multimodal"
	"multitorch/multimodal/ctc"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/optim/lr_scheduler"
	"multitorch/torch"
	"multitorch/trainer"
	std "multitorch/trainer/hooks"
	"multitorch/trainer/metrics"
)

func init() { addTask(func() task { return new(speechTask) }) }

// speechTask writes what a telephone exchange says.
type speechTask struct {
	Model     string `enum:"gru" default:"gru" help:"gru (a convolution and a bidirectional GRU, trained with CTC)." json:"model"`
	Language  string `enum:"en,es,fr,it,ru" default:"en" help:"Language of the prompts: en, es, fr, it or ru." json:"language"`
	Strict    bool   `help:"Keep prompts that share three consecutive words on one side of the split." json:"strict"`
	More      bool   `help:"Train also on clips that the split leaves out: longer ones, and texts with digits, spelled out." json:"more"`
	SplitSeed int64  `default:"0" help:"Seed of the train/test split." json:"split_seed"`
	From      string `type:"path" placeholder:"FILE" help:"Start with the weights of this checkpoint of the same alphabet, and learn on." json:"-"`

	Alphabet *ctc.Alphabet           `kong:"-" json:"alphabet"`
	Size     multimodal.SpeechConfig `kong:"-" json:"size"`

	loaded      *asterisk.Data
	sides       asterisk.Sides
	train, test *multimodal.SpeechSet
	heard       *heard
}

var speechInfo = &taskInfo{
	name:      "speech",
	title:     "Asterisk prompts",
	help:      "A telephone exchange's spoken prompts and their transcripts: speech to text.",
	scheduled: true,
	recipe:    recipe{Epochs: 90, BatchSize: 16, LR: 4e-3, WeightDecay: 1e-2},
	models:    []string{"gru"},
	columns:   []string{"CER", "WER"},
	long:      true,
	together:  []combination{{name: searchName, models: []string{"gru"}}},
	reference: map[string]map[string]figure{ // a smaller model of the same sort in Python, after 362 s; its split is another
		"en": {"gru": {Mean: 27}},
	},
}

func (t *speechTask) info() *taskInfo { return speechInfo }

func (t *speechTask) modelName() string { return t.Model }

func (t *speechTask) setModel(name string) { t.Model = name }

func (t *speechTask) variant() string {
	v := t.Language
	if t.Strict {
		v += ", strict"
	}
	if t.More {
		v += ", more"
	}
	if t.SplitSeed != 0 {
		v += fmt.Sprintf(", split seed %d", t.SplitSeed)
	}
	return v
}

func (t *speechTask) check() error {
	switch {
	case t.Model != "gru":
		return fmt.Errorf("the model %.40q: expected %q", t.Model, "gru")
	case !slices.Contains(asterisk.Languages(), t.Language):
		return fmt.Errorf("the language %.40q: expected one of %q", t.Language, asterisk.Languages())
	case t.Alphabet == nil:
		return errors.New("no alphabet")
	case t.Size.Symbols != t.Alphabet.Len():
		return fmt.Errorf("%d symbols: expected %d, the alphabet's characters and the blank", t.Size.Symbols, t.Alphabet.Len())
	}
	return t.Size.Check()
}

func (t *speechTask) options() asterisk.SplitOptions {
	return asterisk.SplitOptions{Seed: t.SplitSeed, Strict: t.Strict, More: t.More}
}

func (t *speechTask) load(ctx context.Context, dir string, fetch bool) (err error) {
	o := asterisk.Options{Language: t.Language}
	if fetch {
		t.loaded, err = asterisk.Open(ctx, dir, o, logLine)
	} else {
		t.loaded, err = asterisk.Load(dir, o)
	}
	if err != nil {
		return err
	}
	t.sides = t.loaded.Split(t.options())
	if t.Alphabet == nil {
		t.Alphabet = ctc.NewAlphabet(texts(t.sides.Train)...)
		t.Size = multimodal.SpeechConfig{Symbols: t.Alphabet.Len(), Dropout: 0.2, Blocks: 3, Layers: 1}
	}
	if t.train, err = multimodal.NewSpeechSet(utterances(t.sides.Train), t.Alphabet); err != nil {
		return fmt.Errorf("the training side: %w", err)
	}
	if t.test, err = multimodal.NewSpeechSet(utterances(t.sides.Test), t.Alphabet); err != nil {
		return fmt.Errorf("the test side: %w", err)
	}
	return nil
}

func utterances(clips []asterisk.Clip) (all []multimodal.Utterance) {
	for _, c := range clips {
		all = append(all, multimodal.Utterance{Name: c.Name, Text: c.Words(), Samples: c.Samples, Rate: asterisk.Rate})
	}
	return all
}

func texts(clips []asterisk.Clip) (all []string) {
	for _, c := range clips {
		all = append(all, c.Words())
	}
	return all
}

func (t *speechTask) data() (line, more string) {
	minutes := 0.0
	for _, c := range t.loaded.Clips {
		minutes += c.Duration().Minutes()
	}
	more = fmt.Sprintf("%d clips of speech, %.1f minutes, in %s; %d more are tones, silences or have remarks in their text\n",
		len(t.loaded.Clips), minutes, t.loaded.Dir, t.loaded.Skipped)
	return fmt.Sprintf("%d training and %d test clips of at most 6 s (%s)", t.train.Len(), t.test.Len(), t.options()), more
}

func (t *speechTask) newModel() (nn.Module, error) {
	m := multimodal.NewSpeech(t.Size)
	m.Augment.Stretch, m.Augment.Bins, m.Augment.Frames = 0.12, 16, 16
	if t.From != "" {
		return m, t.startWith(m)
	}
	return m, nil
}

// startWith gives a model the weights of a checkpoint.
func (t *speechTask) startWith(m *multimodal.Speech) error {
	s, err := loadModel(t.From, torch.CPU)
	if err != nil {
		return fmt.Errorf("--from: %w", err)
	}
	from, ok := s.task.(*speechTask)
	if !ok || from.Alphabet.String() != t.Alphabet.String() || from.Size != t.Size {
		return fmt.Errorf("--from: %s has a model of other sounds, characters or size: expected one of train speech with the alphabet %q",
			t.From, t.Alphabet)
	}
	return nn.LoadStateDict(m, nn.StateDict(s.model))
}

// How a training of speech differs from the others': the rate rises for a fifth of the steps and falls (one cycle),
// gradients are clipped, and a batch has clips of about the same length.
const (
	speechRise  = 0.2
	speechClip  = 5
	speechNoise = 0.15

	speechTestBatch = 32
)

func (t *speechTask) training(model nn.Module, r recipe, device torch.Device, hooks ...trainer.Hook) (training, error) {
	m := model.(*multimodal.Speech)
	train, err := datasets.NewBatchLoader(t.train, datasets.BatchSize(r.BatchSize), datasets.Workers(r.Workers),
		datasets.WithSampler(multimodal.NewBucketSampler(t.train.Frames(), r.BatchSize, speechNoise)))
	if err != nil {
		return nil, err
	}
	test, err := datasets.NewBatchLoader(t.test, datasets.BatchSize(speechTestBatch))
	if err != nil {
		return nil, err
	}
	optimizer := optim.NewAdamW(nn.Parameters(m), optim.LR(r.LR), optim.WeightDecay(r.WeightDecay))
	criterion := nn.NewCTCLoss()
	t.heard = new(heard)
	loop := &trainer.Trainer[multimodal.SpeechBatch, metrics.Transcribed]{
		Model: m, Epochs: r.Epochs, Train: train, Validate: test, Optimizer: optimizer, Clip: trainer.Clip{Norm: speechClip},
		Step: func(b multimodal.SpeechBatch) (*torch.Tensor, metrics.Transcribed) {
			loss, scores, steps := m.Loss(b.To(device), criterion)
			if !m.Training() {
				t.heard.keep(scores, steps)
			}
			return loss, metrics.Transcribed{Understood: t.decode(scores, steps), Reference: b.Texts}
		},
		Metrics: []metrics.Metric[metrics.Transcribed]{metrics.NewCER(), metrics.NewWER(), t.heard},
	}
	schedule := lr_scheduler.NewOneCycleLR(optimizer, r.LR, lr_scheduler.TotalSteps(loop.Steps()), lr_scheduler.PctStart(speechRise))
	loop.Hooks = append([]trainer.Hook{&std.Schedule{Scheduler: schedule}}, hooks...)
	return loop, nil
}

// decode is the texts of a batch's scores.
func (t *speechTask) decode(scores, steps *torch.Tensor) []string {
	var texts []string
	for _, labels := range ctc.Greedy(scores.Detach(), steps) {
		texts = append(texts, t.Alphabet.Decode(labels))
	}
	return texts
}

// predict wants a sound file, and says which texts it may be.
func (t *speechTask) predict(model nn.Module, in inputs, _ torch.Device) (found []guess, err error) {
	if !in.audio.given() || in.image.given() || in.text != "" {
		return nil, badInput("audio", "the model in %s reads sounds: expected a sound file and nothing else; "+
			"multitorch transcribe reads several", in.checkpoint)
	}
	samples, err := readSpeech(in.audio)
	if err != nil {
		return nil, badInput("audio", "%w", in.audio.named(err))
	}
	r := &ctcRecogniser{model: model.(*multimodal.Speech), alphabet: t.Alphabet, beam: &ctc.Beam{Alphabet: t.Alphabet}}
	texts, err := r.hypotheses(samples)
	for _, h := range texts {
		found = append(found, guess{h.Text, math.Exp(h.Sound)})
	}
	return found, err
}
