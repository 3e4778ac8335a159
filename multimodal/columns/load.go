package columns

import (
	"context"
	"fmt"
	"runtime"
	"sync"

	"multitorch/datasets/table"
	"multitorch/torch"
)

// load reads rows. Those that are bad are not in the result.
func load(ctx context.Context, t *table.Table, rows []int, s *Schema, c Config, log func(string)) (*Data, []BadRow, error) {
	d := &Data{schema: s, t: t, base: c.Base, cut: map[string]int{}}
	budget := c.CacheBytes
	if budget == 0 {
		budget = 2 << 30
	}
	target := t.Column(s.Target)
	if c.NoTarget {
		target = -1
	}
	var bad []BadRow
	results := readAll(ctx, rows, func(row int) ([]cell, error) { return s.read(ctx, t, row, c.Base) })
	for i, r := range results {
		row := rows[i]
		class := -1
		if target >= 0 {
			class = indexOf(s.Classes, t.Cell(row, target))
		}
		switch {
		case r.err != nil && ctx.Err() == nil:
			bad = append(bad, BadRow{row, t.Place(row), r.err.Error()})
		case r.err != nil:
		case target >= 0 && class < 0:
			what := fmt.Sprintf("column %q is %.40q, a class that no training row has", s.Target, t.Cell(row, target))
			if t.Cell(row, target) == "" {
				what = fmt.Sprintf("column %q is empty: it is the target", s.Target)
			}
			bad = append(bad, BadRow{row, t.Place(row), what})
		default:
			d.add(row, class, target >= 0, r.cells, &budget)
		}
		if log != nil && (i+1)%5000 == 0 {
			log(fmt.Sprintf("read %d of %d rows", i+1, len(rows)))
		}
	}
	if err := ctx.Err(); err != nil {
		return nil, nil, fmt.Errorf("interrupted while the rows of %s were read: %w", t.Path, err)
	}
	return d, bad, nil
}

func (d *Data) add(row, class int, targeted bool, cells []cell, budget *int64) {
	d.rows = append(d.rows, row)
	if targeted {
		d.targets = append(d.targets, int64(class))
	}
	for i, c := range cells {
		if c.cut {
			d.cut[d.schema.Columns[i].Name]++
		}
		*budget -= int64(len(c.pixels) + 4*len(c.sound) + 8*len(c.words) + 4*len(c.fields) + 128)
	}
	if *budget < 0 {
		cells = nil
	}
	d.cells = append(d.cells, cells)
}

// cuts says what was longer than a model takes.
func (d *Data) cuts() (notes []string) {
	for _, c := range d.schema.Columns {
		if n := d.cut[c.Name]; n > 0 {
			notes = append(notes, fmt.Sprintf("%s: %d of %d training rows were cut to %s", c.Name, n, d.Len(), d.schema.most(c.Kind)))
		}
	}
	return notes
}

// most is how much of a cell a model takes.
func (s *Schema) most(kind table.Kind) string {
	if kind == table.Audio {
		return fmt.Sprintf("%v s (--max-seconds)", s.MaxSeconds)
	}
	return fmt.Sprintf("%d words (--max-words)", s.MaxWords)
}

type readRow struct {
	cells []cell
	err   error
}

// readAll reads rows by several goroutines, and yields them in order.
func readAll(ctx context.Context, rows []int, read func(row int) ([]cell, error)) func(yield func(int, readRow) bool) {
	return func(yield func(int, readRow) bool) {
		const piece = 256 // rows at once, so that not all wait in memory
		n := runtime.GOMAXPROCS(0)
		for start := 0; start < len(rows) && ctx.Err() == nil; start += piece {
			part := rows[start:min(start+piece, len(rows))]
			results := make([]readRow, len(part))
			var workers sync.WaitGroup
			for w := range n {
				workers.Go(func() {
					for i := w; i < len(part); i += n {
						err := torch.Try(func() (err error) { results[i].cells, err = read(part[i]); return err })
						results[i].err = err
					}
				})
			}
			workers.Wait()
			for i, r := range results {
				if !yield(start+i, r) {
					return
				}
			}
		}
	}
}
