package runlog

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"time"

	"github.com/go-json-experiment/json/jsontext"
)

// mostValues bounds the figures of a row.
const mostValues = 1000

var errNoRow = errors.New(`expected a row of a run: {"kind": "epoch", "epoch": 1, "step": 96, …}`)

// decode reads a line. Members that are no figures are left out: a later program may note other things.
func decode(line []byte) (Row, error) {
	d := jsontext.NewDecoder(bytes.NewReader(line))
	if begin, err := d.ReadToken(); err != nil || begin.Kind() != '{' {
		return Row{}, errNoRow
	}
	var r Row
	for d.PeekKind() == '"' {
		name, err := d.ReadToken()
		if err != nil {
			return r, errNoRow
		}
		key := name.String()
		raw, err := d.ReadValue()
		if err != nil || !r.set(key, raw) {
			return r, errNoRow
		}
		if len(r.Values) > mostValues {
			return r, fmt.Errorf("more than %d figures in a row", mostValues)
		}
	}
	if end, err := d.ReadToken(); err != nil || end.Kind() != '}' {
		return r, errNoRow
	}
	known := r.Kind == Step || r.Kind == Validation || r.Kind == Epoch
	if !known || r.Epoch < 1 || r.Step < 0 || len(bytes.TrimSpace(line[d.InputOffset():])) > 0 {
		return r, errNoRow
	}
	return r, nil
}

// set takes a member over. It reports whether that has the right type.
func (r *Row) set(name string, raw jsontext.Value) bool {
	v, isNumber := number(raw)
	whole := isNumber && v == math.Trunc(v) && math.Abs(v) < 1<<53
	switch name {
	case "kind":
		text, err := jsontext.AppendUnquote(nil, raw)
		r.Kind = Kind(text)
		return err == nil
	case "epoch":
		r.Epoch = int(v)
		return whole
	case "step":
		r.Step = int(v)
		return whole
	case "time":
		r.Time = time.UnixMilli(int64(math.Round(1000 * v)))
		return isNumber && v >= 0 && v < 1<<40
	}
	if isNumber {
		r.Values = append(r.Values, Value{name, v})
	}
	return true
}

func number(raw jsontext.Value) (float64, bool) {
	text := string(raw)
	switch text {
	case `"NaN"`, `"Infinity"`, `"-Infinity"`:
		text = text[1 : len(text)-1]
	default:
		if raw.Kind() != '0' {
			return 0, false
		}
	}
	v, err := strconv.ParseFloat(text, 64)
	return v, err == nil
}
