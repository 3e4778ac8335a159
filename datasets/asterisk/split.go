package asterisk

import (
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"
	"time"
)

// SplitOptions say which clips are used and how they are divided. The zero value is the split that published figures are
// from unless they say otherwise.
type SplitOptions struct {
	Seed int64 // of the split, not of the training

	// Strict keeps clips that have three consecutive words in common, or the same text, on one side. Without it, "please
	// enter your password followed by the pound key" may be learned from and "please enter your agent number followed by
	// the pound key" tested. Words still recur, and the voice is the same.
	Strict bool

	Longest time.Duration // clips that are longer are left out; 0 means 6 s
	Digits  bool          // also clips whose text has digits or signs that are spoken, as "press 1" and "press #"

	// More adds to the training side what Longest and Digits leave out, up to 20 s: of English 66 clips, 7 minutes, with
	// their digits and signs spelled out. The test side stays what it is. In a strict split, clips are added only where no
	// phrase of theirs is tested.
	More bool
}

// String says which split a figure is from: "by clip, split seed 0".
func (o SplitOptions) String() string {
	by := "by clip"
	if o.Strict {
		by = "strict, by phrase"
	}
	if o.More {
		by += ", and more to train on"
	}
	return fmt.Sprintf("%s, split seed %d", by, o.Seed)
}

// Sides are the clips to train on and those to test on, each in the order of their names.
type Sides struct{ Train, Test []Clip }

// longest is the default of SplitOptions.Longest.
const longest = 6 * time.Second

// Split chooses clips and puts a fifth of them on the test side: of English 93 of 466. The result depends on the options
// alone.
//
// How it is chosen, so that any language can repeat it: the clips are ordered by the SHA-256 of "<seed>:<name>", and the
// first fifth, rounded down, is tested. A strict split orders groups of clips by the first of their names in byte order, and
// goes through all of them, testing each group that the room left still holds.
func (d *Data) Split(o SplitOptions) Sides {
	var clips []Clip
	for _, c := range d.Clips {
		if o.takes(c) {
			clips = append(clips, c)
		}
	}
	groups := groupsOf(clips, o.Strict)
	room := len(clips) / 5
	var s Sides
	for _, g := range shuffled(groups, o.Seed) {
		if len(g) <= room {
			s.Test = append(s.Test, g...)
			room -= len(g)
		} else {
			s.Train = append(s.Train, g...)
		}
	}
	if o.More {
		s.Train = append(s.Train, d.more(o, s.Test)...)
	}
	byName := func(a, b Clip) int { return strings.Compare(a.Name, b.Name) }
	slices.SortFunc(s.Train, byName)
	slices.SortFunc(s.Test, byName)
	return s
}

func (o SplitOptions) takes(c Clip) bool {
	most := o.Longest
	if most == 0 {
		most = longest
	}
	return c.Duration() <= most && (o.Digits || isWritten(c.Text)) && c.Words() != ""
}

// longestMore is how long the clips are that More adds.
const longestMore = 20 * time.Second

// more is the clips that a split leaves out, and that can be learned from beside those tested.
func (d *Data) more(o SplitOptions, tested []Clip) (clips []Clip) {
	said := map[string]bool{}
	for _, c := range tested {
		for _, p := range phrases(c.Words()) {
			said[p] = true
		}
	}
	for _, c := range d.Clips {
		if o.takes(c) || c.Duration() > longestMore {
			continue
		}
		if d.Language == "en" {
			c.Text = spellOut(c.Text)
		}
		recurs := slices.ContainsFunc(phrases(c.Words()), func(p string) bool { return said[p] })
		if isWritten(c.Text) && c.Words() != "" && !(o.Strict && recurs) {
			clips = append(clips, c)
		}
	}
	return clips
}

// shuffled is the groups in the order of the checksums of their first names with the seed.
func shuffled(groups [][]Clip, seed int64) [][]Clip {
	sum := func(g []Clip) string {
		s := sha256.Sum256(fmt.Appendf(nil, "%d:%s", seed, g[0].Name))
		return string(s[:]) // orders as its hexadecimal form does
	}
	slices.SortFunc(groups, func(a, b []Clip) int { return strings.Compare(sum(a), sum(b)) })
	return groups
}

// phrase is how many consecutive words two clips of a strict split's two sides never share.
const phrase = 3

// groupsOf puts clips that share a phrase into one group, directly or through others: each in the order of clips.
func groupsOf(clips []Clip, strict bool) [][]Clip {
	leader := make([]int, len(clips)) // of a clip's group, or on the way there
	find := func(i int) int {
		for leader[i] != i {
			i = leader[i]
		}
		return i
	}
	first := map[string]int{} // the first clip with a phrase
	for i, c := range clips {
		leader[i] = i
		if !strict {
			continue
		}
		for _, p := range phrases(c.Words()) {
			if other, ok := first[p]; ok {
				a, b := find(i), find(other)
				leader[max(a, b)] = min(a, b)
			} else {
				first[p] = i
			}
		}
	}
	members := make([][]Clip, len(clips))
	for i, c := range clips {
		members[find(i)] = append(members[find(i)], c)
	}
	return slices.DeleteFunc(members, func(g []Clip) bool { return len(g) == 0 })
}

// phrases are all runs of so many words, or a shorter text itself.
func phrases(text string) (all []string) {
	words := strings.Fields(text)
	for i := 0; i+phrase <= len(words); i++ {
		all = append(all, strings.Join(words[i:i+phrase], " "))
	}
	if len(words) < phrase {
		all = []string{text}
	}
	return all
}
