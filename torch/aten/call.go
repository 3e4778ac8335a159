package aten

import (
	"strings"
	"sync"

	"multitorch/torch"
)

// Call calls any operator of the running libtorch by its name, with its overload:
// "add.Tensor", "_softmax", "quantized::linear". Where that overload does not take the
// arguments, or none is named, it calls the one that does, as Python's functions choose:
// "where", and "where.self" too, is where.ScalarOther for a tensor and a number.
//
// Arguments stand in the schema's order; those made by [Named], or by any option's
// function, come last, and those not given are the defaults. It takes *torch.Tensor,
// []*torch.Tensor, numbers, []int, []float64, bool, []bool, string, []string, []any (a
// list of numbers of several types), torch.DType, torch.Device, *torch.Generator,
// [Layout], [MemoryFormat], nil for None, and torch.Default.
//
// It returns all results: nil, *torch.Tensor, []*torch.Tensor, int64, float64,
// bool, complex128, string, torch.Device, []int, []float64 or []bool. An operator
// that writes to a tensor returns that tensor once more.
func Call(name string, args ...any) []any {
	if !strings.Contains(name, "::") {
		name = "aten::" + name
	}
	given := make([]any, 0, len(args))
	var options []Option
	for _, a := range args {
		if o, named := a.(Option); named {
			options = append(options, o)
		} else if len(options) > 0 {
			panic(callError(name, "an argument without a name stands behind one with a name"))
		} else {
			given = append(given, plain(a))
		}
	}
	name, given = choose(name, given, options)
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
