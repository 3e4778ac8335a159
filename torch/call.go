package torch

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"

	"multitorch/internal/libtorch"
)

// given stands for an argument that the caller leaves to libtorch's default.
type absent string

const byDefault = absent("libtorch's default")

// call is one call of an operator: its arguments as a stream, the scope that the
// results join, and the number of tensors among the arguments that are held.
// It keeps no pointer to an argument, so that a call costs no memory but its
// results'.
type call struct {
	op      *libtorch.Op
	args    libtorch.Args
	results libtorch.Results
	scope   *Scope
	held    int
	read    int // of the results
}

// do calls an operator and returns its first result, a tensor (nil for None).
//
// It takes the Go values *Tensor, []*Tensor, int, []int, int64, float64,
// []float64, bool, []bool, complex128, string, []string, []any (numbers), DType,
// MemoryFormat, Device, *Generator, nil (None) and byDefault.
func do(op *libtorch.Op, args ...any) *Tensor {
	var c call
	c.run(op, args)
	t := c.tensor(c.scope)
	c.drop()
	return t
}

// do1 is do for one tensor; binary is do for two. They are the quick way, and
// most calls of a program are of this sort.
func do1(op *libtorch.Op, x *Tensor) *Tensor { return binary(op, x, nil) }

func binary(op *libtorch.Op, x, y *Tensor) *Tensor {
	hx := x.acquire(op.Short)
	scope := x.scope.Load()
	hy := libtorch.Tensor(0)
	switch {
	case y == x: // held once
		hy = hx
	case y != nil:
		if y.uses.Add(1) < 0 || y.handle == 0 {
			y.release()
			x.release()
			panic(y.unusable(op.Short))
		}
		hy = y.handle
		scope = inner(scope, y.scope.Load())
	}
	h, err := op.CallTensors(hx, hy)
	if roomMade(err) {
		h, err = op.CallTensors(hx, hy)
	}
	x.release() // no defer: nothing above panics, and it would show in small operators
	if y != nil && y != x {
		y.release()
	}
	if err != nil {
		panic(newError(op.Short, err, tensorsIn([]any{x, y})))
	}
	logWarnings()
	return newTensor(h, scope)
}

// withNumber is binary with a number for the second tensor; see binaryOp.
func withNumber(op *libtorch.Op, x *Tensor, v any) *Tensor {
	hx := x.acquire(op.Short)
	scope := x.scope.Load()
	h, err := op.CallNumber(hx, v)
	if roomMade(err) {
		h, err = op.CallNumber(hx, v)
	}
	x.release()
	if err != nil {
		panic(newError(op.Short, err, tensorsIn([]any{x})))
	}
	logWarnings()
	return newTensor(h, scope)
}

// withInts is do for a tensor and two integers, as quick as binary.
func withInts(op *libtorch.Op, x *Tensor, i, j int) *Tensor {
	h, scope, err := x.callInts(op, i, j)
	if err != nil {
		panic(newError(op.Short, err, tensorsIn([]any{x})))
	}
	return newTensor(h, scope)
}

func (x *Tensor) callInts(op *libtorch.Op, i, j int) (libtorch.Tensor, *Scope, error) {
	hx := x.acquire(op.Short)
	scope := x.scope.Load()
	h, err := op.CallInts(hx, i, j)
	if roomMade(err) {
		h, err = op.CallInts(hx, i, j)
	}
	x.release()
	logWarnings()
	return h, scope, err
}

// inner is the scope that was opened last.
func inner(a, b *Scope) *Scope {
	if a == nil || b != nil && b.order > a.order {
		return b
	}
	return a
}

func newTensors(hs []libtorch.Tensor, scope *Scope) []*Tensor {
	ts := make([]*Tensor, len(hs))
	for i, h := range hs {
		ts[i] = newTensor(h, scope)
	}
	return ts
}

func (c *call) run(op *libtorch.Op, args []any) {
	c.op = op
	defer c.release(args)
	for _, a := range args {
		c.add(a)
	}
	err := op.Call(&c.args, &c.results)
	if roomMade(err) {
		err = op.Call(&c.args, &c.results)
	}
	if err != nil {
		e := newError(op.Short, err, tensorsIn(args))
		if i := nilInList(args); i >= 0 && strings.Contains(e.Message, "of type Tensor[], but") {
			e.Message = fmt.Sprintf("expected a list of tensors, but number %d of it is nil", i)
		}
		panic(e)
	}
	logWarnings()
}

// nilInList is the place of the first nil in a list of tensors among args, or -1.
func nilInList(args []any) int {
	for _, a := range args {
		if list, ok := a.([]*Tensor); ok {
			if i := slices.Index(list, nil); i >= 0 {
				return i
			}
		}
	}
	return -1
}

// release lets the held tensors go: the first ones among args.
func (c *call) release(args []any) {
	for _, a := range args {
		switch v := a.(type) {
		case *Tensor:
			if v != nil && c.held > 0 {
				v.release()
				c.held--
			}
		case []*Tensor:
			for _, t := range v {
				if t != nil && c.held > 0 {
					t.release()
					c.held--
				}
			}
		}
	}
}

