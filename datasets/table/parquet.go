package table

import (
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/format"

	"multitorch/internal/regular"
)

// readParquet reads the plain columns of a Parquet file, and those of Hugging Face's pictures and sounds, which are groups
// with the file in a field "bytes". Other groups and lists are an error. Numbers become text as Go writes them; nulls and
// floats that are NaN, as pandas writes what is missing, are missing. Dates are the numbers that they are stored as. A column
// of bytes holds whole files where its first value is no text, as pandas writes pictures; some write texts as bytes, too.
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
	column   int // of the table
	unsigned bool
	unknown  bool // bytes, of which no value was seen yet that says whether they are texts or whole files
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
		if group.NumRows() == 0 { // which pyarrow writes without a page
			continue
		}
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
func (t *Table) parquetColumns(root *parquet.Column) (map[int]*leaf, error) {
	leaves := map[int]*leaf{}
	var names []string
	var embedded []bool
	for _, c := range root.Columns() {
		at := &leaf{column: len(names)}
		from := c
		if !c.Leaf() {
			from = c.Column("bytes")
		}
		if from == nil || !from.Leaf() || from.MaxRepetitionLevel() > 0 {
			return nil, fmt.Errorf("column %q is a list or a group: expected plain values", c.Name())
		}
		kind := from.Type().LogicalType()
		switch {
		case kind != nil && strings.Contains(strings.ToLower(kind.String()), "decimal"):
			return nil, fmt.Errorf("column %q has decimals, which are not read: save it as floats", c.Name())
		case from.Type().Kind() == parquet.Int96:
			return nil, fmt.Errorf("column %q has values of 96 bits, which are not read", c.Name())
		case from.Type().Kind() == parquet.FixedLenByteArray:
			return nil, fmt.Errorf("column %q has values of a fixed number of bytes, as floats of 16 bits have, which are not read: "+
				"save it as floats of 32 bits, or as text", c.Name())
		case kind != nil:
			number, ok := kind.Value.(*format.IntType)
			at.unsigned = ok && !number.IsSigned
		case c.Leaf():
			at.unknown = from.Type().Kind() == parquet.ByteArray
		}
		leaves[from.Index()] = at
		names, embedded = append(names, c.Name()), append(embedded, !c.Leaf())
	}
	if err := t.setColumns(names); err != nil {
		return nil, err
	}
	t.Embedded = embedded
	return leaves, nil
}

func (t *Table) addRows(rows parquet.Rows, leaves map[int]*leaf) error {
	defer rows.Close()
	buffer := make([]parquet.Row, 64)
	for {
		n, err := rows.ReadRows(buffer)
		for _, values := range buffer[:n] {
			row := make([]string, len(t.Columns))
			for _, v := range values {
				l, ok := leaves[v.Column()]
				if !ok {
					continue
				}
				cell := parquetText(v, l.unsigned)
				if l.unknown && cell != "" {
					t.Embedded[l.column], l.unknown = text(cell) != nil, false
				}
				row[l.column] = cell
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

func parquetText(v parquet.Value, unsigned bool) string {
	if v.IsNull() {
		return ""
	}
	switch v.Kind() {
	case parquet.Boolean:
		return strconv.FormatBool(v.Boolean())
	case parquet.Int32:
		if unsigned {
			return strconv.FormatUint(uint64(v.Uint32()), 10)
		}
		return strconv.FormatInt(int64(v.Int32()), 10)
	case parquet.Int64:
		if unsigned {
			return strconv.FormatUint(v.Uint64(), 10)
		}
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
