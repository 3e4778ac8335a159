package jinja

import (
	"unicode/utf8"
)

// item is x[key].
func (r *run) item(x, key any) any {
	switch x := x.(type) {
	case undefined:
		r.fail("%s", x.why)
	case *Dict:
		switch key.(type) {
		case *list, *Dict:
		default:
			if v, ok := x.get(key); ok {
				return v
			}
		}
	case *list:
		if i, _, whole, ok := numeric(key); ok && whole {
			if i < 0 {
				i += len(x.items)
			}
			if i < 0 || i >= len(x.items) {
				return undefined{kindOf(x) + " has no element " + r.str(key)}
			}
			return x.items[i]
		}
	case string, markup:
		if _, _, whole, ok := numeric(key); ok && whole {
			s := r.slice(x, key, nil, nil).(string)
			n := utf8.RuneCountInString(r.str(x))
			if i := r.index(key); i >= n || i < -n {
				return undefined{"a text has no element " + r.str(key)}
			}
			_, size := utf8.DecodeRuneInString(s)
			return s[:size]
		}
	}
	if s, ok := textOf(key); ok {
		return r.attribute(x, s)
	}
	return undefined{kindOf(x) + " has no element " + r.str(key)}
}

// slice is x[from:to:step].
func (r *run) slice(x, from, to, step any) any {
	s, isText := textOf(x)
	var items []any
	n := 0
	if isText {
		r.made(len(s))
		n = utf8.RuneCountInString(s)
	} else if l, ok := x.(*list); ok {
		items = l.items
		n = len(items)
	} else {
		r.fail("%s can't be cut in slices", kindOf(x))
	}
	by := 1
	if step != nil {
		by = r.index(step)
	}
	if by == 0 {
		r.fail("the step of a slice is 0")
	}
	bound := func(v any, otherwise int) int {
		if v == nil {
			return otherwise
		}
		i := r.index(v)
		if i < 0 {
			i += n
		}
		if by > 0 {
			return min(max(i, 0), n)
		}
		return min(max(i, -1), n-1)
	}
	a, z := bound(from, 0), bound(to, n)
	if by < 0 {
		a, z = bound(from, n-1), bound(to, -1)
	}
	if isText && len(s) == n && by == 1 {
		return s[a:max(a, z)]
	}
	var runes []rune
	if isText {
		r.made(4 * n)
		runes = []rune(s)
	}
	var cut []any
	var chars []rune
	for i := a; by > 0 && i < z || by < 0 && i > z; i += by {
		if isText {
			chars = append(chars, runes[i])
		} else {
			cut = append(cut, items[i])
		}
		if by > n || by < -n {
			break
		}
	}
	if isText {
		return string(chars)
	}
	return r.list(cut, x.(*list).tuple)
}
