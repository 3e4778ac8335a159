package tokenizers

import (
	"strconv"
	"strings"
	"unicode/utf8"
)

// A translator writes a regular expression of Oniguruma, which PyPI's tokenizers uses, for regexp2: character classes
// become explicit sets with Oniguruma's members, possessive quantifiers atomic groups, and letters that match in any
// case sets of theirs. What it doesn't know is an error, not a guess.
type translator struct {
	in    string
	i     int
	depth int
}

func translate(pattern string) (string, error) {
	t := &translator{in: pattern}
	out, err := t.alternatives(false)
	if err == nil && t.i < len(t.in) {
		err = errorf("a ) too many")
	}
	if err != nil {
		return "", errorf("regular expression %s: at byte %d: %w", clip(strconv.Quote(pattern)), t.i, err)
	}
	return out, nil
}

func (t *translator) more() bool { return t.i < len(t.in) }

func (t *translator) take(prefix string) bool {
	if strings.HasPrefix(t.in[t.i:], prefix) {
		t.i += len(prefix)
		return true
	}
	return false
}

func (t *translator) rune() rune {
	r, n := utf8.DecodeRuneInString(t.in[t.i:])
	t.i += n
	return r
}

// alternatives reads up to a closing bracket or the end.
func (t *translator) alternatives(fold bool) (string, error) {
	if t.depth++; t.depth > 100 {
		return "", errorf("more than 100 groups in each other")
	}
	defer func() { t.depth-- }()
	var b strings.Builder
	for t.more() && t.in[t.i] != ')' {
		if t.take("|") {
			b.WriteByte('|')
			continue
		}
		if t.take("(?i)") {
			fold = true
			continue
		}
		if t.take("(?-i)") {
			fold = false
			continue
		}
		atom, quantifiable, err := t.atom(fold)
		if err != nil {
			return "", err
		}
		if quantifiable {
			if atom, err = t.quantified(atom); err != nil {
				return "", err
			}
		}
		b.WriteString(atom)
	}
	return b.String(), nil
}

var groups = []struct {
	prefix, open string
	fold         int // 1: case is folded inside, -1: not
}{
	{"(?:", "(?:", 0},
	{"(?=", "(?=", 0},
	{"(?!", "(?!", 0},
	{"(?<=", "(?<=", 0},
	{"(?<!", "(?<!", 0},
	{"(?>", "(?>", 0},
	{"(?i:", "(?:", 1},
	{"(?-i:", "(?:", -1},
}

func (t *translator) atom(fold bool) (out string, quantifiable bool, err error) {
	switch c := t.in[t.i]; c {
	case '(':
		return t.group(fold)
	case '[':
		set, err := t.class()
		if fold && err == nil {
			set = foldCase(set)
		}
		return writeClass(set), true, err
	case '\\':
		t.i++
		return t.escape(fold)
	case '.':
		t.i++
		return `[^\n]`, true, nil
	case '^': // of lines, but not after the last line break
		t.i++
		return `(?:\A|(?<=\n)(?!\z))`, true, nil
	case '$':
		t.i++
		return "(?m:$)", true, nil
	case '*', '+', '?':
		return "", false, errorf("nothing before %c to repeat", c)
	}
	r := t.rune()
	if r == utf8.RuneError {
		return "", false, errorf("not UTF-8")
	}
	return literal(r, fold), true, nil
}

func literal(r rune, fold bool) string {
	set := []runeRange{{r, r}}
	if fold {
		set = foldCase(set)
	}
	return writeClass(set)
}

func (t *translator) group(fold bool) (string, bool, error) {
	for _, g := range groups {
		if !t.take(g.prefix) {
			continue
		}
		inside, err := t.alternatives(fold && g.fold == 0 || g.fold > 0)
		if err == nil && !t.take(")") {
			err = errorf("a group isn't closed")
		}
		return g.open + inside + ")", true, err
	}
	if strings.HasPrefix(t.in[t.i:], "(?") {
		return "", false, errorf("%s: this kind of group is not supported", clip(t.in[t.i:]))
	}
	t.i++
	inside, err := t.alternatives(fold)
	if err == nil && !t.take(")") {
		err = errorf("a group isn't closed")
	}
	return "(?:" + inside + ")", true, err
}

// quantified reads what says how often an atom repeats. A + after *, + or ? makes it possessive; after {n,m} it repeats
// once more.
func (t *translator) quantified(atom string) (string, error) {
	for t.more() {
		switch c := t.in[t.i]; c {
		case '*', '+', '?':
			t.i++
			atom += string(c)
			switch {
			case t.take("+"):
				atom = "(?>" + atom + ")"
			case t.take("?"):
				atom = "(?:" + atom + "?)"
			default:
				atom = "(?:" + atom + ")"
			}
		case '{':
			end := strings.IndexByte(t.in[t.i:], '}')
			low, high, both := "", "", false
			if end > 0 {
				low, high, both = strings.Cut(t.in[t.i+1:t.i+end], ",")
			}
			if end < 0 || !isCount(low) || !isCount(high) || low == "" && high == "" {
				return "", errorf("{ without a count: write \\{ for the character")
			}
			t.i += end + 1
			if low == "" {
				low = "0"
			}
			atom += "{" + low
			if both {
				atom += "," + high
			}
			atom += "}"
			if t.take("?") {
				atom += "?"
			}
			atom = "(?:" + atom + ")"
		default:
			return atom, nil
		}
	}
	return atom, nil
}

func isCount(s string) bool {
	if s == "" {
		return true
	}
	n, err := strconv.ParseUint(s, 10, 32)
	return err == nil && n <= 1000
}
