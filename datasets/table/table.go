// Package table reads tables of samples: CSV, JSON lines, Parquet, or a tree of folders. A row is a sample, and a column is
// what is known of all samples: where its picture or sound lies, a text, a number, the class.
//
//	t, err := table.Open("questions.csv")
//	for i := range t.Len() {
//		answer := t.Row(i)["answer"]
//	}
//
// Every cell is a string; an empty one is missing. [Table.Kinds] finds out what the columns are. The package knows nothing
// of tensors: multimodal/columns makes a model's inputs of a table.
package table

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"
)

// What a table may have at most.
const (
	MaxCells   = 200_000_000
	MaxBytes   = 4 << 30 // of all cells
	MaxColumns = 4096
)

// Table is the rows of a file, in order. It is not to be changed, and any goroutine may read it.
type Table struct {
	Path    string
	Columns []string
	// Embedded says which columns hold whole files, as the picture and sound columns of Parquet files do.
	Embedded []bool

	rows  [][]string
	lines []int // of each row in a text file; nil where there are none
	bytes int
}

// Open reads a table by its name's ending: .csv, .tsv, .jsonl, .ndjson or .parquet; or a folder, whose folders are the
// classes of the files in them, into the columns "file" and "label".
//
// The error names the file and the line or row: a row that is longer or shorter than the header, a name that is empty or
// there twice, text that is not UTF-8, values that are lists or objects, and what is larger than a table may be.
func Open(path string) (*Table, error) {
	info, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	t := &Table{Path: path}
	switch ending := strings.ToLower(filepath.Ext(path)); {
	case info.IsDir():
		err = t.readFolder()
	case ending == ".csv":
		err = t.readCSV(',')
	case ending == ".tsv":
		err = t.readCSV('\t')
	case ending == ".jsonl" || ending == ".ndjson":
		err = t.readJSONL()
	case ending == ".parquet":
		err = t.readParquet()
	default:
		err = errors.New("expected a name that ends in .csv, .tsv, .jsonl, .ndjson or .parquet, or a folder")
	}
	if err != nil {
		return nil, fmt.Errorf("table: %s: %w", path, err)
	}
	if t.Embedded == nil {
		t.Embedded = make([]bool, len(t.Columns))
	}
	return t, nil
}

// New is a table of rows that are in memory already, each as long as columns. The cells of the columns in whole are files themselves:
// see [Table.Embedded].
func New(columns []string, rows [][]string, whole ...string) (*Table, error) {
	t := &Table{Path: "a table in memory", Embedded: make([]bool, len(columns))}
	for i, name := range columns {
		t.Embedded[i] = slices.Contains(whole, name)
	}
	if err := t.setColumns(columns); err != nil {
		return nil, fmt.Errorf("table: %w", err)
	}
	for i, row := range rows {
		if len(row) != len(columns) {
			return nil, fmt.Errorf("table: row %d has %d cells, but there are %d columns", i+1, len(row), len(columns))
		}
		if err := t.add(row, 0); err != nil {
			return nil, fmt.Errorf("table: row %d: %w", i+1, err)
		}
	}
	return t, nil
}

// Len is the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Cell is a row's cell in a column, by their numbers.
func (t *Table) Cell(row, column int) string { return t.rows[row][column] }

// Column is the number of a column, or -1.
func (t *Table) Column(name string) int { return slices.Index(t.Columns, name) }

// Row is the cells of a row by their columns' names.
func (t *Table) Row(row int) map[string]string {
	cells := make(map[string]string, len(t.Columns))
	for i, name := range t.Columns {
		cells[name] = t.rows[row][i]
	}
	return cells
}

// Place says where a row is, for a message: "my.csv, line 3", or "my.parquet, row 2", from 1.
func (t *Table) Place(row int) string {
	if t.lines != nil {
		return fmt.Sprintf("%s, line %d", t.Path, t.lines[row])
	}
	return fmt.Sprintf("%s, row %d", t.Path, row+1)
}

// File is the path that a cell names: relative ones begin at base or, where that is empty, beside the table's file. Of a
// folder they are whole already.
func (t *Table) File(cell, base string) string {
	if filepath.IsAbs(cell) {
		return cell
	}
	if base == "" {
		base = filepath.Dir(t.Path)
		if info, err := os.Stat(t.Path); err == nil && info.IsDir() {
			base = t.Path
		}
	}
	return filepath.Join(base, filepath.FromSlash(cell))
}

func (t *Table) setColumns(names []string) error {
	if len(names) == 0 {
		return errors.New("there are no columns")
	}
	if len(names) > MaxColumns {
		return fmt.Errorf("there are %d columns: expected at most %d", len(names), MaxColumns)
	}
	seen := map[string]bool{}
	for i, name := range names {
		switch {
		case strings.TrimSpace(name) == "":
			return fmt.Errorf("column %d has no name", i+1)
		case seen[name]:
			return fmt.Errorf("there are two columns %q", name)
		}
		seen[name] = true
		if err := text(name); err != nil {
			return fmt.Errorf("the name of column %d: %w", i+1, err)
		}
	}
	t.Columns = slices.Clone(names)
	return nil
}

// add takes a row. The line is 0 where there are none.
func (t *Table) add(row []string, line int) error {
	for i, cell := range row {
		t.bytes += len(cell)
		if t.Embedded != nil && t.Embedded[i] {
			continue
		}
		if err := text(cell); err != nil {
			return fmt.Errorf("column %q: %w", t.Columns[i], err)
		}
	}
	if (len(t.rows)+1)*len(t.Columns) > MaxCells || t.bytes > MaxBytes {
		return fmt.Errorf("the table has more than %d cells or %d bytes: divide it into several", MaxCells, MaxBytes)
	}
	t.rows = append(t.rows, row)
	if line > 0 {
		t.lines = append(t.lines, line)
	}
	return nil
}

func text(cell string) error {
	if !utf8.ValidString(cell) {
		return fmt.Errorf("%.40q is not UTF-8: save the file as UTF-8", cell)
	}
	if strings.ContainsRune(cell, 0) {
		return fmt.Errorf("%.40q has a zero byte in it", cell)
	}
	return nil
}
