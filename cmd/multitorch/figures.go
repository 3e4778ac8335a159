package main

import (
	"cmp"
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
	"multitorch/internal/regular"
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
	Task     string   `json:"task"`
	Data     string   `json:"data,omitempty"` // the task's variant
	Model    string   `json:"model"`
	Figures  []column `json:"figures"` // in the order of the table's columns
	Epochs   int      `json:"epochs"`
	Seeds    []int64  `json:"seeds"`
	LibTorch string   `json:"libtorch"`
}

// column is a metric: its mean and spread, in percent where it is a share.
type column struct {
	Name  string `json:"name"`
	Share bool   `json:"share,omitempty"`
	figure
}

// text is the figure as the table shows it.
func (c column) text() string {
	if c.Share {
		return fmt.Sprintf("%.1f ± %.1f", c.Mean, c.Spread)
	}
	return fmt.Sprintf("%.3f ± %.3f", c.Mean, c.Spread)
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

// expectation says which figure a run of a task's recipe should give.
func (r *trainRun) expectation(v metrics.Value) string {
	rows, err := parseRows(resultsFile)
	if err != nil || !r.recipe.like(r.Task.info().recipe) {
		return ""
	}
	mine := row{Task: r.Task.info().name, Data: r.Task.variant(), Model: r.Task.modelName()}
	for _, e := range rows {
		if !e.same(mine) || e.Epochs != r.Epochs || len(e.Seeds) < 2 {
			continue
		}
		for _, c := range e.Figures {
			if low, high := c.Mean-2*c.Spread, c.Mean+2*c.Spread; c.Name == v.Name && c.Share {
				return fmt.Sprintf(" (expected: %.1f to %.1f %%)", low, high)
			}
		}
	}
	return ""
}

// tables are rows in Markdown: one table for those of the same metrics, in the order in which they come.
func tables(rows []row) string {
	var heads []string
	bodies := map[string]string{}
	for _, r := range rows {
		head, rule := "| task | data | model |", "|---|---|---|"
		for _, c := range r.Figures {
			head, rule = head+" "+strings.ReplaceAll(c.Name, "->", "→")+" |", rule+"---|"
		}
		head += " reference |\n" + rule + "---|\n"
		if _, ok := bodies[head]; !ok {
			heads = append(heads, head)
		}
		bodies[head] += r.markdown()
	}
	var all []string
	for _, head := range heads {
		all = append(all, head+bodies[head])
	}
	return strings.Join(all, "\n")
}

func (r row) markdown() string {
	line := fmt.Sprintf("| %s | %s | %s |", r.Task, r.Data, r.Model)
	for _, c := range r.Figures {
		line += " " + c.text() + " |"
	}
	reference := "-"
	if t, err := taskNamed(r.Task); err == nil {
		if f, ok := t.info().reference[r.Data][r.Model]; ok {
			reference = fmt.Sprintf("%.1f", f.Mean)
			if f.Spread > 0 {
				reference += fmt.Sprintf(" ± %.1f", f.Spread)
			}
		}
	}
	return line + " " + reference + " |\n"
}

// keeper puts rows into a file and their table into a text. It has read both before the first model is trained, a
// quarter of an hour before it writes them.
type keeper struct {
	file, text string    // empty: none
	all        []row     // of the file
	parts      [2]string // of the text: before and after the table
}

func newKeeper(file, text string) (*keeper, error) {
	k := &keeper{file: file, text: text}
	if file == "" {
		if text != "" {
			return nil, errors.New("--readme needs --write, which holds the rows of all tasks")
		}
		return k, nil
	}
	content, err := readText(file, "a file of results")
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if k.all, err = parseRows(content); err != nil {
		return nil, fmt.Errorf("%s: expected the rows of an earlier \"multitorch results\": %w", file, err)
	}
	if text == "" {
		return k, nil
	}
	if content, err = readText(text, "a text with the marks of a table"); err != nil {
		return nil, err
	}
	before, rest, ok := strings.Cut(string(content), tableBegin)
	_, after, ok2 := strings.Cut(rest, tableEnd)
	if !ok || !ok2 {
		return nil, fmt.Errorf("%s: expected the marks %q and %q", text, tableBegin, tableEnd)
	}
	k.parts = [2]string{before, after}
	return k, nil
}

// readText reads a regular file whole, up to a megabyte.
func readText(path, expected string) (content []byte, err error) {
	const most = 1 << 20
	err = regular.Read(path, expected, func(f *os.File, _ int64) error {
		if content, err = io.ReadAll(io.LimitReader(f, most+1)); err == nil && len(content) > most {
			err = fmt.Errorf("expected %s, but it is longer than %d bytes", expected, most)
		}
		return err
	})
	return content, err
}

// keep writes rows in place of those of the same models, and the table of all.
func (k *keeper) keep(rows []row) error {
	if k.file == "" {
		return nil
	}
	for _, r := range rows {
		if i := slices.IndexFunc(k.all, r.same); i >= 0 {
			k.all[i] = r
		} else {
			k.all = append(k.all, r)
		}
	}
	k.all = inOrder(k.all)
	written, err := json.MarshalIndent(k.all, "", "\t")
	if err == nil {
		err = overwrite(k.file, string(written)+"\n")
	}
	if err != nil || k.text == "" {
		return err
	}
	return overwrite(k.text, k.parts[0]+tableBegin+tables(k.all)+tableEnd+k.parts[1])
}

// inOrder puts the rows of a task's data into the order in which the task names its models. Which data comes first stays.
func inOrder(rows []row) []row {
	place := func(r row) (data, model int) {
		data = slices.IndexFunc(rows, func(o row) bool { return o.Task == r.Task && o.Data == r.Data })
		if t, err := taskNamed(r.Task); err == nil {
			model = slices.Index(t.info().rows(), r.Model)
		}
		return data, model
	}
	sorted := slices.Clone(rows)
	slices.SortStableFunc(sorted, func(a, b row) int {
		dataA, modelA := place(a)
		dataB, modelB := place(b)
		return cmp.Or(dataA-dataB, modelA-modelB)
	})
	return sorted
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
