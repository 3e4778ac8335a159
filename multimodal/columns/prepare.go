package columns

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"slices"
	"strings"

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
// be read, whose number is none, without a target, with nothing but missing cells, and test rows of a class that no training
// row has.
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
	train, test, err := p.split()
	if err != nil {
		return nil, err
	}
	set := &Set{Schema: p.schema, Kinds: p.kinds}
	if err := p.learn(train); err != nil {
		return nil, err
	}
	if len(p.schema.Classes) < 2 && !p.c.Pairs {
		return nil, fmt.Errorf("the column %q has %d different cells in the %d training rows: expected at least 2 classes",
			p.schema.Target, len(p.schema.Classes), len(train))
	}
	set.Notes = p.notes(train)
	var bad []BadRow
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

// settle fills in the schema what doesn't depend on the division.
func (p *preparation) settle() error {
	c := &p.c
	s := &Schema{
		ImageSize: cmp.Or(c.ImageSize, 64), MaxWords: cmp.Or(c.MaxWords, 64),
		SampleRate: cmp.Or(c.SampleRate, 16000), MaxSeconds: cmp.Or(c.MaxSeconds, 10),
		Test: max(0, cmp.Or(c.Test, 0.2)), Seed: c.Seed, Rows: p.t.Len(), Table: checksum(p.t),
	}
	p.schema = s
	if err := s.checkSizes(); err != nil {
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
		p.target = p.t.Column(c.Target)
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
	values := p.t.Values(p.target)
	if few := max(20, p.t.Len()/20); k.Kind == table.Number && len(values) > few {
		return fmt.Errorf("the column %q has %d different numbers in %d rows: expected classes, at most %d of them",
			k.Name, len(values), p.t.Len(), few)
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

// settleSplit finds the columns that say how the rows are divided.
func (p *preparation) settleSplit() error {
	s := p.schema
	by := p.c.Split
	if by == "" && p.t.Column("split") >= 0 && p.target != p.t.Column("split") && p.c.Kinds["split"] == "" {
		by = "split"
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

func (p *preparation) split() (train, test []int, err error) {
	if s := p.schema; s.SplitBy != "" {
		return splitBy(p.t, p.t.Column(s.SplitBy))
	}
	c := table.SplitConfig{Test: p.schema.Test, Seed: p.schema.Seed, By: p.class}
	if g := p.t.Column(p.schema.Group); g >= 0 {
		c.Group = make([]string, p.t.Len())
		for row := range c.Group {
			c.Group[row] = p.t.Cell(row, g)
		}
	}
	return table.Split(p.t.Len(), c)
}

// splitBy reads the side of each row out of a column. Validation rows are tested too; an empty cell is on no side.
func splitBy(t *table.Table, column int) (train, test []int, err error) {
	for row := range t.Len() {
		switch cell := strings.ToLower(t.Cell(row, column)); cell {
		case "train", "training":
			train = append(train, row)
		case "test", "val", "valid", "validation", "dev", "eval":
			test = append(test, row)
		case "":
		default:
			return nil, nil, fmt.Errorf("%s: column %q is %.40q: expected train, test or validation", t.Place(row), t.Columns[column], cell)
		}
	}
	return train, test, nil
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
