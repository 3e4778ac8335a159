package jinja

import (
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// onText is a method of texts.
func onText(parameters string, f func(r *run, s string, a []any) any) builtin {
	return builtin{parameters: parameters, f: func(r *run, v any, a []any) any {
		s, _ := textOf(v)
		r.made(len(s))
		return f(r, s, a)
	}}
}

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

// affix is startswith and endswith, of a text or several.
func affix(has func(s, affix string) bool) builtin {
	return onText("affix", func(r *run, s string, a []any) any {
		if l, ok := a[0].(*list); ok && l.tuple {
			return slices.ContainsFunc(l.items, func(v any) bool { r.step(0); return has(s, r.texts(v)) })
		}
		return has(s, r.texts(a[0]))
	})
}

func isAll(is func(rune) bool) builtin {
	return onText("", func(_ *run, s string, _ []any) any {
		return s != "" && strings.IndexFunc(s, func(c rune) bool { return !is(c) }) < 0
	})
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

var textMethods = map[string]builtin{
	"strip":      onText("chars", func(r *run, s string, a []any) any { return r.strip(s, a[0], true, true) }),
	"lstrip":     onText("chars", func(r *run, s string, a []any) any { return r.strip(s, a[0], true, false) }),
	"rstrip":     onText("chars", func(r *run, s string, a []any) any { return r.strip(s, a[0], false, true) }),
	"split":      onText("sep maxsplit", func(r *run, s string, a []any) any { return r.split(s, a, false) }),
	"rsplit":     onText("sep maxsplit", func(r *run, s string, a []any) any { return r.split(s, a, true) }),
	"splitlines": onText("", func(r *run, s string, _ []any) any { return r.strings(splitLines(s)) }),
	"startswith": affix(strings.HasPrefix),
	"endswith":   affix(strings.HasSuffix),
	"removeprefix": onText("prefix", func(r *run, s string, a []any) any {
		return strings.TrimPrefix(s, r.texts(a[0]))
	}),
	"removesuffix": onText("suffix", func(r *run, s string, a []any) any {
		return strings.TrimSuffix(s, r.texts(a[0]))
	}),
	"replace": onText("old new count", func(r *run, s string, a []any) any {
		return r.replace(s, r.texts(a[0]), r.texts(a[1]), r.index(or(a[2], -1)))
	}),
	"join": onText("items", func(r *run, s string, a []any) any {
		var parts []string
		for _, v := range r.items(a[0]) {
			parts = append(parts, r.texts(v))
		}
		return r.join(parts, s)
	}),
	"find":  onText("sub", func(r *run, s string, a []any) any { return found(s, strings.Index(s, r.texts(a[0]))) }),
	"rfind": onText("sub", func(r *run, s string, a []any) any { return found(s, strings.LastIndex(s, r.texts(a[0]))) }),
	"index": onText("sub", func(r *run, s string, a []any) any {
		at := strings.Index(s, r.texts(a[0]))
		if at < 0 {
			r.fail("index: the text is not there")
		}
		return found(s, at)
	}),
	"count": onText("sub", func(r *run, s string, a []any) any { return strings.Count(s, r.texts(a[0])) }),
	"partition": onText("sep", func(r *run, s string, a []any) any {
		by := r.separator(a[0])
		before, after, ok := strings.Cut(s, by)
		return r.list([]any{before, by[:len(by)*asInt(ok)], after}, true)
	}),
	"rpartition": onText("sep", func(r *run, s string, a []any) any {
		by := r.separator(a[0])
		if at := strings.LastIndex(s, by); at >= 0 {
			return r.list([]any{s[:at], by, s[at+len(by):]}, true)
		}
		return r.list([]any{"", "", s}, true)
	}),
	"upper":      textual(func(s string) any { return upper(s) }),
	"lower":      textual(func(s string) any { return lower(s) }),
	"capitalize": textual(func(s string) any { return capitalize(s) }),
	"title": textual(func(s string) any {
		return title(s, func(before rune) bool { return !unicode.IsLetter(before) })
	}),
	"isdigit": isAll(unicode.IsDigit),
	"isalpha": isAll(unicode.IsLetter),
	"isalnum": isAll(func(c rune) bool { return unicode.IsLetter(c) || unicode.IsNumber(c) }),
	"isspace": isAll(isSpace),
	"isupper": onText("", func(_ *run, s string, _ []any) any { return isUpper(s) }),
	"islower": onText("", func(_ *run, s string, _ []any) any { return isLower(s) }),
}

func isUpper(s string) bool { return upper(s) == s && lower(s) != s }
func isLower(s string) bool { return lower(s) == s && upper(s) != s }

// What Python has more is an error, since without one a template would take another way.
func init() {
	for methods, names := range map[*map[string]builtin]string{
		&textMethods: "casefold center encode expandtabs format format_map isascii isdecimal isidentifier isnumeric isprintable " +
			"istitle ljust maketrans rindex rjust swapcase translate zfill",
		&dictMethods: "clear fromkeys pop popitem setdefault update",
		&listMethods: "append clear copy extend insert pop remove reverse sort",
	} {
		for _, name := range strings.Fields(names) {
			(*methods)[name] = builtin{any: func(r *run, v any, _ args) any {
				r.fail("%s.%s is not supported, or not allowed: templates change nothing", kindOf(v), name)
				return nil
			}}
		}
	}
}

var dictMethods = map[string]builtin{
	"get": {parameters: "key default", f: func(r *run, v any, a []any) any {
		switch a[0].(type) {
		case absent, *list, *Dict:
			r.fail("get: expected a key, but got %s", kindOf(a[0]))
		}
		if found, ok := v.(*Dict).get(a[0]); ok {
			return found
		}
		return or(a[1], nil)
	}},
	"items":  plain(func(r *run, v any) any { return r.pairs(v.(*Dict)) }),
	"keys":   plain(func(r *run, v any) any { return r.list(v.(*Dict).keys, false) }),
	"values": plain(func(r *run, v any) any { return r.list(v.(*Dict).values, false) }),
	"copy":   plain(func(_ *run, v any) any { return v }), // nothing changes it
}

var listMethods = map[string]builtin{
	"count": {parameters: "value", f: func(r *run, v any, a []any) any {
		n := 0
		for _, item := range v.(*list).items {
			n += asInt(r.equal(item, a[0]))
		}
		return n
	}},
	"index": {parameters: "value", f: func(r *run, v any, a []any) any {
		at := slices.IndexFunc(v.(*list).items, func(item any) bool { return r.equal(item, a[0]) })
		if at < 0 {
			r.fail("index: the value is not there")
		}
		return at
	}},
}

func (r *run) pairs(d *Dict) any {
	out := make([]any, len(d.keys))
	for i, k := range d.keys {
		out[i] = r.list([]any{k, d.values[i]}, true)
	}
	return r.list(out, false)
}

func (r *run) join(parts []string, by string) string {
	n := len(by) * len(parts)
	for _, s := range parts {
		n += len(s)
	}
	r.made(n)
	return strings.Join(parts, by)
}
