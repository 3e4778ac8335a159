package torch_test

import (
	"reflect"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/torch/jit"
)

// Every method of a tensor, of nil, of the zero Tensor and of a freed one: an error that
// says so, and never a crash inside libtorch.
func TestMethodsOfWhatIsNoTensor(t *testing.T) {
	freed := torch.Ones(torch.Shape{2})
	freed.Free()
	print := []string{"String", "Format", "GoString"}
	typ := reflect.TypeFor[*torch.Tensor]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		if slices.Contains(print, m.Name) {
			continue
		}
		for what, x := range map[string]*torch.Tensor{"nil": nil, "zero": {}, "freed": freed} {
			panicked := panicOf(m.Func, append([]reflect.Value{reflect.ValueOf(x)}, arguments(m.Type, torch.Ones(torch.Shape{2}))...))
			require.IsType(t, &torch.Error{}, panicked, "%s of a tensor that is %s", m.Name, what)
		}
	}
	for _, x := range []*torch.Tensor{nil, {}, freed} {
		require.NotEmpty(t, x.String())
	}
}

// As arguments they are errors too, or mean what nil means there.
func TestArgumentsThatAreNoTensor(t *testing.T) {
	freed := torch.Ones(torch.Shape{2})
	freed.Free()
	typ := reflect.TypeFor[*torch.Tensor]()
	for i := range typ.NumMethod() {
		m := typ.Method(i)
		if !slices.ContainsFunc(arguments(m.Type, freed), func(v reflect.Value) bool { return v.Type() == typ }) {
			continue
		}
		for what, x := range map[string]*torch.Tensor{"nil": nil, "zero": {}, "freed": freed} {
			panicked := panicOf(m.Func, append([]reflect.Value{reflect.ValueOf(torch.Ones(torch.Shape{2}))}, arguments(m.Type, x)...))
			if panicked != nil || what != "nil" {
				require.IsType(t, &torch.Error{}, panicked, "%s with a tensor that is %s", m.Name, what)
			}
		}
	}
}

// arguments are some for a method, with x where a tensor is asked for.
func arguments(method reflect.Type, x *torch.Tensor) (args []reflect.Value) {
	n := method.NumIn()
	if method.IsVariadic() {
		n--
	}
	for i := 1; i < n; i++ {
		in := method.In(i)
		v := reflect.New(in).Elem()
		switch {
		case in == reflect.TypeFor[*torch.Tensor]():
			v.Set(reflect.ValueOf(x))
		case in == reflect.TypeFor[[]*torch.Tensor]():
			v.Set(reflect.ValueOf([]*torch.Tensor{x}))
		case in.Kind() == reflect.Interface && in.NumMethod() == 0:
			v.Set(reflect.ValueOf(1.0))
		case in.Kind() == reflect.Func:
			v.Set(reflect.MakeFunc(in, func([]reflect.Value) (outs []reflect.Value) {
				for o := range in.NumOut() {
					outs = append(outs, reflect.Zero(in.Out(o)))
				}
				return outs
			}))
		}
		args = append(args, v)
	}
	return args
}

func panicOf(f reflect.Value, args []reflect.Value) (panicked any) {
	defer func() { panicked = recover() }()
	f.Call(args)
	return nil
}

// The zero values of what functions make.
func TestZeroValues(t *testing.T) {
	x := torch.Ones(torch.Shape{2})
	for name, f := range map[string]func(){
		"a parameter":          func() { (&nn.Parameter{}).Exp() },
		"the zero parameter":   func() { (&nn.Parameter{Tensor: &torch.Tensor{}}).Exp() },
		"a generator's state":  func() { (&torch.Generator{}).State() },
		"a generator's clone":  func() { (*torch.Generator)(nil).Clone() },
		"a generator's seed":   func() { (&torch.Generator{}).ManualSeed(1) },
		"setting its state":    func() { (&torch.Generator{}).SetState(torch.RNGState()) },
		"drawing from it":      func() { torch.Randn(torch.Shape{2}, &torch.Generator{}) },
		"an operator":          func() { (&torch.Operator{}).Call(x) },
		"an operator's unary":  func() { (&torch.Operator{}).Unary(x) },
		"an operator's schema": func() { (*torch.Operator)(nil).Exists() },
		"a program":            func() { (&jit.Module{}).Forward(x) },
		"a program's state":    func() { (&jit.Module{}).StateDict() },
		"a list":               func() { torch.Cat([]*torch.Tensor{x, {}}, 0) },
		"a second operand":     func() { x.Add(&torch.Tensor{}) },
		"a gradient":           func() { torch.Grad([]*torch.Tensor{{}}, []*torch.Tensor{x}) },
		"copying":              func() { torch.ToSlice[float32](&torch.Tensor{}) },
		"a scope's own":        func() { torch.Scoped(func(s *torch.Scope) { s.Own(&torch.Tensor{}) }) },
	} {
		require.IsType(t, &torch.Error{}, panicOf(reflect.ValueOf(f), nil), name)
	}
	open := torch.Memory().OpenScopes
	var s torch.Scope
	y := s.Own(torch.Ones(torch.Shape{2})).Add(1)
	s.Close()
	require.Equal(t, open, torch.Memory().OpenScopes)
	require.ErrorIs(t, torch.Try(func() error { y.Exp(); return nil }), torch.FreedError)
	(&torch.Hook{}).Remove()
	_, err := (&torch.SafetensorsFile{}).Tensor("x")
	require.Error(t, err)
	require.NoError(t, (&torch.SafetensorsFile{}).Close())
}