// tensorsIn describes the tensors among args, for an error message.
func tensorsIn(args []any) []string {
	var ds []string
	for _, a := range args {
		switch v := a.(type) {
		case *Tensor:
			if v != nil {
				ds = append(ds, v.describe())
			}
		case []*Tensor:
			for _, t := range v {
				ds = append(ds, t.describe())
			}
		}
	}
	return ds
}

func (c *call) add(arg any) {
	switch v := arg.(type) {
	case *Tensor:
		if v == nil {
			c.args.None()
			return
		}
		c.args.Tensor(c.hold(v))
	case []*Tensor:
		c.args.Tensors(len(v))
		for _, t := range v {
			if t == nil {
				c.args.Item(0)
				continue
			}
			c.args.Item(c.hold(t))
		}
	case int:
		c.args.Int(int64(v))
	case int64:
		c.args.Int(v)
	case []int:
		c.args.Ints(v)
	case float64:
		c.args.Float(v)
	case float32:
		c.args.Float(float64(v))
	case []float64:
		c.args.Floats(v)
	case bool:
		c.args.Bool(v)
	case []bool:
		c.args.Bools(v)
	case []string:
		c.args.List(len(v))
		for _, s := range v {
			c.args.String(s)
		}
	case []any:
		c.args.List(len(v))
		for _, item := range v {
			c.add(goNumber(c.op.Short, item))
		}
	case complex128:
		c.args.Complex(v)
	case string:
		c.args.String(v)
	case DType:
		if err := v.available(); err != nil {
			panic(&Error{Op: c.op.Short, Kind: TypeError, Message: err.Error()})
		}
		c.args.Int(int64(v))
	case MemoryFormat:
		c.args.Int(int64(oneFormat(c.op.Short, []MemoryFormat{v})))
	case Device:
		if v.kind() < cpu || v.kind() > lastKind {
			panic(&Error{Op: c.op.Short, Kind: ValueError, Message: "expected a device, but got " + v.String()})
		}
		c.args.Device(int(v.kind()), v.Index())
	case *Generator:
		if v == nil {
			c.args.None()
			return
		}
		c.args.Generator(v.native(c.op.Short))
	case nil:
		c.args.None()
	case absent:
		c.args.Default()
	case int8, int16, int32, uint8, uint16, uint32, complex64:
		c.add(goNumber(c.op.Short, v))
	default:
		panic(&Error{Op: c.op.Short, Kind: TypeError, Message: fmt.Sprintf("an argument of the Go type %T can't be passed", arg)})
	}
}

// hold keeps t from being freed until release, and notes its scope.
func (c *call) hold(t *Tensor) libtorch.Tensor {
	h := t.acquire(c.op.Short)
	c.held++
	c.scope = inner(c.scope, t.scope.Load())
	return h
}

// roomMade reports whether a call that failed is worth another try: memory was
// short, and the collector has run since. What only it knows to be garbage may be
// enough.
func roomMade(err error) bool {
	if err == nil || !outOfMemory(err) {
		return false
	}
	pressure.collect(owner(nil))
	return true
}

func outOfMemory(err error) bool {
	var e *libtorch.Error
	return errors.As(err, &e) && e.Kind == libtorch.OutOfMemory
}

// number is a number as libtorch's Scalar: a Go number, or what Python takes for one too, a
// tensor without dimensions that needs no gradient.
func number(op string, v any) any {
	if t := asTensor(v); t != nil {
		if v = itemOf(t); v == any(t) {
			panic(&Error{
				Op: op, Kind: TypeError, Operands: []string{t.describe()},
				Message: "expected a number, or a tensor without dimensions that needs no gradient; Item() is a tensor's number",
			})
		}
	}
	return goNumber(op, v)
}

// goNumber is a Go number as libtorch's Scalar: an int or a bool stays one, so
// that type promotion is PyTorch's.
func goNumber(op string, v any) any { return numberElse(op, v, "a number") }

// eitherNumber is goNumber where a tensor may stand too, but does not.
func eitherNumber(op string, v any) any { return numberElse(op, v, "a tensor or a number") }

func numberElse(op string, v any, want string) any {
	switch v := v.(type) {
	case int, int64, float64, bool, complex128:
		return v
	case float32:
		return float64(v)
	case complex64:
		return complex128(v)
	case int8:
		return int(v)
	case int16:
		return int(v)
	case int32:
		return int(v)
	case uint8:
		return int(v)
	case uint16:
		return int(v)
	case uint32:
		return int(v)
	}
	got := fmt.Sprintf("a %T", v)
	if t, is := v.(*Tensor); v == nil || is && t == nil {
		got = "nil"
	}
	panic(&Error{Op: op, Kind: TypeError, Message: "expected " + want + ", but got " + got})
}

// toFloat reads a number that an operator returned.
func toFloat(v any) float64 {
	switch v := v.(type) {
	case int64:
		return float64(v)
	case float64:
		return v
	case bool:
		if v {
			return 1
		}
		return 0
	case complex128:
		return real(v)
	}
	return math.NaN()
}
