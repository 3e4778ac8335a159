package columns

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/multimodal/fusion"
	"multitorch/multimodal/text"
)

// Schema is what a model's inputs are made by. As JSON it is saved with the model.
type Schema struct {
	Columns []Column `json:"columns"`         // that the model looks at
	Target  string   `json:"target"`          // the column that is learned
	Pairs   bool     `json:"pairs,omitempty"` // there is none: see Config.Pairs
	Classes []string `json:"classes"`         // its cells

	ImageSize  int     `json:"image_size"`  // pixels along a side
	MaxWords   int     `json:"max_words"`   // of a text; the rest is cut off
	SampleRate int     `json:"sample_rate"` // of sounds, in Hz
	MaxSeconds float64 `json:"max_seconds"` // of a sound; the rest is cut off

	// How the table that it was learned from was divided, and what it was.
	Test      float64 `json:"test"`
	Seed      int64   `json:"seed"`
	Group     string  `json:"group,omitempty"`
	SplitBy   string  `json:"split_by,omitempty"`
	Rows      int     `json:"rows"`
	Table     string  `json:"table"` // a checksum of its cells
	TrainRows int     `json:"train_rows"`
}

// Column is a column that a model looks at.
type Column struct {
	Name       string           `json:"name"`
	Kind       table.Kind       `json:"kind"`
	Vocabulary *text.Vocabulary `json:"vocabulary,omitempty"` // of a text: 0 fills up, 1 is unknown
	Values     []string         `json:"values,omitempty"`     // of a category, sorted
	Mean       float64          `json:"mean,omitempty"`       // of a number
	Std        float64          `json:"std,omitempty"`
}

// Every vocabulary begins with these.
const (
	filler   = "<pad>"
	stranger = "<unk>"
	unknown  = 1 // the stranger's number, which is that of every word that no training row has
)

// fields is the modality of all numbers and categories together.
const fields = "fields"

// odd are characters that a modality's name should not have, since it is part of the names of weights.
var odd = regexp.MustCompile(`[^\p{L}\p{N}_]+`)

// modality is the name of a column's modality: several columns may be one.
func (s *Schema) modality(column int) string {
	switch s.Columns[column].Kind {
	case table.Number, table.Category:
		return fields
	}
	return fmt.Sprintf("%s_%d", odd.ReplaceAllString(s.Columns[column].Name, "_"), column)
}

// Modalities are the names in Inputs.Of, in the order of the columns: see [Schema.Modality].
func (s *Schema) Modalities() []string {
	var names []string
	for i := range s.Columns {
		if name := s.modality(i); !slices.Contains(names, name) {
			names = append(names, name)
		}
	}
	return names
}

// Called is what people call a modality: its column, or columns.
func (s *Schema) Called(modality string) string {
	var names []string
	for i, c := range s.Columns {
		if s.modality(i) == modality {
			names = append(names, c.Name)
		}
	}
	return strings.Join(names, ", ")
}

// width is how many numbers the fields of a row are: one for a number, one for each value of a category.
func (s *Schema) width() int {
	n := 0
	for _, c := range s.Columns {
		switch c.Kind {
		case table.Number:
			n++
		case table.Category:
			n += len(c.Values)
		}
	}
	return n
}

// ModelConfig chooses the parts of a model. The zero value of each is a default.
type ModelConfig struct {
	Fusion          string  `json:"fusion"`        // one of fusion.Names: concat
	ImageEncoder    string  `json:"image_encoder"` // cnn
	TextEncoder     string  `json:"text_encoder"`  // gru
	AudioEncoder    string  `json:"audio_encoder"` // audio-cnn
	ModalityDropout float64 `json:"modality_dropout"`
}

// Modality is the name of a column's modality in Inputs.Of, or "" of one that the model doesn't look at. Numbers and
// categories are one modality together.
func (s *Schema) Modality(column string) string {
	for i, c := range s.Columns {
		if c.Name == column {
			return s.modality(i)
		}
	}
	return ""
}

