package aten

import (
	"fmt"
	"strings"
	"sync"

	"multitorch/torch"
)

// operator is an operator with its arguments, in the order in which they are
// given: the required ones (a question mark says that nil may be given, a bar
// separates the names of different versions) and those with defaults. It is
// looked up when it is first used, so that a program's start doesn't pay for the
// others.
type operator struct {
	name     string // "aten::add.Tensor"
	required string // "self other"
	optional string // "alpha"

	once    sync.Once
	op      *torch.Operator
	may     []bool // be nil: the required ones
	options []string
}

// get returns the operator, ready to be called.
func (o *operator) get() *torch.Operator {
	o.once.Do(func() {
		var names []string
		for name := range strings.FieldsSeq(o.required) {
			bare, may := strings.CutSuffix(name, "?")
			names = append(names, bare)
			o.may = append(o.may, may)
		}
		o.options = strings.Fields(o.optional)
		o.op = torch.NewOperator(o.name, append(names, o.options...)...)
	})
	return o.op
}

// with checks the required arguments and adds the options to them.
func (o *operator) with(options []Option, args []any) (*torch.Operator, []any) {
	op := o.get()
	for i, a := range args {
		switch v := a.(type) {
		case *torch.Tensor:
			if v == nil && !o.may[i] {
				panic(o.nilError(i, "a tensor, but got nil"))
			}
		case []*torch.Tensor:
			for j, t := range v {
				if t == nil && !o.may[i] {
					panic(o.nilError(i, fmt.Sprintf("tensors, but the one at %d is nil", j)))
				}
			}
		}
	}
	if len(options) == 0 {
		return op, args
	}
	all := make([]any, len(args)+len(o.options))
	rest := all[copy(all, args):]
	for i := range rest {
		rest[i] = torch.Default
	}
	for _, option := range options {
		i := o.find(option.name)
		if rest[i] != torch.Default {
			panic(o.error(fmt.Sprintf("the option %s was given twice", option.name)))
		}
		rest[i] = option.value
	}
	return op, all
}

// find is the place of an option.
func (o *operator) find(name string) int {
	for i, n := range o.options {
		if n == name {
			return i
		}
	}
	if len(o.options) == 0 {
		panic(o.error(fmt.Sprintf("has no option %s: it takes none", name)))
	}
	panic(o.error(fmt.Sprintf("has no option %s: it takes %s", name, strings.Join(o.options, ", "))))
}

func (o *operator) error(message string) *torch.Error {
	return &torch.Error{Op: strings.TrimPrefix(o.name, "aten::"), Kind: torch.TypeError, Message: message}
}

func (o *operator) nilError(arg int, message string) *torch.Error {
	return o.error(fmt.Sprintf("expected argument %s to be %s", strings.Fields(o.required)[arg], message))
}

// The ways to call an operator differ in what comes back. unary and binary are
// the quick ones, which most calls of a program can go.

func (o *operator) unary(options []Option, x *torch.Tensor) *torch.Tensor {
	if len(options) == 0 && x != nil {
		return o.get().Unary(x)
	}
	return o.tensor(options, x)
}

func (o *operator) binary(options []Option, x, y *torch.Tensor) *torch.Tensor {
	if len(options) == 0 && x != nil && y != nil {
		return o.get().Binary(x, y)
	}
	return o.tensor(options, x, y)
}

func (o *operator) tensor(options []Option, args ...any) *torch.Tensor {
	op, all := o.with(options, args)
	return op.Call(all...)
}

func (o *operator) tensor2(options []Option, args ...any) (_, _ *torch.Tensor) {
	op, all := o.with(options, args)
	return op.Call2(all...)
}

func (o *operator) tensor3(options []Option, args ...any) (_, _, _ *torch.Tensor) {
	op, all := o.with(options, args)
	return op.Call3(all...)
}

func (o *operator) list(options []Option, args ...any) []*torch.Tensor {
	op, all := o.with(options, args)
	return op.List(all...)
}

func (o *operator) do(options []Option, args ...any) {
	op, all := o.with(options, args)
	op.Do(all...)
}

func (o *operator) value(options []Option, args ...any) any {
	op, all := o.with(options, args)
	return op.Value(all...)
}

func (o *operator) results(options []Option, args ...any) []any {
	op, all := o.with(options, args)
	return op.Results(all...)
}

// as reads a result; nil, for an undefined one, is the zero value.
func as[T any](result any) T {
	v, _ := result.(T)
	return v
}
