package jinja

import (
	"slices"
	"strings"
	"unicode"
)

// onText is a method of texts.
func onText(parameters string, f func(r *run, s string, a []any) any) builtin {
	return builtin{parameters: parameters, f: func(r *run, v any, a []any) any {
		s, _ := textOf(v)
		r.made(len(s))
		return f(r, s, a)
	}}
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
