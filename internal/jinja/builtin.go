package jinja

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
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

var dates = map[rune]string{
	'Y': "2006", 'm': "01", 'd': "02", 'H': "15", 'M': "04", 'S': "05", 'y': "06", 'B': "January", 'b': "Jan", 'A': "Monday",
	'a': "Mon", 'I': "03", 'p': "PM", 'j': "002", 'e': "_2", 'h': "Jan", 'F': "2006-01-02", 'T': "15:04:05", 'R': "15:04", 'D': "01/02/06",
}

// strftime is C's, in English; %-d leaves out the zero.
func (r *run) strftime(format string) string {
	var b strings.Builder
	for i := 0; i < len(format); i++ {
		if format[i] != '%' {
			b.WriteByte(format[i])
			continue
		}
		i++
		short := i < len(format) && format[i] == '-'
		i += asInt(short)
		if i < len(format) && format[i] == '%' {
			b.WriteByte('%')
			continue
		}
		layout := ""
		if i < len(format) {
			layout = dates[rune(format[i])]
		}
		if layout == "" {
			r.fail("strftime_now: the format %q is not known, or not supported", format)
		}
		s := r.now.Format(layout)
		if short {
			s = strings.TrimLeft(s[:len(s)-1], "0 ") + s[len(s)-1:]
		}
		b.WriteString(s)
	}
	return r.text(b.String())
}

// format is Python's s % values, of %s, %r, %d, %i, %x and %f.
func (r *run) format(s string, values []any) string {
	var b strings.Builder
	used := 0
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b.WriteByte(s[i])
			continue
		}
		from := i
		for i++; i < len(s) && strings.IndexByte("0123456789.-+ #", s[i]) >= 0; i++ { //nolint:revive // nothing to do
		}
		if i < len(s) && s[i] == '%' {
			b.WriteByte('%')
			continue
		}
		if i == len(s) || used == len(values) || i-from > 8 {
			r.fail("format: %q does not go with %d values", s, len(values))
		}
		flags, v := s[from:i], values[used]
		used++
		width, _ := strconv.Atoi(strings.TrimLeft(strings.SplitN(flags[1:], ".", 2)[0], "-+ #0"))
		r.made(width)
		switch s[i] {
		case 's':
			fmt.Fprintf(&b, flags+"s", r.str(v))
		case 'r':
			var quoted strings.Builder
			r.repr(&quoted, v)
			fmt.Fprintf(&b, flags+"s", quoted.String())
		case 'd', 'i':
			n, f, whole, _ := numeric(r.number(v))
			if !whole {
				n = int(f)
			}
			fmt.Fprintf(&b, flags+"d", n)
		case 'x', 'X':
			fmt.Fprintf(&b, flags+string(s[i]), r.index(v))
		case 'f':
			_, f, _, _ := numeric(r.number(v))
			fmt.Fprintf(&b, flags+"f", f)
		default:
			r.fail("format: %%%c is not supported", s[i])
		}
	}
	if used < len(values) {
		r.fail("format: %q does not go with %d values", s, len(values))
	}
	return r.text(b.String())
}

// title writes each word's first letter large: words of the filter title begin behind spaces and brackets, of the method
// title behind all that is no letter.
func title(s string, starts func(before rune) bool) string {
	before := ' '
	return strings.Map(func(c rune) rune {
		out := unicode.ToLower(c)
		if starts(before) {
			out = unicode.ToTitle(c)
		}
		before = c
		return out
	}, s)
}

func capitalize(s string) string {
	for i, c := range s {
		return title(string(c), func(rune) bool { return true }) + strings.ToLower(s[i+len(string(c)):])
	}
	return ""
}
