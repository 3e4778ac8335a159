package tokenizers

import (
	"slices"
	"unicode/utf8"
)

// A Behavior says what becomes of the delimiters that text is split at.
type Behavior string

// Splitting "the-final--countdown" at "-" gives:
const (
	Removed            Behavior = "Removed"            // the, final, countdown
	Isolated           Behavior = "Isolated"           // the, -, final, -, -, countdown
	MergedWithPrevious Behavior = "MergedWithPrevious" // the-, final-, -, countdown
	MergedWithNext     Behavior = "MergedWithNext"     // the, -final, -, -countdown
	Contiguous         Behavior = "Contiguous"         // the, -, final, --, countdown
)

var behaviors = []Behavior{Removed, Isolated, MergedWithPrevious, MergedWithNext, Contiguous}

func (b Behavior) check() error {
	if !slices.Contains(behaviors, b) {
		return errorf("unknown split behavior %q: want one of %v", b, behaviors)
	}
	return nil
}

// A match is a range of bytes that is a delimiter, or lies between two.
type match struct {
	from, to int
	is       bool
}

// matchRunes finds single characters.
func matchRunes(text string, out []match, is func(rune) bool) []match {
	last := 0
	for i, r := range text {
		if is(r) {
			if last < i {
				out = append(out, match{last, i, false})
			}
			last = i + runeLen(text, i, r)
			out = append(out, match{i, last, true})
		}
	}
	if last < len(text) {
		out = append(out, match{last, len(text), false})
	}
	return out
}

// runeLen is the length of the character r that stands at text[i].
func runeLen(text string, i int, r rune) int {
	if r < utf8.RuneSelf {
		return 1
	}
	_, n := utf8.DecodeRuneInString(text[i:])
	return n
}

// parts is what is left of matches, and joined, as the behavior has it; those that remain have is false.
func (b Behavior) parts(matches []match) []match {
	switch b {
	case Removed:
		return matches
	case Isolated:
		for i := range matches {
			matches[i].is = false
		}
		return matches
	case MergedWithNext:
		out := make([]match, 0, len(matches))
		previous := false
		for _, m := range slices.Backward(matches) {
			if m.is && !previous && len(out) > 0 {
				out[len(out)-1].from = m.from
			} else {
				out = append(out, match{m.from, m.to, false})
			}
			previous = m.is
		}
		slices.Reverse(out)
		return out
	default:
		out := matches[:0]
		previous := false
		for _, m := range matches {
			join := m.is && !previous
			if b == Contiguous {
				join = m.is == previous
			}
			previous = m.is
			if join && len(out) > 0 {
				out[len(out)-1].to = m.to
			} else {
				out = append(out, match{m.from, m.to, false})
			}
		}
		return out
	}
}

// split cuts the piece as matches and behavior say; what is empty is left out.
func (p *piece) split(out []piece, matches []match, b Behavior) []piece {
	for _, m := range b.parts(matches) {
		if !m.is && m.from < m.to {
			out = append(out, p.slice(m.from, m.to))
		}
	}
	return out
}

// splitAll cuts every piece that isn't a token yet.
func splitAll(pieces []piece, cut func(p *piece, out []piece) ([]piece, error)) ([]piece, error) {
	out := make([]piece, 0, len(pieces)+16)
	var err error
	for i := range pieces {
		p := &pieces[i]
		if p.done {
			out = append(out, *p)
			continue
		}
		p.materialize()
		if p.text == "" {
			continue
		}
		if out, err = cut(p, out); err != nil {
			return nil, err
		}
	}
	return out, nil
}
