package columns

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"

	"multitorch/datasets/table"
)

// settleSplit finds the columns that say how the rows are divided.
func (p *preparation) settleSplit() error {
	s := p.schema
	by := p.c.Split
	if at := p.t.Column(table.SideColumn); by == "" && at >= 0 && p.target != at && p.c.Kinds[table.SideColumn] == "" {
		by = table.SideColumn
	}
	for _, name := range []string{by, p.c.Group} {
		if name != "" && p.t.Column(name) < 0 {
			return fmt.Errorf("there is no column %q to divide by: expected one of %q", name, p.t.Columns)
		}
	}
	s.SplitBy, s.Group = by, p.c.Group
	if by != "" {
		k := &p.kinds[p.t.Column(by)]
		k.Kind, k.Why = table.Ignored, "it says which side a row is on"
		return nil
	}
	if s.Group != "" {
		if k := &p.kinds[p.t.Column(s.Group)]; k.Kind != table.Image && k.Kind != table.Audio && p.c.Kinds[s.Group] == "" {
			k.Kind, k.Why = table.Ignored, "it groups the rows"
		}
		return nil
	}
	for _, k := range p.kinds { // several questions about one picture are no independent samples
		if (k.Kind == table.Image || k.Kind == table.Audio) && k.Distinct < p.t.Len()-k.Missing {
			s.Group = k.Name
			return nil
		}
	}
	return nil
}

func (p *preparation) split() (train, test []int, bad []BadRow, err error) {
	if s := p.schema; s.SplitBy != "" {
		train, test, bad = splitBy(p.t, p.t.Column(s.SplitBy))
		return train, test, bad, nil
	}
	c := table.SplitConfig{Test: p.schema.Test, Seed: p.schema.Seed, By: p.class}
	if g := p.t.Column(p.schema.Group); g >= 0 {
		c.Group = make([]string, p.t.Len())
		for row := range c.Group {
			c.Group[row] = p.t.Cell(row, g)
		}
	}
	train, test, err = table.Split(p.t.Len(), c)
	return train, test, nil, err
}

// splitBy reads the side of each row out of a column. Rows of which it says something else are bad.
func splitBy(t *table.Table, column int) (train, test []int, bad []BadRow) {
	for row := range t.Len() {
		side, err := t.Side(row, column)
		switch {
		case err != nil:
			bad = append(bad, BadRow{row, t.Place(row), err.Error()})
		case side == "train":
			train = append(train, row)
		case side == "test":
			test = append(test, row)
		}
	}
	return train, test, bad
}

// notes are about the classes.
func (p *preparation) notes(train []int) (notes []string) {
	counts := map[int]int{}
	for _, class := range p.class {
		counts[class]++
	}
	single := 0
	for class, n := range counts {
		if class >= 0 && n == 1 {
			single++
		}
	}
	if single > 0 && !p.c.Pairs {
		notes = append(notes, fmt.Sprintf("%d of %d classes: a single row, which is trained on and never tested", single, len(p.t.Values(p.target))))
	}
	if by := p.t.Column(p.schema.SplitBy); by >= 0 {
		neither := 0
		for row := range p.t.Len() {
			if p.t.Cell(row, by) == "" {
				neither++
			}
		}
		if neither > 0 {
			notes = append(notes, fmt.Sprintf("%d rows have nothing in %s, and are on neither side", neither, p.schema.SplitBy))
		}
	}
	if p.schema.Group != "" {
		notes = append(notes, fmt.Sprintf("rows with the same %s stay on one side", p.schema.Group))
	}
	return notes
}

// checksum is of a table's names and cells.
func checksum(t *table.Table) string {
	h := sha256.New()
	fmt.Fprintf(h, "%q", t.Columns)
	for row := range t.Len() {
		for column := range t.Columns {
			cell := t.Cell(row, column)
			fmt.Fprintf(h, "%d:", len(cell))
			h.Write([]byte(cell))
		}
	}
	return hex.EncodeToString(h.Sum(nil))
}
