package columns

import (
	"context"
	"fmt"
	"slices"

	"multitorch/datasets/table"
	"multitorch/multimodal"
	"multitorch/torch"
)

// Batch is N rows.
type Batch struct {
	Inputs multimodal.Inputs
	Target *torch.Tensor // int64 [N]: indices into Schema.Classes; nil where the table has none
	Rows   []int         // of the table
}

// Samples is N.
func (b Batch) Samples() int { return b.Inputs.Samples() }

// To moves a batch to a device.
func (b Batch) To(d torch.Device) Batch {
	b.Inputs = b.Inputs.To(d)
	if b.Target != nil {
		b.Target = b.Target.To(d)
	}
	return b
}

// Data is rows of a table as samples: a datasets.BatchGetter of [Batch]. Several goroutines may use it at once.
type Data struct {
	schema  *Schema
	t       *table.Table
	base    string
	rows    []int    // of the table
	targets []int64  // nil without
	cells   [][]cell // nil where they are read again
	cut     map[string]int
}

// Len is the number of rows.
func (d *Data) Len() int { return len(d.rows) }

// Row is the row of the table that a sample was made of.
func (d *Data) Row(index int) int { return d.rows[index] }

// Counts are the rows of each class.
func (d *Data) Counts() []int {
	counts := make([]int, len(d.schema.Classes))
	for _, class := range d.targets {
		counts[class]++
	}
	return counts
}

// Open makes samples of all rows of a table by a schema that was learned before: of another file, or of the same. Bad rows
// are as in [Prepare]; those of a class that the schema doesn't have are bad too. Without a target column the batches have
// no Target.
func (s *Schema) Open(ctx context.Context, t *table.Table, c Config, log func(string)) (*Data, []BadRow, error) {
	rows := make([]int, t.Len())
	for i := range rows {
		rows[i] = i
	}
	for _, column := range s.Columns {
		if t.Column(column.Name) < 0 {
			return nil, nil, fmt.Errorf("columns: %s has no column %q, which the model looks at: it has %q", t.Path, column.Name, t.Columns)
		}
	}
	d, bad, err := load(ctx, t, rows, s, c, log)
	if err != nil {
		return nil, nil, err
	}
	if len(bad) > 0 && !c.SkipBad {
		return nil, nil, &BadRowsError{bad, t.Len()}
	}
	return d, bad, nil
}

// Divided makes the two sides again of the table that the schema was learned from.
func (s *Schema) Divided(ctx context.Context, t *table.Table, c Config, log func(string)) (train, test *Data, err error) {
	if t.Len() != s.Rows || checksum(t) != s.Table {
		return nil, nil, fmt.Errorf("columns: %s has changed since the model was trained on it, so its test rows are not known any more: "+
			"expected the table as it was, or, to measure the model, a file of test rows with --data", t.Path)
	}
	c.Target, c.Test, c.Seed, c.Group, c.Split = s.Target, s.Test, s.Seed, s.Group, s.SplitBy
	if s.Test == 0 {
		c.Test = -1
	}
	p := &preparation{ctx: ctx, t: t, c: c, log: log, schema: s, target: t.Column(s.Target)}
	p.c.Pairs = s.Pairs
	p.class = make([]int, t.Len())
	if !s.Pairs {
		classes := t.Values(p.target) // those that were divided by, of which the schema may lack some
		for row := range p.class {
			p.class[row] = indexOf(classes, t.Cell(row, p.target))
		}
	}
	trainRows, testRows, _, err := p.split() // rows that are bad were left out before
	if err != nil {
		return nil, nil, err
	}
	for _, side := range []struct {
		rows []int
		data **Data
	}{{trainRows, &train}, {testRows, &test}} {
		data, bad, err := load(ctx, t, side.rows, s, c, log)
		if err != nil {
			return nil, nil, err
		}
		if len(bad) > 0 && !c.SkipBad {
			return nil, nil, &BadRowsError{bad, len(side.rows)}
		}
		*side.data = data
	}
	return train, test, nil
}

// GetBatch is the rows at indices. What was not kept in memory is read again, and may fail then.
func (d *Data) GetBatch(ctx context.Context, indices []int) (b Batch, err error) {
	all := make([][]cell, len(indices))
	for k, i := range indices {
		if i < 0 || i >= d.Len() {
			return b, fmt.Errorf("columns: expected an index from 0 to %d, but got %d", d.Len()-1, i)
		}
		if all[k] = d.cells[i]; all[k] == nil {
			if all[k], err = d.schema.read(ctx, d.t, d.rows[i], d.base); err != nil {
				return b, fmt.Errorf("%s: %w", d.t.Place(d.rows[i]), err)
			}
		}
	}
	for _, i := range indices {
		b.Rows = append(b.Rows, d.rows[i])
	}
	err = torch.Try(func() error {
		b.Inputs = d.schema.inputs(all)
		if d.targets != nil {
			targets := make([]int64, len(indices))
			for k, i := range indices {
				targets[k] = d.targets[i]
			}
			b.Target = torch.FromSlice(targets)
		}
		return nil
	})
	return b, err
}

// Sample is a row as numbers, before it is a tensor.
type Sample struct{ cells []cell }

// Cuts says which of a sample's columns were longer than the model takes, and were cut.
func (s *Schema) Cuts(b Sample) (notes []string) {
	for i, c := range s.Columns {
		if b.cells[i].cut {
			notes = append(notes, fmt.Sprintf("%s: cut to %s", c.Name, s.most(c.Kind)))
		}
	}
	return notes
}

// One makes a batch of one sample out of cells by their columns' names, as [Schema.Read] reads them.
func (s *Schema) One(ctx context.Context, cells map[string]string, base string, whole ...string) (b Batch, err error) {
	sample, err := s.Read(ctx, cells, base, whole...)
	if err != nil {
		return b, err
	}
	return s.Batch(sample)
}

// Batch makes one batch of samples.
func (s *Schema) Batch(samples ...Sample) (b Batch, err error) {
	rows := make([][]cell, len(samples))
	for i := range samples {
		rows[i] = samples[i].cells
	}
	err = torch.Try(func() error { b.Inputs = s.inputs(rows); return nil })
	return b, err
}

// Read makes a sample out of cells by their columns' names, as [Schema.Open] does of a row. Columns that are not named are
// missing; one that the model doesn't look at is an error. The cells of the columns in whole are files themselves, and not
// their names. What is wrong with a cell is a [*CellError].
func (s *Schema) Read(ctx context.Context, cells map[string]string, base string, whole ...string) (b Sample, err error) {
	var names, row []string
	for _, c := range s.Columns {
		names, row = append(names, c.Name), append(row, cells[c.Name])
	}
	for name := range cells {
		if !slices.Contains(names, name) {
			return b, fmt.Errorf("columns: the model doesn't look at %q: expected some of %q", name, names)
		}
	}
	t, err := table.New(names, [][]string{row}, whole...)
	if err != nil {
		return b, err
	}
	if base == "" {
		base = "."
	}
	alone := *s
	alone.Pairs = false // one of a pair looks for the other
	read, err := alone.read(ctx, t, 0, base)
	if err != nil {
		return b, fmt.Errorf("columns: %w", err)
	}
	return Sample{read}, nil
}
