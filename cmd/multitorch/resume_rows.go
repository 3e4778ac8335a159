package main

import (
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"

	"multitorch/internal/regular"
	"multitorch/trainer"
	"multitorch/trainer/runlog"
)

// warnOfLostRows says which rows of a run that goes on are not there any more: what cuts off those that are done again takes a file as it
// finds it, up to the first line that is no row.
func warnOfLostRows(dir string, at trainer.Place) {
	done := at.Epoch - 1
	path := filepath.Join(dir, rowsName)
	rows, err := runlog.Read(path)
	switch {
	case at.Step == 0:
		return
	case err != nil:
		warnOfRows(path, err)
	case rows.Last.Step == 0 || len(rows.Epochs) < done:
		warnOfRows(path, fmt.Errorf("it has rows of %d of %d epochs", len(rows.Epochs), done))
	}
	path = filepath.Join(dir, tableName)
	switch epochs, err := linesOf(path); {
	case done == 0:
	case err != nil:
		warnOfRows(path, err)
	case epochs < done:
		warnOfRows(path, fmt.Errorf("it has rows of %d of %d epochs", epochs, done))
	}
}

func warnOfRows(path string, why error) {
	logLine(fmt.Sprintf("WARNING: %s: %v: rows of before are lost, and curves, tables and the report are without them", path, why))
}

// linesOf is how many rows a table has below its names, up to what is none.
func linesOf(path string) (n int, err error) {
	err = regular.Read(path, "a table of epochs", func(f *os.File, _ int64) error {
		for r := csv.NewReader(f); ; n++ {
			if _, err := r.Read(); err != nil {
				return nil
			}
		}
	})
	return max(0, n-1), err
}
