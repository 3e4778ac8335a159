package nn

import (
	"fmt"
	"slices"
	"strings"
)

// LoadReport lists everything in which a state dict does not fit a model.
type LoadReport struct {
	Missing    []string // keys of the model that the state lacks
	Unexpected []string // keys of the state that the model lacks
	Misshaped  []string // "fc.weight: expected [10, 128], but got [12, 128]"
}

func (r *LoadReport) load(l *loader) { l.report = r }

// StateError is a state dict that does not fit a model.
type StateError struct {
	LoadReport
	Hint string // what would help, or ""
}

func (e *StateError) Error() string {
	var parts []string
	for _, p := range []struct {
		what string
		keys []string
	}{{"missing keys", e.Missing}, {"unexpected keys", e.Unexpected}, {"shapes that do not match", e.Misshaped}} {
		if len(p.keys) > 0 {
			parts = append(parts, fmt.Sprintf("%s: %s", p.what, listed(p.keys)))
		}
	}
	text := "the state does not fit the model: " + strings.Join(parts, "; ")
	if e.Hint != "" {
		text += "; " + e.Hint
	}
	return text
}

// listed is the first keys: a wrong file may have thousands.
func listed(keys []string) string {
	if len(keys) == 0 {
		return "none"
	}
	const most = 50
	var short []string
	for _, key := range keys[:min(len(keys), most)] {
		short = append(short, fmt.Sprintf("%.200s", key))
	}
	text := strings.Join(short, ", ")
	if len(keys) > most {
		text += fmt.Sprintf(" and %d more", len(keys)-most)
	}
	return text
}

// misfit is the error that the report amounts to.
func (l *loader) misfit() error {
	r := l.report
	if len(r.Misshaped) == 0 && (!l.strict || len(r.Missing)+len(r.Unexpected) == 0) {
		return nil
	}
	return &StateError{*r, l.hint()}
}

// hint says what prefix of all keys, the state's or the model's, makes them differ.
func (l *loader) hint() string {
	missing, unexpected := l.report.Missing, l.report.Unexpected
	if len(missing) == 0 || len(unexpected) == 0 {
		return ""
	}
	for i, c := range unexpected[0] {
		if prefix := StripPrefix(unexpected[0][:i+1]); c == '.' && prefix.maps(unexpected, missing) {
			return fmt.Sprintf("the state's keys begin with %.80q: give nn.StripPrefix(%.80q)", prefix, prefix)
		}
	}
	for i, c := range missing[0] {
		if prefix := StripPrefix(missing[0][:i+1]); c == '.' && prefix.maps(missing, unexpected) {
			return fmt.Sprintf("the model's keys begin with %.80q: load the state into that part of it, or give an nn.Rename that adds it", prefix)
		}
	}
	return ""
}

// maps reports whether every key of from has the prefix, and one at least is in to without it.
func (p StripPrefix) maps(from, to []string) bool {
	found := false
	for _, key := range from {
		if !strings.HasPrefix(key, string(p)) {
			return false
		}
		found = found || slices.Contains(to, p.rename(key))
	}
	return found
}

func (p StripPrefix) rename(key string) string { return strings.TrimPrefix(key, string(p)) }
