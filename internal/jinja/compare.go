package jinja

import (
	"math"
	"slices"
	"strings"
)

// compare is one of a chain of comparisons.
func (r *run) compare(sign string, x, y any) bool {
	r.step(0)
	switch sign {
	case "==":
		return r.equal(x, y)
	case "!=":
		return !r.equal(x, y)
	case "in":
		return r.in(x, y)
	case "not in":
		return !r.in(x, y)
	}
	c := r.order(x, y, sign)
	switch sign {
	case "<":
		return c < 0
	case "<=":
		return c <= 0
	case ">":
		return c > 0 && c < 2
	}
	return c >= 0 && c < 2
}

// order is -1, 0 or 1; and 2 where one is NaN.
func (r *run) order(x, y any, sign string) int {
	i, f, whole, ok := numeric(x)
	j, g, whole2, ok2 := numeric(y)
	if ok && ok2 {
		switch {
		case whole && whole2:
			return asInt(i > j) - asInt(i < j)
		case math.IsNaN(f) || math.IsNaN(g):
			return 2
		}
		return asInt(f > g) - asInt(f < g)
	}
	s, isText := textOf(x)
	t, isText2 := textOf(y)
	if isText && isText2 {
		r.step(min(len(s), len(t)))
		return strings.Compare(s, t)
	}
	a, isList := x.(*list)
	b, isList2 := y.(*list)
	if !isList || !isList2 || a.tuple != b.tuple {
		r.fail("%s %s %s: the two can't be ordered", kindOf(x), sign, kindOf(y))
	}
	for i := range min(len(a.items), len(b.items)) {
		if !r.equal(a.items[i], b.items[i]) {
			return r.order(a.items[i], b.items[i], sign)
		}
	}
	return asInt(len(a.items) > len(b.items)) - asInt(len(a.items) < len(b.items))
}

func (r *run) equal(x, y any) bool {
	r.step(0)
	if i, f, whole, ok := numeric(x); ok {
		j, g, whole2, ok2 := numeric(y)
		return ok2 && (whole && whole2 && i == j || (!whole || !whole2) && f == g)
	}
	if s, ok := textOf(x); ok {
		t, ok := textOf(y)
		r.step(min(len(s), len(t)))
		return ok && s == t
	}
	switch x := x.(type) {
	case *list:
		y, ok := y.(*list)
		return ok && x.tuple == y.tuple && slices.EqualFunc(x.items, y.items, r.equal)
	case *Dict:
		y, ok := y.(*Dict)
		if !ok || len(x.keys) != len(y.keys) {
			return false
		}
		for i, k := range x.keys {
			if v, ok := y.get(k); !ok || !r.equal(x.values[i], v) {
				return false
			}
		}
		return true
	case undefined:
		_, ok := y.(undefined)
		return ok
	}
	return x == y
}

func (r *run) in(x, y any) bool {
	if t, ok := textOf(y); ok {
		s, ok := textOf(x)
		if !ok {
			r.fail("%s in a text: expected a text", kindOf(x))
		}
		r.step(len(t))
		return strings.Contains(t, s)
	}
	if d, ok := y.(*Dict); ok {
		switch x.(type) {
		case *list, *Dict, undefined:
			return false
		}
		_, ok := d.get(x)
		return ok
	}
	return slices.ContainsFunc(r.items(y), func(item any) bool { return r.equal(x, item) })
}
