package transformers

import (
	"fmt"
	"strings"

	"multitorch/nn"
)

// Report is what [FromPretrained] found.
type Report struct {
	nn.LoadReport          // what does not fit
	Class         string   // the model that was made: "BertForMaskedLM"
	Path          string   // the file of the weights
	New           []string // keys that were drawn anew, as asked
	Unused        []string // keys of the folder that the model does not need: another head's, or declared so
	Untied        string   // the key of a matrix that the settings tie to another, but which is stored with values of its own
}

// LoadError is a folder whose weights do not fit the model.
type LoadError struct {
	Report
	hint string
}

func (e *LoadError) Error() string {
	text := (&nn.StateError{LoadReport: e.LoadReport}).Error()
	text = fmt.Sprintf("%s: %s: %s", e.Path, e.Class, text)
	if e.hint != "" {
		text += "; " + e.hint
	}
	return text
}

// misfit is the error that the report amounts to.
func (r *Report) misfit() error {
	if len(r.Missing)+len(r.Unexpected)+len(r.Misshaped) == 0 {
		return nil
	}
	e := &LoadError{Report: *r}
	switch {
	case len(r.Missing) > 0 && len(r.Unexpected) == 0 && len(r.Misshaped) == 0:
		e.hint = "declare what is to be drawn anew: " + fmt.Sprintf("Load{New: []string{%q}}", part(r.Missing[0]))
	case len(r.Misshaped) > 0:
		e.hint = "the settings contradict the weights, or are another model's"
	case len(r.Unexpected) > 0 && len(r.Missing) == 0:
		e.hint = "declare what is not needed: " + fmt.Sprintf("Load{Unused: []string{%q}}", part(r.Unexpected[0]))
	}
	return e
}

// part is the first name of a key.
func part(key string) string {
	first, _, _ := strings.Cut(key, ".")
	return first
}
