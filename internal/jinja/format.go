package jinja

import (
	"fmt"
	"strconv"
	"strings"
	"unicode"
)

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
		case 'c':
			c, ok := textOf(v)
			if !ok {
				c = string(rune(r.index(v)))
			}
			fmt.Fprintf(&b, flags+"s", c)
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
