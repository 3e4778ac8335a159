package table

import (
	"bufio"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"multitorch/internal/regular"
)

// readCSV reads RFC 4180: a header, then rows of as many fields, quoted where they have commas, quotes or line ends in them.
func (t *Table) readCSV(comma rune) error {
	f, size, err := regular.Open(t.Path, "a CSV file")
	if err != nil {
		return err
	}
	defer f.Close()
	if size > MaxBytes {
		return fmt.Errorf("the file has %d bytes: expected at most %d", size, int64(MaxBytes))
	}
	return t.parseCSV(f, comma)
}

func (t *Table) parseCSV(from io.Reader, comma rune) error {
	buffered := bufio.NewReader(from)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" { // as Excel writes
		_, _ = buffered.Discard(3)
	}
	r := csv.NewReader(buffered)
	r.Comma = comma
	r.FieldsPerRecord = -1 // counted here, for a message that says more
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty: expected a line with the names of the columns")
	}
	if err != nil {
		return err
	}
	if err := checkHeader(header, comma); err != nil {
		return fmt.Errorf("line 1: %w", err)
	}
	if err := t.setColumns(header); err != nil {
		if comma == ',' && len(header) == 1 {
			err = fmt.Errorf("%w; are the fields separated by commas?", err)
		}
		return fmt.Errorf("line 1: %w", err)
	}
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err // which names the line
		}
		line, _ := r.FieldPos(0)
		if len(row) != len(t.Columns) {
			return fmt.Errorf("line %d has %d fields, but the header has %d: are there commas without quotes?", line, len(row), len(t.Columns))
		}
		if err := t.add(slices.Clone(row), line); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// checkHeader finds files that are separated otherwise: as spreadsheets write where a comma stands in numbers, or as computers
// did whose lines ended in CR. Taken as they are, they would be one column, or one line.
func checkHeader(header []string, comma rune) error {
	for _, name := range header {
		if strings.ContainsRune(name, '\r') {
			return errors.New("the lines end in CR alone: save the file with line ends of LF or CRLF")
		}
	}
	if len(header) != 1 {
		return nil
	}
	for _, other := range ",;\t|" {
		if other != comma && strings.ContainsRune(header[0], other) {
			ending := "commas"
			if comma == '\t' {
				ending = "tabs"
			}
			return fmt.Errorf("there is one column, %.80q: are the fields separated by %q? Save the file with %s", header[0], other, ending)
		}
	}
	return nil
}

// WriteCSV writes columns and rows as [Open] reads them.
func WriteCSV(w io.Writer, columns []string, rows [][]string) error {
	out := csv.NewWriter(w)
	if err := out.Write(columns); err != nil {
		return err
	}
	return out.WriteAll(rows)
}

// openText opens a regular file of text.
func (t *Table) openText(what string) (*os.File, error) {
	f, _, err := regular.Open(t.Path, what)
	return f, err
}
