package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

type head struct{ FC *nn.Linear } // no module

// TestWhatAWalkCannotSee: a module or parameter that would be left out without a word is an error
// that names the field and what to do.
func TestWhatAWalkCannotSee(t *testing.T) {
	layer := nn.NewLinear(2, 2)
	type hidden struct {
		nn.Base
		fc1 *nn.Linear
	}
	type valued struct {
		nn.Base
		Out nn.Linear
	}
	type parameterValue struct {
		nn.Base
		Scale nn.Parameter
	}
	type numbered struct {
		nn.Base
		Map map[int]*nn.Linear
	}
	type plain struct {
		nn.Base
		Head head
	}
	type pointed struct {
		nn.Base
		Heads []*head
	}
	type channel struct {
		nn.Base
		Layers chan *nn.Linear
	}
	type anything struct {
		nn.Base
		act any
	}
	type listed struct {
		nn.Sequential
		Head *nn.Linear
	}
	type deep struct {
		nn.Base
		layers map[string][]nn.Layer
	}
	for _, c := range []struct {
		name, want string
		m          nn.Module
	}{
		{"not exported", "nn_test.hidden.fc1 (*nn.Linear) holds a *nn.Linear that is not seen as part of the module, because the field is not exported: " +
			"export it, or tag the field `nn:\"-\"` to leave it out", &hidden{fc1: layer}},
		{"by value", "valued.Out (nn.Linear) holds a nn.Linear that is not seen as part of the module, because it is there by value: use a pointer", &valued{}},
		{"parameter by value", "parameterValue.Scale (nn.Parameter) holds a nn.Parameter", &parameterValue{Scale: *parameter()}},
		{
			"map", "numbered.Map (map[int]*nn.Linear) holds a *nn.Linear that is not seen as part of the module, because the map's keys are not strings",
			&numbered{Map: map[int]*nn.Linear{1: layer}},
		},
		{
			"struct", "plain.Head (nn_test.head) holds a *nn.Linear that is not seen as part of the module, because that is no module: embed nn.Base in it",
			&plain{Head: head{layer}},
		},
		{"pointer", "pointed.Heads (*nn_test.head) holds a *nn.Linear", &pointed{Heads: []*head{nil, {layer}}}},
		{"channel", "because a walk can't look into a channel", &channel{Layers: make(chan *nn.Linear)}},
		{"any", "anything.act (interface {}) holds a *nn.Linear", &anything{act: layer}},
		{"struct in any", "anything.act (interface {}) holds a *nn.Linear", &anything{act: head{layer}}},
		{
			"members", "listed.Head (*nn.Linear) holds a *nn.Linear that is not seen as part of the module, because the module's Members leave it out",
			&listed{Head: layer},
		},
		{"deep", "deep.layers (map[string][]nn.Layer) holds a *nn.Linear", &deep{layers: map[string][]nn.Layer{"a": {layer}}}},
		{"below", "hidden.fc1", nn.NewModuleDict[nn.Module]().With("a", &hidden{fc1: layer})},
		{"nil", "expected a module that embeds nn.Base, but got nil", nn.Module(nil)},
		{"nil pointer", "expected a module that embeds nn.Base, but got nil", (*nn.Linear)(nil)},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, walk := range []func(){
				func() { nn.Parameters(c.m) }, func() { nn.StateDict(c.m) }, func() { nn.Eval(c.m) },
				func() { nn.Describe(c.m) },
			} {
				require.ErrorContains(t, torch.Try(func() error { walk(); return nil }), c.want)
			}
		})
	}
}

// TestWhatAWalkNeedNotSee: nothing, what is seen elsewhere, and what is left out on purpose.
func TestWhatAWalkNeedNotSee(t *testing.T) {
	type m struct {
		nn.Base
		nothing  *nn.Linear
		Channel  chan *nn.Linear
		Head     head `nn:"-"`
		Layers   []nn.Layer
		last     nn.Layer
		weights  []*nn.Parameter
		tensor   *torch.Tensor
		activate func(*torch.Tensor) *torch.Tensor
		note     any
	}
	layer := nn.NewLinear(2, 2)
	x := &m{
		Head: head{nn.NewLinear(1, 1)}, Layers: []nn.Layer{layer}, last: layer, weights: []*nn.Parameter{layer.Weight}, tensor: torch.Ones(nil),
		activate: (*torch.Tensor).ReLU, note: "text",
	}
	require.Equal(t, []string{"layers.0.weight", "layers.0.bias"}, parameterNames(x))
	require.Nil(t, x.nothing)
	require.NotNil(t, x.last, x.weights, x.tensor, x.activate, x.note)
}

// TestModuleDict: modules are named, walked and printed in the order in which they were set.
func TestModuleDict(t *testing.T) {
	type m struct {
		nn.Base
		Heads *nn.ModuleDict[*nn.Linear]
	}
	d := nn.NewModuleDict[*nn.Linear]().With("zoom", nn.NewLinear(2, 1)).With("angle", nn.NewLinear(2, 1, nn.Bias(false)))
	x := &m{Heads: d}
	require.Equal(t, []string{"heads.zoom.weight", "heads.zoom.bias", "heads.angle.weight"}, parameterNames(x))
	require.Equal(t, "m(\n  (heads): ModuleDict(\n    (zoom): Linear(in_features=2, out_features=1, bias=True)\n"+
		"    (angle): Linear(in_features=2, out_features=1, bias=False)\n  )\n)", nn.Describe(x))
	d.Set("zoom", nn.NewLinear(2, 1, nn.Bias(false)))
	require.Equal(t, []string{"heads.zoom.weight", "heads.angle.weight"}, parameterNames(x))
	require.Equal(t, 2, d.Len())
	d.Delete("zoom")
	require.False(t, d.Has("zoom"))
	for key, l := range d.All() {
		require.Equal(t, "angle", key)
		require.Same(t, d.Get(key), l)
	}
	require.ErrorContains(t, torch.Try(func() error { d.Get("zoom"); return nil }), `ModuleDict: no module "zoom"; there are angle`)
	require.ErrorContains(t, torch.Try(func() error { d.Set("a.b", nil); return nil }), `has no dot, but got "a.b"`)
}
