// Package parametrize computes a module's parameter of others, by modules of its own, as torch.nn.utils.parametrize. Those
// that PyTorch has are in package parametrizations.
//
//	type symmetric struct{ nn.Base }
//
//	func (symmetric) Forward(x *torch.Tensor) *torch.Tensor { return x.Triu(0).Add(x.Triu(1).T()) }
//
//	parametrize.Register(layer, "weight", &symmetric{})
//
// The state has parametrizations.weight.original, and what the parametrizations have. A module of this toolkit computes with
// the result; one of another package that is to be parametrized reads its parameter by its Value.
package parametrize

import (
	"fmt"
	"reflect"
	"slices"
	"strconv"

	"multitorch/nn"
	"multitorch/torch"
)

// Joining is a parametrization of several tensors. Others are an [nn.Layer], of one. Either may have a
//
//	RightInverse(x *torch.Tensor) *torch.Tensor
//
// which makes the original of what the parameter is at first; without one it is that itself. A Joining must have
// Split, which makes several.
type Joining interface {
	nn.Module
	Join(originals []*torch.Tensor) *torch.Tensor
	Split(x *torch.Tensor) []*torch.Tensor
}

type inverse interface {
	RightInverse(x *torch.Tensor) *torch.Tensor
}

// Unsafe(true) leaves out the look whether a parametrization keeps shape and dtype. The default is false.
type Unsafe bool

// List is what a parameter is computed of: its originals and its parametrizations, as ParametrizationList.
type List struct {
	nn.Base
	modules   []nn.Module
	originals []*nn.Parameter
}

// PythonName is the class's name in PyTorch.
func (l *List) PythonName() string { return "ParametrizationList" }

// Members lists the originals and the parametrizations.
func (l *List) Members() (ms []nn.Member) {
	_, joined := l.modules[0].(Joining)
	for i, p := range l.originals {
		name := "original"
		if joined {
			name += strconv.Itoa(i)
		}
		ms = append(ms, nn.Member{Name: name, Value: p})
	}
	for i, m := range l.modules {
		ms = append(ms, nn.Member{Name: strconv.Itoa(i), Value: m})
	}
	return ms
}

// Register puts a parametrization in the place of a module's own parameter, or behind those that it has, as
// register_parametrization. Nobody else may use the module meanwhile.
func Register(m nn.Module, name string, p nn.Module, unsafe ...Unsafe) {
	layer, single := p.(nn.Layer)
	joining, several := p.(Joining)
	if !single && !several {
		panic(invalid("Register", "expected a module with Forward(*torch.Tensor) *torch.Tensor or a Joining, but got %T", p))
	}
	follow(p, m)
	check := len(unsafe) == 0 || !bool(unsafe[0])
	parameter := nn.ParameterOf(m, name)
	if l := listOf(m, name); l != nil {
		if !single {
			panic(invalid("Register", "expected a parametrization of one tensor behind others, but got %T", p))
		}
		if check {
			was := parameter.Value()
			same(was, layer.Forward(was))
		}
		l.modules = append(l.modules, p)
		return
	}
	if nn.DerivationOf(m, name) != nil {
		panic(invalid("Register", "%s is derived of others already", name))
	}
	l := &List{modules: []nn.Module{p}}
	follow(l, m)
	switch {
	case several:
		var parts []*torch.Tensor
		torch.NoGrad(func() { parts = joining.Split(parameter.Detach()) })
		for _, part := range parts {
			l.originals = append(l.originals, nn.NewParameter(part, torch.RequiresGrad(parameter.RequiresGrad())))
		}
	default:
		if i, ok := p.(inverse); ok {
			torch.NoGrad(func() { set(parameter, i.RightInverse(parameter.Tensor)) })
		}
		l.originals = []*nn.Parameter{{Tensor: parameter.Tensor}}
	}
	if check {
		same(parameter.Tensor, l.Compute())
	}
	nn.SetDerivation(m, name, &nn.Derivation{
		Source:  l,
		Members: []nn.Member{{Name: "parametrizations." + name, Value: l}},
		Prefix:  "Parametrized",
	})
}

