package main

import (
	_ "embed"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"math"
	"os"
	"slices"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

// resultsFile is what "multitorch results" measured last: the figures that train expects and the README shows.
//
//go:embed results.json
var resultsFile []byte

// figure is a mean and a standard deviation over several seeds.
type figure struct {
	Mean   float64 `json:"mean"`
	Spread float64 `json:"spread"`
}

// row is what a model, or several together, reached on a task's test data.
type row struct {
	Task     string  `json:"task"`
	Data     string  `json:"data,omitempty"` // the task's variant
	Model    string  `json:"model"`
	Accuracy figure  `json:"accuracy"` // in percent
	MacroF1  figure  `json:"macro_f1"`
	Epochs   int     `json:"epochs"`
	Seeds    []int64 `json:"seeds"`
	LibTorch string  `json:"libtorch"`
}

func (r row) same(other row) bool {
	return r.Task == other.Task && r.Data == other.Data && r.Model == other.Model
}

func parseRows(text []byte) (rows []row, err error) {
	if len(text) == 0 {
		return nil, nil
	}
	return rows, json.Unmarshal(text, &rows)
}

// rows are the names of a task's rows in the table of results.
func (i *taskInfo) rows() []string {
	names := slices.Clone(i.models)
	for _, c := range i.together {
		names = append(names, c.name)
	}
	return names
}

// expectation says which accuracy a run of a task's recipe should give.
func (r *trainRun) expectation(v metrics.Value) string {
	rows, err := parseRows(resultsFile)
	if v.Name != "accuracy" || err != nil || !r.recipe.like(r.Task.info().recipe) {
		return ""
	}
	mine := row{Task: r.Task.info().name, Data: r.Task.variant(), Model: r.Task.modelName()}
	for _, e := range rows {
		if e.same(mine) && e.Epochs == r.Epochs && len(e.Seeds) > 1 {
			return fmt.Sprintf(" (expected: %.1f to %.1f %%)", e.Accuracy.Mean-2*e.Accuracy.Spread, e.Accuracy.Mean+2*e.Accuracy.Spread)
		}
	}
	return ""
}

// table is rows in Markdown.
func table(rows []row) string {
	var b strings.Builder
	b.WriteString("| task | data | model | accuracy | macro-F1 | reference |\n|---|---|---|---|---|---|\n")
	for _, r := range rows {
		reference := "-"
		if t, err := taskNamed(r.Task); err == nil && t.info().variant == r.Data {
			if f, ok := t.info().reference[r.Model]; ok {
				reference = fmt.Sprintf("%.1f", f.Mean)
				if f.Spread > 0 {
					reference += fmt.Sprintf(" ± %.1f", f.Spread)
				}
			}
		}
		fmt.Fprintf(&b, "| %s | %s | %s | %.1f ± %.1f | %.3f ± %.3f | %s |\n",
			r.Task, r.Data, r.Model, r.Accuracy.Mean, r.Accuracy.Spread, r.MacroF1.Mean, r.MacroF1.Spread, reference)
	}
	return b.String()
}

// keep puts rows into a file in place of those of the same models, and the table of the whole file into a text.
func keep(rows []row, file, text string) error {
	if file == "" {
		if text != "" {
			return errors.New("--readme needs --write, which holds the rows of all tasks")
		}
		return nil
	}
	content, err := os.ReadFile(file)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	all, err := parseRows(content)
	if err != nil {
		return fmt.Errorf("%s: %w", file, err)
	}
	for _, r := range rows {
		if i := slices.IndexFunc(all, r.same); i >= 0 {
			all[i] = r
		} else {
			all = append(all, r)
		}
	}
	written, err := json.MarshalIndent(all, "", "\t")
	if err == nil {
		err = overwrite(file, string(written)+"\n")
	}
	if err != nil || text == "" {
		return err
	}
	content, err = os.ReadFile(text)
	if err != nil {
		return err
	}
	before, rest, ok := strings.Cut(string(content), tableBegin)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		return fmt.Errorf("%s: expected the marks %q and %q", text, tableBegin, tableEnd)
	}
	return overwrite(text, before+tableBegin+table(all)+tableEnd+after)
}

// The marks of the table of results.
const (
	tableBegin = "<!-- written by make results -->\n\n"
	tableEnd   = "\n<!-- end -->"
)

func overwrite(path, content string) error {
	return atomicfile.Write(path, func(w io.Writer) error {
		_, err := io.WriteString(w, content)
		return err
	})
}

// summarise is the mean and the standard deviation (n-1) of a figure.
func summarise(es []trainer.Evaluation, f func(trainer.Evaluation) float64) figure {
	var sum, squares float64
	for _, e := range es {
		sum += f(e)
	}
	mean := sum / float64(len(es))
	for _, e := range es {
		squares += (f(e) - mean) * (f(e) - mean)
	}
	if len(es) < 2 {
		return figure{mean, 0}
	}
	return figure{mean, math.Sqrt(squares / float64(len(es)-1))}
}
