package hooks

import (
	"errors"
	"fmt"
	"io/fs"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
	"multitorch/trainer/report"
	"multitorch/trainer/runlog"
)

// Report writes a page of the run when it ends, however it ends: see [report]. It stands behind the [JSONL] whose rows it reads,
// so that a run that went on shows all of its epochs.
type Report struct {
	Path, Title string
	Rows        string // the path of JSONL's file
	Tables      []report.Table
	// Confusion is asked for a matrix, for which the names of its classes are given, where the run is done.
	Confusion func() (m *metrics.ConfusionMatrix, classes []string)
	// Samples runs the model, which is in evaluation mode, without gradients, on some samples; nil for none.
	Samples func(model nn.Module) ([]report.Sample, error)
	// SamplesTitle and TruthWord are [report.Report]'s.
	SamplesTitle, TruthWord string

	model nn.Module
	last  trainer.Epoch
}

// Name is "report".
func (r *Report) Name() string { return "report" }

// OnStart notes the model.
func (r *Report) OnStart(s trainer.Start) error {
	r.model, r.last = s.Model, trainer.Epoch{}
	return nil
}

// OnEpoch notes the figures.
func (r *Report) OnEpoch(e trainer.Epoch) error {
	r.last = e
	return nil
}

// OnEnd writes the page.
func (r *Report) OnEnd(e trainer.End) error {
	rows, err := runlog.Read(r.Rows)
	if r.model == nil && errors.Is(err, fs.ErrNotExist) { // it did not begin
		return nil
	}
	if err != nil {
		return err
	}
	page := &report.Report{Title: r.Title, Tables: r.Tables, Charts: charts(rows), SamplesTitle: r.SamplesTitle, TruthWord: r.TruthWord}
	page.State, page.Failed = stateOf(e)
	if r.last.Validate.Samples > 0 {
		page.Figures = append(page.Figures, report.Figure{Name: "test loss", Value: fmt.Sprintf("%.4f", r.last.Validate.Loss)})
		for _, v := range r.last.Validate.Metrics {
			page.Figures = append(page.Figures, report.Figure{Name: v.Name, Value: v.Text()})
		}
	}
	if r.model == nil || e.Err != nil {
		return page.Save(r.Path)
	}
	if r.Confusion != nil {
		if m, classes := r.Confusion(); m != nil {
			page.Confusion = confusion(m, classes)
		}
	}
	if r.Samples != nil {
		nn.Eval(r.model)
		torch.ForkRNG(func() {
			torch.NoGrad(func() {
				torch.Step(func() { page.Samples, err = r.Samples(r.model) })
			})
		})
	}
	return errors.Join(err, page.Save(r.Path)) // a page without samples is better than none
}

func stateOf(e trainer.End) (text string, failed bool) {
	var interrupted *trainer.InterruptedError
	switch {
	case e.Err == nil:
		return fmt.Sprintf("finished: %d steps, %d epochs", e.Step, e.Epoch), false
	case errors.As(e.Err, &interrupted):
		return fmt.Sprintf("interrupted after step %d, in epoch %d", e.Step, e.Epoch), true
	}
	return fmt.Sprintf("failed after step %d, in epoch %d: %v", e.Step, e.Epoch, e.Err), true
}

func confusion(m *metrics.ConfusionMatrix, classes []string) *report.Confusion {
	c := &report.Confusion{}
	for target := range m.Classes() {
		name := fmt.Sprint(target)
		if target < len(classes) {
			name = classes[target]
		}
		row := make([]int, m.Classes())
		for predicted := range row {
			row[predicted] = m.At(target, predicted)
		}
		c.Classes, c.Counts = append(c.Classes, name), append(c.Counts, row)
	}
	return c
}

// charts are one for each figure, with the training's and the test's lines over the steps.
func charts(l *runlog.Log) []report.Chart {
	var names []string
	of := map[string]*report.Chart{}
	add := func(chart string, s report.Series) {
		if len(s.X) == 0 {
			return
		}
		if of[chart] == nil {
			of[chart] = &report.Chart{Title: chart}
			names = append(names, chart)
		}
		of[chart].Series = append(of[chart].Series, s)
	}
	add("loss", series("steps", "loss", true, l.Steps))
	for _, side := range []string{"train", "test"} {
		for _, name := range runlog.Names(l.Epochs) {
			if figure, ok := strings.CutPrefix(name, side+"/"); ok {
				add(figure, series(side, name, false, l.Epochs))
			}
		}
	}
	for _, name := range runlog.Names(l.Validations) {
		figure, _ := strings.CutPrefix(name, "test/")
		add(figure, series("test within epochs", name, false, l.Validations))
	}
	all := make([]report.Chart, len(names))
	for i, name := range names {
		all[i] = *of[name]
	}
	return all
}

func series(line, figure string, faint bool, rows []runlog.Row) report.Series {
	s := report.Series{Name: line, Faint: faint}
	for _, r := range rows {
		s.X, s.Y = append(s.X, float64(r.Step)), append(s.Y, r.Value(figure))
	}
	return s
}
