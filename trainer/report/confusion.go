package report

import (
	"cmp"
	"fmt"
	"slices"
)

// matrix is a confusion matrix as the page has it.
type matrix struct {
	Classes []string // empty where there are too many for a matrix
	Rows    []matrixRow
	Most    []mistake // the commonest
}

type matrixRow struct {
	Class  string
	Cells  []cell
	Recall string
}

type cell struct {
	Count int
	Class string // of its colour: "h0" to "h9", and "diagonal"
}

type mistake struct {
	Target, Predicted string
	Count             int
	Share             string // of the samples of Target
}

const (
	mostClasses  = 40 // in a matrix
	mostMistakes = 10
)

func (c *Confusion) matrix() (*matrix, error) {
	n := len(c.Classes)
	m := &matrix{}
	for target, row := range c.Counts {
		if len(c.Counts) != n || len(row) != n {
			return nil, fmt.Errorf("a confusion matrix of %d classes: expected as many rows of as many counts, but got %d, one of them of %d",
				n, len(c.Counts), len(row))
		}
		sum := 0
		for _, count := range row {
			sum += count
		}
		r := matrixRow{Class: c.Classes[target], Recall: "–"}
		if sum > 0 {
			r.Recall = fmt.Sprintf("%.1f %%", 100*float64(row[target])/float64(sum))
		}
		for predicted, count := range row {
			r.Cells = append(r.Cells, heat(count, sum, target == predicted))
			if count > 0 && target != predicted {
				m.Most = append(m.Most, mistake{
					c.Classes[target], c.Classes[predicted], count, fmt.Sprintf("%.1f %%", 100*float64(count)/float64(sum)),
				})
			}
		}
		m.Rows = append(m.Rows, r)
	}
	slices.SortStableFunc(m.Most, func(a, b mistake) int { return cmp.Compare(b.Count, a.Count) })
	m.Most = m.Most[:min(len(m.Most), mostMistakes)]
	if m.Classes = c.Classes; n > mostClasses {
		m.Classes, m.Rows = nil, nil
	}
	return m, nil
}

// heat is a cell whose colour says its share of the row.
func heat(count, sum int, diagonal bool) cell {
	level := 0
	if count > 0 {
		level = min(1+8*count/max(sum, 1), 9)
	}
	class := fmt.Sprintf("h%d", level)
	if diagonal {
		class += " diagonal"
	}
	return cell{count, class}
}
