package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"

	"multitorch/internal/regular"
)

// readParquet reads the plain columns of a Parquet file, and those of Hugging Face's pictures and sounds, which are groups
// with the file in a field "bytes". Other groups and lists are an error. Numbers become text as Go writes them; nulls and
// floats that are NaN, as pandas writes what is missing, are missing. Dates are the numbers that they are stored as.
func (t *Table) readParquet() error {
	f, size, err := regular.Open(t.Path, "a Parquet file")
	if err != nil {
		return err
	}
	defer f.Close()
	return t.parseParquet(f, size)
}

// leaf is what is read of a column of the file.
type leaf struct {
	column int // of the table
	bytes  bool
}

func (t *Table) parseParquet(from io.ReaderAt, size int64) (err error) {
	defer func() { // the reader panics on some damaged files
		if v := recover(); v != nil {
			err = fmt.Errorf("the Parquet file is damaged: %v", v)
		}
	}()
	if err := checkFooter(from, size); err != nil {
		return err
	}
	f, err := parquet.OpenFile(from, size, parquet.SkipPageIndex(true), parquet.SkipBloomFilters(true))
	if err != nil {
		return fmt.Errorf("expected a Parquet file: %w", err)
	}
	leaves, err := t.parquetColumns(f.Root())
	if err != nil {
		return err
	}
	most := min(MaxCells/int64(len(t.Columns)), 1_000_000+1000*size) // rows that are all the same take hardly any room
	if n := f.NumRows(); n < 0 || n > most {
		return fmt.Errorf("the file says that it has %d rows: expected at most %d", n, most)
	}
	if err := checkPages(from, size, f.Metadata()); err != nil {
		return err
	}
	for _, group := range f.RowGroups() {
		if err := t.addRows(group.Rows(), leaves); err != nil {
			return err
		}
	}
	if int64(t.Len()) != f.NumRows() {
		return fmt.Errorf("the file says that it has %d rows, but %d were found", f.NumRows(), t.Len())
	}
	return nil
}

// parquetColumns names the table's columns, and says what is read of the file's: by their leaves' numbers.
func (t *Table) parquetColumns(root *parquet.Column) (map[int]leaf, error) {
	leaves := map[int]leaf{}
	var names []string
	for _, c := range root.Columns() {
		at := leaf{column: len(names)}
		from := c
		if !c.Leaf() {
			from = c.Column("bytes")
			at.bytes = true
		}
		if from == nil || !from.Leaf() || from.MaxRepetitionLevel() > 0 {
			return nil, fmt.Errorf("column %q is a list or a group: expected plain values", c.Name())
		}
		if kind := from.Type().LogicalType(); kind != nil && strings.Contains(strings.ToLower(kind.String()), "decimal") {
			return nil, fmt.Errorf("column %q has decimals, which are not read: save it as floats", c.Name())
		}
		if from.Type().Kind() == parquet.Int96 {
			return nil, fmt.Errorf("column %q has values of 96 bits, which are not read", c.Name())
		}
		leaves[from.Index()] = at
		names = append(names, c.Name())
	}
	if err := t.setColumns(names); err != nil {
		return nil, err
	}
	t.Embedded = make([]bool, len(names))
	for _, l := range leaves {
		t.Embedded[l.column] = l.bytes
	}
	return leaves, nil
}

func (t *Table) addRows(rows parquet.Rows, leaves map[int]leaf) error {
	defer rows.Close()
	buffer := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(buffer)
		for _, values := range buffer[:n] {
			row := make([]string, len(t.Columns))
			for _, v := range values {
				if l, ok := leaves[v.Column()]; ok {
					row[l.column] = parquetText(v)
				}
			}
			if err := t.add(row, 0); err != nil {
				return fmt.Errorf("row %d: %w", t.Len()+1, err)
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return fmt.Errorf("row %d: %w", t.Len()+1, err)
		}
		if n == 0 {
			return fmt.Errorf("row %d: the file ends early", t.Len()+1)
		}
	}
}

func parquetText(v parquet.Value) string {
	if v.IsNull() {
		return ""
	}
	switch v.Kind() {
	case parquet.Boolean:
		return strconv.FormatBool(v.Boolean())
	case parquet.Int32:
		return strconv.FormatInt(int64(v.Int32()), 10)
	case parquet.Int64:
		return strconv.FormatInt(v.Int64(), 10)
	case parquet.Float:
		return float(float64(v.Float()), 32)
	case parquet.Double:
		return float(v.Double(), 64)
	}
	return string(v.ByteArray())
}

func float(v float64, bits int) string {
	if math.IsNaN(v) {
		return ""
	}
	return strconv.FormatFloat(v, 'g', -1, bits)
}
