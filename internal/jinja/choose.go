package jinja

import (
	"strconv"
	"strings"
)

// path is item.a.b for the attribute "a.b", and the item itself without one.
func (r *run) path(item, attribute any) any {
	if attribute == nil {
		return item
	}
	if i, ok := attribute.(int); ok {
		return r.item(item, i)
	}
	for _, key := range strings.Split(r.texts(attribute), ".") {
		if i, err := strconv.Atoi(key); err == nil && i >= 0 {
			item = r.item(item, i)
		} else {
			item = r.item(item, key)
		}
	}
	return item
}

func (r *run) mapped(v any, a args) any {
	out := []any{}
	var f func(item any) any
	if len(a.pos) == 0 {
		given := a.take(r, "map", "attribute", "default")
		f = func(item any) any {
			got := r.path(item, r.texts(given[0]))
			if _, ok := got.(undefined); ok {
				return or(given[1], got)
			}
			return got
		}
	} else {
		name := r.texts(a.pos[0])
		filter, ok := filters[name]
		if !ok {
			r.fail("no filter named %q is known, or supported", name)
		}
		a.pos = a.pos[1:]
		f = func(item any) any { return filter.apply(r, name, item, a) }
	}
	for _, item := range r.some(v) {
		r.step(0)
		out = append(out, f(item))
	}
	return r.list(out, false)
}

// chosen are the items, or the items whose attribute is so, as a test says.
func (r *run) chosen(v any, a args, attribute, want bool) any {
	var of any
	if attribute {
		if len(a.pos) == 0 {
			r.fail("selectattr and rejectattr need an attribute")
		}
		of, a.pos = a.pos[0], a.pos[1:]
	}
	is := func(item any) bool { return truth(item) }
	if len(a.pos) > 0 {
		name := r.texts(a.pos[0])
		test, ok := tests[name]
		if !ok {
			r.fail("no test named %q is known, or supported", name)
		}
		a.pos = a.pos[1:]
		is = func(item any) bool { return truth(test.apply(r, name, item, a)) }
	}
	out := []any{}
	for _, item := range r.some(v) {
		if r.step(0); is(r.path(item, of)) == want {
			out = append(out, item)
		}
	}
	return r.list(out, false)
}

// some are v's items; nothing, 0 or none has none, as in Python for these filters alone.
func (r *run) some(v any) []any {
	if !truth(v) {
		return nil
	}
	return r.items(v)
}
