package main

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"

	"multitorch/internal/atomicfile"
	"multitorch/internal/regular"
)

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
	var written strings.Builder
	out := json.NewEncoder(&written)
	out.SetIndent("", "\t")
	out.SetEscapeHTML(false) // metrics have arrows in their names
	err := out.Encode(k.all)
	if err == nil {
		err = overwrite(k.file, written.String())
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
