package serve

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Kind is what a field holds.
type Kind string

// The kinds of fields.
const (
	Text    Kind = "text"    // a string of UTF-8
	Number  Kind = "number"  // a finite number
	Integer Kind = "integer" // a whole number from Min to Max, in a query
	Choice  Kind = "choice"  // one of some strings
	Picture Kind = "picture" // a file: base64 in JSON
	Sound   Kind = "sound"   // a file: base64 in JSON
)

// IsFile reports whether the kind is that of files.
func (k Kind) IsFile() bool { return k == Picture || k == Sound }

// Field is a part of a request.
type Field struct {
	Name     string   `json:"name"`
	Kind     Kind     `json:"kind"`
	Required bool     `json:"required"`
	Label    string   `json:"label,omitempty"` // for people; the name where it is empty
	Help     string   `json:"help,omitempty"`
	Example  string   `json:"example,omitempty"`  // of a text
	Values   []string `json:"values,omitempty"`   // of a choice
	MaxText  int      `json:"max_text,omitempty"` // bytes of a text: 64 KiB where it is 0
	Min      int      `json:"min,omitempty"`      // of an integer
	Max      int      `json:"max,omitempty"`
}

// maxText is how many bytes a text has at most where a field doesn't say.
const maxText = 64 << 10

func (f Field) longest() int {
	if f.MaxText > 0 {
		return f.MaxText
	}
	return maxText
}

// File is a file of a request.
type File struct {
	Name string // as the client calls it, for messages only; in JSON the field's name
	Data []byte
}

// Form is what a request brought, checked by the fields of its endpoint.
type Form struct {
	texts   map[string]string
	numbers map[string]float64
	files   map[string]File
}

// Has reports whether a field was given.
func (f *Form) Has(name string) bool {
	_, text := f.texts[name]
	_, number := f.numbers[name]
	_, file := f.files[name]
	return text || number || file
}

// Text is a text or a choice, or "" where it was not given.
func (f *Form) Text(name string) string { return f.texts[name] }

// Number is a number, or 0 where it was not given.
func (f *Form) Number(name string) float64 { return f.numbers[name] }

// File is a picture or a sound. Its data is nil where it was not given.
func (f *Form) File(name string) File { return f.files[name] }

// reading gathers a form's fields.
type reading struct {
	fields []Field
	form   *Form
}

func newReading(fields []Field) *reading {
	return &reading{fields, &Form{map[string]string{}, map[string]float64{}, map[string]File{}}}
}

// field is the field of a name, once.
func (r *reading) field(name string) (Field, error) {
	i := slices.IndexFunc(r.fields, func(f Field) bool { return f.Name == name })
	if i < 0 {
		return Field{}, &FieldError{Field: clip(name), Err: fmt.Errorf("there is no such field: expected some of %q", r.names())}
	}
	if r.form.Has(name) {
		return Field{}, &FieldError{Field: name, Err: errors.New("the field is there twice")}
	}
	return r.fields[i], nil
}

func (r *reading) names() (names []string) {
	for _, f := range r.fields {
		names = append(names, f.Name)
	}
	return names
}

// text takes a field that came as text, in a form or as a JSON string.
func (r *reading) text(f Field, value string) error {
	switch {
	case len(value) > f.longest():
		return &FieldError{Field: f.Name, Err: fmt.Errorf("%d bytes of text: expected at most %d", len(value), f.longest())}
	case !utf8.ValidString(value):
		return &FieldError{Field: f.Name, Err: errors.New("expected UTF-8")}
	case f.Kind == Choice && !slices.Contains(f.Values, value):
		return &FieldError{Field: f.Name, Err: fmt.Errorf("%q: expected one of %q", clip(value), f.Values)}
	case f.Kind == Number:
		v, err := strconv.ParseFloat(strings.TrimSpace(value), 64)
		if err != nil {
			return &FieldError{Field: f.Name, Err: fmt.Errorf("%q: expected a number", clip(value))}
		}
		return r.number(f, v)
	}
	r.form.texts[f.Name] = value
	return nil
}

func (r *reading) number(f Field, v float64) error {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return &FieldError{Field: f.Name, Err: errors.New("expected a finite number")}
	}
	r.form.numbers[f.Name] = v
	return nil
}

func (r *reading) file(f Field, file File) error {
	if len(file.Data) == 0 {
		return &FieldError{Field: f.Name, Err: errors.New("the file is empty")}
	}
	r.form.files[f.Name] = file
	return nil
}

// done is the form, if what is required is there.
func (r *reading) done() (*Form, error) {
	for _, f := range r.fields {
		if f.Required && !r.form.Has(f.Name) {
			return nil, &FieldError{Field: f.Name, Err: fmt.Errorf("missing: expected a %s", f.Kind)}
		}
	}
	return r.form, nil
}

// clip shortens what goes into a message.
func clip(s string) string {
	const most = 80
	if len(s) <= most {
		return strings.ToValidUTF8(s, "�")
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

// NewForm is a form of some texts, numbers and files, to try what reads forms.
func NewForm(texts map[string]string, numbers map[string]float64, files map[string][]byte) *Form {
	f := &Form{texts, numbers, map[string]File{}}
	for name, data := range files {
		f.files[name] = File{name, data}
	}
	return f
}
