package jinja

import (
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"
)

// A Dict keeps its keys in their order, as Python's does.
type Dict struct {
	keys, values []any
	places       map[any]int
	depth        int
}

// Set gives a name a value.
func (d *Dict) Set(key string, v any) { d.set(key, v) }

func (d *Dict) set(key, v any) {
	if d.places == nil {
		d.places = map[any]int{}
	}
	if at, ok := d.places[same(key)]; ok {
		d.values[at] = v
		return
	}
	d.places[same(key)] = len(d.keys)
	d.keys, d.values = append(d.keys, key), append(d.values, v)
}

// Get is a name's value.
func (d *Dict) Get(key string) (any, bool) { return d.get(key) }

// All are the names, in their order, with their values.
func (d *Dict) All() iter.Seq2[string, any] {
	return func(yield func(string, any) bool) {
		for i, k := range d.keys {
			if s, ok := k.(string); ok && !yield(s, d.values[i]) {
				return
			}
		}
	}
}

// Len is how many names there are.
func (d *Dict) Len() int { return len(d.keys) }

func (d *Dict) get(key any) (any, bool) {
	if at, ok := d.places[same(key)]; ok {
		return d.values[at], true
	}
	return nil, false
}

// same is what keys that are equal have in common: 1, 1.0 and true are one key.
func same(key any) any {
	switch k := key.(type) {
	case bool:
		return asInt(k)
	case markup:
		return string(k)
	case float64:
		if k == math.Trunc(k) && math.Abs(k) < 1<<53 {
			return int(k)
		}
	}
	return key
}

type (
	list struct {
		items []any
		tuple bool
		depth int
	}
	undefined struct{ why string }
	// markup is a text that says it is safe HTML: what is added to it is escaped.
	markup string
	// namespace is the one thing that a template can change.
	namespace struct{ Dict }
)

// put is Set for a template's own keys and values.
func (r *run) put(d *Dict, key, v any) {
	switch key.(type) {
	case nil, bool, int, float64, string, markup:
	default:
		r.fail("%s can't be a key", kindOf(key))
	}
	d.depth = max(d.depth, r.nesting(v))
	r.made(64)
	d.set(key, v)
}

func (r *run) list(items []any, tuple bool) *list {
	l := &list{items, tuple, 0}
	for _, v := range items {
		l.depth = max(l.depth, r.nesting(v))
	}
	r.made(32 + 16*len(items))
	return l
}

// nesting is how deep what holds v is.
func (r *run) nesting(v any) int {
	n := 0
	switch v := v.(type) {
	case *list:
		n = v.depth + 1
	case *Dict:
		n = v.depth + 1
	}
	if n > maxDepth {
		r.fail("lists are more than %d deep in lists", maxDepth)
	}
	return n
}

// take makes a template's value of Go's.
func (r *run) take(v any, depth int) any {
	if depth > maxDepth {
		r.fail("the values are more than %d deep", maxDepth)
	}
	switch v := v.(type) {
	case nil, bool, int, float64:
		return v
	case string:
		return r.text(strings.ToValidUTF8(v, "\uFFFD"))
	case []any:
		items := make([]any, len(v))
		for i := range v {
			items[i] = r.take(v[i], depth+1)
		}
		return r.list(items, false)
	case *Dict:
		d := &Dict{}
		for i, k := range v.keys {
			r.put(d, k, r.take(v.values[i], depth+1))
		}
		return d
	}
	panic(failure{err: fmt.Errorf("a value for a template can't be a %T", v)})
}

func truth(v any) bool {
	switch v := v.(type) {
	case nil, undefined:
		return false
	case bool:
		return v
	case int:
		return v != 0
	case float64:
		return v != 0
	case string:
		return v != ""
	case markup:
		return v != ""
	case *list:
		return len(v.items) > 0
	case *Dict:
		return len(v.keys) > 0
	}
	return true
}

// items is what a loop over v sees.
func (r *run) items(v any) []any {
	switch v := v.(type) {
	case *list:
		return v.items
	case *Dict:
		return v.keys
	case undefined:
		return nil
	case string:
		r.made(32 * len(v))
		out := []any{}
		for _, c := range v {
			out = append(out, string(c))
		}
		return out
	case markup:
		return r.items(string(v))
	case *loop:
		return slices.Clip(v.items[v.at+1:]) // those still to come
	}
	r.fail("%s can't be looped over", kindOf(v))
	return nil
}
