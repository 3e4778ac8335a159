package main

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// operator is what the versions' schemas of one operator come to.
type operator struct {
	name     string
	schemas  []schema // in the order of versions, oldest first
	versions []string // that have it
	missing  []string // that lack it
	required []argument
	optional []argument
	returns  []param
}

// argument is an argument with its types of all versions in one.
type argument struct {
	names []string // the newest first
	typ   typ
	may   bool // be nil
}

// also names the operators with a leading underscore that are public here: what
// layers of networks are made of.
var also = map[string]bool{"_pack_padded_sequence": true, "_pad_packed_sequence": true}

// public reports whether a typed function is made of the operator. Variants that
// write into tensors given by keyword (out=) are left to the door that takes any
// operator by its name.
func public(s schema) bool {
	base, overload, _ := strings.Cut(s.name, ".")
	if strings.HasPrefix(base, "_") && !strings.HasPrefix(base, "_foreach_") && !also[base] {
		return false
	}
	return overload != "out" && !slices.ContainsFunc(s.args, func(p param) bool { return p.keywordOnly && p.typ.changes() })
}

// operators merges the dumps, which are sorted by version, oldest first.
func operators(dumps []dump) ([]operator, error) {
	names := map[string]bool{}
	for _, d := range dumps {
		for name, s := range d.schemas {
			if public(s) {
				names[name] = true
			}
		}
	}
	var all []operator
	for _, name := range slices.Sorted(maps.Keys(names)) {
		o := operator{name: name}
		for _, d := range dumps {
			if s, ok := d.schemas[name]; ok {
				o.schemas = append(o.schemas, s)
				o.versions = append(o.versions, d.version)
			} else {
				o.missing = append(o.missing, d.version)
			}
		}
		if err := o.merge(); err != nil {
			return nil, fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, o)
	}
	return all, nil
}

// merge brings the arguments together, in the order of the newest version. One is
// required if a version requires it.
func (o *operator) merge() error {
	newest := o.schemas[len(o.schemas)-1]
	o.returns = newest.returns
	args := make([]argument, len(newest.args))
	required := make([]bool, len(newest.args))
	for i, p := range newest.args {
		args[i] = argument{names: []string{p.name}, typ: p.typ, may: p.typ.optional || p.typ.holes}
		required[i] = !p.hasDefault
	}
	for _, s := range slices.Backward(o.schemas[:len(o.schemas)-1]) {
		if kinds(s.returns) != kinds(newest.returns) {
			return fmt.Errorf("other results than in the newest version")
		}
		found := make([]bool, len(args))
		for _, p := range s.args {
			i := slices.IndexFunc(args, func(a argument) bool { return slices.Contains(a.names, p.name) })
			if i < 0 { // renamed: the one in its place, which this version doesn't know
				i = slices.IndexFunc(s.args, func(q param) bool { return q.name == p.name })
				if i >= len(args) || args[i].typ.base != p.typ.base || has(s, args[i].names) {
					return fmt.Errorf("the newest version lacks the argument %s", p.name)
				}
				args[i].names = append(args[i].names, p.name)
			}
			t, err := widen(args[i].typ, p.typ)
			if err != nil {
				return fmt.Errorf("%s: %w", p.name, err)
			}
			args[i].typ, found[i] = t, true
			args[i].may = args[i].may || t.optional
			required[i] = required[i] || !p.hasDefault
		}
		for i := range args { // what an older version lacks must be nil there
			if !found[i] && required[i] {
				if args[i].typ.base != "Tensor" {
					return fmt.Errorf("an older version lacks the required argument %s", args[i].names[0])
				}
				args[i].may = true
			}
		}
	}
	for i, a := range args {
		if required[i] {
			o.required = append(o.required, a)
		} else {
			o.optional = append(o.optional, a)
		}
	}
	return nil
}

func has(s schema, names []string) bool {
	return slices.ContainsFunc(s.args, func(p param) bool { return slices.Contains(names, p.name) })
}

// kinds are the results' types, without aliases.
func kinds(returns []param) string {
	var b strings.Builder
	for _, r := range returns {
		fmt.Fprint(&b, r.typ.base, r.typ.list, r.typ.optional, " ")
	}
	return b.String()
}

// widen is a type that takes the values of both.
func widen(a, b typ) (typ, error) {
	number := func(t typ) bool { return !t.list && (t.base == "int" || t.base == "float" || t.base == "Scalar") }
	switch {
	case a.base == b.base && a.list == b.list:
	case number(a) && number(b):
		a.base = "Scalar"
	default:
		return a, fmt.Errorf("it is a %s in one version and a %s in another", b.base, a.base)
	}
	a.optional = a.optional || b.optional
	a.holes = a.holes || b.holes
	return a, nil
}
