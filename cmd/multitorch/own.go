package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"

	datatable "multitorch/datasets/table"
	"multitorch/multimodal/columns"
)

// own are the flags of tasks that learn pairs of columns from a table of one's own. What a model has to know of it is the
// schema.
type own struct {
	Data    string  `type:"path" placeholder:"FILE" help:"Table: .csv, .tsv, .jsonl or .parquet." json:"data"`
	Test    float64 `default:"0.2" help:"Share of rows that are tested." json:"-"`
	Seed    int64   `name:"split-seed" default:"0" help:"Seed of the train/test split." json:"-"`
	Group   string  `placeholder:"COLUMN" help:"Rows with the same cell stay on one side (default: the picture or sound, where one comes in several rows)." json:"-"`
	Split   string  `placeholder:"COLUMN" help:"Column that says train or test for each row (default: one called split)." json:"-"`
	SkipBad bool    `help:"Leave rows out that can't be used, and count them." json:"skip_bad"`

	Base   string          `kong:"-" json:"base"` // where relative paths begin, if not beside the table
	Schema *columns.Schema `kong:"-" json:"schema"`
}

// sizes checks the flags of a table whose inputs have these sizes.
func (o *own) sizes(s columns.Schema) error {
	s.Test = o.Test
	return s.CheckSizes()
}

// half is a column of a pair: of which kind, and what it may be called where none is named.
type half struct {
	flag, name string
	kind       datatable.Kind
	called     []string
}

// read reads the table and divides it: into what the schema says where there is one, else by the flags.
func (o *own) read(ctx context.Context, dir string, c columns.Config, parts ...half) (
	t *datatable.Table, train, test *columns.Data, err error,
) {
	if o.Data == "" {
		return nil, nil, nil, errors.New("--data: expected a table of yours: a .csv, .tsv, .jsonl or .parquet file")
	}
	o.Base = cmp.Or(dir, o.Base)
	if t, err = datatable.Open(o.Data); err != nil {
		return nil, nil, nil, fmt.Errorf("--data: %w", err)
	}
	c.Pairs, c.Base, c.SkipBad = true, o.Base, o.SkipBad
	if o.Schema != nil {
		train, test, err = o.Schema.Divided(ctx, t, c, logLine)
		return t, train, test, err
	}
	if c.Test, c.Seed, c.Group, c.Split = o.Test, o.Seed, o.Group, o.Split; o.Test == 0 {
		c.Test = -1
	}
	if c.Kinds, err = pick(t, parts); err != nil {
		return nil, nil, nil, fmt.Errorf("%s: %w", o.Data, err)
	}
	set, err := columns.Prepare(ctx, t, c, logLine)
	if err != nil {
		return nil, nil, nil, err
	}
	explain(set)
	o.Schema = set.Schema
	return t, set.Train, set.Test, nil
}

// pick chooses the columns of the parts, and has all others ignored.
func pick(t *datatable.Table, parts []half) (map[string]datatable.Kind, error) {
	kinds := t.Kinds()
	chosen := map[string]datatable.Kind{}
	for _, k := range kinds {
		chosen[k.Name] = datatable.Ignored
	}
	for _, p := range parts {
		name := p.name
		if name == "" {
			name = guessColumn(kinds, p)
		}
		if name != "" && t.Column(name) < 0 {
			return nil, fmt.Errorf("--%s: there is no column %q: expected one of %q", p.flag, name, t.Columns)
		}
		if name == "" {
			return nil, fmt.Errorf("which column is the %s? Name one of %q with --%s", p.flag, t.Columns, p.flag)
		}
		chosen[name] = p.kind
	}
	if by := t.Column("split"); by >= 0 {
		delete(chosen, "split")
	}
	return chosen, nil
}

// guessColumn is a column that is called as the part is, or the only one of its kind; or "".
func guessColumn(kinds []datatable.Column, p half) string {
	var only []string
	for _, k := range kinds {
		for _, name := range p.called {
			if strings.EqualFold(k.Name, name) {
				return k.Name
			}
		}
		if k.Kind == p.kind {
			only = append(only, k.Name)
		}
	}
	if len(only) == 1 {
		return only[0]
	}
	return ""
}

// needTest says that there is nothing to measure on.
func needTest(path string) error {
	return fmt.Errorf("%s: there are no rows to test on: there is a share for them (--test, not 0), or a column that says so (--split)", path)
}
