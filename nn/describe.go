package nn

import "strings"

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
	var children []Member
	members, _ := members(m)
	for _, c := range members {
		if _, ok := c.Value.(Module); ok {
			children = append(children, c)
		}
	}
	return describe(typeName(m), extra, children)
}

func describe(kind, extra string, children []Member) string {
	var lines []string
	if extra != "" {
		lines = strings.Split(extra, "\n")
	}
	if len(lines) < 2 && len(children) == 0 {
		return kind + "(" + extra + ")"
	}
	for len(children) > 0 {
		var line string
		line, children = describeFirst(children)
		lines = append(lines, strings.Split(line, "\n")...)
	}
	return kind + "(\n  " + strings.Join(lines, "\n  ") + "\n)"
}

// describeFirst describes the first child, or all children of the list that it
// belongs to: a slice's modules are named "layers.0", "layers.1", ...
func describeFirst(children []Member) (line string, rest []Member) {
	name, inner, listed := strings.Cut(children[0].Name, ".")
	if !listed {
		return "(" + name + "): " + describeModule(children[0].Value.(Module)), children[1:]
	}
	kind := "ModuleList"
	if strings.Trim(strings.SplitN(inner, ".", 2)[0], "0123456789") != "" {
		kind = "ModuleDict"
	}
	var items []Member
	for _, c := range children {
		key, ok := strings.CutPrefix(c.Name, name+".")
		if !ok {
			break
		}
		items = append(items, Member{key, c.Value})
	}
	return "(" + name + "): " + describe(kind, "", items), children[len(items):]
}
