package torch

import (
	"fmt"

	"multitorch/internal/libtorch"
)

// do2 is do for operators that return two tensors.
func do2(op *libtorch.Op, args ...any) (t, u *Tensor) {
	var c call
	c.run(op, args)
	t, u = c.tensor(c.scope), c.tensor(c.scope)
	c.drop()
	return t, u
}

// do3 is do for operators that return three tensors.
func do3(op *libtorch.Op, args ...any) (t, u, v *Tensor) {
	var c call
	c.run(op, args)
	t, u, v = c.tensor(c.scope), c.tensor(c.scope), c.tensor(c.scope)
	c.drop()
	return t, u, v
}

// doList is do for operators that return a list of tensors.
func doList(op *libtorch.Op, args ...any) []*Tensor {
	var c call
	c.run(op, args)
	return c.tensors(c.scope)
}

// doVoid is do for operators that change their first argument: the reference to
// it that they return is dropped.
func doVoid(op *libtorch.Op, args ...any) {
	var c call
	c.run(op, args)
	c.drop()
}

// doValue is do for operators that return a number or a truth value.
func doValue(op *libtorch.Op, args ...any) any {
	var c call
	c.run(op, args)
	if c.results.IsTensor() || c.results.IsTensors() {
		panic(c.unexpected("a number, a truth value or a string, but got a tensor"))
	}
	v := c.next()
	c.drop()
	return v
}

// doAll is do for all results, whatever they are.
func doAll(op *libtorch.Op, args ...any) []any {
	var c call
	c.run(op, args)
	all := make([]any, c.results.Len())
	for i := range all {
		switch v := c.next().(type) {
		case libtorch.Tensor:
			all[i] = newTensor(v, c.scope)
		case []libtorch.Tensor:
			all[i] = newTensors(v, c.scope)
		case libtorch.Device:
			all[i] = deviceFrom(v.Kind, v.Index)
		default:
			all[i] = v
		}
	}
	return all
}

// next is the next result, for the caller to own.
func (c *call) next() any {
	c.read++
	return c.results.Value()
}

// tensor is the next result, which must be a tensor, or nil for None.
func (c *call) tensor(scope *Scope) *Tensor {
	if c.read == c.results.Len() {
		panic(c.unexpected(fmt.Sprintf("more than %d results", c.read)))
	}
	if c.results.IsNone() {
		c.next()
		return nil
	}
	if !c.results.IsTensor() {
		panic(c.unexpected("a tensor, but got something else"))
	}
	c.read++
	return newTensor(c.results.Tensor(), scope)
}

// tensors is the next result, which must be a list of tensors.
func (c *call) tensors(scope *Scope) []*Tensor {
	if c.results.Len() == 0 || !c.results.IsTensors() {
		panic(c.unexpected("a list of tensors, but got something else"))
	}
	c.read++
	ts := newTensors(c.results.Tensors(), scope)
	c.drop()
	return ts
}

// drop frees the results that were not read.
func (c *call) drop() {
	for c.read < c.results.Len() {
		switch v := c.next().(type) {
		case libtorch.Tensor:
			v.Free()
		case []libtorch.Tensor:
			libtorch.FreeAll(v)
		}
	}
}

func (c *call) unexpected(what string) *Error {
	c.drop()
	return &Error{Op: c.op.Short, Kind: TypeError, Message: "expected it to return " + what + "; Results returns all, whatever they are"}
}
