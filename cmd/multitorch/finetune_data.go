package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	datatable "multitorch/datasets/table"
	"multitorch/torch"
	"multitorch/transformers"
	"multitorch/transformers/pretrained"
)

// labelled are texts and their classes.
type labelled struct {
	classes []string
	texts   []string
	tokens  [][]int64
	targets []int64
}

// mostTextClasses bounds the head that a table can ask for.
const mostTextClasses = 1000

// readLabelled reads two columns of a table. Rows without a text or a class are an error that names the first.
func readLabelled(path, textColumn, target string) (*labelled, error) {
	t, err := datatable.Open(path)
	if err != nil {
		return nil, err
	}
	to := t.Target()
	if target != "" {
		to = t.Column(target)
	}
	if to < 0 {
		return nil, fmt.Errorf("--target: %s has no such column of classes: it has %q", path, t.Columns)
	}
	from := t.Column(textColumn)
	if textColumn == "" {
		for i, k := range t.Kinds() {
			if from < 0 && i != to && (k.Kind == datatable.Text || k.Kind == datatable.Category) {
				from = i
			}
		}
	}
	if from < 0 || from == to {
		return nil, fmt.Errorf("--text: %s has no such column of texts beside %q: it has %q", path, t.Columns[to], t.Columns)
	}
	l, names := &labelled{}, make([]string, t.Len())
	for i := range names {
		if names[i] = t.Cell(i, to); strings.TrimSpace(names[i]) == "" {
			return nil, fmt.Errorf("%s: there is no class in column %q", t.Place(i), t.Columns[to])
		}
		l.texts = append(l.texts, t.Cell(i, from))
	}
	l.classes = slices.Compact(slices.Sorted(slices.Values(names)))
	if n := len(l.classes); n < 2 || n > mostTextClasses {
		return nil, fmt.Errorf("%s: the column %q has %d classes: expected 2 to %d", path, t.Columns[to], n, mostTextClasses)
	}
	for _, name := range names {
		class, _ := slices.BinarySearch(l.classes, name)
		l.targets = append(l.targets, int64(class))
	}
	return l, nil
}

// batch is the tokens and classes of some rows.
func (l *labelled) batch(rows []int) (tokens [][]int64, target *torch.Tensor) {
	var classes []int64
	for _, row := range rows {
		tokens, classes = append(tokens, l.tokens[row]), append(classes, l.targets[row])
	}
	return tokens, torch.FromSlice(classes)
}

// classifier loads the encoder, with a new head for the classes; without classes with the folder's own.
func (c *sentences) classifier(classes []string) (m *textClassifier, dir string, err error) {
	m = &textClassifier{}
	if m.device, err = c.device(); err != nil {
		return nil, "", err
	}
	if dir, err = pretrained.Find(c.Model); err != nil {
		return nil, "", fmt.Errorf("--model: %w", err)
	}
	if m.sentences, err = transformers.LoadSentenceTransformer(dir); err != nil {
		return nil, "", err
	}
	o := transformers.Load{Device: m.device}
	if classes != nil {
		o.New, o.Labels = []string{"classifier", "pre_classifier"}, classes
	}
	m.model, err = transformers.AutoModelForSequenceClassification(dir, o)
	var e *transformers.LoadError
	other := func(key string) bool { return !strings.Contains(key, "pooler") }
	if classes != nil && errors.As(err, &e) && !slices.ContainsFunc(e.Missing, other) {
		o.New = append(o.New, "bert.pooler") // of a language model, which has none
		m.model, err = transformers.AutoModelForSequenceClassification(dir, o)
	}
	return m, dir, err
}

// newFolder makes a folder and a file in it, which goes again: what can't be written is known before the training and not after
// it. undo removes the folder if it was not there and nothing came into it.
func newFolder(dir string) (undo func(), err error) {
	_, missing := os.Stat(dir)
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	undo = func() {
		if missing != nil {
			_ = os.Remove(dir) // fails where there is something in it
		}
	}
	f, err := os.CreateTemp(dir, ".try-*")
	if err == nil {
		err = errors.Join(f.Close(), os.Remove(f.Name()))
	}
	if err != nil {
		undo()
		return nil, err
	}
	return undo, nil
}
