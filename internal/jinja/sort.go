package jinja

import (
	"math"
	"slices"
	"strings"

	"multitorch/libm"
)

// folded is a text without regard to case, unless that counts.
func folded(v any, caseSensitive bool) any {
	if s, ok := textOf(v); ok && !caseSensitive {
		return lower(s)
	}
	return v
}

func (r *run) sortBy(items []any, reverse bool, key func(any) any) []any {
	r.made(32 * len(items))
	keyed := make([][2]any, len(items))
	for i, item := range items {
		keyed[i] = [2]any{key(item), item}
	}
	slices.SortStableFunc(keyed, func(a, b [2]any) int {
		r.step(0)
		if reverse {
			a, b = b, a
		}
		return r.order(a[0], b[0], "<") % 2
	})
	out := make([]any, len(items))
	for i := range keyed {
		out[i] = keyed[i][1]
	}
	return out
}

func (r *run) sorted(v, caseSensitive, attribute any, reverse bool) []any {
	if s, ok := attribute.(string); ok && strings.Contains(s, ",") {
		r.fail("sort: several attributes aren't supported")
	}
	return r.sortBy(r.items(v), reverse, func(item any) any {
		return folded(r.path(item, or(attribute, nil)), truth(or(caseSensitive, false)))
	})
}

func (r *run) dictSort(v any, a []any) any {
	d, ok := v.(*Dict)
	if !ok {
		r.fail("dictsort: expected a dict, but got %s", kindOf(v))
	}
	place, by := 0, r.str(or(a[1], "key"))
	switch by {
	case "key":
	case "value":
		place = 1
	default:
		r.fail(`dictsort: expected by "key" or "value", but got %q`, by)
	}
	return r.list(r.sortBy(r.pairs(d).(*list).items, truth(or(a[2], false)), func(pair any) any {
		return folded(pair.(*list).items[place], truth(or(a[0], false)))
	}), false)
}

func (r *run) unique(v any, a []any) any {
	seen, out := &Dict{}, []any{}
	for _, item := range r.items(v) {
		key := folded(r.path(item, or(a[1], nil)), truth(or(a[0], false)))
		n := seen.Len()
		if r.put(seen, key, nil); seen.Len() > n {
			out = append(out, item)
		}
	}
	return r.list(out, false)
}

func (r *run) round(v any, a []any) any {
	_, f, _, _ := numeric(r.number(v))
	scale := libm.Pow(10, float64(r.index(or(a[0], 0))))
	switch method := or(a[1], "common"); method {
	case "common":
		if scale != 1 {
			r.fail("round: a precision isn't supported")
		}
		return math.RoundToEven(f)
	case "ceil":
		return math.Ceil(f*scale) / scale
	case "floor":
		return math.Floor(f*scale) / scale
	}
	r.fail("round: expected common, ceil or floor")
	return nil
}

func (r *run) indent(v any, a []any) any {
	by, ok := textOf(or(a[0], 4))
	if !ok {
		by = r.repeat(" ", r.index(or(a[0], 4)))
	}
	lines := splitLines(r.str(v) + "\n")
	var b strings.Builder
	for i, line := range lines {
		if i > 0 {
			b.WriteByte('\n')
		}
		if i > 0 && (line != "" || truth(or(a[2], false))) || i == 0 && truth(or(a[1], false)) {
			b.WriteString(r.text(by))
		}
		b.WriteString(line)
	}
	return r.text(b.String())
}
