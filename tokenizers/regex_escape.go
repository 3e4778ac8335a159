package tokenizers

import (
	"strconv"
	"strings"
	"unicode"
)

// escapedRunes are single characters, escapedSets sets of them.
var escapedRunes = map[rune]rune{'n': '\n', 't': '\t', 'r': '\r', 'f': '\f', 'v': '\v', 'a': '\a', 'e': 0x1B}

// latinNumbers are ² ³ ¹ ¼ ½ ¾, which Oniguruma's \w matches, but not its [\w].
var latinNumbers = []runeRange{{0xB2, 0xB3}, {0xB9, 0xB9}, {0xBC, 0xBE}}

func escapedSet(c rune, inSet bool) ([]runeRange, bool) {
	t := unicodes()
	var set []runeRange
	switch unicode.ToLower(c) {
	case 's':
		set = t.members(classSpace)
	case 'w':
		set = t.members(classRegexWord)
		if inSet {
			set = intersect(set, complement(latinNumbers))
		}
	case 'd':
		set = t.categories["Nd"]
	case 'h':
		set = []runeRange{{'0', '9'}, {'A', 'F'}, {'a', 'f'}}
	default:
		return nil, false
	}
	if unicode.IsUpper(c) {
		set = complement(set)
	}
	return set, true
}

// escape reads what follows a backslash, outside of sets.
func (t *translator) escape(fold bool) (string, bool, error) {
	if !t.more() {
		return "", false, errorf(`a \ at the end`)
	}
	for _, anchor := range []string{"A", "z", "Z", "G"} {
		if t.take(anchor) {
			return `\` + anchor, true, nil
		}
	}
	if words, _ := escapedSet('w', false); t.take("b") { // by Oniguruma's word characters
		w := writeClass(words)
		return "(?:(?<=" + w + ")(?!" + w + ")|(?<!" + w + ")(?=" + w + "))", true, nil
	} else if t.take("B") {
		w := writeClass(words)
		return "(?:(?<=" + w + ")(?=" + w + ")|(?<!" + w + ")(?!" + w + "))", true, nil
	}
	if t.take("R") {
		return `(?>\r\n|[\n-\r\u0085\u2028\u2029])`, true, nil
	}
	set, err := t.escaped(false)
	if fold && err == nil {
		set = foldCase(set)
	}
	return writeClass(set), true, err
}

// escaped is the set that an escape stands for.
func (t *translator) escaped(inSet bool) ([]runeRange, error) {
	if !t.more() {
		return nil, errorf(`a \ at the end`)
	}
	c := t.rune()
	if set, ok := escapedSet(c, inSet); ok {
		return set, nil
	}
	if r, ok := escapedRunes[c]; ok {
		return []runeRange{{r, r}}, nil
	}
	switch {
	case c == 'p' || c == 'P':
		if !t.take("{") {
			return nil, errorf(`\%c without {`, c)
		}
		name, _, closed := strings.Cut(t.in[t.i:], "}")
		if !closed {
			return nil, errorf(`\%c{ isn't closed`, c)
		}
		t.i += len(name) + 1
		set, err := property(name)
		if err == nil && c == 'P' {
			set = complement(set)
		}
		return set, err
	case c == 'x' && t.take("{"):
		digits, _, closed := strings.Cut(t.in[t.i:], "}")
		if !closed {
			return nil, errorf(`\x{ isn't closed`)
		}
		t.i += len(digits) + 1
		return code(digits)
	case c == 'x' || c == 'u':
		n := map[rune]int{'x': 2, 'u': 4}[c]
		if len(t.in)-t.i < n {
			return nil, errorf(`\%c is cut short`, c)
		}
		t.i += n
		return code(t.in[t.i-n : t.i])
	case c == '0':
		return []runeRange{{0, 0}}, nil
	case c < 0x80 && (unicode.IsLetter(c) || unicode.IsDigit(c)):
		return nil, errorf(`\%c is not supported`, c)
	}
	return []runeRange{{c, c}}, nil
}

func code(hex string) ([]runeRange, error) {
	n, err := strconv.ParseUint(hex, 16, 32)
	if err != nil || n > unicode.MaxRune {
		return nil, errorf("%q is not the number of a character", hex)
	}
	return []runeRange{{rune(n), rune(n)}}, nil
}

// class reads a set in brackets; sets may hold sets, and && is what they share.
func (t *translator) class() ([]runeRange, error) {
	if t.depth++; t.depth > 100 {
		return nil, errorf("more than 100 sets in each other")
	}
	defer func() { t.depth-- }()
	t.i++
	not := t.take("^")
	var set, shared []runeRange
	intersecting := false
	for first := true; ; first = false {
		if !t.more() {
			return nil, errorf("[ isn't closed")
		}
		switch {
		case !first && t.take("]"):
			if intersecting {
				set = intersect(shared, set)
			}
			if not {
				set = complement(set)
			}
			return unite(set), nil
		case t.take("&&"):
			if intersecting {
				set = intersect(shared, set)
			}
			shared, set, intersecting = set, nil, true
		case strings.HasPrefix(t.in[t.i:], "[:"):
			name, _, closed := strings.Cut(t.in[t.i+2:], ":]")
			if !closed {
				return nil, errorf("[: isn't closed")
			}
			t.i += len(name) + 4
			inner, err := posix(name)
			if err != nil {
				return nil, err
			}
			set = append(set, inner...)
		case t.in[t.i] == '[':
			inner, err := t.class()
			if err != nil {
				return nil, err
			}
			set = append(set, inner...)
		default:
			item, err := t.classItem()
			if err != nil {
				return nil, err
			}
			set = append(set, item...)
		}
	}
}

func (t *translator) classItem() ([]runeRange, error) {
	one := func() ([]runeRange, error) {
		if t.take(`\`) {
			if t.take("b") {
				return []runeRange{{'\b', '\b'}}, nil
			}
			return t.escaped(true)
		}
		r := t.rune()
		return []runeRange{{r, r}}, nil
	}
	low, err := one()
	if err != nil || len(low) != 1 || low[0].low != low[0].high {
		return low, err
	}
	if rest := t.in[t.i:]; len(rest) < 2 || rest[0] != '-' || rest[1] == ']' || rest[1] == '[' {
		return low, nil
	}
	t.i++
	high, err := one()
	if err != nil {
		return nil, err
	}
	if len(high) != 1 || high[0].low != high[0].high || high[0].low < low[0].low {
		return nil, errorf("a range from %q that doesn't end after it", low[0].low)
	}
	return []runeRange{{low[0].low, high[0].low}}, nil
}

func posix(name string) ([]runeRange, error) {
	name, not := strings.CutPrefix(name, "^")
	var set []runeRange
	var err error
	switch name {
	case "space":
		set, _ = escapedSet('s', true)
	case "word":
		set, _ = escapedSet('w', true)
	case "xdigit":
		set, _ = escapedSet('h', true)
	case "digit":
		set, err = property("Nd")
	case "alnum", "alpha", "lower", "punct", "upper":
		set = unicodes().categories["posix."+name]
	default:
		return nil, errorf("[:%s:] is not supported", name)
	}
	if not {
		set = complement(set)
	}
	return set, err
}
