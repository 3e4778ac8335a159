package tokenizers

import (
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Sets of characters, as sorted ranges that don't touch.

func unite(ranges []runeRange) []runeRange {
	ranges = slices.Clone(ranges)
	slices.SortFunc(ranges, func(a, b runeRange) int { return int(a.low - b.low) })
	out := ranges[:0]
	for _, r := range ranges {
		if n := len(out); n > 0 && r.low <= out[n-1].high+1 {
			out[n-1].high = max(out[n-1].high, r.high)
		} else {
			out = append(out, r)
		}
	}
	return out
}

func complement(ranges []runeRange) []runeRange {
	var out []runeRange
	next := rune(0)
	for _, r := range unite(ranges) {
		if r.low > next {
			out = append(out, runeRange{next, r.low - 1})
		}
		next = r.high + 1
	}
	if next <= unicode.MaxRune {
		out = append(out, runeRange{next, unicode.MaxRune})
	}
	return out
}

func intersect(a, b []runeRange) []runeRange {
	return complement(append(complement(a), complement(b)...))
}

// foldCase adds the other cases of what is in the set.
func foldCase(ranges []runeRange) []runeRange {
	out := slices.Clone(ranges)
	for _, r := range ranges {
		if r.high-r.low > 0x3000 { // as good as everything: both cases are in it
			continue
		}
		for c := r.low; c <= r.high; c++ {
			for f := unicode.SimpleFold(c); f != c; f = unicode.SimpleFold(f) {
				out = append(out, runeRange{f, f})
			}
		}
	}
	return unite(out)
}

// writeClass writes a set for regexp2.
func writeClass(ranges []runeRange) string {
	ranges = unite(ranges)
	if len(ranges) == 0 {
		return "(?!)" // nothing matches
	}
	var b strings.Builder
	b.WriteByte('[')
	for _, r := range ranges {
		writeRune(&b, r.low)
		if r.high > r.low {
			b.WriteByte('-')
			writeRune(&b, r.high)
		}
	}
	b.WriteByte(']')
	return b.String()
}

func writeRune(b *strings.Builder, r rune) {
	switch {
	case r < utf8.RuneSelf || r >= 0xD800 && r < 0xE000:
		fmt.Fprintf(b, `\u%04X`, r)
	default:
		b.WriteRune(r)
	}
}

// property is the set of \p{name}.
func property(name string) ([]runeRange, error) {
	t := unicodes()
	name, not := strings.CutPrefix(name, "^")
	var out []runeRange
	switch {
	case name == "Any":
		out = []runeRange{{0, unicode.MaxRune}}
	case len(name) == 1:
		for category, ranges := range t.categories {
			if len(category) == 2 && category[:1] == name {
				out = append(out, ranges...)
			}
		}
	default:
		out = t.categories[name]
	}
	if table := unicode.Scripts[name]; out == nil && table != nil {
		for _, r := range table.R16 {
			for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
				out = append(out, runeRange{c, c})
			}
		}
		for _, r := range table.R32 {
			for c := rune(r.Lo); c <= rune(r.Hi); c += rune(r.Stride) {
				out = append(out, runeRange{c, c})
			}
		}
	}
	if out == nil {
		if long, ok := longCategories[strings.ToLower(name)]; ok {
			return property(map[bool]string{true: "^"}[not] + long)
		}
		return nil, errorf(`\p{%s} is not known`, name)
	}
	if not {
		return complement(out), nil
	}
	return unite(out), nil
}

var longCategories = map[string]string{
	"letter": "L", "number": "N", "punctuation": "P", "mark": "M", "symbol": "S", "separator": "Z", "other": "C",
	"digit": "Nd", "upper": "posix.upper", "lower": "posix.lower", "punct": "P", "alpha": "posix.alpha",
	"alnum": "posix.alnum",
}

// members is the set of a class that a component asks for.
func (t *unicodeTable) members(c class) []runeRange {
	var out []runeRange
	for page := range t.pages {
		for i, has := range t.pages[page] {
			if has&c == 0 {
				continue
			}
			r := rune(page<<8 | i)
			if n := len(out); n > 0 && out[n-1].high+1 == r {
				out[n-1].high = r
			} else {
				out = append(out, runeRange{r, r})
			}
		}
	}
	return out
}
