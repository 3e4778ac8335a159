package main

import (
	"bufio"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"

	datatable "multitorch/datasets/table"
	"multitorch/internal/regular"
	"multitorch/multimodal/columns"
)

// sumsName is a run's list of the pictures and sounds that its table names, with their SHA-256, as sha256sum writes it: a table that
// stays as it is does not mean that they do.
const sumsName = "files.sha256"

// filed is a task whose table names files.
type filed interface{ files() tableFiles }

// tableFiles are the files that some columns of a table name.
type tableFiles struct {
	table  *datatable.Table
	schema *columns.Schema
	base   string
}

func (t *tableTask) files() tableFiles       { return tableFiles{t.table, t.Schema, t.Base} }
func (t *captionsTask) files() tableFiles    { return tableFiles{t.table, t.Schema, t.Base} }
func (t *transcriptsTask) files() tableFiles { return tableFiles{t.table, t.Schema, t.Base} }

// sumsOf is a line for each file of a task's; "" for a task without. Whatever can't be read is left out: a row of it is bad, or was left
// out. Reading is what loading has just done, so that it mostly comes out of the system's memory.
func sumsOf(ctx context.Context, t task) (string, error) {
	with, ok := t.(filed)
	if !ok {
		return "", nil
	}
	f := with.files()
	var b strings.Builder
	seen := map[string]bool{}
	for _, c := range f.schema.Columns {
		at := f.table.Column(c.Name)
		if c.Kind != datatable.Image && c.Kind != datatable.Audio || at < 0 || f.table.Embedded[at] {
			continue
		}
		for row := range f.table.Len() {
			cell := f.table.Cell(row, at)
			if cell == "" || seen[cell] {
				continue
			}
			seen[cell] = true
			if err := ctx.Err(); err != nil {
				return "", fmt.Errorf("interrupted while the pictures and sounds of the table were summed: %w", err)
			}
			if sum, err := fileSum(f.table.File(cell, f.base)); err == nil {
				b.WriteString(sumLine(sum, cell))
			}
		}
	}
	return b.String(), nil
}

func fileSum(path string) (sum string, err error) {
	err = regular.Read(path, "a picture or a sound", func(f *os.File, _ int64) error {
		h := sha256.New()
		_, err := io.Copy(h, f)
		sum = hex.EncodeToString(h.Sum(nil))
		return err
	})
	return sum, err
}

// sumLine is a line of sha256sum: with a backslash before it where the name has some, or is of several lines.
func sumLine(sum, name string) string {
	if escaped := strings.NewReplacer(`\`, `\\`, "\n", `\n`, "\r", `\r`).Replace(name); escaped != name {
		return `\` + sum + "  " + escaped + "\n"
	}
	return sum + "  " + name + "\n"
}

// sumOf is a short name for a list; "" of none.
func sumOf(list string) string {
	if list == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(list))
	return hex.EncodeToString(sum[:])
}

// sameFiles is an error where a task's pictures and sounds are not those that the run in dir began with: it names them. A run of before
// there was a list is taken as it is.
func (c *trainCmd) sameFiles(ctx context.Context, a *runAbout, dir string) error {
	if a.Files == "" || c.scratch != "" {
		return nil
	}
	now, err := sumsOf(ctx, c.Task)
	if err != nil || sumOf(now) == a.Files {
		return err
	}
	general := errors.New("the pictures or sounds that the table names are not those that the run began with: put them back, or begin another run")
	began, err := os.ReadFile(filepath.Join(dir, sumsName))
	if err != nil || sumOf(string(began)) != a.Files {
		return general
	}
	is := map[string]string{}
	for name, sum := range sumLines(now) {
		is[name] = sum
	}
	var other []string
	for name, was := range sumLines(string(began)) {
		switch sum, there := is[name]; {
		case !there:
			other = append(other, fmt.Sprintf("%.80q can't be read any more", name))
		case sum != was:
			other = append(other, fmt.Sprintf("%.80q has other contents", name))
		}
	}
	slices.Sort(other)
	const named = 3
	if more := len(other) - named; more > 0 {
		other = append(other[:named], fmt.Sprintf("and %d more", more))
	}
	return fmt.Errorf("%w: %s", general, strings.Join(other, ", "))
}

// sumLines are the names and sums of a list.
func sumLines(list string) func(yield func(name, sum string) bool) {
	return func(yield func(name, sum string) bool) {
		lines := bufio.NewScanner(strings.NewReader(list))
		lines.Buffer(nil, len(list)+1)
		for lines.Scan() {
			if sum, name, ok := strings.Cut(lines.Text(), "  "); ok && !yield(name, sum) {
				return
			}
		}
	}
}
