package columns

import (
	"context"
	"errors"
	"fmt"
	"math"

	"multitorch/datasets/table"
	"multitorch/multimodal/image"
)

// cell is a cell of a row as numbers. What is missing is the zero value.
type cell struct {
	present bool
	pixels  []uint8   // planar RGB, [3, size, size]
	words   []int64   // numbers in the vocabulary
	sound   []float32 // at the schema's rate
	fields  []float32 // of a number or a category
	cut     bool      // it was longer than a model takes
}

// farthest is how far a number may be from the training rows', in their spreads. What is far beyond makes scores that are not
// numbers.
const farthest = 1e9

// CellError is what is wrong with a cell of a column.
type CellError struct {
	Column string
	Err    error
}

func (e *CellError) Error() string { return fmt.Sprintf("column %q: %v", e.Column, e.Err) }

func (e *CellError) Unwrap() error { return e.Err }

// read makes numbers of the cells that a schema looks at. cells are the row's, in the order of the schema's columns.
func (s *Schema) read(ctx context.Context, t *table.Table, row int, base string) ([]cell, error) {
	cells := make([]cell, len(s.Columns))
	any := false
	for i, c := range s.Columns {
		at := t.Column(c.Name)
		if at < 0 {
			return nil, fmt.Errorf("there is no column %q", c.Name)
		}
		var err error
		if t.Cell(row, at) != "" {
			cells[i], err = s.readCell(ctx, t, row, at, c, base)
		} else if c.Kind == table.Category {
			cells[i].fields = make([]float32, len(c.Values))
		} else if c.Kind == table.Number {
			cells[i].fields = make([]float32, 1) // the mean
		}
		if err != nil {
			return nil, &CellError{c.Name, err}
		}
		if any = any || cells[i].present; s.Pairs && !cells[i].present {
			return nil, fmt.Errorf("column %q is empty: expected one of a pair", c.Name)
		}
	}
	if !any {
		return nil, errors.New("no cell that the model looks at has anything in it")
	}
	return cells, nil
}

func (s *Schema) readCell(ctx context.Context, t *table.Table, row, at int, c Column, base string) (out cell, err error) {
	text := t.Cell(row, at)
	out.present = true
	switch c.Kind {
	case table.Image:
		m, err := t.OpenImage(ctx, row, at, base)
		if err != nil {
			return out, err
		}
		out.pixels = square(m, s.ImageSize)
	case table.Audio:
		samples, rate, err := t.OpenSound(row, at, base)
		if err != nil {
			return out, err
		}
		if samples, err = resampled(samples, rate, s.SampleRate); err != nil {
			return out, err
		}
		if most := int(s.MaxSeconds * float64(s.SampleRate)); len(samples) > most {
			samples, out.cut = samples[:most:most], true
		}
		if len(samples) == 0 {
			return out, errors.New("the sound is empty")
		}
		out.sound = samples
	case table.Text:
		words := Words(text)
		if len(words) > s.MaxWords {
			words, out.cut = words[:s.MaxWords], true
		}
		for _, w := range words {
			out.words = append(out.words, c.Vocabulary.Number(w))
		}
		out.present = len(words) > 0 // a text without a word says nothing
	case table.Category:
		out.fields = make([]float32, len(c.Values))
		if i := indexOf(c.Values, text); i >= 0 { // one that is new is none of the known
			out.fields[i] = 1
		}
	case table.Number:
		v, err := table.ParseNumber(text)
		if err != nil {
			return out, err
		}
		v = (v - c.Mean) / c.Std
		if math.Abs(v) > farthest {
			return out, fmt.Errorf("%.40q is %.1g times the training rows' spread from their mean: expected at most %g", text, v, farthest)
		}
		out.fields = []float32{float32(v)}
	}
	return out, nil
}

// square fits a picture into size x size pixels, centred, with white beside it, and returns it as planar RGB.
func square(m *image.Image, size int) []uint8 {
	longer := max(m.Height, m.Width)
	h, w := max(1, (m.Height*size+longer/2)/longer), max(1, (m.Width*size+longer/2)/longer)
	m = m.Resize(h, w, image.Bilinear)
	top, left := (size-h)/2, (size-w)/2
	m = m.Pad(top, left, size-h-top, size-w-left, image.Constant, 255, 255, 255)
	planar := make([]uint8, 3*size*size)
	for i := range size * size {
		for channel := range 3 {
			planar[channel*size*size+i] = m.Pix[3*i+channel]
		}
	}
	return planar
}
