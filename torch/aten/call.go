package aten

import (
	"fmt"
	"slices"
	"strings"
	"sync"

	"multitorch/torch"
)

// Call calls any operator of the running libtorch by its name, with its overload:
// "add.Tensor", "_softmax", "quantized::linear". Arguments stand in the schema's
// order; those made by [Named], or by any option's function, come last, and those
// not given are the defaults. It takes *torch.Tensor, []*torch.Tensor, numbers,
// []int, []float64, bool, []bool, string, []string, []any (a list of numbers of
// several types), torch.DType, torch.Device, *torch.Generator, [Layout],
// [MemoryFormat], nil for None, and torch.Default.
//
// It returns all results: nil, *torch.Tensor, []*torch.Tensor, int64, float64,
// bool, complex128, string, torch.Device, []int, []float64 or []bool. An operator
// that writes to a tensor returns that tensor once more.
func Call(name string, args ...any) []any {
	if !strings.Contains(name, "::") {
		name = "aten::" + name
	}
	given := make([]any, len(args))
	n := 0
	for ; n < len(args); n++ {
		if _, named := args[n].(Option); named {
			break
		}
		given[n] = plain(args[n])
	}
	given = given[:n]
	for _, a := range args[n:] {
		o, named := a.(Option)
		if !named {
			panic(callError(name, "an argument without a name stands behind one with a name"))
		}
		given = place(name, given, n, o)
	}
	return dynamic(name).Results(given...)
}

var dynamicOperators sync.Map // *torch.Operator by name

func dynamic(name string) *torch.Operator {
	if op, ok := dynamicOperators.Load(name); ok {
		return op.(*torch.Operator)
	}
	op := torch.NewOperator(name)
	if op.Exists() {
		dynamicOperators.Store(name, op)
	}
	return op
}

// place puts a named argument where the schema has it, behind n others.
func place(name string, given []any, n int, o Option) []any {
	names, exists := arguments()[name]
	if !exists {
		return given // the call will say so
	}
	i := slices.Index(names, o.name)
	switch {
	case i < 0:
		panic(callError(name, fmt.Sprintf("has no argument %s: it takes %s", o.name, strings.Join(names, ", "))))
	case i < n || i < len(given) && given[i] != torch.Default:
		panic(callError(name, fmt.Sprintf("the argument %s was given twice", o.name)))
	}
	for len(given) <= i {
		given = append(given, torch.Default)
	}
	given[i] = plain(o.value)
	return given
}

func callError(name, message string) *torch.Error {
	return &torch.Error{Op: strings.TrimPrefix(name, "aten::"), Kind: torch.TypeError, Message: message}
}

// plain is a value as package torch takes it.
func plain(v any) any {
	switch v := v.(type) {
	case Layout:
		return int(v)
	case MemoryFormat:
		return int(v)
	}
	return v
}

// arguments are the names of every operator's arguments in the running libtorch.
var arguments = sync.OnceValue(func() map[string][]string {
	schemas, err := torch.Schemas()
	if err != nil {
		panic(&torch.Error{Op: "Call", Message: err.Error()})
	}
	m := make(map[string][]string, len(schemas))
	for _, s := range schemas {
		name, rest, _ := strings.Cut(s, "(")
		m[name] = argumentNames(rest[:max(0, strings.LastIndex(rest, ") -> "))])
	}
	return m
})

// argumentNames reads "Tensor self, *, Scalar alpha=1".
func argumentNames(list string) []string {
	var names []string
	depth, from := 0, 0
	for i, c := range list + "," {
		switch {
		case c == '(' || c == '[':
			depth++
		case c == ')' || c == ']':
			depth--
		case c == ',' && depth == 0:
			declaration, _, _ := strings.Cut(list[from:i], "=")
			from = i + 1
			if at := strings.LastIndexByte(declaration, ' '); at >= 0 && declaration[at+1:] != "*" {
				names = append(names, declaration[at+1:])
			}
		}
	}
	return names
}
