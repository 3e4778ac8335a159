package jinja

import (
	"strconv"
	"strings"
	"unicode"
)

func (l *lexer) bracket(c byte, open []byte) []byte {
	l.add(op, l.skip(1))
	if at := strings.IndexByte("([{", c); at >= 0 {
		return append(open, ")]}"[at])
	}
	if len(open) == 0 || open[len(open)-1] != c {
		l.fail("unexpected '%c'", c)
	}
	return open[:len(open)-1]
}

func (l *lexer) number() {
	s := numbers.FindString(l.rest)
	k := integer
	if strings.ContainsAny(s, ".") || !strings.HasPrefix(s, "0x") && strings.ContainsAny(s, "eE") {
		k = float
	}
	if last := len(l.tokens) - 1; k == float && l.tokens[last].text == "." {
		s, k = s[:strings.IndexAny(s+".", ".eE")], integer // a.0.1 are two places
	}
	l.skip(len(s))
	l.add(k, strings.ReplaceAll(s, "_", ""))
}

var escapes = map[byte]string{
	'n': "\n", 't': "\t", 'r': "\r", '\\': "\\", '\'': "'", '"': `"`, 'a': "\a", 'b': "\b", 'f': "\f", 'v': "\v", '\n': "",
}

// quoted reads a text in quotes, with Python's escapes.
func (l *lexer) quoted() {
	var b strings.Builder
	for i := 1; i < len(l.rest); {
		switch c := l.rest[i]; {
		case c == l.rest[0]:
			l.skip(i + 1)
			l.add(quote, b.String())
			return
		case c != '\\' || i+1 == len(l.rest):
			b.WriteByte(c)
			i++
		default:
			i += 1 + l.escape(&b, l.rest[i+1:])
		}
	}
	l.fail("a text has no end: expected %c", l.rest[0])
}

// escape reads what stands behind a backslash, and says how many bytes it was.
func (l *lexer) escape(b *strings.Builder, s string) int {
	if e, ok := escapes[s[0]]; ok {
		b.WriteString(e)
		return 1
	}
	digits, base := map[byte]int{'x': 2, 'u': 4, 'U': 8}[s[0]], 16
	from := 1
	if s[0] >= '0' && s[0] <= '7' {
		from, base = 0, 8
		for digits < 3 && digits < len(s) && s[digits] >= '0' && s[digits] <= '7' {
			digits++
		}
	}
	if digits == 0 {
		if s[0] == 'N' {
			l.fail(`\N{…}: names of characters aren't supported`)
		}
		b.WriteByte('\\')
		return 0
	}
	if len(s) < from+digits {
		l.fail(`\%c: expected %d digits`, s[0], digits)
	}
	n, err := strconv.ParseUint(s[from:from+digits], base, 32)
	if err != nil || n > unicode.MaxRune {
		l.fail(`\%s is no character`, s[:from+digits])
	}
	b.WriteRune(rune(n))
	return from + digits
}
