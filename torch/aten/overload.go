package aten

import (
	"slices"
	"strings"
	"sync"

	"multitorch/internal/libtorch"
	"multitorch/torch"
)

// overload is an operator of the running libtorch with its arguments.
type overload struct {
	name string // "aten::add.Tensor"
	args []declared
}

// declared is an argument as the schema has it.
type declared struct {
	name, base string // base is the type without its marks: "Tensor", "Scalar", "int"
	list       bool
	optional   bool // may be nil
	free       bool // has a default
	keyword    bool // is given by its name alone in Python
	written    bool // is changed by the operator
}

// registry is every operator of the running libtorch, by its name and, under the name
// without the overload, all of them in the order in which Python tries them: those that
// take a tensor before those that take a number in its place.
type registry struct {
	byName map[string]*overload
	byBase map[string][]*overload
}

var registered = sync.OnceValue(func() registry {
	schemas, err := libtorch.Schemas()
	if err != nil {
		panic(&torch.Error{Op: "Call", Message: err.Error()})
	}
	r := registry{map[string]*overload{}, map[string][]*overload{}}
	for s := range strings.Lines(schemas) {
		name, rest, _ := strings.Cut(s, "(")
		o := &overload{name, declarations(rest[:max(0, strings.LastIndex(rest, ") -> "))])}
		base, _, _ := strings.Cut(name, ".")
		r.byName[name] = o
		r.byBase[base] = append(r.byBase[base], o)
	}
	for _, all := range r.byBase {
		slices.SortFunc(all, func(a, b *overload) int {
			if n := a.scalars() - b.scalars(); n != 0 {
				return n
			}
			return strings.Compare(a.name, b.name)
		})
	}
	return r
})

// choose is the operator that a call by this name means, with the arguments in its order.
// It is the one that is named, if it takes the arguments; or else the first of its
// overloads that does, as Python's functions choose; or else the named one, whose call says
// what is wrong. Only one whose overload is named takes by their places what Python takes
// by their names alone.
func choose(name string, given []any, options []Option) (string, []any) {
	all := registered()
	base, _, withOverload := strings.Cut(name, ".")
	named := all.byName[name]
	if named != nil {
		if args, ok := named.fit(given, options, withOverload); ok {
			return name, args
		}
	}
	if named != nil || !withOverload {
		for _, o := range all.byBase[base] {
			if args, ok := o.fit(given, options, false); ok {
				return o.name, args
			}
		}
	}
	if named == nil {
		return name, given // the call will say so
	}
	return name, named.place(given, options)
}

// fit places the arguments and reports whether the operator takes them; byPlace is for
// those that Python takes by their names alone.
func (o *overload) fit(given []any, options []Option, byPlace bool) ([]any, bool) {
	if len(given) > len(o.args) || !byPlace && len(given) > 0 && o.args[len(given)-1].keyword {
		return nil, false
	}
	args := slices.Clone(given)
	for _, option := range options {
		var wrong string
		if args, wrong = o.put(args, len(given), option); wrong != "" {
			return nil, false
		}
	}
	for i, a := range o.args {
		if i >= len(args) || args[i] == torch.Default {
			if !a.free {
				return nil, false
			}
		} else if !a.takes(o.name, args[i]) {
			return nil, false
		}
	}
	return args, true
}

// place puts the arguments with a name behind those without.
func (o *overload) place(given []any, options []Option) []any {
	args := slices.Clone(given)
	for _, option := range options {
		var wrong string
		if args, wrong = o.put(args, len(given), option); wrong != "" {
			panic(callError(o.name, wrong))
		}
	}
	return args
}

// put puts one named argument where the schema has it, behind n others.
func (o *overload) put(args []any, n int, option Option) (_ []any, wrong string) {
	i := slices.IndexFunc(o.args, func(a declared) bool { return a.name == option.name })
	switch {
	case i < 0:
		return args, "has no argument " + option.name + ": it takes " + strings.Join(o.names(), ", ")
	case i < n || i < len(args) && args[i] != torch.Default:
		return args, "the argument " + option.name + " was given twice"
	}
	for len(args) <= i {
		args = append(args, torch.Default)
	}
	args[i] = plain(option.value)
	return args, ""
}