// follow puts a parametrization into its module's mode.
func follow(p, m nn.Module) {
	if m.(interface{ Training() bool }).Training() {
		nn.Train(p)
	} else {
		nn.Eval(p)
	}
}

// set lets a parameter show other data.
func set(p *nn.Parameter, x *torch.Tensor) {
	if x.DType() != p.DType() {
		panic(invalid("Register", "expected a right inverse of the dtype %v, but got %v", p.DType(), x.DType()))
	}
	if x != p.Tensor {
		p.SetData(x)
	}
}

func same(was, is *torch.Tensor) {
	if was.DType() != is.DType() || !slices.Equal(was.Shape(), is.Shape()) {
		panic(invalid("Register", "expected a parametrization that keeps %v%v, but got %v%v; give Unsafe(true) if it may not",
			was.DType(), was.Shape(), is.DType(), is.Shape()))
	}
}

// Compute is the parameter.
func (l *List) Compute() *torch.Tensor {
	var x *torch.Tensor
	if j, ok := l.modules[0].(Joining); ok {
		xs := make([]*torch.Tensor, len(l.originals))
		for i, p := range l.originals {
			xs[i] = p.Tensor
		}
		x = j.Join(xs)
	} else {
		x = l.modules[0].(nn.Layer).Forward(l.originals[0].Tensor)
	}
	for _, m := range l.modules[1:] {
		x = m.(nn.Layer).Forward(x)
	}
	return x
}

// Assign gives a parametrized parameter a value, by the right inverses of its parametrizations: Python's layer.weight = x.
func Assign(m nn.Module, name string, x *torch.Tensor) {
	l := listOf(m, name)
	if l == nil {
		panic(invalid("Assign", "%s is not parametrized", name))
	}
	torch.NoGrad(func() {
		for i, p := range slices.Backward(l.modules) {
			if j, ok := p.(Joining); ok {
				for k, part := range j.Split(x) {
					l.originals[k].SetData(part)
				}
				return
			}
			r, ok := p.(inverse)
			if !ok {
				panic(invalid("Assign", "parametrization %d, %T, has no RightInverse", i, p))
			}
			x = r.RightInverse(x)
		}
		set(l.originals[0], x)
	})
}

// Remove takes all parametrizations off a parameter, which is one of its own again: with its present value, or with
// leaveParametrized false, with what it was computed of, as remove_parametrizations.
func Remove(m nn.Module, name string, leaveParametrized ...bool) {
	l := listOf(m, name)
	if l == nil {
		panic(invalid("Remove", "%s has no parametrization on %s", reflect.TypeOf(m).Elem().Name(), name))
	}
	leave := len(leaveParametrized) == 0 || leaveParametrized[0]
	_, several := l.modules[0].(Joining)
	if several && !leave {
		panic(invalid("Remove", "%s is computed of several tensors: there is none to be left", name))
	}
	p := nn.ParameterOf(m, name)
	if !leave {
		nn.SetDerivation(m, name, nil)
		return
	}
	var value *torch.Tensor
	torch.NoGrad(func() { value = l.Compute() })
	nn.SetDerivation(m, name, nil)
	if several {
		p.Tensor = nn.NewParameter(value, torch.RequiresGrad(p.RequiresGrad())).Tensor
		return
	}
	p.SetData(value)
}

// IsParametrized reports whether any of a module's own parameters is parametrized, or those of the names all are.
func IsParametrized(m nn.Module, names ...string) bool {
	if len(names) == 0 {
		return slices.ContainsFunc(nn.Derivations(m), func(n string) bool { return listOf(m, n) != nil })
	}
	return !slices.ContainsFunc(names, func(n string) bool { return !slices.Contains(nn.Derivations(m), n) || listOf(m, n) == nil })
}

func listOf(m nn.Module, name string) *List {
	if d := nn.DerivationOf(m, name); d != nil {
		l, _ := d.Source.(*List)
		return l
	}
	return nil
}

func invalid(op, format string, args ...any) *torch.Error {
	return &torch.Error{Op: "parametrize." + op, Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)}
}
