package nn

import (
	"reflect"
	"slices"

	"multitorch/torch"
)

// Through runs f, the body of a Forward, with the module's hooks, and so that an error in it names
// the module:
//
//	func (m *Net) Forward(x *torch.Tensor) *torch.Tensor {
//		return nn.Through(m, x, func(x *torch.Tensor) *torch.Tensor { … })
//	}
func Through(m Module, x *torch.Tensor, f func(x *torch.Tensor) *torch.Tensor) (y *torch.Tensor) {
	b := m.mustEmbedNNBase()
	x = b.enter(x)
	defer b.leave(typeName(m), x, &y)
	return f(x)
}

// ThroughAll is Through for a Forward of several inputs or outputs, of which any may be nil:
//
//	func (m *Net) Forward(x, h *torch.Tensor) (y, next *torch.Tensor) {
//		out := nn.ThroughAll(m, []*torch.Tensor{x, h}, func(in []*torch.Tensor) []*torch.Tensor { … })
//		return out[0], out[1]
//	}
func ThroughAll(m Module, inputs []*torch.Tensor, f func(inputs []*torch.Tensor) []*torch.Tensor) (outputs []*torch.Tensor) {
	b := m.mustEmbedNNBase()
	if h := b.hooks.Load(); h != nil {
		inputs = h.before(slices.Clone(inputs))
	}
	defer func() {
		if r := recover(); r != nil {
			panic(b.failed(r, typeName(m), inputs...))
		}
		if h := b.hooks.Load(); h != nil {
			outputs = h.after(inputs, outputs)
		}
	}()
	return f(inputs)
}

// Call is Through for a Forward that takes or returns anything:
//
//	func (m *Net) Forward(in Inputs) Outputs {
//		return nn.Call(m, func() Outputs { … })
//	}
//
// Hooks get no inputs, as for a call in Python with keywords only, and thus no gradients of inputs. The
// outputs are the tensor that f returns, the tensors of its slice, or the exported tensors of its
// struct; of anything else there are none, and a backward hook on m is an error.
func Call[T any](m Module, f func() T) (result T) {
	b := m.mustEmbedNNBase()
	if h := b.hooks.Load(); h != nil {
		h.before(nil)
	}
	defer func() {
		if r := recover(); r != nil {
			panic(b.failed(r, typeName(m)))
		}
		if h := b.hooks.Load(); h != nil {
			h.afterCall(reflect.ValueOf(&result).Elem())
		}
	}()
	return f()
}

// afterCall is after for a result of any kind.
func (h *hooks) afterCall(result reflect.Value) {
	places := tensorsOf(result)
	if len(places) == 0 && len(h.backward)+len(h.backwardPre) > 0 {
		panic(invalid(typeName(h.module), "expected its Forward to return tensors for the backward hooks on it, but got %s: "+
			"ThroughAll in place of Call tells hooks the inputs and outputs", result.Type()))
	}
	out := make([]*torch.Tensor, len(places))
	for i, p := range places {
		out[i] = *p
	}
	for i, y := range h.after(nil, out) {
		*places[i] = y
	}
}

// tensorsOf are the places of a result's tensors.
func tensorsOf(result reflect.Value) (places []**torch.Tensor) {
	add := func(v reflect.Value) {
		if p, ok := v.Addr().Interface().(**torch.Tensor); ok {
			places = append(places, p)
		}
	}
	switch result.Kind() {
	case reflect.Struct:
		for i := range result.NumField() {
			if result.Type().Field(i).IsExported() {
				add(result.Field(i))
			}
		}
	case reflect.Slice:
		for i := range result.Len() {
			add(result.Index(i))
		}
	default:
		add(result)
	}
	return places
}
