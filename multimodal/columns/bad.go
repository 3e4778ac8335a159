package columns

import (
	"fmt"
	"strings"
)

// BadRow is a row of which no sample can be made.
type BadRow struct {
	Row   int    // from 0
	Place string // the file, and the line or row as a person counts
	What  string
}

// String is a line.
func (b BadRow) String() string { return b.Place + ": " + b.What }

// BadRowsError lists the rows because of which nothing was trained or measured.
type BadRowsError struct {
	Rows []BadRow
	Of   int // rows that were looked at
}

// shownRows is how many rows the message lists.
const shownRows = 20

// Error is a line for each of the first rows.
func (e *BadRowsError) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%d of %d rows can't be used:", len(e.Rows), e.Of)
	for _, r := range e.Rows[:min(shownRows, len(e.Rows))] {
		fmt.Fprintf(&b, "\n  %s", r)
	}
	if more := len(e.Rows) - shownRows; more > 0 {
		fmt.Fprintf(&b, "\n  … and %d more", more)
	}
	b.WriteString("\nmend them, or leave them out with --skip-bad")
	return b.String()
}
