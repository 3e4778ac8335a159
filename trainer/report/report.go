// Package report makes a page of a run: one HTML file with its figures, curves, confusion matrix, samples, configuration and
// environment. It needs nothing beside it and no network, can be read on a narrow screen, and is dark where the reader's
// screens are.
//
// Names of classes, files and texts come from anyone. All of them are escaped, and a policy in the page's head forbids
// scripts and everything from elsewhere.
package report

import (
	"cmp"
	_ "embed"
	"fmt"
	"html/template"
	"image"
	"io"
	"strings"

	"multitorch/internal/atomicfile"
)

// Report is what a page shows. What is empty is left out.
type Report struct {
	Title   string
	State   string // "finished", or how the run ended
	Failed  bool   // the state is no good one
	Figures []Figure
	Charts  []Chart
	// Confusion counts, for each class, what its samples were taken for.
	Confusion *Confusion
	Samples   []Sample
	// SamplesTitle stands above the samples, "Samples" where it is empty, and TruthWord before what would have been right: "is".
	SamplesTitle, TruthWord string
	Tables                  []Table
}

// Figure is a number that is shown large.
type Figure struct{ Name, Value string }

// Table is names and values.
type Table struct {
	Title string
	Rows  [][2]string
}

// Confusion is a confusion matrix.
type Confusion struct {
	Classes []string
	Counts  [][]int // Counts[target][predicted]
}

// Sample is a picture, or a text, with what the model says of it.
type Sample struct {
	Picture image.Image // nil for none
	Text    string
	Truth   string // what is there; "" where nobody knows
	Said    string
}

//go:embed page.html
var pageText string

var page = template.Must(template.New("page").Funcs(template.FuncMap{"short": short}).Parse(pageText))

// Save writes the page to a file: whole, or not at all.
func (r *Report) Save(path string) error {
	if err := atomicfile.Write(path, r.Write); err != nil {
		return fmt.Errorf("report %s: %w", path, err)
	}
	return nil
}

// Write writes the page.
func (r *Report) Write(w io.Writer) error {
	v := view{Report: r, Wide: true, Heading: cmp.Or(r.SamplesTitle, "Samples"), Word: cmp.Or(r.TruthWord, "is")}
	for _, c := range r.Charts {
		if d := c.draw(); d != nil {
			v.Drawn = append(v.Drawn, d)
		}
	}
	if r.Confusion != nil {
		m, err := r.Confusion.matrix()
		if err != nil {
			return err
		}
		v.Matrix = m
	}
	for i, s := range r.Samples {
		p, err := shown(s)
		if err != nil {
			return fmt.Errorf("sample %d: %w", i, err)
		}
		v.Shown = append(v.Shown, p)
		v.Wide = v.Wide && s.Picture == nil
	}
	return page.Execute(w, v)
}

// view is a report as the page's template takes it.
type view struct {
	*Report
	Drawn  []*drawing
	Matrix *matrix
	Shown  []picture
	Wide   bool // there are texts alone
	// Of the samples.
	Heading, Word string
}

// mostText is how many characters of a text are shown.
const mostText = 300

// short is a text as it can be shown: valid, and not longer than a person would read.
func short(text string) string {
	text = strings.ToValidUTF8(text, "\uFFFD")
	text = strings.Map(func(r rune) rune {
		if r < ' ' && r != '\n' && r != '\t' || r == 0x7f {
			return '\uFFFD'
		}
		return r
	}, text)
	if runes := []rune(text); len(runes) > mostText {
		return string(runes[:mostText]) + "…"
	}
	return text
}
