package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"multitorch/trainer/runlog"
)

type runsListCmd struct {
	Dir string `arg:"" optional:"" type:"path" default:"runs" help:"Folder of runs."`
}

// Run prints a line for each run, the oldest first.
func (c *runsListCmd) Run() error {
	runs, err := findRuns(c.Dir)
	if err != nil {
		return err
	}
	if len(runs) == 0 {
		return fmt.Errorf("%s: there are no runs; multitorch train makes one", c.Dir)
	}
	slices.SortStableFunc(runs, func(a, b *foundRun) int { return a.begun().Compare(b.begun()) })
	rows := [][]string{{"run", "task", "begun", "state", "epochs", "figure", "best"}}
	for _, r := range runs {
		name, err := filepath.Rel(c.Dir, r.dir)
		if err != nil || name == "." {
			name = r.dir
		}
		begun := "–"
		if at := r.begun(); !at.IsZero() {
			begun = at.Local().Format("2006-01-02 15:04")
		}
		done, of := r.epochs()
		epochs := fmt.Sprintf("%d of %d", done, of)
		if of == 0 {
			epochs = fmt.Sprint(done)
		}
		rows = append(rows, []string{name, r.task(), begun, r.state(), epochs, r.figure(), r.best(r.figure())})
	}
	printf("%s", aligned(rows))
	return nil
}

// mostCell is how many characters of a cell are shown.
const mostCell = 60

// aligned are rows as columns.
func aligned(rows [][]string) string {
	widths := map[int]int{}
	shown := make([][]string, len(rows))
	for i, row := range rows {
		for k, cell := range row {
			cell = strings.ToValidUTF8(strings.Join(strings.Fields(plain(cell)), " "), "?")
			if runes := []rune(cell); len(runes) > mostCell {
				cell = string(runes[:mostCell-1]) + "…"
			}
			shown[i] = append(shown[i], cell)
			widths[k] = max(widths[k], utf8.RuneCountInString(cell))
		}
	}
	var b strings.Builder
	for _, row := range shown {
		line := ""
		for k, cell := range row {
			line += cell + strings.Repeat(" ", widths[k]-utf8.RuneCountInString(cell)+2)
		}
		b.WriteString(strings.TrimRight(line, " ") + "\n")
	}
	return b.String()
}

type runsCompareCmd struct {
	Runs []string `arg:"" type:"path" help:"Folders of runs, or one with several in it."`
}

// Run prints a table: a column for each run, a row for each setting in which they differ and for each figure.
func (c *runsCompareCmd) Run() error {
	runs, names, err := namedRuns(c.Runs)
	if err != nil {
		return err
	}
	rows := [][]string{append([]string{""}, names...)}
	add := func(name string, cell func(r *foundRun) string) {
		row := []string{name}
		for _, r := range runs {
			text := cell(r)
			if text == "" {
				text = "–"
			}
			row = append(row, text)
		}
		rows = append(rows, row)
	}
	for _, name := range differing(runs) {
		add(name, func(r *foundRun) string { return r.text(name) })
	}
	if len(rows) == 1 {
		rows = append(rows, []string{"(the same settings)"})
	}
	add("state", (*foundRun).state)
	add("epochs", func(r *foundRun) string {
		done, of := r.epochs()
		return fmt.Sprintf("%d of %d", done, of)
	})
	add("took", func(r *foundRun) string { return took(r.log, sessions(r.dir)).String() })
	for _, figure := range figuresIn(runs) {
		add(figure+", last", func(r *foundRun) string {
			if n := len(r.log.Epochs); n > 0 {
				if v := r.log.Epochs[n-1].Value(figure); v == v {
					return fmt.Sprintf("%.4f", v)
				}
			}
			return ""
		})
		add(figure+", best", func(r *foundRun) string { return r.best(figure) })
	}
	printf("%s", aligned(rows))
	return nil
}

// differing are the settings that are not the same in all runs.
func differing(runs []*foundRun) (names []string) {
	for _, r := range runs {
		if r.settings == nil {
			continue
		}
		for _, name := range r.settings.Names() {
			other := func(o *foundRun) bool { return o.settings != nil && o.text(name) != r.text(name) }
			if name != environmentKey && !slices.Contains(names, name) && slices.ContainsFunc(runs, other) {
				names = append(names, name)
			}
		}
	}
	return names
}

// figuresIn are the test's figures of all runs; the training's where there are no others.
func figuresIn(runs []*foundRun) (figures []string) {
	var all []string
	for _, r := range runs {
		all = append(all, runlog.Names(r.log.Epochs)...)
	}
	for _, side := range []string{"test/", "train/"} {
		for _, name := range all {
			if strings.HasPrefix(name, side) && !slices.Contains(figures, name) {
				figures = append(figures, name)
			}
		}
		if figures != nil {
			return figures
		}
	}
	return nil
}

// namedRuns are the runs in some folders, and short names by which they can be told apart.
func namedRuns(dirs []string) (runs []*foundRun, names []string, err error) {
	for _, dir := range dirs {
		found, err := findRuns(dir)
		if err != nil {
			return nil, nil, err
		}
		runs = append(runs, found...)
	}
	if len(runs) == 0 {
		return nil, nil, errors.New("there are no runs in these folders; multitorch train makes one")
	}
	if len(runs) > mostCompared {
		return nil, nil, fmt.Errorf("there are %d runs in these folders: expected at most %d; name some of them", len(runs), mostCompared)
	}
	short := map[string]int{}
	for _, r := range runs {
		short[filepath.Base(r.dir)]++
	}
	for _, r := range runs {
		name := filepath.Base(r.dir)
		if short[name] > 1 {
			name = filepath.Join(filepath.Base(filepath.Dir(r.dir)), name)
		}
		names = append(names, name)
	}
	return runs, names, nil
}

// mostCompared is how many columns, or lines, a person can follow.
const mostCompared = 50
