package jinja

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

type kind byte

const (
	end  kind = iota
	data      // text between tags
	word
	quote
	integer
	float
	op
	startTag // {{ or {%
	endTag
)

type token struct {
	kind kind
	text string
	line int
}

var (
	rawBegin = regexp.MustCompile(`^\{%[-+]?\s*raw\s*(?:-%\}\s*|%\})`)
	rawEnd   = regexp.MustCompile(`\{%([-+]?)\s*endraw\s*(?:\+%\}|-%\}\s*|%\}\n?)`)
	numbers  = regexp.MustCompile(`^(?:0[xX](?:_?[0-9a-fA-F])+|0[oO](?:_?[0-7])+|0[bB](?:_?[01])+|` +
		`\d+(?:_\d+)*(?:(?:\.\d+(?:_\d+)*)?[eE][+-]?\d+(?:_\d+)*|\.\d+(?:_\d+)*)?)`)
	operators = []string{"//", "**", "==", "!=", ">=", "<="}
)

// isSpace is Python's str.isspace of a character.
func isSpace(r rune) bool { return unicode.IsSpace(r) || r >= 0x1C && r <= 0x1F }

type lexer struct {
	rest   string
	line   int
	tokens []token
}

func (l *lexer) fail(format string, args ...any) {
	panic(failure{l.line, fmt.Errorf(format, args...)})
}

// skip goes on behind n bytes.
func (l *lexer) skip(n int) string {
	s := l.rest[:n]
	l.line += strings.Count(s, "\n")
	l.rest = l.rest[n:]
	return s
}

func (l *lexer) add(k kind, s string) { l.tokens = append(l.tokens, token{k, s, l.line}) }

func (l *lexer) skipSpace() { l.skip(len(l.rest) - len(strings.TrimLeftFunc(l.rest, isSpace))) }

// lex splits a template into text between tags, and the words within them. Spaces around tags are gone already.
func lex(source string) []token {
	l := &lexer{rest: source, line: 1}
	lineStart := true // whether the text before begins a line
	for {
		at := tagIn(l.rest)
		if at < 0 {
			l.add(data, l.rest)
			l.add(end, "")
			return l.tokens
		}
		before, tag := l.rest[:at], l.rest[at:at+2]
		sign := byte(0)
		if at+2 < len(l.rest) && (l.rest[at+2] == '-' || l.rest[at+2] == '+') {
			sign = l.rest[at+2]
		}
		l.add(data, shorten(before, sign, tag != "{{", lineStart))
		l.skip(at)
		if m := rawBegin.FindString(l.rest); m != "" {
			l.skip(len(m))
			m := rawEnd.FindStringSubmatchIndex(l.rest)
			if m == nil {
				l.fail("{%% raw %%} has no {%% endraw %%}")
			}
			sign = 0
			if m[3] > m[2] {
				sign = l.rest[m[2]]
			}
			l.add(data, shorten(l.rest[:m[0]], sign, true, false))
			lineStart = strings.HasSuffix(l.skip(m[1]), "\n")
			continue
		}
		l.skip(2)
		if sign != 0 {
			l.skip(1)
		}
		switch tag {
		case "{#":
			at := strings.Index(l.rest, "#}")
			if at < 0 {
				l.fail("a comment has no end: #}")
			}
			l.skip(max(at-1, 0))
			if at > 0 && l.rest[0] != '-' && l.rest[0] != '+' {
				l.skip(1)
			}
			lineStart = strings.HasSuffix(l.endOfTag("#}"), "\n")
		default:
			l.add(startTag, tag)
			lineStart = strings.HasSuffix(l.inTag(map[string]string{"{{": "}}", "{%": "%}"}[tag]), "\n")
		}
	}
}

// tagIn finds where the next tag begins.
func tagIn(s string) int {
	for from := 0; ; {
		at := strings.IndexByte(s[from:], '{')
		if at < 0 || from+at+1 >= len(s) {
			return -1
		}
		if c := s[from+at+1]; c == '{' || c == '%' || c == '#' {
			return from + at
		}
		from += at + 1
	}
}

// shorten takes off what a tag says of the spaces before it.
func shorten(s string, sign byte, block, lineStart bool) string {
	if sign == '-' {
		return strings.TrimRightFunc(s, isSpace)
	}
	line := strings.LastIndexByte(s, '\n') + 1
	if sign != '+' && block && (line > 0 || lineStart) && strings.TrimLeftFunc(s[line:], isSpace) == "" {
		return s[:line]
	}
	return s
}

// endOfTag takes the end of a tag, if it is here, and the spaces that go with it.
func (l *lexer) endOfTag(closing string) string {
	switch {
	case strings.HasPrefix(l.rest, "-"+closing):
		before := l.rest
		l.skip(3)
		l.skipSpace()
		return before[:len(before)-len(l.rest)]
	case strings.HasPrefix(l.rest, "+"+closing) && closing != "}}":
		return l.skip(3)
	case strings.HasPrefix(l.rest, closing+"\n") && closing != "}}":
		return l.skip(3)
	case strings.HasPrefix(l.rest, closing):
		return l.skip(2)
	}
	return ""
}

// inTag reads the words of a tag and its end.
func (l *lexer) inTag(closing string) string {
	var open []byte
	for {
		l.skipSpace()
		if l.rest == "" {
			l.fail("the template ends within a tag: expected %s", closing)
		}
		if len(open) == 0 {
			line := l.line
			if s := l.endOfTag(closing); s != "" {
				l.tokens = append(l.tokens, token{endTag, closing, line})
				return s
			}
		}
		c, size := utf8.DecodeRuneInString(l.rest)
		switch {
		case c == '\'' || c == '"':
			l.quoted()
		case c >= '0' && c <= '9':
			l.number()
		case c == '_' || unicode.IsLetter(c):
			n := strings.IndexFunc(l.rest, func(r rune) bool { return r != '_' && !unicode.IsLetter(r) && !unicode.IsDigit(r) })
			if n < 0 {
				n = len(l.rest)
			}
			l.add(word, l.rest[:n])
			l.skip(n)
		case strings.ContainsRune("()[]{}", c):
			open = l.bracket(byte(c), open)
		case strings.ContainsRune("+-/*%~<>=!.:|,", c):
			n := 1
			for _, o := range operators {
				if strings.HasPrefix(l.rest, o) {
					n = 2
				}
			}
			l.add(op, l.skip(n))
		default:
			l.fail("unexpected %q", l.rest[:size])
		}
	}
}

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
