package main

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"math"
	"slices"
	"strings"

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

// text is the figure as the table shows it: without a spread where there was one seed.
func (c column) text(seeds int) string {
	digits := 3
	if c.Share {
		digits = 1
	}
	if seeds == 1 {
		return fmt.Sprintf("%.*f", digits, c.Mean)
	}
	return fmt.Sprintf("%.*f ± %.*f", digits, c.Mean, digits, c.Spread)
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
	if err != nil || !r.recipe.like(recipeOf(r.Task)) {
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
		line += " " + c.text(len(r.Seeds)) + " |"
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
