package jinja

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// strip takes characters off the ends: spaces, unless told which.
func (r *run) strip(s string, chars any, left, right bool) string {
	is := isSpace
	if chars = or(chars, nil); chars != nil {
		set := r.texts(chars)
		r.step(len(set) * 64)
		is = func(c rune) bool { r.step(len(set)); return strings.ContainsRune(set, c) }
	}
	if left {
		s = strings.TrimLeftFunc(s, is)
	}
	if right {
		s = strings.TrimRightFunc(s, is)
	}
	return s
}

// texts is an argument that must be a text.
func (r *run) texts(v any) string {
	s, ok := textOf(v)
	if !ok {
		r.fail("expected a text, but got %s", kindOf(or(v, undefined{"nothing was given"})))
	}
	return s
}

func (r *run) separator(v any) string {
	by := r.texts(v)
	if by == "" {
		r.fail("the separator is empty")
	}
	return by
}

// found is a place in bytes as one in characters.
func found(s string, at int) any {
	if at < 0 {
		return -1
	}
	return utf8.RuneCountInString(s[:at])
}

func (r *run) strings(parts []string) any {
	out := make([]any, len(parts))
	for i, s := range parts {
		out[i] = s
	}
	return r.list(out, false)
}

// split is Python's, from the left or from the right.
func (r *run) split(s string, a []any, right bool) any {
	separator, most := or(a[0], nil), r.index(or(a[1], -1))
	var parts []string
	if separator == nil {
		if right && most >= 0 {
			r.fail("rsplit: a number of splits without a separator isn't supported")
		}
		for rest := strings.TrimLeftFunc(s, isSpace); rest != ""; {
			end := strings.IndexFunc(rest, isSpace)
			if end < 0 || most >= 0 && len(parts) == most {
				end = len(rest)
			}
			parts = append(parts, rest[:end])
			rest = strings.TrimLeftFunc(rest[end:], isSpace)
		}
		return r.strings(parts)
	}
	by := r.separator(separator)
	r.made(16 * strings.Count(s, by))
	switch {
	case !right && most < 0 || right && most < 0:
		parts = strings.Split(s, by)
	case !right:
		parts = strings.SplitN(s, by, min(most, len(s))+1)
	default:
		for at := strings.LastIndex(s, by); at >= 0 && len(parts) < most; at = strings.LastIndex(s, by) {
			parts, s = append(parts, s[at+len(by):]), s[:at]
		}
		parts = append(parts, s)
		slices.Reverse(parts)
	}
	return r.strings(parts)
}

func splitLines(s string) (lines []string) {
	for s != "" {
		end := strings.IndexFunc(s, func(c rune) bool { return strings.ContainsRune("\n\r\v\f\x1c\x1d\x1e\u0085\u2028\u2029", c) })
		if end < 0 {
			return append(lines, s)
		}
		lines = append(lines, s[:end])
		_, size := utf8.DecodeRuneInString(s[end:])
		if strings.HasPrefix(s[end:], "\r\n") {
			size = 2
		}
		s = s[end+size:]
	}
	return lines
}

func (r *run) replace(s, old, new string, most int) string {
	n := strings.Count(s, old)
	if most >= 0 {
		n = min(n, most)
	}
	r.made(len(s) + n*len(new))
	return strings.Replace(s, old, new, most)
}

func isUpper(s string) bool { return upper(s) == s && lower(s) != s }
func isLower(s string) bool { return lower(s) == s && upper(s) != s }

func (r *run) join(parts []string, by string) string {
	n := len(by) * len(parts)
	for _, s := range parts {
		n += len(s)
	}
	r.made(n)
	return strings.Join(parts, by)
}
