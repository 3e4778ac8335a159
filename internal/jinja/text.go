package jinja

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode"
)

func kindOf(v any) string {
	switch v := v.(type) {
	case nil:
		return "None"
	case bool, int:
		return "a number"
	case float64:
		return "a float"
	case string, markup:
		return "a text"
	case *list:
		if v.tuple {
			return "a tuple"
		}
		return "a list"
	case *Dict:
		return "a dict"
	case undefined:
		return "an undefined value (" + v.why + ")"
	case *function:
		return "the function " + v.name
	case *namespace:
		return "a namespace"
	case *loop:
		return "a loop"
	}
	return fmt.Sprintf("a %T", v)
}

// str is Python's str(v).
func (r *run) str(v any) string {
	switch v := v.(type) {
	case string:
		return v
	case markup:
		return string(v)
	case undefined:
		return ""
	}
	var b strings.Builder
	r.repr(&b, v)
	return b.String()
}

func (r *run) repr(b *strings.Builder, v any) {
	r.step(0)
	switch v := v.(type) {
	case nil:
		b.WriteString("None")
	case bool:
		b.WriteString(map[bool]string{true: "True", false: "False"}[v])
	case int:
		fmt.Fprint(b, v)
	case float64:
		b.WriteString(floatText(v))
	case string:
		r.quote(b, v)
	case *list:
		open, shut := "[", "]"
		if v.tuple {
			if open, shut = "(", ")"; len(v.items) == 1 {
				shut = ",)"
			}
		}
		b.WriteString(open)
		for i, item := range v.items {
			if i > 0 {
				b.WriteString(", ")
			}
			r.repr(b, item)
		}
		b.WriteString(shut)
	case *Dict:
		b.WriteString("{")
		for i, k := range v.keys {
			if i > 0 {
				b.WriteString(", ")
			}
			r.repr(b, k)
			b.WriteString(": ")
			r.repr(b, v.values[i])
		}
		b.WriteString("}")
	case undefined:
		b.WriteString("Undefined")
	default:
		r.fail("%s can't be written as text", kindOf(v))
	}
}

// floatText is Python's repr of a float.
func floatText(f float64) string {
	switch {
	case math.IsInf(f, 0) || math.IsNaN(f):
		return strings.ToLower(strings.TrimPrefix(fmt.Sprint(f), "+"))
	case f != 0 && (math.Abs(f) < 1e-4 || math.Abs(f) >= 1e16):
		return strconv.FormatFloat(f, 'e', -1, 64)
	}
	s := strconv.FormatFloat(f, 'f', -1, 64)
	if !strings.Contains(s, ".") {
		s += ".0"
	}
	return s
}

// quote is Python's repr of a text.
func (r *run) quote(b *strings.Builder, s string) {
	r.made(len(s))
	q := '\''
	if strings.Contains(s, "'") && !strings.Contains(s, `"`) {
		q = '"'
	}
	b.WriteRune(q)
	for _, c := range s {
		at := strings.IndexRune("\n\r\t\\", c)
		switch {
		case at >= 0:
			b.WriteString([]string{`\n`, `\r`, `\t`, `\\`}[at])
		case c == q:
			b.WriteString(`\` + string(q))
		case c == ' ' || unicode.IsPrint(c):
			b.WriteRune(c)
		case c < 0x100:
			fmt.Fprintf(b, `\x%02x`, c)
		case c < 0x10000:
			fmt.Fprintf(b, `\u%04x`, c)
		default:
			fmt.Fprintf(b, `\U%08x`, c)
		}
	}
	b.WriteRune(q)
}
