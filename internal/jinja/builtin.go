package jinja

import (
	"math"
	"strings"
)

// A builtin is a filter, a test or a method: a function of a value and of arguments with these names, with spaces between.
// Those that take any arguments have f nil.
type builtin struct {
	parameters string
	f          func(r *run, v any, a []any) any
	any        func(r *run, v any, a args) any
}

func (b builtin) apply(r *run, name string, v any, a args) any {
	if b.f == nil {
		return b.any(r, v, a)
	}
	return b.f(r, v, a.take(r, name, strings.Fields(b.parameters)...))
}

// plain is a builtin of a value alone.
func plain(f func(r *run, v any) any) builtin {
	return builtin{f: func(r *run, v any, _ []any) any { return f(r, v) }}
}

// textual is a builtin of a value's text.
func textual(f func(s string) any) builtin {
	return plain(func(r *run, v any) any {
		s := r.str(v)
		r.made(2 * len(s))
		return f(s)
	})
}

// call calls what a template calls.
func (r *run) call(f any, a args) any {
	switch f := f.(type) {
	case *function:
		return f.call(r, a)
	case *loop:
		if f.again == nil {
			r.fail("the loop isn't recursive")
		}
		return f.again(a.take(r, "loop", "items")[0])
	case undefined:
		r.fail("%s", f.why)
	}
	r.fail("%s can't be called", kindOf(f))
	return nil
}

// attribute is x.key: a method, or what a dict has under that name.
func (r *run) attribute(x any, key string) any {
	var methods map[string]builtin
	switch x := x.(type) {
	case undefined:
		r.fail("%s", x.why)
	case *loop:
		return x.attribute(key)
	case *namespace:
		if v, ok := x.get(key); ok {
			return v
		}
	case string, markup:
		methods = textMethods
	case *Dict:
		methods = dictMethods
		if _, ok := methods[key]; !ok {
			if v, ok := x.get(key); ok {
				return v
			}
		}
	case *list:
		methods = listMethods
	}
	if m, ok := methods[key]; ok {
		return &function{key, func(r *run, a args) any {
			r.step(0)
			return m.apply(r, key, x, a)
		}}
	}
	return undefined{kindOf(x) + " has no attribute '" + key + "'"}
}

// setAttribute is {% set x.key = v %}, of namespaces only.
func (r *run) setAttribute(x any, key string, v any) {
	n, ok := x.(*namespace)
	if !ok {
		r.fail("only a namespace's attributes can be set, but this is %s", kindOf(x))
	}
	if strings.HasPrefix(key, "_") {
		r.fail("a namespace can't have %q: names that begin with _ are not allowed", key)
	}
	r.made(64)
	n.set(key, v)
}

// globals are functions that every template has.
var globals = map[string]any{
	"raise_exception": &function{"raise_exception", func(r *run, a args) any {
		panic(failure{err: &Raised{r.str(a.take(r, "raise_exception", "message")[0])}})
	}},
	"strftime_now": &function{"strftime_now", func(r *run, a args) any {
		return r.strftime(r.str(a.take(r, "strftime_now", "format")[0]))
	}},
	"range": &function{"range", func(r *run, a args) any {
		v := a.take(r, "range", "start", "stop", "step")
		from, to, by := 0, r.index(v[0]), 1
		if v[1] != any(absent{}) {
			from, to = to, r.index(v[1])
		}
		if by = r.index(or(v[2], 1)); by == 0 {
			r.fail("range: the step is 0")
		}
		n := max(0, math.Ceil((float64(to)-float64(from))/float64(by)))
		if n > maxMemory {
			r.fail("range: %v numbers are too many", n)
		}
		r.made(16 * int(n))
		items := make([]any, int(n))
		for i := range items {
			items[i] = from + i*by
		}
		return r.list(items, false)
	}},
	"dict": &function{"dict", func(r *run, a args) any { return r.dictOf("dict", a) }},
	"namespace": &function{"namespace", func(r *run, a args) any {
		n := &namespace{}
		d := r.dictOf("namespace", a)
		for i, k := range d.keys {
			r.setAttribute(n, r.str(k), d.values[i])
		}
		return n
	}},
}

// dictOf makes a dict of a dict, of pairs, and of named arguments.
func (r *run) dictOf(name string, a args) *Dict {
	d := &Dict{}
	given := args{pos: a.pos}
	if from, ok := given.take(r, name, "mapping")[0].(*Dict); ok {
		for i, k := range from.keys {
			r.put(d, k, from.values[i])
		}
	} else if len(a.pos) == 1 {
		for _, item := range r.items(a.pos[0]) {
			pair := r.items(item)
			if len(pair) != 2 {
				r.fail("%s: expected pairs, but got %s", name, kindOf(item))
			}
			r.put(d, pair[0], pair[1])
		}
	}
	for i, k := range a.names {
		r.put(d, k, a.named[i])
	}
	return d
}
