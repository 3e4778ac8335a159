package jinja

import (
	"strings"
)

// toJSON is Python's json.dumps.
func (r *run) toJSON(v any, a []any) any {
	j := jsonText{r: r, item: ", ", key: ": ", ascii: truth(or(a[0], false)), sorted: truth(or(a[3], false))}
	switch by := or(a[1], nil).(type) {
	case nil:
	case string:
		j.indent, j.item = &by, ","
	default:
		s := r.repeat(" ", r.index(by))
		j.indent, j.item = &s, ","
	}
	if separators := or(a[2], nil); separators != nil {
		pair := r.items(separators)
		if len(pair) != 2 {
			r.fail("tojson: expected two separators")
		}
		j.item, j.key = r.texts(pair[0]), r.texts(pair[1])
	}
	j.write(v, 0)
	return j.b.String()
}

type jsonText struct {
	r             *run
	b             strings.Builder
	indent        *string
	item, key     string
	ascii, sorted bool
}

func (j *jsonText) put(s string) { j.b.WriteString(j.r.text(s)) }

func (j *jsonText) line(depth int) {
	if j.indent != nil {
		j.put("\n")
		j.put(j.r.repeat(*j.indent, depth))
	}
}

func (j *jsonText) write(v any, depth int) {
	switch v := v.(type) {
	case nil:
		j.put("null")
	case bool:
		j.put(map[bool]string{true: "true", false: "false"}[v])
	case float64:
		j.put(strings.NewReplacer("nan", "NaN", "inf", "Infinity").Replace(floatText(v)))
	case int:
		j.put(j.r.str(v))
	case string:
		j.quote(v)
	case markup:
		j.quote(string(v))
	case *list:
		j.nested('[', ']', len(v.items), depth, func(i int) { j.write(v.items[i], depth+1) })
	case *Dict:
		pairs := j.r.pairs(v).(*list).items
		if j.sorted {
			pairs = j.r.sortBy(pairs, false, func(pair any) any { return pair.(*list).items[0] })
		}
		j.nested('{', '}', len(pairs), depth, func(i int) {
			pair := pairs[i].(*list).items
			if s, ok := textOf(pair[0]); ok {
				j.quote(s)
			} else {
				j.put(`"`)
				j.write(pair[0], depth)
				j.put(`"`)
			}
			j.put(j.key)
			j.write(pair[1], depth+1)
		})
	default:
		j.r.fail("tojson: %s is not JSON", kindOf(v))
	}
}

func (j *jsonText) nested(open, shut byte, n, depth int, each func(i int)) {
	j.b.WriteByte(open)
	for i := range n {
		if i > 0 {
			j.put(j.item)
		}
		j.line(depth + 1)
		each(i)
	}
	if n > 0 {
		j.line(depth)
	}
	j.b.WriteByte(shut)
}

func (j *jsonText) quote(s string) {
	j.put(`"`)
	plain, escaped := 0, ""
	for i, c := range s {
		switch {
		case c == '"' || c == '\\':
			escaped = `\` + string(c)
		case c < 0x20 && strings.ContainsRune("\n\r\t\b\f", c):
			escaped = `\` + string("btn.fr"[c-'\b'])
		case c < 0x20 || j.ascii && c >= 0x7F && c < 0x10000:
			escaped = `\u` + hex4(c)
		case j.ascii && c >= 0x10000:
			escaped = `\u` + hex4(0xD800+(c-0x10000)>>10) + `\u` + hex4(0xDC00+(c-0x10000)&0x3FF)
		default:
			continue
		}
		j.put(s[plain:i])
		j.put(escaped)
		plain = i + len(string(c))
	}
	j.put(s[plain:])
	j.put(`"`)
}

func hex4(c rune) string {
	const digits = "0123456789abcdef"
	return string([]byte{digits[c>>12&15], digits[c>>8&15], digits[c>>4&15], digits[c&15]})
}