func (o *overload) names() []string {
	names := make([]string, len(o.args))
	for i, a := range o.args {
		names[i] = a.name
	}
	return names
}

// scalars counts the numbers among the arguments.
func (o *overload) scalars() (n int) {
	for _, a := range o.args {
		if a.base == "Scalar" {
			n++
		}
	}
	return n
}

// takes reports whether a value may stand for the argument. It is exact where overloads
// differ, in tensors and numbers; what is wrong elsewhere the call says.
func (a declared) takes(operator string, v any) bool {
	if v == nil {
		return a.optional
	}
	switch x := v.(type) {
	case *torch.Tensor:
		return !a.list && (a.base == "Tensor" || a.base == "Storage") && (x != nil || a.optional)
	case []*torch.Tensor:
		return a.list && a.base == "Tensor"
	case bool:
		return !a.list && (a.base == "bool" || a.base == "Scalar" || a.takesNumbers(operator))
	case int, int64, int32, int16, int8, uint8, uint16, uint32:
		return a.base == "int" || !a.list && (a.base == "float" || a.base == "Scalar" || a.takesNumbers(operator) || a.isEnum())
	case float64, float32:
		return a.base == "float" || !a.list && (a.base == "Scalar" || a.takesNumbers(operator))
	case complex128, complex64:
		return !a.list && (a.base == "Scalar" || a.takesNumbers(operator))
	case string:
		return !a.list && a.base == "str" || a.base == "Dimname"
	case []int:
		return a.list && (a.base == "int" || a.base == "float" || a.base == "Scalar")
	case []float64:
		return a.list && (a.base == "float" || a.base == "Scalar")
	case []string:
		return a.list && (a.base == "str" || a.base == "Dimname")
	case []bool:
		return a.list && a.base == "bool"
	}
	return !a.isTensor()
}

func (a declared) isTensor() bool { return !a.list && a.base == "Tensor" }

// isEnum reports whether the argument is a number to libtorch that has a type of its own
// in the schema; older versions call these int.
func (a declared) isEnum() bool {
	switch a.base {
	case "ScalarType", "Layout", "MemoryFormat", "SymInt":
		return true
	}
	return false
}

// takesNumbers reports whether Python makes a tensor of a number that stands for this one.
func (a declared) takesNumbers(operator string) bool {
	name, _, _ := strings.Cut(strings.TrimPrefix(operator, "aten::"), ".")
	switch strings.TrimSuffix(name, "_") {
	case "add", "sub", "subtract", "mul", "multiply", "div", "divide", "true_divide", "floor_divide", "copy", "_to_copy":
		return a.isTensor() && !a.written
	}
	return false
}

// declarations reads "Tensor self, *, Scalar? alpha=1".
func declarations(list string) []declared {
	var all []declared
	depth, from, keyword := 0, 0, false
	for i, c := range list + "," {
		switch {
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			declaration, _, free := strings.Cut(list[from:i], "=")
			from = i + 1
			at := strings.LastIndexByte(declaration, ' ')
			keyword = keyword || declaration[at+1:] == "*"
			if at < 0 || declaration[at+1:] == "*" {
				continue
			}
			a := declared{name: declaration[at+1:], free: free, keyword: keyword, written: strings.Contains(declaration[:at], "!")}
			a.base, a.optional = strings.CutSuffix(strings.TrimSpace(declaration[:at]), "?")
			if bracket := strings.IndexByte(a.base, '['); bracket >= 0 {
				a.base, a.list = strings.TrimSuffix(a.base[:bracket], "?"), true
			}
			a.base, _, _ = strings.Cut(a.base, "(")
			if a.base == "SymInt" {
				a.base = "int"
			}
			all = append(all, a)
		}
	}
	return all
}
