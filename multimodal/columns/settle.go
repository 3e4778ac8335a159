package columns

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"multitorch/datasets/table"
)

// settle fills in the schema what doesn't depend on the division.
func (p *preparation) settle() error {
	c := &p.c
	s := &Schema{
		ImageSize: cmp.Or(c.ImageSize, 64), MaxWords: cmp.Or(c.MaxWords, 64),
		SampleRate: cmp.Or(c.SampleRate, 16000), MaxSeconds: cmp.Or(c.MaxSeconds, 10),
		Test: max(0, cmp.Or(c.Test, 0.2)), Seed: c.Seed, Rows: p.t.Len(), Table: checksum(p.t),
	}
	p.schema = s
	if err := s.CheckSizes(); err != nil {
		return err
	}
	for name := range c.Kinds {
		if p.t.Column(name) < 0 {
			return fmt.Errorf("there is no column %q: expected one of %q", name, p.t.Columns)
		}
	}
	if p.target = p.t.Target(); c.Pairs {
		p.target = -1
	} else if c.Target != "" {
		if p.target = p.t.Column(c.Target); p.target < 0 {
			return fmt.Errorf("there is no column %q to learn (--target): expected one of %q", c.Target, p.t.Columns)
		}
	}
	if p.target < 0 && !c.Pairs {
		return fmt.Errorf("which column is to be learned? None of %q is called label, answer, class, target, category or y: "+
			"name one with --target", p.t.Columns)
	}
	if s.Pairs = c.Pairs; !c.Pairs {
		s.Target = p.t.Columns[p.target]
	}
	p.kinds = p.t.Kinds()
	for i := range p.kinds {
		if kind, ok := c.Kinds[p.kinds[i].Name]; ok {
			p.kinds[i].Kind, p.kinds[i].Why = kind, "as you said"
		}
	}
	if err := p.settleTarget(); err != nil {
		return err
	}
	if err := p.settleSplit(); err != nil {
		return err
	}
	for i, k := range p.kinds {
		if i != p.target && k.Kind != table.Ignored {
			s.Columns = append(s.Columns, Column{Name: k.Name, Kind: k.Kind})
		}
	}
	if len(s.Columns) == 0 {
		return fmt.Errorf("there is no column to learn from: %s", describe(p.kinds))
	}
	return nil
}

func describe(kinds []table.Column) string {
	var all []string
	for _, k := range kinds {
		all = append(all, fmt.Sprintf("%s is %s (%s)", k.Name, k.Kind, k.Why))
	}
	return strings.Join(all, ", ")
}

// settleTarget finds the class of each row: of pairs one for all.
func (p *preparation) settleTarget() error {
	p.class = make([]int, p.t.Len())
	if p.c.Pairs {
		return nil
	}
	k := &p.kinds[p.target]
	if kind := p.c.Kinds[k.Name]; kind != "" && kind != table.Category {
		return fmt.Errorf("the column %q is learned, as classes: it can't be of kind %s; leave its --kind out, or learn another column", k.Name, kind)
	}
	values := p.t.Values(p.target)
	if err := p.t.CheckClasses(*k); err != nil {
		return err
	}
	if len(values) > maxClasses {
		return fmt.Errorf("the column %q has %d different cells: expected at most %d classes", k.Name, len(values), maxClasses)
	}
	k.Kind, k.Why = table.Category, fmt.Sprintf("the target, %d classes", len(values))
	for row := range p.class {
		p.class[row] = indexOf(values, p.t.Cell(row, p.target))
	}
	return nil
}

// indexOf is the place of a value in sorted ones, or -1.
func indexOf(sorted []string, value string) int {
	if i, ok := slices.BinarySearch(sorted, value); ok {
		return i
	}
	return -1
}
