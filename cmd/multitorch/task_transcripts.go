package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"multitorch/datasets"
	datatable "multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/columns"
	"multitorch/multimodal/ctc"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
)

func init() { addTask(func() task { return new(transcriptsTask) }) }

// transcriptsTask writes what is said in sounds of one's own. Its model and its training are those of the speech task.
type transcriptsTask struct {
	Sound      string `placeholder:"COLUMN" help:"Column of the sounds (default: the only one)." json:"-"`
	Transcript string `placeholder:"COLUMN" help:"Column of what is said (default: one called transcript, text or sentence, or the only one of texts)." json:"-"`
	own        `embed:""`

	MaxSeconds float64                 `default:"10" help:"Longest sound that is taken." json:"-"`
	Alphabet   *ctc.Alphabet           `kong:"-" json:"alphabet"`
	Size       multimodal.SpeechConfig `kong:"-" json:"size"`

	table  *datatable.Table
	speech speechTask
}

var transcriptsInfo = &taskInfo{
	name:      "transcripts",
	title:     "your transcripts",
	help:      "Your own speech and transcripts, from a CSV, JSONL or Parquet file: write what is said.",
	scheduled: true,
	recipe:    recipe{Epochs: 70, BatchSize: 16, LR: 4e-3, WeightDecay: 1e-2},
	models:    []string{"gru"}, columns: speechInfo.columns,
	yours: true,
}

func (t *transcriptsTask) info() *taskInfo { return transcriptsInfo }

func (t *transcriptsTask) modelName() string { return "gru" }

func (t *transcriptsTask) setModel(string) {}

func (t *transcriptsTask) variant() string { return t.Data }

// Validate is called when the command line is read.
func (t *transcriptsTask) Validate() error {
	return t.sizes(columns.Schema{ImageSize: 64, MaxWords: 64, SampleRate: multimodal.SpeechRate, MaxSeconds: t.MaxSeconds})
}

func (t *transcriptsTask) check() error {
	switch {
	case t.Alphabet == nil:
		return errors.New("no alphabet")
	case t.Schema == nil || !t.Schema.Pairs || len(t.Schema.Columns) != 2 || t.column(datatable.Audio) == "" || t.column(datatable.Text) == "":
		return errors.New("no schema of a sound and a text")
	}
	if t.Size.Symbols != t.Alphabet.Len() {
		return fmt.Errorf("%d symbols: expected %d, the alphabet's characters and the blank", t.Size.Symbols, t.Alphabet.Len())
	}
	return errors.Join(t.Schema.Check(), t.Size.Check())
}

// column is the name of the column of a kind.
func (t *transcriptsTask) column(kind datatable.Kind) string {
	for _, c := range t.Schema.Columns {
		if c.Kind == kind {
			return c.Name
		}
	}
	return ""
}

func (t *transcriptsTask) load(ctx context.Context, dir string, _ bool) error {
	c := columns.Config{SampleRate: multimodal.SpeechRate, MaxSeconds: t.MaxSeconds}
	read, train, test, err := t.read(ctx, dir, c,
		soundHalf(t.Sound), transcriptHalf(t.Transcript))
	if err != nil {
		return err
	}
	if t.table = read; test.Len() == 0 {
		return needTest(t.Data)
	}
	if t.Alphabet == nil {
		var said []string // of both sides: a letter gives nothing away
		for _, side := range []*columns.Data{train, test} {
			for i := range side.Len() {
				said = append(said, t.said(read, side.Row(i)))
			}
		}
		t.Alphabet = ctc.NewAlphabet(said...)
		t.Size = multimodal.SpeechConfig{Symbols: t.Alphabet.Len(), Dropout: 0.2, Blocks: 3, Layers: 1} // the speech task's
	}
	sets, err := t.utterances(ctx, read, train, test)
	if err != nil {
		return err
	}
	t.speech.train, t.speech.test = sets[0], sets[1]
	return nil
}

