package columns

import (
	"fmt"
	"math"
	"slices"

	"multitorch/datasets/catalog"
	"multitorch/datasets/table"
	"multitorch/multimodal/text"
)

// learn finds classes, vocabularies and scales, of the training rows alone.
func (p *preparation) learn(train []int) (err error) {
	s := p.schema
	s.TrainRows = len(train)
	if !s.Pairs {
		s.Classes = values(p.t, train, p.target)
		if a, b := catalog.Alike(s.Classes); a != b {
			return fmt.Errorf("the column %q has the classes %q and %q, which differ in white space alone: mend them", s.Target, a, b)
		}
	}
	for i := range s.Columns {
		c := &s.Columns[i]
		at := p.t.Column(c.Name)
		switch c.Kind {
		case table.Text:
			var texts [][]string
			for _, row := range train {
				words := Words(p.t.Cell(row, at))
				texts = append(texts, words[:min(len(words), s.MaxWords)])
			}
			c.Vocabulary, err = text.BuildVocabulary(slices.Values(texts), text.Specials{filler, stranger})
			if err == nil {
				c.Vocabulary, err = c.Vocabulary.WithDefault(stranger)
			}
			if err != nil {
				return err
			}
		case table.Category:
			c.Values = values(p.t, train, at)
			if len(c.Values) == 0 {
				c.Values = []string{"none"} // no training row has one
			}
		case table.Number:
			c.Mean, c.Std = scale(p.t, train, at)
		}
	}
	return nil
}

// values are the different cells of some rows, sorted, without the empty one.
func values(t *table.Table, rows []int, column int) []string {
	seen := map[string]bool{"": true}
	var all []string
	for _, row := range rows {
		if cell := t.Cell(row, column); !seen[cell] {
			seen[cell] = true
			all = append(all, cell)
		}
	}
	slices.Sort(all)
	return all
}

// scale is the mean and the standard deviation of a column's numbers; what is none is found when the rows are read.
func scale(t *table.Table, rows []int, column int) (mean, std float64) {
	n, squares := 0.0, 0.0
	for _, row := range rows {
		if v, err := table.ParseNumber(t.Cell(row, column)); err == nil { // Welford's way
			n++
			d := v - mean
			mean += d / n
			squares += d * (v - mean)
		}
	}
	std = math.Sqrt(squares / max(1, n))
	if !(std > 0) || math.IsInf(std, 0) {
		std = 1
	}
	return mean, std
}
