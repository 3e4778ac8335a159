// Package runlog is how the figures of a run are kept as lines of a file: one row for each step, validation and epoch, as JSON
// (JSONL) or as a table (CSV). Rows are appended, each in one write, and read back by what lists, compares and shows runs.
//
// A row of JSON names everything beside its number, so that pandas.read_json(path, lines=True) makes a table of it:
//
//	{"kind":"epoch","epoch":1,"step":96,"time":1764140000.123,"train/loss":1.81,"train/accuracy":0.4,"test/loss":1.4}
//
// Numbers that JSON does not know are the texts "NaN", "Infinity" and "-Infinity".
package runlog

import (
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// Kind is what a row is about.
type Kind string

// The kinds.
const (
	Step       Kind = "step"       // one step: its loss
	Validation Kind = "validation" // a validation in the middle of an epoch
	Epoch      Kind = "epoch"      // a whole epoch with its validation
)

// Row is one line.
type Row struct {
	Kind        Kind
	Epoch, Step int // the run's, from 1; for an epoch its last step
	Time        time.Time
	Values      []Value // "loss" and "samples" of a step; "train/loss", "test/accuracy" … of the others
}

// Value is a figure.
type Value struct {
	Name  string
	Value float64
}

// Value is the figure of that name, NaN where there is none.
func (r Row) Value(name string) float64 {
	for _, v := range r.Values {
		if v.Name == name {
			return v.Value
		}
	}
	return math.NaN()
}

// appendJSON adds the row as a line.
func (r Row) appendJSON(b []byte) ([]byte, error) {
	b = append(b, `{"kind":"`...)
	b = append(b, r.Kind...)
	b = append(b, `","epoch":`...)
	b = strconv.AppendInt(b, int64(r.Epoch), 10)
	b = append(b, `,"step":`...)
	b = strconv.AppendInt(b, int64(r.Step), 10)
	b = append(b, `,"time":`...)
	b = strconv.AppendFloat(b, seconds(r.Time), 'f', 3, 64)
	var err error
	for _, v := range r.Values {
		b = append(b, ',')
		if b, err = jsontext.AppendQuote(b, v.Name); err != nil {
			return nil, fmt.Errorf("the name of a figure: %w", err)
		}
		b = append(b, ':')
		b = appendNumber(b, v.Value, `"`)
	}
	return append(b, '}', '\n'), nil
}

func seconds(t time.Time) float64 { return float64(t.UnixMilli()) / 1000 }

// appendNumber adds a number so that it is read back as it is, with quotes about what is none in JSON.
func appendNumber(b []byte, v float64, quote string) []byte {
	switch {
	case math.IsNaN(v):
		return append(append(append(b, quote...), "NaN"...), quote...)
	case math.IsInf(v, 1):
		return append(append(append(b, quote...), "Infinity"...), quote...)
	case math.IsInf(v, -1):
		return append(append(append(b, quote...), "-Infinity"...), quote...)
	}
	return strconv.AppendFloat(b, v, 'g', -1, 64)
}
