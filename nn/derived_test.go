package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/nn/utils"
	"multitorch/nn/utils/parametrizations"
	"multitorch/nn/utils/parametrize"
	"multitorch/nn/utils/prune"
	"multitorch/torch"
	"multitorch/twin"
)

// twice is a module of one's own, which reads its weight raw, or as it is computed.
type twice struct {
	nn.Base
	Weight *nn.Parameter
	Bias   *nn.Parameter
	raw    bool
}

func newTwice() *twice {
	torch.ManualSeed(3)
	return &twice{Weight: nn.NewParameter(torch.Randn(torch.Shape{3, 4})), Bias: nn.NewParameter(torch.Zeros(torch.Shape{3}))}
}

func (m *twice) Forward(x *torch.Tensor) *torch.Tensor {
	if m.raw {
		return F.Linear(x, m.Weight.Mul(2), m.Bias.Tensor)
	}
	return F.Linear(x, m.Weight.Value().Mul(2), m.Bias.Tensor)
}

// derivations put something in a weight's place, and take it off.
var derivations = map[string]struct{ put, off func(m nn.Module) }{
	"weight norm": {func(m nn.Module) { utils.WeightNorm(m) }, func(m nn.Module) { utils.RemoveWeightNorm(m) }},
	"spectral norm": {
		func(m nn.Module) { utils.SpectralNorm(m) }, func(m nn.Module) { utils.RemoveSpectralNorm(m) },
	},
	"parametrization": {
		func(m nn.Module) { parametrizations.SpectralNorm(m) }, func(m nn.Module) { parametrize.Remove(m, "weight") },
	},
	"pruning": {func(m nn.Module) { prune.L1Unstructured(m, "weight", 2) }, func(m nn.Module) { prune.Remove(m, "weight") }},
}

// What a weight was before it was derived is not what a module computes with: reading it is an error, and not a silently wrong number.
func TestADerivedParameterIsReadByItsValue(t *testing.T) {
	x := torch.Ones(torch.Shape{2, 4})
	for name, d := range derivations {
		t.Run(name, func(t *testing.T) {
			m := newTwice()
			d.put(m)
			m.Forward(x).Sum().Backward()
			for _, p := range nn.Parameters(m) {
				require.NotNil(t, p.Grad())
			}
			m.raw = true
			err := torch.Try(func() error { m.Forward(x); return nil })
			require.ErrorContains(t, err, "mul: weight of this module is computed of ")
			require.ErrorContains(t, err, "read its Value(), at derived_test.go")

			m.raw = false
			nn.Eval(m)
			c := nn.Clone(m)
			require.Equal(t, nn.Describe(m), nn.Describe(c))
			twin.RequireEqual(t, m.Forward(x), c.Forward(x))
			torch.NoGrad(func() { nn.Parameters(c)[1].ZeroInplace() })
			require.False(t, torch.Equal(m.Forward(x), c.Forward(x)), "the copy has its own")

			want := m.Forward(x)
			d.off(m)
			m.raw = true
			require.True(t, torch.Allclose(want, m.Forward(x), 1e-5, 1e-6), "a parameter of its own again")
		})
	}
}

// As in PyTorch a parameter that was derived is registered anew, behind the others, which is the order of optimizers and norms.
func TestParametersThatWereDerivedComeLast(t *testing.T) {
	names := func(m nn.Module) (names []string) {
		for _, p := range nn.NamedParameters(m) {
			names = append(names, p.Name)
		}
		return names
	}
	for name, d := range derivations {
		t.Run(name, func(t *testing.T) {
			m := nn.NewSequential(nn.NewLinear(4, 3), nn.NewLinear(3, 2))
			require.Equal(t, []string{"0.weight", "0.bias", "1.weight", "1.bias"}, names(m))
			for range 2 {
				d.put(m.Layers[0])
				d.off(m.Layers[0])
				require.Equal(t, []string{"0.bias", "0.weight", "1.weight", "1.bias"}, names(m))
				require.Equal(t, []string{"0.bias", "0.weight", "1.weight", "1.bias"}, names(nn.Clone(m)))
			}
		})
	}
}

// byPointer is a subclass as Go programs often embed: by a pointer.
type byPointer struct{ *nn.Linear }

func (m *byPointer) Forward(x *torch.Tensor) *torch.Tensor { return m.Linear.Forward(x).Mul(2) }

type byValue struct{ nn.Linear }

// A module that embeds another one is that one, in names, modes and copies, whichever way it embeds it.
func TestSubclasses(t *testing.T) {
	type pair struct {
		nn.Base
		A *byPointer
		B *byValue
	}
	torch.ManualSeed(5)
	m := &pair{A: &byPointer{nn.NewLinear(3, 2)}, B: &byValue{*nn.NewLinear(2, 2)}}
	var keys []string
	for _, s := range nn.StateDict(m) {
		keys = append(keys, s.Name)
	}
	require.Equal(t, []string{"a.weight", "a.bias", "b.weight", "b.bias"}, keys)
	x := torch.Ones(torch.Shape{1, 3})
	c := nn.Clone(m)
	twin.RequireEqual(t, m.A.Forward(x), c.A.Forward(x))
	torch.NoGrad(func() { c.A.Weight.ZeroInplace() })
	require.NotZero(t, m.A.Weight.Abs().Sum().Item())
	nn.Eval(m)
	require.False(t, m.A.Training())
	require.ErrorContains(t, torch.Try(func() error { m.A.Forward(torch.Ones(torch.Shape{1, 7})); return nil }), "a (Linear): linear: expected an input")
}
