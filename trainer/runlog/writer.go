package runlog

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
)

// Place is how far a run is that goes on: the epoch that it goes on in, and the steps that are done.
type Place struct{ Epoch, Step int }

// has reports whether a row is of before. An epoch's row comes after its last step, so the step alone does not say it.
func (p Place) has(kind Kind, epoch, step int) bool {
	if kind == Epoch {
		return epoch < p.Epoch
	}
	return step <= p.Step
}

// Writer appends the rows of a run to a file. Its methods are for one goroutine.
type Writer struct {
	*file
	row func(b []byte, r Row) ([]byte, error)
	buf []byte
}

// Write appends a row. That there is no room for it is said by Close: see the package. An error is a row that the file can't
// have.
func (w *Writer) Write(r Row) (err error) {
	if w.buf, err = w.row(w.buf[:0], r); err != nil {
		return fmt.Errorf("%s: %w", w.f.Name(), err)
	}
	if len(w.buf) > 0 {
		w.append(w.buf)
	}
	return nil
}

// Sync brings the rows to the disk.
func (w *Writer) Sync() error { return w.sync() }

// Close ends the file. It is an error if rows could not be written.
func (w *Writer) Close() error { return w.close() }

// JSONL writes each row as a line of JSON. A run that begins (from epoch 1, step 0) begins the file anew; one that goes on
// keeps the rows of what it has done, and no others, so that nothing stands there twice.
func JSONL(path string, from Place) (*Writer, error) {
	f, err := open(path, from.keep(func(_ int, line []byte) bool {
		r, err := decode(line)
		return err == nil && from.has(r.Kind, r.Epoch, r.Step)
	}))
	if err != nil {
		return nil, err
	}
	return &Writer{file: f, row: func(b []byte, r Row) ([]byte, error) { return r.appendJSON(b) }}, nil
}

// keep is f, or nil where the run begins.
func (p Place) keep(f func(int, []byte) bool) func(int, []byte) bool {
	if p.Epoch <= 1 && p.Step == 0 {
		return nil
	}
	return f
}

// CSV writes a table of one kind of rows, and leaves the others out: epoch, step, time and the figures of the first row, which
// all others must have. A run that goes on keeps what JSONL would keep.
func CSV(path string, kind Kind, from Place) (*Writer, error) {
	t := &table{kind: kind}
	f, err := open(path, from.keep(func(number int, line []byte) bool {
		cells, err := csv.NewReader(bytes.NewReader(line)).Read()
		if err != nil || len(cells) < len(firstColumns) {
			return false
		}
		if number == 1 {
			t.names = slices.Clone(cells[len(firstColumns):])
			return slices.Equal(cells[:len(firstColumns)], firstColumns)
		}
		epoch, err := strconv.Atoi(cells[0])
		step, wrong := strconv.Atoi(cells[1])
		return err == nil && wrong == nil && from.has(kind, epoch, step)
	}))
	if err != nil {
		return nil, err
	}
	if f.size == 0 {
		t.names = nil
	}
	return &Writer{file: f, row: t.row}, nil
}

var firstColumns = []string{"epoch", "step", "time"}

// table makes lines of a CSV file.
type table struct {
	kind  Kind
	names []string // of the figures; nil before the first row
}

func (t *table) row(b []byte, r Row) ([]byte, error) {
	if r.Kind != t.kind {
		return b, nil
	}
	names := make([]string, len(r.Values))
	for i, v := range r.Values {
		names[i] = v.Name
	}
	var out bytes.Buffer
	w := csv.NewWriter(&out)
	if t.names == nil {
		t.names = names
		if strings.ContainsAny(strings.Join(names, ""), "\r\n") { // a line is a row
			return nil, fmt.Errorf("the figures %q: expected names without line breaks", names)
		}
		_ = w.Write(append(slices.Clone(firstColumns), names...))
	}
	if !slices.Equal(names, t.names) {
		return nil, fmt.Errorf("it has the figures %q: expected the columns %q, as in its first row", names, t.names)
	}
	cells := []string{
		strconv.Itoa(r.Epoch), strconv.Itoa(r.Step), strconv.FormatFloat(seconds(r.Time), 'f', 3, 64),
	}
	for _, v := range r.Values {
		cells = append(cells, string(appendNumber(nil, v.Value, "")))
	}
	_ = w.Write(cells)
	w.Flush()
	return append(b, out.Bytes()...), errors.Join(w.Error())
}
