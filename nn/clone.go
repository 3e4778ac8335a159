package nn

import (
	"reflect"
	"slices"
	"sync"
	"unsafe"

	"multitorch/torch"
)

// Clone is a deep copy of a module, as copy.deepcopy: with parameters and buffers of its own, the former
// without gradients, and the same settings, mode and hooks. What the model shares, a weight in two places, the copy
// shares too. Fields that hold no part of a module are copied as Go does, but for slices, maps and
// tensors, which the copy has of its own; a tensor that is not a leaf is an error, as in PyTorch.
//
//	ema := nn.Clone(model)
func Clone[M Module](m M) M {
	walk(m, func(*node) {}) // panics where m contains itself
	c := cloner{copies: map[unsafe.Pointer]reflect.Value{}}
	var result M
	torch.NoGrad(func() {
		result = c.value(reflect.ValueOf(&m).Elem()).Interface().(M)
	})
	walk(result, func(*node) {})
	return result
}

// cloner copies values. Pointers that meet again are the same copy.
type cloner struct {
	copies map[unsafe.Pointer]reflect.Value
}

func (c *cloner) value(v reflect.Value) reflect.Value {
	if isNil(v) {
		return v
	}
	result := reflect.New(v.Type()).Elem()
	switch v.Kind() {
	case reflect.Pointer:
		return c.pointer(v)
	case reflect.Interface:
		result.Set(c.value(v.Elem()))
	case reflect.Struct:
		c.fields(v, result)
	case reflect.Slice:
		result.Set(reflect.MakeSlice(v.Type(), v.Len(), v.Len()))
		for i := range v.Len() {
			result.Index(i).Set(c.value(v.Index(i)))
		}
	case reflect.Array:
		for i := range v.Len() {
			result.Index(i).Set(c.value(v.Index(i)))
		}
	case reflect.Map:
		result.Set(reflect.MakeMapWithSize(v.Type(), v.Len()))
		for entries := v.MapRange(); entries.Next(); {
			result.SetMapIndex(entries.Key(), c.value(entries.Value()))
		}
	default:
		return v
	}
	return result
}

var (
	derivationType = reflect.TypeFor[*Derivation]()
	sourceType     = reflect.TypeFor[Source]()
)

// pointer copies what may be part of a module. Others keep pointing where they did.
func (c *cloner) pointer(v reflect.Value) reflect.Value {
	if known, ok := c.copies[v.UnsafePointer()]; ok && known.Type() == v.Type() {
		return known
	}
	if p, ok := v.Interface().(*Parameter); ok {
		return c.parameter(p)
	}
	if v.Type().Elem() == tensorType {
		return reflect.ValueOf(c.leaf(v.Interface().(*torch.Tensor), true))
	}
	if !holds(v.Type(), nil) && v.Type() != derivationType && !v.Type().Implements(sourceType) {
		return v
	}
	result := reflect.New(v.Type().Elem())
	c.copies[v.UnsafePointer()] = result
	if v.Elem().Kind() == reflect.Struct {
		c.fields(v.Elem(), result.Elem())
	} else {
		result.Elem().Set(c.value(v.Elem()))
	}
	if m, ok := result.Interface().(Module); ok {
		if h := m.mustEmbedNNBase().hooks.Load(); h != nil {
			h.module = m
		}
	}
	return result
}

// parameter copies a parameter, whose gradient PyTorch leaves out.
func (c *cloner) parameter(p *Parameter) reflect.Value {
	y := &Parameter{}
	result := reflect.ValueOf(y)
	c.copies[reflect.ValueOf(p).UnsafePointer()] = result
	if y.Tensor = p.Tensor; p.derivation == nil { // otherwise it has none
		y.Tensor = c.leaf(p.Tensor, false)
	}
	y.derivation = c.value(reflect.ValueOf(p.derivation)).Interface().(*Derivation)
	return result
}

// leaf copies a tensor, with its gradient or without, unless it has been copied.
func (c *cloner) leaf(t *torch.Tensor, withGradient bool) *torch.Tensor {
	at := reflect.ValueOf(t).UnsafePointer()
	if known, ok := c.copies[at]; ok {
		return known.Interface().(*torch.Tensor)
	}
	if !t.IsLeaf() {
		panic(invalid("Clone", "expected tensors that are leaves, but a module holds one with a history: Detach it"))
	}
	y := t.Clone().Keep().SetRequiresGrad(t.RequiresGrad())
	if g := t.Grad(); g != nil {
		if withGradient {
			copied := g.Clone()
			y.SetGrad(copied)
			copied.Free()
		}
		g.Free()
	}
	c.copies[at] = reflect.ValueOf(y)
	return y
}

// fields copies a struct's fields, also those that are not exported.
func (c *cloner) fields(from, to reflect.Value) {
	if from.Type() == baseType {
		c.base(from.Addr().Interface().(*Base), to.Addr().Interface().(*Base))
		return
	}
	if !from.CanAddr() { // fields can be reached in memory only
		addressable := reflect.New(from.Type()).Elem()
		addressable.Set(from)
		from = addressable
	}
	for i := range from.NumField() {
		f, g := from.Field(i), to.Field(i)
		f = reflect.NewAt(f.Type(), f.Addr().UnsafePointer()).Elem()
		reflect.NewAt(g.Type(), g.Addr().UnsafePointer()).Elem().Set(c.value(f))
	}
}

// base copies mode, what parameters are derived of, and hooks, whose module is not known yet.
func (c *cloner) base(from, b *Base) {
	b.evaluating.Store(from.evaluating.Load())
	b.last = slices.Clone(from.last)
	for _, d := range from.derived {
		derivation := c.value(reflect.ValueOf(d.Derivation)).Interface().(*Derivation)
		parameter := c.value(reflect.ValueOf(d.parameter)).Interface().(*Parameter)
		b.derived = append(b.derived, derived{derivation, d.name, parameter, c.leaf(d.before, false)})
	}
	if h := from.hooks.Load(); h != nil {
		own := *h
		own.module, own.calls = nil, &sync.Map{}
		b.hooks.Store(&own)
	}
}
