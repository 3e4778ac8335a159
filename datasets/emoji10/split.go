package emoji10

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
)

// Text chooses the words that describe an emoji.
type Text int

const (
	Label        Text = iota // its name: "woman astronaut"
	LabelAndTags             // its name and emojibase's tags: "woman astronaut rocket space"
)

// Options say how the data is split and described. The zero value is the split that published figures are from unless
// they say otherwise.
type Options struct {
	Text Text  // Label
	Seed int64 // of the split, not of the training: another seed puts other emoji on the test side

	// Strict keeps variants of one emoji on one side: man, woman and person, facing left and right, all families. Without
	// it "man farmer" may be learned from and "woman farmer" tested. Single-modality models lose about 2 % by it.
	Strict bool

	// Test is how many emoji are tested, as many of each class as its share is. 0 stands for a fifth of each class, rounded
	// down; less than 0, or more than there are, for none or all.
	Test int

	// Vocabulary is used instead of one built from the training side, if not nil: the one that a model was trained with.
	Vocabulary *Vocabulary
}

// String says which split a figure is from: "by emoji, split seed 0, label".
func (o Options) String() string {
	by, text := "by emoji", "label"
	if o.Strict {
		by = "strict, by stem"
	}
	if o.Text == LabelAndTags {
		text = "label + tags"
	}
	if o.Test != 0 {
		by += fmt.Sprintf(", %d held out", o.Test)
	}
	return fmt.Sprintf("%s, split seed %d, %s", by, o.Seed, text)
}

// Sides are the two sides of a split, and the numbers of the words in both.
type Sides struct {
	Train, Test *Split
	Vocabulary  *Vocabulary
}

// Split puts a fifth of every class on the test side, 377 of 1,906 emoji, and both pictures of an emoji on the same side.
// The result depends on the options alone.
//
// How it is chosen, so that any language can repeat it: each class has room for a fifth of its emoji on the test side,
// rounded down. Its emoji are ordered by the hexadecimal SHA-256 of "<seed>:<hexcode>", and the first ones, as many as
// there is room for, are tested. A strict split orders groups of emoji with the same stem by "<seed>:<stem>" and goes
// through all of them, testing each group that the room left still holds. Each side is in the order of Data.Emoji.
func (d *Data) Split(o Options) Sides {
	train, test := d.divide(o)
	v := o.Vocabulary
	if v == nil {
		var texts [][]string
		for _, i := range train {
			texts = append(texts, d.Emoji[i].tokens(o.Text))
		}
		v = NewVocabulary(texts)
	}
	return Sides{Train: newSplit(d, train, o.Text, v), Test: newSplit(d, test, o.Text, v), Vocabulary: v}
}

// divide returns the emoji of both sides, in order.
func (d *Data) divide(o Options) (train, test []int) {
	var sizes [numClasses]int
	for _, e := range d.Emoji {
		sizes[e.Class]++
	}
	rooms := rooms(sizes, o.Test)
	for class := range numClasses {
		groups := map[string][]int{}
		for i, e := range d.Emoji {
			if e.Class == class {
				groups[e.group(o.Strict)] = append(groups[e.group(o.Strict)], i)
			}
		}
		room := rooms[class]
		for _, name := range shuffled(groups, o.Seed) {
			if members := groups[name]; len(members) <= room {
				test = append(test, members...)
				room -= len(members)
			} else {
				train = append(train, members...)
			}
		}
	}
	slices.Sort(train)
	slices.Sort(test)
	return train, test
}

// rooms are how many emoji of each class are tested. Of a number that is given each class has its share, rounded down, and
// those that lost most by that one more.
func rooms(sizes [numClasses]int, test int) (rooms [numClasses]int) {
	total := 0
	for class, size := range sizes {
		total += size
		rooms[class] = size / 5
	}
	if test == 0 {
		return rooms
	}
	test = max(0, min(test, total))
	var order []int
	left := test
	for class, size := range sizes {
		rooms[class] = test * size / total
		left -= rooms[class]
		order = append(order, class)
	}
	slices.SortStableFunc(order, func(a, b int) int { return test*sizes[b]%total - test*sizes[a]%total })
	for _, class := range order[:left] {
		rooms[class]++
	}
	return rooms
}

// shuffled returns the names of the groups in the order of their checksums with the seed.
func shuffled(groups map[string][]int, seed int64) []string {
	names := make([]string, 0, len(groups))
	sums := make(map[string]string, len(groups))
	for name := range groups {
		names = append(names, name)
		sum := sha256.Sum256(fmt.Appendf(nil, "%d:%s", seed, name))
		sums[name] = string(sum[:]) // orders as its hexadecimal form does
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(sums[a], sums[b]) })
	return names
}

func (e Emoji) group(strict bool) string {
	if strict {
		return e.Stem
	}
	return e.Hexcode
}

func (e Emoji) tokens(t Text) []string {
	if t == LabelAndTags {
		return e.TagTokens
	}
	return e.LabelTokens
}
