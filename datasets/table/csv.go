package table

import (
	"bufio"
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"multitorch/internal/regular"
)

// readCSV reads RFC 4180: a header, then rows of as many fields, quoted where they have separators, quotes or line ends in
// them. Fields are separated by commas, or by what separates the header's: semicolons, as spreadsheets write where a comma
// stands in numbers, or tabs. White space before a field, and around a column's name, is no part of it.
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
	buffered := bufio.NewReaderSize(from, maxHeader)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" { // as Excel writes
		_, _ = buffered.Discard(3)
	}
	begin, _ := buffered.Peek(maxHeader)
	if err := checkText(begin); err != nil {
		return fmt.Errorf("line 1: %w", err)
	}
	r := csv.NewReader(buffered)
	r.Comma = separator(begin, comma)
	r.TrimLeadingSpace = r.Comma != '\t' // which is white space itself
	r.FieldsPerRecord = -1               // counted here, for a message that says more
	header, err := r.Read()
	if errors.Is(err, io.EOF) {
		return errors.New("the file is empty: expected a line with the names of the columns")
	}
	if err != nil {
		return err
	}
	for i, name := range header {
		header[i] = strings.TrimSpace(name)
	}
	if err := t.setColumns(header); err != nil {
		if r.Comma == ',' && len(header) == 1 {
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
			return fmt.Errorf("line %d has %d fields, but the header has %d: are there separators without quotes?", line, len(row), len(t.Columns))
		}
		if err := t.add(slices.Clone(row), line); err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
	}
}

// maxHeader is how much of a file's beginning is looked at.
const maxHeader = 64 << 10

// checkText finds files that would be read wrong: of two bytes a letter, which spreadsheets call Unicode, and with a first line
// that ends as computers' did long ago.
func checkText(begin []byte) error {
	if utf16 := bytes.HasPrefix(begin, []byte{0xff, 0xfe}) || bytes.HasPrefix(begin, []byte{0xfe, 0xff}); utf16 {
		return errors.New("the file is in UTF-16: save it as UTF-8")
	}
	quoted := false
	for i, b := range begin {
		quoted = quoted != (b == '"')
		switch {
		case quoted:
		case b == '\n':
			return nil
		case b == '\r' && i+1 < len(begin) && begin[i+1] != '\n':
			return errors.New("the lines end in CR alone: save the file with line ends of LF or CRLF")
		}
	}
	return nil
}

// separator is what separates the fields of the first line, which commas or, by the file's ending, tabs are expected to.
// Where there are none of these outside of quotes, it is the first of the others that is there.
func separator(begin []byte, expected rune) rune {
	line, quoted := begin, false
	for i, b := range begin {
		quoted = quoted != (b == '"')
		if b == '\n' && !quoted {
			line = begin[:i]
			break
		}
	}
	for _, c := range []rune{expected, ',', ';', '\t'} {
		quoted = false
		for _, b := range line {
			quoted = quoted != (b == '"')
			if rune(b) == c && !quoted {
				return c
			}
		}
	}
	return expected
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
