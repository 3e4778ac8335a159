package profiler

import (
	"fmt"
	"reflect"
	"strings"

	"multitorch/nn"
	"multitorch/torch"
)

// Watch notes every Forward of a model's modules, and, of those without modules of their own, the backward pass, until stop is
// called. No number changes; what passes inside transformers and sequences is freed later than without. What a module changes in
// place counts for it in the backward pass, since the gradient before it may have no hook any more.
func (p *Profiler) Watch(m nn.Module) (stop func()) {
	var hooks []*nn.Hook
	for _, named := range nn.NamedModules(m) {
		name, kind := named.Name, kindOf(named.Module)
		leaf := len(nn.Modules(named.Module)) == 1
		hooks = append(hooks,
			nn.RegisterForwardPreHook(named.Module, func(_ nn.Module, in []*torch.Tensor) []*torch.Tensor {
				s := Span{Name: kind, Category: "forward", Module: name, Shapes: shapes(in)}
				if leaf && len(in) > 0 && in[0] != nil {
					s.gradFn = in[0].GradFn()
				}
				p.begin(s)
				return nil
			}),
			nn.RegisterForwardHook(named.Module, func(_ nn.Module, in, out []*torch.Tensor) []*torch.Tensor {
				before := p.done("forward", name).gradFn
				if !leaf || !torch.IsGradEnabled() {
					return nil
				}
				if len(in) > 0 && len(out) > 0 && in[0] == out[0] {
					if out[0].GradFn() == before { // an Identity has no backward
						return nil
					}
					in = nil // what was there before is gone, and its gradient with it
				}
				p.watchGradients(Span{Name: kind, Category: "backward", Module: name, Shapes: shapes(out)}, in, out)
				return nil
			}))
	}
	return func() {
		for _, h := range hooks {
			h.Remove()
		}
	}
}

// watchGradients begins a module's backward when the gradient of an output is known, which ends the one before, and ends it
// when that of an input is.
func (p *Profiler) watchGradients(s Span, in, out []*torch.Tensor) {
	hook := func(ts []*torch.Tensor, f func()) {
		for _, t := range ts {
			if t == nil || !t.RequiresGrad() || t.IsLeaf() {
				continue
			}
			t.RegisterHook(func(*torch.Tensor) *torch.Tensor {
				f()
				return nil
			})
			return // one is enough to say when
		}
	}
	hook(out, func() {
		p.doneBackward()
		p.begin(s)
	})
	hook(in, func() { p.done(s.Category, s.Module) })
}

func shapes(in []*torch.Tensor) string {
	var all []string
	for _, x := range in {
		if x != nil {
			all = append(all, strings.ReplaceAll(fmt.Sprint([]int(x.Shape())), " ", ", "))
		}
	}
	return strings.Join(all, " ")
}

// kindOf is what PyTorch calls a module's class.
func kindOf(m nn.Module) string {
	if named, ok := m.(interface{ PythonName() string }); ok {
		return named.PythonName()
	}
	t := reflect.TypeOf(m)
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	name, _, _ := strings.Cut(t.Name(), "[")
	return name
}
