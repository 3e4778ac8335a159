package table

import (
	"context"
	"errors"
	"fmt"
	"math"
	"os"
	"slices"
	"strings"

	"multitorch/datasets/catalog"
	"multitorch/internal/sound"
	"multitorch/multimodal/image"
)

// maxSound is how many samples of a sound are read: half an hour at 48 kHz.
const maxSound = 48_000 * 1800

// loudest is the largest sample that is taken. Some write floats that were not divided by the largest integer, but the
// squares of what is far beyond are infinite.
const loudest = float64(1 << 31)

// OpenImage reads the picture that a cell names, or is, turned as the camera has noted, on white, as three channels.
// Relative paths begin at base: see [Table.File].
func (t *Table) OpenImage(ctx context.Context, row, column int, base string) (*image.Image, error) {
	cell := t.Cell(row, column)
	opts := []image.DecodeOption{image.OnWhite, image.Orient(true)}
	if t.Embedded[column] {
		return image.Decode(ctx, strings.NewReader(cell), opts...)
	}
	return image.Open(ctx, t.File(cell, base), opts...)
}

// OpenSound reads the sound that a cell names, or is: the mean of its channels, -1 to 1, and its rate in Hz.
func (t *Table) OpenSound(row, column int, base string) (samples []float32, rate int, err error) {
	cell := t.Cell(row, column)
	var clip sound.Clip
	limits := sound.Limits{MaxSamples: maxSound}
	if t.Embedded[column] {
		clip, err = sound.Decode(strings.NewReader(cell), int64(len(cell)), limits)
	} else {
		clip, err = sound.Open(t.File(cell, base), limits)
	}
	if err != nil {
		return nil, 0, err
	}
	samples = mono(clip)
	for i, v := range samples {
		if !(math.Abs(float64(v)) <= loudest) {
			return nil, 0, fmt.Errorf("sample %d of the sound is %g: expected -1 to 1, and %g at most; scale it", i, v, loudest)
		}
	}
	return samples, clip.Rate, nil
}

// Samples are the rows as "multitorch data" checks and shows them. target is the column of the classes, or -1. A column called
// "split" says which side a row is on.
func (t *Table) Samples(kinds []Column, target int, base string) *catalog.Samples {
	s := &catalog.Samples{Dir: t.Path, N: t.Len()}
	by := t.Column(SideColumn)
	if by == target {
		by = -1
	}
	for i, k := range kinds {
		if i == by {
			k.Kind, k.Why = Ignored, "it says which side a row is on"
		}
		if i == target {
			k.Kind, k.Why = Category, "what is to be learned"
		}
		s.Columns = append(s.Columns, k.String())
	}
	if target >= 0 {
		s.Classes = t.Values(target)
		if err := t.CheckClasses(kinds[target]); err != nil {
			s.Problem = err.Error()
		}
	}
	s.At = func(ctx context.Context, row int) (catalog.Sample, error) {
		sample := catalog.Sample{Name: t.Place(row), Class: -1}
		if by >= 0 {
			var err error
			if sample.Side, err = t.Side(row, by); err != nil {
				return sample, err
			}
		}
		var words []string
		for i, c := range kinds {
			cell := t.Cell(row, i)
			if i == by {
				continue
			}
			if i == target {
				class, ok := slices.BinarySearch(s.Classes, cell)
				if !ok {
					return sample, fmt.Errorf("column %q is empty", c.Name)
				}
				sample.Class = class
				continue
			}
			if cell == "" {
				continue
			}
			if err := t.put(ctx, &sample, &words, row, i, c.Kind, base); err != nil {
				return sample, fmt.Errorf("column %q: %w", c.Name, err)
			}
		}
		sample.Text = strings.Join(words, " | ")
		return sample, nil
	}
	return s
}

// put adds a cell to what a person sees of its row: the first picture, the first sound, all words.
func (t *Table) put(ctx context.Context, s *catalog.Sample, words *[]string, row, column int, kind Kind, base string) error {
	switch kind {
	case Image:
		m, err := t.OpenImage(ctx, row, column, base)
		if err != nil {
			return err
		}
		if s.Image == nil {
			s.Image = m.Go()
		}
	case Audio:
		samples, rate, err := t.OpenSound(row, column, base)
		if err != nil {
			return err
		}
		if len(samples) == 0 {
			return errors.New("the sound is empty")
		}
		if s.Audio == nil {
			s.Audio, s.Rate = samples, rate
		}
	case Number:
		if _, err := ParseNumber(t.Cell(row, column)); err != nil {
			return err
		}
		*words = append(*words, t.Cell(row, column))
	case Text, Category:
		*words = append(*words, t.Cell(row, column))
	}
	return nil
}

// Values are the different cells of a column, sorted, without the empty one.
func (t *Table) Values(column int) []string {
	seen := map[string]bool{"": true}
	var values []string
	for i := range t.rows {
		if cell := t.Cell(i, column); !seen[cell] {
			seen[cell] = true
			values = append(values, cell)
		}
	}
	slices.Sort(values)
	return values
}

// CheckClasses says whether a column of numbers has too many different ones to be classes, as what is measured has: more than
// twenty, and than a twentieth of the rows.
func (t *Table) CheckClasses(c Column) error {
	if few := max(20, t.Len()/20); c.Kind == Number && c.Distinct > few {
		return fmt.Errorf("the column %q has %d different numbers in %d rows: expected classes, at most %d of them",
			c.Name, c.Distinct, t.Len(), few)
	}
	return nil
}

// IsTable reports whether a path is one that [Open] may read, by its name or by being a folder.
func IsTable(path string) bool {
	info, err := os.Stat(path)
	if err == nil && info.IsDir() {
		return true
	}
	for _, ending := range []string{".csv", ".tsv", ".jsonl", ".ndjson", ".parquet"} {
		if strings.HasSuffix(strings.ToLower(path), ending) {
			return true
		}
	}
	return false
}

// mono is the mean of a clip's channels.
func mono(c sound.Clip) []float32 {
	if c.Channels == 1 {
		return c.Data
	}
	mean := make([]float32, len(c.Data)/max(1, c.Channels))
	for i := range mean {
		sum := float32(0)
		for _, v := range c.Data[i*c.Channels : (i+1)*c.Channels] {
			sum += v
		}
		mean[i] = sum / float32(c.Channels)
	}
	return mean
}
