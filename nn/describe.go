package nn

import (
	"fmt"
	"reflect"
	"slices"
	"strings"
)

// Describe is what Python's print(model) shows: every module with its settings,
// nested as the model is.
//
//	Sequential(
//	  (0): Linear(in_features=2, out_features=3, bias=True)
//	  (1): ReLU()
//	)
//
// A module says its settings with a method ExtraRepr() string.
func Describe(m Module) string {
	walk(m, func(*node) {}) // panics where m contains itself
	return describeModule(m)
}

func describeModule(m Module) string {
	extra := ""
	if e, ok := m.(interface{ ExtraRepr() string }); ok {
		extra = e.ExtraRepr()
	}
	kind := typeName(m)
	list := strings.HasPrefix(reflect.TypeOf(m).String(), "*nn.ModuleList[")
	members, _ := members(m)
	children := slices.DeleteFunc(slices.Clone(members), func(c Member) bool {
		_, module := c.Value.(Module)
		_, parameter := c.Value.(*Parameter)
		return !module && !(parameter && strings.Contains(c.Name, "."))
	})
	return describe(kind, extra, children, list)
}

// describe prints a module of a kind, settings and children. A list's equal children are counted,
// where this PyTorch does so.
func describe(kind, extra string, children []Member, list bool) string {
	var lines []string
	if extra != "" {
		lines = strings.Split(extra, "\n")
	}
	if len(lines) < 2 && len(children) == 0 {
		return kind + "(" + extra + ")"
	}
	var names, texts []string
	for len(children) > 0 {
		var name, text string
		name, text, children = describeFirst(children)
		names, texts = append(names, name), append(texts, text)
	}
	for first := 0; first < len(names); {
		last := first
		for list && repeatsCounted() && last+1 < len(names) && texts[last+1] == texts[first] {
			last++
		}
		line := "(" + names[first] + "): " + texts[first]
		if last > first {
			line = fmt.Sprintf("(%s-%s): %d x %s", names[first], names[last], last-first+1, texts[first])
		}
		lines = append(lines, strings.Split(line, "\n")...)
		first = last + 1
	}
	return kind + "(\n  " + strings.Join(lines, "\n  ") + "\n)"
}

// describeFirst describes the first child, or all children of the list that it
// belongs to: a slice's modules are named "layers.0", "layers.1", ...
func describeFirst(children []Member) (name, text string, rest []Member) {
	name, inner, listed := strings.Cut(children[0].Name, ".")
	if !listed {
		return name, describeModule(children[0].Value.(Module)), children[1:]
	}
	numbered := strings.Trim(strings.SplitN(inner, ".", 2)[0], "0123456789") == ""
	var items []Member
	for _, c := range children {
		key, ok := strings.CutPrefix(c.Name, name+".")
		if !ok {
			break
		}
		items = append(items, Member{key, c.Value})
	}
	rest = children[len(items):]
	_, parameters := items[0].Value.(*Parameter)
	switch {
	case parameters && numbered:
		return name, describe("ParameterList", contents(items, dtypeName), nil, false), rest
	case parameters:
		return name, describe("ParameterDict", contents(items, legacyName), nil, false), rest
	case numbered:
		return name, describe("ModuleList", "", items, true), rest
	}
	return name, describe("ModuleDict", "", items, false), rest
}
