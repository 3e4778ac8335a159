package jinja

import (
	"strings"
)

// condition is a test of a value alone.
func condition(f func(v any) bool) builtin {
	return plain(func(_ *run, v any) any { return f(v) })
}

// comparison is a test that compares with an argument.
func comparison(sign string) builtin {
	return builtin{parameters: "other", f: func(r *run, v any, a []any) any {
		if a[0] == any(absent{}) {
			r.fail("the test %s needs an argument", sign)
		}
		return r.compare(sign, v, a[0])
	}}
}

func remainder(by, want int) builtin {
	return plain(func(r *run, v any) any { return r.equal(r.operate("%", r.number(v), by), want) })
}

var tests = map[string]builtin{
	"defined":   condition(func(v any) bool { _, ok := v.(undefined); return !ok }),
	"undefined": condition(func(v any) bool { _, ok := v.(undefined); return ok }),
	"none":      condition(func(v any) bool { return v == nil }),
	"boolean":   condition(func(v any) bool { _, ok := v.(bool); return ok }),
	"true":      condition(func(v any) bool { return v == any(true) }),
	"false":     condition(func(v any) bool { return v == any(false) }),
	"integer":   condition(func(v any) bool { _, ok := v.(int); return ok }),
	"float":     condition(func(v any) bool { _, ok := v.(float64); return ok }),
	"number":    condition(func(v any) bool { _, _, _, ok := numeric(v); return ok }),
	"string":    condition(func(v any) bool { _, ok := textOf(v); return ok }),
	"mapping":   condition(func(v any) bool { _, ok := v.(*Dict); return ok }),
	"iterable":  condition(isIterable),
	"sequence":  condition(func(v any) bool { _, ok := v.(*loop); return !ok && isIterable(v) }),
	"callable": condition(func(v any) bool {
		switch v.(type) {
		case *function, *loop, undefined:
			return true
		}
		return false
	}),
	"escaped": condition(func(v any) bool { _, ok := v.(markup); return ok }),
	"lower":   plain(func(r *run, v any) any { return isLower(r.str(v)) }),
	"upper":   plain(func(r *run, v any) any { return isUpper(r.str(v)) }),
	"odd":     remainder(2, 1),
	"even":    remainder(2, 0),
	"divisibleby": {parameters: "num", f: func(r *run, v any, a []any) any {
		return r.equal(r.operate("%", r.number(v), r.number(a[0])), 0)
	}},
	// Python asks whether two are one object; of these kinds equal ones are.
	"sameas": {parameters: "other", f: func(r *run, v any, a []any) any {
		switch v.(type) {
		case nil, bool, *list, *Dict, *namespace, *function:
			return v == a[0]
		}
		r.fail("sameas of %s isn't supported", kindOf(v))
		return nil
	}},
}

func isIterable(v any) bool {
	switch v.(type) {
	case string, markup, *list, *Dict, undefined, *loop:
		return true
	}
	return false
}

func init() {
	for sign, names := range map[string]string{
		"==": "== eq equalto", "!=": "!= ne", "<": "< lt lessthan", "<=": "<= le", ">": "> gt greaterthan", ">=": ">= ge", "in": "in",
	} {
		for _, name := range strings.Fields(names) {
			tests[name] = comparison(sign)
		}
	}
}
