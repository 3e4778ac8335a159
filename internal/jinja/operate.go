package jinja

import (
	"html"
	"math"
	"math/bits"
	"slices"
	"strings"
	"unicode/utf8"
)

func asInt(b bool) int {
	if b {
		return 1
	}
	return 0
}

func textOf(v any) (string, bool) {
	switch v := v.(type) {
	case string:
		return v, true
	case markup:
		return string(v), true
	}
	return "", false
}

// numeric is a number's value as an int, if it is one, and as a float.
func numeric(v any) (i int, f float64, whole, ok bool) {
	switch v := v.(type) {
	case bool:
		return asInt(v), float64(asInt(v)), true, true
	case int:
		return v, float64(v), true, true
	case float64:
		return 0, v, false, true
	}
	return 0, 0, false, false
}

func (r *run) number(v any) any {
	i, f, whole, ok := numeric(v)
	if !ok {
		r.fail("expected a number, but got %s", kindOf(v))
	}
	if whole {
		return i
	}
	return f
}

// index is v as a place or a count.
func (r *run) index(v any) int {
	i, _, whole, ok := numeric(v)
	if !ok || !whole {
		r.fail("expected a whole number, but got %s", kindOf(v))
	}
	return i
}

func (r *run) operate(sign string, x, y any) any {
	if sign == "~" {
		return r.text(r.str(x) + r.str(y))
	}
	i, f, whole, ok := numeric(x)
	j, g, whole2, ok2 := numeric(y)
	switch {
	case ok && ok2 && whole && whole2 && sign != "/":
		return r.wholes(sign, i, j)
	case ok && ok2:
		return r.floats(sign, f, g)
	}
	s, isText := textOf(x)
	t, isText2 := textOf(y)
	_, safe := x.(markup)
	_, safe2 := y.(markup)
	a, isList := x.(*list)
	b, isList2 := y.(*list)
	switch {
	case sign == "+" && isText && isText2 && (safe || safe2):
		if !safe {
			s = escaped(s)
		}
		if !safe2 {
			t = escaped(t)
		}
		return markup(r.text(s + t))
	case sign == "+" && isText && isText2:
		return r.text(s + t)
	case sign == "+" && isList && isList2 && a.tuple == b.tuple:
		return r.list(slices.Concat(a.items, b.items), a.tuple)
	case sign == "*" && isText && ok2 && whole2:
		return r.repeat(s, j)
	case sign == "*" && isText2 && ok && whole:
		return r.repeat(t, i)
	case sign == "*" && isList && ok2 && whole2:
		r.repeat(strings.Repeat("x", min(len(a.items), 1<<20)), j*16) // is there room?
		return r.list(slices.Repeat(a.items, max(j, 0)), a.tuple)
	case sign == "%" && isText:
		if isList2 && b.tuple {
			return r.format(s, b.items)
		}
		return r.format(s, []any{y})
	}
	r.fail("%s %s %s: the two don't go together", kindOf(x), sign, kindOf(y))
	return nil
}

// escaped is HTML's, as markupsafe writes it.
func escaped(s string) string {
	return strings.NewReplacer("&quot;", "&#34;").Replace(html.EscapeString(s))
}

func (r *run) repeat(s string, n int) string {
	if n <= 0 || s == "" {
		return ""
	}
	if n > maxMemory/len(s) {
		r.made(maxMemory + 1)
	}
	r.made(n * len(s))
	return strings.Repeat(s, n)
}

func (r *run) wholes(sign string, i, j int) any {
	out, fits := 0, true
	switch sign {
	case "+":
		out = i + j
		fits = (out > i) == (j > 0)
	case "-":
		out = i - j
		fits = (out < i) == (j > 0)
	case "*":
		high, _ := bits.Mul64(uint64(max(i, -i)), uint64(max(j, -j)))
		out = i * j
		fits = high == 0 && (i == 0 || out/i == j) && i != math.MinInt && j != math.MinInt
	case "//", "%":
		if j == 0 {
			r.fail("%d %s 0: division by zero", i, sign)
		}
		if i == math.MinInt && j == -1 {
			fits = false
			break
		}
		quotient, rest := i/j, i%j
		if rest != 0 && (rest < 0) != (j < 0) {
			quotient, rest = quotient-1, rest+j
		}
		if out = quotient; sign == "%" {
			out = rest
		}
	case "**":
		if j < 0 {
			return r.floats(sign, float64(i), float64(j))
		}
		out = 1
		for range min(j, 64) {
			out = r.wholes("*", out, i).(int)
		}
		fits = j <= 64 || i >= -1 && i <= 1
		if j > 64 && i == -1 && j%2 == 1 {
			out = -1
		}
	}
	if !fits {
		r.fail("%d %s %d is too large a number", i, sign, j)
	}
	return out
}

func (r *run) floats(sign string, f, g float64) any {
	if g == 0 && strings.ContainsAny(sign, "/%") || f == 0 && g < 0 && sign == "**" {
		r.fail("%v %s %v: division by zero", f, sign, g)
	}
	switch sign {
	case "+":
		return f + g
	case "-":
		return f - g
	case "*":
		return f * g
	case "/":
		return f / g
	}
	if sign == "**" {
		r.fail("powers of floats aren't supported")
	}
	rest := math.Mod(f, g)
	if rest != 0 && (rest < 0) != (g < 0) {
		rest += g
	}
	if sign == "%" {
		return rest
	}
	return math.Floor((f-rest)/g + 0.5)
}

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
