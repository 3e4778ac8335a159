package table

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io"

	"github.com/go-json-experiment/json/jsontext"
)

// maxLine is the longest line of a JSONL file, in bytes.
const maxLine = 64 << 20

// readJSONL reads one JSON object a line. The columns are all names that there are, in the order in which they come first;
// what a row doesn't name, or what is null, is missing.
func (t *Table) readJSONL() error {
	f, err := t.openText("a JSON lines file")
	if err != nil {
		return err
	}
	defer f.Close()
	return t.parseJSONL(f)
}

func (t *Table) parseJSONL(from io.Reader) error {
	var names []string
	number := map[string]int{}
	var rows [][]string
	lines := bufio.NewScanner(from)
	lines.Buffer(nil, maxLine)
	var at []int
	total := 0
	for line := 1; lines.Scan(); line++ {
		content := bytes.TrimPrefix(lines.Bytes(), []byte("\ufeff"))
		if len(bytes.TrimSpace(content)) == 0 {
			continue
		}
		row := make([]string, len(names))
		err := eachField(content, func(name, value string) error {
			i, ok := number[name]
			if !ok {
				if i = len(names); i == MaxColumns {
					return fmt.Errorf("there are more than %d columns", MaxColumns)
				}
				number[name] = i
				names = append(names, name)
			}
			for len(row) <= i {
				row = append(row, "")
			}
			row[i] = value
			return nil
		})
		total += len(content)
		if err == nil && (total > MaxBytes || (len(rows)+1)*len(names) > MaxCells) {
			err = fmt.Errorf("the table has more than %d cells or %d bytes: divide it into several", MaxCells, MaxBytes)
		}
		if err != nil {
			return fmt.Errorf("line %d: %w", line, err)
		}
		rows, at = append(rows, row), append(at, line)
	}
	if errors.Is(lines.Err(), bufio.ErrTooLong) {
		return fmt.Errorf("line %d is longer than %d bytes", len(rows)+1, maxLine)
	}
	if lines.Err() != nil {
		return lines.Err()
	}
	if len(rows) == 0 {
		return errors.New("there are no rows: expected one JSON object a line")
	}
	if err := t.setColumns(names); err != nil {
		return err
	}
	for i, row := range rows {
		for len(row) < len(names) {
			row = append(row, "")
		}
		if err := t.add(row, at[i]); err != nil {
			return fmt.Errorf("line %d: %w", at[i], err)
		}
	}
	return nil
}

// eachField calls use with each field of a JSON object, as text.
func eachField(content []byte, use func(name, value string) error) error {
	d := jsontext.NewDecoder(bytes.NewReader(content)) // which refuses names that are there twice, and what is not UTF-8
	begin, err := d.ReadToken()
	if err != nil {
		return fmt.Errorf("expected a JSON object: %w", err)
	}
	if begin.Kind() != '{' {
		return fmt.Errorf("expected a JSON object, but found %s", begin.Kind())
	}
	for d.PeekKind() != '}' {
		name, err := d.ReadToken()
		if err != nil {
			return err
		}
		key := name.String()
		value, err := d.ReadToken()
		if err != nil {
			return err
		}
		text := ""
		switch value.Kind() {
		case '{', '[':
			return fmt.Errorf("%q is a list or an object: expected a text, a number, true, false or null", key)
		case 'n': // null: missing
		default:
			text = value.String()
		}
		if err := use(key, text); err != nil {
			return err
		}
	}
	if _, err := d.ReadToken(); err != nil {
		return err
	}
	if _, err := d.ReadToken(); !errors.Is(err, io.EOF) {
		return errors.New("there is more after the object: expected one object a line")
	}
	return nil
}