// said is a row's transcript as the alphabet has it: words in lower case, with single spaces between them.
func (t *transcriptsTask) said(read *datatable.Table, row int) string {
	return join(columns.Words(read.Cell(row, read.Column(t.column(datatable.Text)))))
}

func join(words []string) (text string) {
	for i, w := range words {
		if i > 0 {
			text += " "
		}
		text += w
	}
	return text
}

// utterances makes features of all rows of some sides. Rows that CTC can't learn are bad rows: sounds that are too short for
// their texts or longer than is taken, and letters that the alphabet lacks.
func (t *transcriptsTask) utterances(ctx context.Context, read *datatable.Table, sides ...*columns.Data) (
	sets []*multimodal.SpeechSet, err error,
) {
	var bad []columns.BadRow
	rows := 0
	for _, data := range sides {
		var all []multimodal.Utterance
		for i := range data.Len() {
			if err := ctx.Err(); err != nil {
				return nil, fmt.Errorf("interrupted while the sounds of %s were heard: %w", read.Path, err)
			}
			row := data.Row(i)
			u, err := t.utterance(read, row)
			if err != nil {
				bad = append(bad, columns.BadRow{Row: row, Place: read.Place(row), What: err.Error()})
				continue
			}
			all = append(all, u)
		}
		set, err := multimodal.NewSpeechSet(all, t.Alphabet)
		if err != nil {
			return nil, err
		}
		sets, rows = append(sets, set), rows+data.Len()
	}
	slices.SortFunc(bad, func(a, b columns.BadRow) int { return cmp.Compare(a.Row, b.Row) })
	if len(bad) > 0 && !t.SkipBad {
		return nil, &columns.BadRowsError{Rows: bad, Of: rows}
	}
	for _, b := range bad {
		logLine(fmt.Sprintf("left out: %s", b))
	}
	if slices.ContainsFunc(sets, func(s *multimodal.SpeechSet) bool { return s.Len() == 0 }) {
		return nil, fmt.Errorf("%s: no row is left", read.Path)
	}
	return sets, nil
}

// utterance reads a row.
func (t *transcriptsTask) utterance(read *datatable.Table, row int) (u multimodal.Utterance, err error) {
	samples, err := columns.Sound(read, row, read.Column(t.column(datatable.Audio)), t.Base, multimodal.SpeechRate)
	if most := t.Schema.MaxSeconds * multimodal.SpeechRate; err == nil && float64(len(samples)) > most {
		err = fmt.Errorf("the sound is %.1f s long: expected at most %v (--max-seconds)",
			float64(len(samples))/multimodal.SpeechRate, t.Schema.MaxSeconds)
	}
	if err != nil {
		return u, err
	}
	u = multimodal.Utterance{Name: read.Place(row), Text: t.said(read, row), Samples: samples, Rate: multimodal.SpeechRate}
	if _, err = multimodal.NewSpeechSet([]multimodal.Utterance{u}, t.Alphabet); err != nil {
		err = cmp.Or(errors.Unwrap(err), err) // less the utterance's name
	}
	return u, err
}

func (t *transcriptsTask) data() (line, more string) {
	if t.speech.train == t.speech.test {
		return fmt.Sprintf("%d rows of %s", t.speech.test.Len(), t.Data), ""
	}
	return fmt.Sprintf("%d training and %d test rows of %s, %d letters (split seed %d)",
		t.speech.train.Len(), t.speech.test.Len(), t.Data, t.Alphabet.Len()-1, t.Schema.Seed), ""
}

func (t *transcriptsTask) newModel() (nn.Module, error) {
	t.speech.Alphabet, t.speech.Size = t.Alphabet, t.Size
	return t.speech.newModel()
}

func (t *transcriptsTask) training(model nn.Module, r recipe, device torch.Device, hooks ...trainer.Hook) (training, error) {
	return t.speech.training(model, r, device, hooks...)
}

func (t *transcriptsTask) report() string { return t.speech.report() }

var _ datasets.BatchGetter[multimodal.SpeechBatch] = (*multimodal.SpeechSet)(nil)