// Model describes a model for the schema's columns and classes: see multimodal.New.
func (s *Schema) Model(c ModelConfig) multimodal.Config {
	or := func(name, standard string) string {
		if name == "" {
			return standard
		}
		return name
	}
	var modalities []multimodal.Modality
	for i, column := range s.Columns {
		name := s.modality(i)
		var m multimodal.Modality
		switch column.Kind {
		case table.Image:
			m = multimodal.NewModality(name, or(c.ImageEncoder, "cnn"))
			if m.Encoder == "cnn" {
				m.ImageSize = s.ImageSize
			}
		case table.Text:
			m = multimodal.NewModality(name, or(c.TextEncoder, "gru"))
			m.Words = column.Vocabulary.Len()
			if m.Encoder == "transformer" {
				m.MaxWords = s.MaxWords
			}
		case table.Audio:
			m = multimodal.NewModality(name, or(c.AudioEncoder, "audio-cnn"))
			m.SampleRate = s.SampleRate
		default:
			if slices.ContainsFunc(modalities, func(m multimodal.Modality) bool { return m.Name == fields }) {
				continue
			}
			m = multimodal.NewModality(fields, "numbers")
			m.Width = s.width()
		}
		modalities = append(modalities, m)
	}
	config := multimodal.NewConfig(len(s.Classes), modalities...)
	config.Fusion, config.ModalityDropout = or(c.Fusion, fusion.Names()[0]), c.ModalityDropout
	return config
}

// Limits of what a description from a file may ask for.
const (
	maxClasses = 1_000_000
	maxWords   = 4096
	maxImage   = 1024
	maxRate    = 192_000
	maxSeconds = 600
)

// Check refuses a schema that no Prepare makes: it may come from any file.
func (s *Schema) Check() error {
	if len(s.Columns) == 0 || len(s.Columns) > table.MaxColumns {
		return fmt.Errorf("%d columns: expected 1 to %d", len(s.Columns), table.MaxColumns)
	}
	if !s.Pairs && (len(s.Classes) < 2 || len(s.Classes) > maxClasses) || s.Pairs && len(s.Classes) > 0 {
		return fmt.Errorf("%d classes: expected 2 to %d, or none of pairs", len(s.Classes), maxClasses)
	}
	seen := map[string]bool{}
	if !s.Pairs {
		seen[s.Target] = true
	}
	for _, c := range s.Columns {
		if seen[c.Name] {
			return fmt.Errorf("the column %.40q is there twice", c.Name)
		}
		seen[c.Name] = true
		switch {
		case c.Kind == table.Text && (c.Vocabulary == nil || c.Vocabulary.Len() > maxClasses || c.Vocabulary.Number(filler) != 0 ||
			c.Vocabulary.Number("no word") != unknown):
			return fmt.Errorf("the text %.40q has no vocabulary that begins with %q and %q, of at most %d words", c.Name, filler, stranger, maxClasses)
		case c.Kind == table.Category && (len(c.Values) == 0 || len(c.Values) > maxClasses):
			return fmt.Errorf("the category %.40q has %d values: expected 1 to %d", c.Name, len(c.Values), maxClasses)
		case c.Kind == table.Number && !(c.Std > 0):
			return fmt.Errorf("the number %.40q has a spread of %v: expected more than 0", c.Name, c.Std)
		case c.Kind == table.Ignored || !slices.Contains(table.Kinds(), c.Kind):
			return fmt.Errorf("the column %.40q is of kind %.40q", c.Name, c.Kind)
		}
	}
	return s.CheckSizes()
}

// CheckSizes refuses sizes, and a share of test rows, that can't be; the error calls them by the flags of the command line.
func (s *Schema) CheckSizes() error {
	for _, l := range []struct {
		flag             string
		value, min, most float64
	}{
		{"image-size", float64(s.ImageSize), 8, maxImage},
		{"max-words", float64(s.MaxWords), 1, maxWords},
		{"sample-rate", float64(s.SampleRate), 1000, maxRate},
		{"max-seconds", s.MaxSeconds, 0.1, maxSeconds},
	} {
		if !(l.value >= l.min && l.value <= l.most) {
			return fmt.Errorf("--%s: expected %v to %v, but got %v", l.flag, l.min, l.most, l.value)
		}
	}
	if !(s.Test >= 0 && s.Test < 1) {
		return fmt.Errorf("--test: expected a share from 0 to less than 1, but got %v", s.Test)
	}
	return nil
}
