package jinja

import (
	"fmt"
	"regexp"
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
