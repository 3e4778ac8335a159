package jinja

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/language"
)

func upper(s string) string { return cases.Upper(language.Und).String(s) }
func lower(s string) string { return cases.Lower(language.Und).String(s) }

var filters map[string]builtin

func init() { // some look others up
	filters = map[string]builtin{
		"abs": plain(func(r *run, v any) any {
			i, f, whole, _ := numeric(r.number(v))
			if whole {
				return max(i, -i)
			}
			return math.Abs(f)
		}),
		"capitalize": textual(func(s string) any { return capitalize(s) }),
		"default": {parameters: "default_value boolean", f: func(_ *run, v any, a []any) any {
			if _, ok := v.(undefined); ok || truth(or(a[1], false)) && !truth(v) {
				return or(a[0], "")
			}
			return v
		}},
		"dictsort": {parameters: "case_sensitive by reverse", f: (*run).dictSort},
		"escape":   plain(func(r *run, v any) any { return r.escape(v) }),
		"first":    plain(func(r *run, v any) any { return r.end(r.items(v), true) }),
		"last":     plain(func(r *run, v any) any { return r.end(r.items(v), false) }),
		"float": {parameters: "default", f: func(r *run, v any, a []any) any {
			if f, ok := r.float(v); ok {
				return f
			}
			return or(a[0], 0.0)
		}},
		"int":    {parameters: "default base", f: (*run).whole},
		"format": {any: func(r *run, v any, a args) any { return r.format(r.str(v), a.pos) }},
		"indent": {parameters: "width first blank", f: (*run).indent},
		"items": plain(func(r *run, v any) any {
			switch v := v.(type) {
			case undefined:
				return r.list(nil, false)
			case *Dict:
				return r.pairs(v)
			}
			r.fail("items: can only get item pairs from a mapping, but this is %s", kindOf(v))
			return nil
		}),
		"join": {parameters: "d attribute", f: func(r *run, v any, a []any) any {
			var parts []string
			for _, item := range r.items(v) {
				parts = append(parts, r.str(r.path(item, or(a[1], nil))))
			}
			return r.join(parts, r.str(or(a[0], "")))
		}},
		"length":     plain((*run).length),
		"list":       plain(func(r *run, v any) any { return r.list(r.items(v), false) }),
		"lower":      textual(func(s string) any { return lower(s) }),
		"upper":      textual(func(s string) any { return upper(s) }),
		"map":        {any: (*run).mapped},
		"select":     {any: func(r *run, v any, a args) any { return r.chosen(v, a, false, true) }},
		"reject":     {any: func(r *run, v any, a args) any { return r.chosen(v, a, false, false) }},
		"selectattr": {any: func(r *run, v any, a args) any { return r.chosen(v, a, true, true) }},
		"rejectattr": {any: func(r *run, v any, a args) any { return r.chosen(v, a, true, false) }},
		"max": {parameters: "case_sensitive attribute", f: func(r *run, v any, a []any) any {
			return r.end(r.sorted(v, a[0], a[1], true), true)
		}},
		"min": {parameters: "case_sensitive attribute", f: func(r *run, v any, a []any) any {
			return r.end(r.sorted(v, a[0], a[1], false), true)
		}},
		"replace": {parameters: "old new count", f: func(r *run, v any, a []any) any {
			return r.replace(r.str(v), r.str(a[0]), r.str(a[1]), r.index(or(a[2], -1)))
		}},
		"reverse": plain(func(r *run, v any) any {
			items := slices.Clone(r.items(v))
			slices.Reverse(items)
			if _, ok := textOf(v); !ok {
				return r.list(items, false)
			}
			var b strings.Builder
			for _, c := range items {
				b.WriteString(c.(string))
			}
			return b.String()
		}),
		"round":  {parameters: "precision method", f: (*run).round},
		"safe":   plain(func(r *run, v any) any { return markup(r.str(v)) }),
		"string": plain(func(r *run, v any) any { return r.str(v) }),
		"sort": {parameters: "reverse case_sensitive attribute", f: func(r *run, v any, a []any) any {
			return r.list(r.sorted(v, a[1], a[2], truth(or(a[0], false))), false)
		}},
		"sum": {parameters: "attribute start", f: func(r *run, v any, a []any) any {
			sum := or(a[1], 0)
			for _, item := range r.items(v) {
				sum = r.operate("+", sum, r.path(item, or(a[0], nil)))
			}
			return sum
		}},
		"title": textual(func(s string) any {
			return title(s, func(before rune) bool { return isSpace(before) || strings.ContainsRune("-({[<", before) })
		}),
		"tojson": {parameters: "ensure_ascii indent separators sort_keys", f: (*run).toJSON},
		"trim":   {parameters: "chars", f: func(r *run, v any, a []any) any { return r.strip(r.str(v), a[0], true, true) }},
		"unique": {parameters: "case_sensitive attribute", f: (*run).unique},
		"wordcount": textual(func(s string) any {
			return len(strings.FieldsFunc(s, func(c rune) bool { return c != '_' && !unicode.IsLetter(c) && !unicode.IsNumber(c) }))
		}),
	}
	for other, name := range map[string]string{"d": "default", "e": "escape", "count": "length"} {
		filters[other] = filters[name]
	}
}

func (r *run) escape(v any) any {
	if m, ok := v.(markup); ok {
		return m
	}
	s := r.str(v)
	r.made(5 * len(s))
	return markup(escaped(s))
}

func (r *run) end(items []any, first bool) any {
	switch {
	case len(items) == 0:
		return undefined{"there is no first or last item: there are none"}
	case first:
		return items[0]
	}
	return items[len(items)-1]
}

func (r *run) float(v any) (float64, bool) {
	if s, ok := textOf(v); ok {
		f, err := strconv.ParseFloat(strings.TrimFunc(s, isSpace), 64)
		return f, (err == nil || math.IsInf(f, 0)) && !strings.ContainsAny(s, "xXpP")
	}
	_, f, _, ok := numeric(v)
	return f, ok
}

// whole is the filter int.
func (r *run) whole(v any, a []any) any {
	if s, ok := textOf(v); ok {
		base := r.index(or(a[1], 10))
		digits := strings.TrimFunc(s, isSpace)
		if sign := strings.TrimLeft(digits, "+-"); base != 10 && base != 0 && len(sign) > 2 && sign[0] == '0' {
			prefix := map[int]string{2: "bB", 8: "oO", 16: "xX"}[base]
			if strings.IndexByte(prefix, sign[1]) >= 0 {
				digits = digits[:len(digits)-len(sign)] + sign[2:]
			}
		}
		if base < 0 || base == 1 || base > 36 {
			r.fail("int: the base is %d", base)
		}
		if i, err := strconv.ParseInt(digits, base, 64); err == nil {
			return int(i)
		}
	}
	if i, _, whole, ok := numeric(v); ok && whole {
		return i
	}
	f, ok := r.float(v)
	if ok && math.Abs(f) >= 1<<62 && !math.IsInf(f, 0) {
		r.fail("int: %v is too large a number", f)
	}
	if ok && !math.IsInf(f, 0) && !math.IsNaN(f) {
		return int(f)
	}
	return or(a[0], 0)
}

func (r *run) length(v any) any {
	switch v.(type) {
	case *list, *Dict, string, markup, undefined:
		return len(r.items(v))
	}
	r.fail("length: %s has none", kindOf(v))
	return nil
}
