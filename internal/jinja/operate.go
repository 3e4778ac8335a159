package jinja

import (
	"html"
	"math"
	"math/bits"
	"slices"
	"strings"
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
