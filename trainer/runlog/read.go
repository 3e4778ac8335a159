package runlog

import (
	"fmt"
	"math"
)

// Log is what a file of rows says of a run.
type Log struct {
	Steps       []Row // at most [MostPoints], spread over the run: every so many
	Validations []Row // likewise
	Epochs      []Row // all, up to [MostEpochs]
	Last        Row   // of all
	Torn        bool  // its last line was not finished, and is left out
}

// What a Log keeps at most.
const (
	MostPoints = 2000
	MostEpochs = 100_000
)

// Read reads what [JSONL] wrote, whatever its length, in bounded memory. A line that is no row is an error with its number,
// but for the last one, which a power cut may have torn.
func Read(path string) (*Log, error) {
	l := &Log{}
	var steps, validations thinned
	var wrong error
	err := lines(path, func(number int, line []byte) error {
		if wrong != nil { // and not in the last line
			return wrong
		}
		r, err := decode(line)
		if err != nil {
			wrong = fmt.Errorf("line %d: %w", number, err)
			return nil
		}
		switch r.Kind {
		case Step:
			steps.add(r)
		case Validation:
			validations.add(r)
		case Epoch:
			if len(l.Epochs) == MostEpochs {
				return fmt.Errorf("line %d: more than %d epochs", number, MostEpochs)
			}
			l.Epochs = append(l.Epochs, r)
		}
		l.Last = r
		return nil
	})
	if err != nil {
		return nil, err
	}
	l.Torn = wrong != nil
	l.Steps, l.Validations = steps.rows, validations.rows
	return l, nil
}

// thinned keeps every so many rows, and only as many as fit.
type thinned struct {
	rows        []Row
	seen, every int
}

func (t *thinned) add(r Row) {
	t.every = max(t.every, 1)
	if t.seen%t.every == 0 {
		if len(t.rows) == MostPoints {
			for i := range MostPoints / 2 {
				t.rows[i] = t.rows[2*i]
			}
			t.rows = t.rows[:MostPoints/2]
			t.every *= 2
		}
		if t.seen%t.every == 0 {
			t.rows = append(t.rows, r)
		}
	}
	t.seen++
}

// Names are the figures of some rows, in the order in which they are met.
func Names(rows []Row) (names []string) {
	seen := map[string]bool{}
	for _, r := range rows {
		for _, v := range r.Values {
			if !seen[v.Name] {
				seen[v.Name] = true
				names = append(names, v.Name)
			}
		}
	}
	return names
}

// Best is the row with the best value of a figure: the highest, or the lowest. It reports false where none has one.
func Best(rows []Row, name string, highest bool) (best Row, ok bool) {
	for _, r := range rows {
		v, than := r.Value(name), best.Value(name)
		if ok && (highest && v > than || !highest && v < than) || !ok && !math.IsNaN(v) {
			best, ok = r, true
		}
	}
	return best, ok
}
