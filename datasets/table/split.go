package table

import (
	"crypto/sha256"
	"fmt"
	"math"
	"slices"
	"strings"
)

// SplitConfig says how the rows are divided.
type SplitConfig struct {
	Test float64 // the share of the test side, 0 to 1
	Seed int64   // another seed tests other rows

	// By is the class of each row: each class is divided by itself, so that both sides have as much of it. Nil: all rows
	// are one class. Rows of class -1 are on no side.
	By []int
	// Group is a name for each row: rows of one group stay on one side, such as the questions about one picture. A row
	// without a name is its own group. Nil: all are.
	Group []string
}

// Split divides rows 0 to n-1 into two sides, each in order. The result depends on the settings alone.
//
// How it is chosen, so that any language can repeat it: a group is of the class of its first row. Each class has room for
// its share of rows on the test side, rounded to the nearest number, half down. Its groups are ordered by the hexadecimal
// SHA-256 of "<seed>:<group>", where a group without a name is called "#" and the number of its row, from 0; each group
// that the room left still holds is tested.
func Split(n int, c SplitConfig) (train, test []int, err error) {
	switch {
	case !(c.Test >= 0 && c.Test <= 1):
		return nil, nil, fmt.Errorf("table: Split: the test side's share is %v: expected 0 to 1", c.Test)
	case c.By != nil && len(c.By) != n || c.Group != nil && len(c.Group) != n:
		return nil, nil, fmt.Errorf("table: Split: %d rows, but %d classes and %d groups", n, len(c.By), len(c.Group))
	}
	classOf := func(i int) int {
		if c.By == nil {
			return 0
		}
		return c.By[i]
	}
	members := map[string][]int{}
	var names []string
	rows := map[int]int{} // of each class
	for i := range n {
		if classOf(i) < 0 {
			continue
		}
		name := fmt.Sprintf("#%d", i)
		if c.Group != nil && c.Group[i] != "" {
			name = c.Group[i]
		}
		if members[name] == nil {
			names = append(names, name)
		}
		members[name] = append(members[name], i)
	}
	for _, name := range names {
		rows[classOf(members[name][0])] += len(members[name])
	}
	room := map[int]int{}
	for class, count := range rows {
		room[class] = int(math.Ceil(c.Test*float64(count) - 0.5))
	}
	for _, name := range hashed(names, c.Seed) {
		group := members[name]
		class := classOf(group[0])
		if len(group) <= room[class] {
			test = append(test, group...)
			room[class] -= len(group)
		} else {
			train = append(train, group...)
		}
	}
	slices.Sort(train)
	slices.Sort(test)
	return train, test, nil
}

// hashed orders names by their checksums with the seed.
func hashed(names []string, seed int64) []string {
	sums := make(map[string]string, len(names))
	for _, name := range names {
		sum := sha256.Sum256(fmt.Appendf(nil, "%d:%s", seed, name))
		sums[name] = string(sum[:])
	}
	names = slices.Clone(names)
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(sums[a], sums[b]) })
	return names
}

// SideColumn is what a column is called that says which side each row is on, where nothing else is said.
const SideColumn = "split"

// Side is what a cell says of its row: that it is trained on, "train", or tested, "test", as validation rows are too. An empty
// cell is on neither side: "".
func (t *Table) Side(row, column int) (string, error) {
	switch cell := t.Cell(row, column); strings.ToLower(cell) {
	case "train", "training":
		return "train", nil
	case "test", "val", "valid", "validation", "dev", "eval":
		return "test", nil
	case "":
		return "", nil
	default:
		return "", fmt.Errorf("column %q is %.40q: expected train, test or validation", t.Columns[column], cell)
	}
}
