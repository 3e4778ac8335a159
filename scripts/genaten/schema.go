package main

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// schema is one line of a dump, taken apart.
type schema struct {
	name    string // "add.Tensor"
	text    string // as it stands in the dump, without "aten::"
	args    []param
	returns []param
}

// param is an argument, or a result, whose name may be missing.
type param struct {
	typ         typ
	name        string
	hasDefault  bool
	keywordOnly bool
}

// typ is a type of the schema language: Tensor, int[2]?, Tensor?[], Tensor(a!).
type typ struct {
	base     string // "Tensor", "int", "float", "Scalar", "bool", "str", "ScalarType", …
	list     bool
	optional bool   // the value itself may be None
	holes    bool   // elements of the list may be None
	alias    string // "a!" where the argument is changed, "a" where the result is a view of it
}

// changes reports whether the operator writes to the argument.
func (t typ) changes() bool { return strings.HasSuffix(t.alias, "!") }

// parseSchema reads "aten::add.Tensor(Tensor self, Tensor other, *, Scalar alpha=1) -> Tensor".
func parseSchema(line string) (schema, error) {
	text, ok := strings.CutPrefix(line, "aten::")
	name, rest, ok2 := strings.Cut(text, "(")
	at := strings.LastIndex(rest, ") -> ")
	if !ok || !ok2 || at < 0 {
		return schema{}, fmt.Errorf("not a schema: %q", line)
	}
	s := schema{name: name, text: text}
	keywordOnly := false
	for _, a := range split(rest[:at]) {
		if a == "*" {
			keywordOnly = true
			continue
		}
		p, err := parseParam(a)
		if err != nil {
			return schema{}, fmt.Errorf("%s: %w", name, err)
		}
		p.keywordOnly = keywordOnly
		s.args = append(s.args, p)
	}
	results := rest[at+len(") -> "):]
	if inner, ok := strings.CutPrefix(results, "("); ok {
		results = strings.TrimSuffix(inner, ")")
	}
	for _, r := range split(results) {
		p, err := parseParam(r)
		if err != nil {
			return schema{}, fmt.Errorf("%s: %w", name, err)
		}
		s.returns = append(s.returns, p)
	}
	return s, nil
}

// Type, alias, brackets and question marks, then a name and a default.
var paramPattern = regexp.MustCompile(`^([\w.]+(?:\(\w+, \w+\))?)(\([^)]*\))?((?:\?|\[\d*\])*)(?: (\w+)(=.*)?)?$`)

func parseParam(s string) (param, error) {
	m := paramPattern.FindStringSubmatch(s)
	if m == nil {
		return param{}, fmt.Errorf("not an argument: %q", s)
	}
	t := typ{base: m[1], alias: strings.Trim(m[2], "()")}
	switch t.base {
	case "SymInt":
		t.base = "int"
	case "SymBool":
		t.base = "bool"
	}
	before, after, list := strings.Cut(m[3], "[")
	t.list = list
	t.holes = list && before == "?"
	t.optional = !list && before == "?" || strings.HasSuffix(after, "?")
	if t.base == "str" && namesDimension(m[4]) {
		t.base = "Dimname" // dumps don't tell the two apart
	}
	return param{typ: t, name: m[4], hasDefault: m[5] != ""}, nil
}

// namesDimension reports whether text for an argument of this name is the name of
// a dimension.
func namesDimension(argument string) bool {
	return strings.Contains(argument, "dim") || argument == "names" || argument == "order"
}

// split cuts at the commas that stand in no brackets.
func split(s string) []string {
	var parts []string
	depth, from := 0, 0
	for i, c := range s {
		switch c {
		case '(', '[':
			depth++
		case ')', ']':
			depth--
		case ',':
			if depth == 0 {
				parts = append(parts, strings.TrimSpace(s[from:i]))
				from = i + 1
			}
		}
	}
	if last := strings.TrimSpace(s[from:]); last != "" {
		parts = append(parts, last)
	}
	return parts
}

// dump is the operators of one version of libtorch.
type dump struct {
	version string
	schemas map[string]schema
}

func parseDump(version, text string) (dump, error) {
	d := dump{version, map[string]schema{}}
	for line := range strings.Lines(text) {
		s, err := parseSchema(strings.TrimSpace(line))
		if err != nil {
			return d, fmt.Errorf("libtorch %s: %w", version, err)
		}
		d.schemas[s.name] = s
	}
	return d, nil
}

// older orders versions by their numbers.
func older(a, b string) int {
	numbers := func(v string) (ns []int) {
		for part := range strings.SplitSeq(v, ".") {
			n, _ := strconv.Atoi(part)
			ns = append(ns, n)
		}
		return ns
	}
	return slices.Compare(numbers(a), numbers(b))
}
