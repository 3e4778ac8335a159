package torch

import (
	"errors"
	"fmt"
	"math"

	"multitorch/internal/libtorch"
)

// given stands for an argument that the caller leaves to libtorch's default.
type absent struct{}

var byDefault = absent{}

// call is one call of an operator: its arguments, the tensors among them (held
// until it returns), and the scope that the results join.
type call struct {
	op      *libtorch.Op
	args    libtorch.Args
	results libtorch.Results
	inline  [4]*Tensor
	held    []*Tensor
	scope   *Scope
}

// do calls an operator and returns its first result, a tensor (nil for None).
//
// It takes the Go values *Tensor, []*Tensor, int, []int, int64, float64,
// []float64, bool, []bool, complex128, string, DType, Device, *Generator, nil
// (None) and byDefault.
func do(op *libtorch.Op, args ...any) *Tensor {
	var c call
	c.run(op, args)
	return newTensor(c.results.Tensor(), c.scope)
}

// do2 is do for operators that return two tensors.
func do2(op *libtorch.Op, args ...any) (*Tensor, *Tensor) {
	var c call
	c.run(op, args)
	return newTensor(c.results.Tensor(), c.scope), newTensor(c.results.Tensor(), c.scope)
}

// do3 is do for operators that return three tensors.
func do3(op *libtorch.Op, args ...any) (*Tensor, *Tensor, *Tensor) {
	var c call
	c.run(op, args)
	return newTensor(c.results.Tensor(), c.scope), newTensor(c.results.Tensor(), c.scope), newTensor(c.results.Tensor(), c.scope)
}

// doList is do for operators that return a list of tensors.
func doList(op *libtorch.Op, args ...any) []*Tensor {
	var c call
	c.run(op, args)
	hs := c.results.Tensors()
	ts := make([]*Tensor, len(hs))
	for i, h := range hs {
		ts[i] = newTensor(h, c.scope)
	}
	return ts
}

// doVoid is do for operators that change their first argument: the reference to
// it that they return is dropped.
func doVoid(op *libtorch.Op, args ...any) {
	var c call
	c.run(op, args)
	for range c.results.Len() {
		switch v := c.results.Value().(type) {
		case libtorch.Tensor:
			v.Free()
		case []libtorch.Tensor:
			libtorch.FreeAll(v)
		}
	}
}

// doValue is do for operators that return a number or a truth value.
func doValue(op *libtorch.Op, args ...any) any {
	var c call
	c.run(op, args)
	return c.results.Value()
}

func (c *call) run(op *libtorch.Op, args []any) {
	c.op, c.held = op, c.inline[:0]
	defer c.releaseAll()
	for _, a := range args {
		c.add(a)
	}
	err := op.Call(&c.args, &c.results)
	if err != nil && outOfMemory(err) {
		pressure.collect() // what only the collector knows to be garbage may be enough
		err = op.Call(&c.args, &c.results)
	}
	if err != nil {
		fail(op.Short(), c.held, err)
	}
	logWarnings()
}

func (c *call) releaseAll() {
	for _, t := range c.held {
		t.release()
	}
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
	case complex128:
		c.args.Complex(v)
	case string:
		c.args.String(v)
	case DType:
		c.args.Int(int64(v))
	case Device:
		c.args.Device(int(v.kind), v.Index())
	case *Generator:
		if v == nil {
			c.args.None()
			return
		}
		c.args.Generator(v.handle)
	case nil:
		c.args.None()
	case absent:
		c.args.Default()
	default:
		panic(&Error{Op: c.op.Short(), Kind: TypeError, Message: fmt.Sprintf("an argument of the Go type %T can't be passed", arg)})
	}
}

// hold keeps t from being freed while the call runs, and notes its scope.
func (c *call) hold(t *Tensor) libtorch.Tensor {
	h := t.acquire(c.op.Short())
	c.held = append(c.held, t)
	if s := t.scope.Load(); s != nil && (c.scope == nil || s.order > c.scope.order) {
		c.scope = s
	}
	return h
}

func outOfMemory(err error) bool {
	var e *libtorch.Error
	return errors.As(err, &e) && e.Kind == libtorch.OutOfMemory
}

// number is a Go number as libtorch's Scalar: an int or a bool stays one, so
// that type promotion is PyTorch's.
func number(op string, v any) any {
	switch v := v.(type) {
	case int, int64, float64, bool, complex128:
		return v
	case float32:
		return float64(v)
	case int32:
		return int(v)
	case uint8:
		return int(v)
	}
	panic(&Error{Op: op, Kind: TypeError, Message: fmt.Sprintf("expected a number, but got a %T", v)})
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
