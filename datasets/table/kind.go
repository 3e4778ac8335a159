package table

import (
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"multitorch/datasets/folder"
)

// Kind is what the cells of a column are.
type Kind string

// The kinds.
const (
	Image    Kind = "image"    // the path of a picture, or a picture itself (see Table.Embedded)
	Audio    Kind = "audio"    // the path of a sound, or a sound itself
	Text     Kind = "text"     // words
	Category Kind = "category" // one of a few names
	Number   Kind = "number"   // a finite number
	Ignored  Kind = "ignored"  // nothing to learn from
)

// Kinds lists them.
func Kinds() []Kind { return []Kind{Image, Audio, Text, Category, Number, Ignored} }

// ParseKind is the kind of a name.
func ParseKind(name string) (Kind, error) {
	if slices.Contains(Kinds(), Kind(name)) {
		return Kind(name), nil
	}
	return "", fmt.Errorf("kind %.40q: expected one of %q", name, Kinds())
}

// Column is what was found out about a column.
type Column struct {
	Name     string
	Kind     Kind
	Why      string // what the kind was found by
	Missing  int    // empty cells
	Distinct int    // different cells, up to maxDistinct
	Example  string // the first cell that is not empty
}

// String says what the column is, and why, in a line of a table.
func (c Column) String() string {
	name := []rune(c.Name)
	if len(name) > 16 {
		name = append(name[:15:15], '…')
	}
	line := fmt.Sprintf("%-16s %-8s %s", string(name), c.Kind, c.Why)
	if c.Missing > 0 {
		line += fmt.Sprintf(", %d missing", c.Missing)
	}
	return line
}

// maxDistinct is how many different cells are told apart.
const maxDistinct = 1 << 20

// Kinds finds out what each column is, by its cells:
//
//   - image or audio where most cells end as files of pictures or sounds do, so that the others are found to be wrong;
//   - number where every cell is one; but a column that counts the rows is ignored, and so is one without any cell, or with
//     one and the same in all rows;
//   - category where there are at most twenty different cells, or a twentieth as many as rows, of at most three words each;
//   - else text.
func (t *Table) Kinds() []Column {
	columns := make([]Column, len(t.Columns))
	for i := range columns {
		columns[i] = t.kindOf(i)
	}
	return columns
}

func (t *Table) kindOf(column int) Column {
	c := Column{Name: t.Columns[column]}
	distinct := map[string]struct{}{}
	images, sounds, numbers, nearly, ascending, words := 0, 0, 0, 0, true, 0
	strange := "" // the first cell that is no number
	for i := range t.rows {
		cell := t.Cell(i, column)
		if cell == "" {
			c.Missing++
			continue
		}
		if c.Example == "" {
			c.Example = cell
		}
		if len(distinct) < maxDistinct {
			distinct[cell] = struct{}{}
		}
		switch ending := strings.ToLower(filepath.Ext(cell)); {
		case slices.Contains(folder.Images, ending):
			images++
		case slices.Contains(folder.Sounds, ending):
			sounds++
		}
		if v, err := ParseNumber(cell); err == nil {
			numbers++
			ascending = ascending && (v == float64(i) || v == float64(i+1))
		} else {
			if strange == "" {
				strange = cell
			}
			if nearNumber.MatchString(cell) {
				nearly++
			}
		}
		words = max(words, len(strings.Fields(cell)))
	}
	c.Distinct = len(distinct)
	n := t.Len() - c.Missing
	few := max(20, n/20)
	switch {
	case n == 0:
		c.Kind, c.Why = Ignored, "all cells are empty"
	case t.Embedded[column]:
		c.Kind, c.Why = Image, "whole files"
		if isSound(c.Example) {
			c.Kind = Audio
		}
		c.Example = fmt.Sprintf("%d bytes", len(c.Example))
	case 2*images > n:
		c.Kind, c.Why = Image, fmt.Sprintf("%d of %d cells end as pictures do", images, n)
	case 2*sounds > n:
		c.Kind, c.Why = Audio, fmt.Sprintf("%d of %d cells end as sounds do", sounds, n)
	case c.Distinct == 1 && n == t.Len() && n > 1:
		c.Kind, c.Why = Ignored, "all cells are the same"
	case numbers == n && ascending && n > 2:
		c.Kind, c.Why = Ignored, "it counts the rows"
	case numbers == n:
		c.Kind, c.Why = Number, "all cells are numbers"
	case c.Distinct <= few && c.Distinct < n && words <= 3:
		c.Kind, c.Why = Category, fmt.Sprintf("%d different cells of %d", c.Distinct, n)
	default:
		c.Kind, c.Why = Text, fmt.Sprintf("%d different cells of %d, up to %d words", c.Distinct, n, words)
	}
	if (c.Kind == Text || c.Kind == Category) && 2*(numbers+nearly) > n { // who reads this may have meant a number
		c.Why += fmt.Sprintf("; %.20q is no number", strange)
		if nearNumber.MatchString(strange) {
			c.Why += ": write 1234.5"
		}
	}
	return c
}

// isSound reports whether a file's content begins as a sound does.
func isSound(content string) bool {
	for _, begin := range []string{"RIFF", "RF64", "fLaC", "OggS", "ID3", "\xff\xfb", "\xff\xf3"} {
		if strings.HasPrefix(content, begin) && !(begin == "RIFF" && strings.HasPrefix(content[min(8, len(content)):], "WEBP")) {
			return true
		}
	}
	return false
}

// nearNumber are numbers as people write them, with commas or the signs of money and shares. Which comma means what is not
// to be guessed.
var nearNumber = regexp.MustCompile(`^\s*[$€£]?\s*[-+]?\d+([.,' ]\d{3})*([.,]\d+)?\s*[$€£%]?\s*$`)

// maxNumber is the largest number that is taken: squares of larger ones are infinite.
const maxNumber = 1e150

// ParseNumber reads a number as Go and JSON write it. It must be finite, and at most 1e150.
func ParseNumber(cell string) (float64, error) {
	v, err := strconv.ParseFloat(strings.TrimSpace(cell), 64)
	if err != nil || math.IsNaN(v) || math.IsInf(v, 0) {
		return 0, fmt.Errorf("%.40q is no finite number", cell)
	}
	if math.Abs(v) > maxNumber {
		return 0, fmt.Errorf("%.40q is too large: expected at most %g", cell, maxNumber)
	}
	return v, nil
}

// targets are names by which a column is taken for what is to be learned, the likeliest first.
var targets = []string{"label", "answer", "class", "target", "category", "y"}

// Target is the column that is taken for what is to be learned where none is named, or -1: one called label, answer,
// class, target, category or y.
func (t *Table) Target() int {
	for _, name := range targets {
		for i, c := range t.Columns {
			if strings.EqualFold(c, name) {
				return i
			}
		}
	}
	return -1
}
