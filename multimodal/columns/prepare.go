package columns

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"

	"multitorch/datasets/table"
)

// Config are the settings of [Prepare]. The zero value of each is a default.
type Config struct {
	Target string                // the column to learn: one called label, answer, class, target, category or y
	Pairs  bool                  // there is no target: columns belong to each other, as pictures and captions do, and none may be missing
	Kinds  map[string]table.Kind // of columns, instead of what is found out

	Test  float64 // the share of rows that are tested: 0.2; less than 0 for none
	Seed  int64   // of the division
	Group string  // rows that have the same in this column stay on one side: the picture's or sound's, where one comes in several rows
	Split string  // a column that says "train" or "test" instead: one called split

	ImageSize  int     // 64
	MaxWords   int     // 64
	SampleRate int     // 16000
	MaxSeconds float64 // 10

	Base       string // the folder where relative paths begin: the table's
	SkipBad    bool   // leave bad rows out, and count them, instead of an error
	NoTarget   bool   // of Schema.Open: the target's cells are not looked at, as there is something to predict
	CacheBytes int64  // of decoded pictures and sounds that are kept in memory: 2 GiB; the others are read again for each batch
}

// Set is a table that is ready to train on.
type Set struct {
	Schema      *Schema
	Kinds       []table.Column // what was found out about each column of the table, and what was made of it
	Train, Test *Data
	Bad         []BadRow // that were left out, with SkipBad
	Notes       []string // what a person should know: what was cut off, classes with a single row
}

// Prepare finds out what the columns are, divides the rows, learns vocabularies, classes and scales from the training side,
// and reads every picture and sound once. log, if not nil, is told what is being done, a line at a time.
//
// Rows of which no sample can be made are a [BadRowsError], or are left out with SkipBad: those whose picture or sound can't
// be read, whose number is none, that are said to be on an unknown side, without a target, with nothing but missing cells,
// and test rows of a class that no training row has.
func Prepare(ctx context.Context, t *table.Table, c Config, log func(string)) (*Set, error) {
	p := &preparation{ctx: ctx, t: t, c: c, log: log}
	set, err := p.run()
	var bad *BadRowsError
	if err != nil && !errors.As(err, &bad) && !errors.Is(err, ctx.Err()) {
		return nil, fmt.Errorf("columns: %s: %w", t.Path, err)
	}
	return set, err
}

// preparation is a Prepare under way.
type preparation struct {
	ctx    context.Context
	t      *table.Table
	c      Config
	log    func(string)
	schema *Schema
	kinds  []table.Column
	target int
	class  []int // of each row, -1 without a target
}

func (p *preparation) run() (*Set, error) {
	if p.t.Len() == 0 {
		return nil, errors.New("there are no rows")
	}
	if err := p.settle(); err != nil {
		return nil, err
	}
	train, test, bad, err := p.split()
	if err != nil {
		return nil, err
	}
	if len(bad) > 0 && len(train) == 0 {
		return nil, &BadRowsError{bad, p.t.Len()}
	}
	set := &Set{Schema: p.schema, Kinds: p.kinds}
	err = p.learn(train)
	if err == nil && len(p.schema.Classes) < 2 && !p.c.Pairs {
		err = fmt.Errorf("the column %q has %d different cells in the %d training rows: expected at least 2 classes",
			p.schema.Target, len(p.schema.Classes), len(train))
	}
	switch {
	case err != nil && len(bad) > 0 && !p.c.SkipBad: // which are why, it may be
		return nil, &BadRowsError{bad, p.t.Len()}
	case err != nil && len(bad) > 0:
		return nil, fmt.Errorf("%w; %d of %d rows were left out, the first of them %s", err, len(bad), p.t.Len(), bad[0])
	case err != nil:
		return nil, err
	}
	set.Notes = p.notes(train)
	for row, class := range p.class {
		if class < 0 {
			bad = append(bad, BadRow{row, p.t.Place(row), fmt.Sprintf("column %q is empty: it is the target", p.schema.Target)})
		}
	}
	for _, side := range []struct {
		rows []int
		data **Data
	}{{train, &set.Train}, {test, &set.Test}} {
		data, more, err := load(p.ctx, p.t, side.rows, p.schema, p.c, p.log)
		if err != nil {
			return nil, err
		}
		*side.data = data
		bad = append(bad, more...)
	}
	slices.SortFunc(bad, func(a, b BadRow) int { return cmp.Compare(a.Row, b.Row) })
	if len(bad) > 0 && !p.c.SkipBad {
		return nil, &BadRowsError{bad, p.t.Len()}
	}
	set.Bad = bad
	for class, n := range set.Train.Counts() {
		if n == 0 {
			set.Notes = append(set.Notes, fmt.Sprintf("class %s has no training row left", p.schema.Classes[class]))
		}
	}
	set.Notes = append(set.Notes, set.Train.cuts()...)
	if set.Train.Len() == 0 {
		return nil, errors.New("there are no training rows left")
	}
	return set, nil
}
