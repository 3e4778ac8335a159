package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// users are the operators that have an argument with a default, and its types.
type users struct {
	operators []string
	types     []typ
}

// options collects the arguments with defaults of all operators by name.
func options(all []operator) map[string]*users {
	m := map[string]*users{}
	for _, o := range all {
		for _, a := range o.optional {
			u := m[a.names[0]]
			if u == nil {
				u = &users{}
				m[a.names[0]] = u
			}
			u.operators = append(u.operators, goName(o.name))
			u.types = append(u.types, a.typ)
		}
	}
	return m
}

// optionFuncs writes the functions that make options, and returns their names by
// those of the arguments.
func optionFuncs(all []operator) (text string, byArgument map[string]string, err error) {
	taken := map[string]bool{}
	for _, o := range all {
		taken[goName(o.name)] = true
	}
	byArgument = map[string]string{}
	by := options(all)
	var b strings.Builder
	for _, argument := range slices.Sorted(maps.Keys(by)) {
		name := optionName(argument, taken)
		if taken[name] {
			return "", nil, fmt.Errorf("two options or an operator have the name %s: see optionNames", name)
		}
		u := by[argument]
		goType, value, words, ok := optionType(u.types)
		if !ok {
			continue
		}
		taken[name] = true
		byArgument[argument] = name
		fmt.Fprintf(&b, "// %s gives the argument %s, %s: of %s.\n", name, argument, words, some(u.operators))
		fmt.Fprintf(&b, "func %s(v %s) Option { return Option{%q, %s} }\n\n", name, goType, argument, value)
	}
	return b.String(), byArgument, nil
}

// some names the first few operators.
func some(operators []string) string {
	const few = 5
	var links []string
	for _, o := range operators[:min(few, len(operators))] {
		links = append(links, "["+o+"]")
	}
	if more := len(operators) - few; more > 0 {
		return strings.Join(links, ", ") + fmt.Sprintf(" and %d more", more)
	}
	if n := len(links); n > 1 {
		return strings.Join(links[:n-1], ", ") + " and " + links[n-1]
	}
	return links[0]
}
