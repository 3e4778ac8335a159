package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/nn/utils"
	"multitorch/nn/utils/parametrizations"
	"multitorch/nn/utils/parametrize"
	"multitorch/torch"
)

// symmetric and doubled are parametrizations of one's own.
type symmetric struct{ nn.Base }

func (*symmetric) Forward(x *torch.Tensor) *torch.Tensor { return x.Triu(0).Add(x.Triu(1).T()) }

type doubled struct{ nn.Base }

func (*doubled) Forward(x *torch.Tensor) *torch.Tensor      { return x.Mul(2.0) }
func (*doubled) RightInverse(x *torch.Tensor) *torch.Tensor { return x.Mul(0.5) }

func TestParametrizationsOfOnesOwn(t *testing.T) {
	torch.ManualSeed(1)
	m := nn.NewLinear(3, 3)
	before := m.Weight.Clone()
	parametrize.Register(m, "weight", &doubled{})
	require.True(t, torch.Equal(before, m.Weight.Value()))
	require.True(t, torch.Equal(before.Mul(0.5), nn.StateDict(m)[1].Tensor))
	parametrize.Register(m, "weight", &symmetric{})
	w := m.Weight.Value()
	require.True(t, torch.Equal(w, w.T()))
	require.True(t, parametrize.IsParametrized(m) && parametrize.IsParametrized(m, "weight"))
	require.False(t, parametrize.IsParametrized(m, "bias"))
	require.Equal(t, `ParametrizedLinear(
  in_features=3, out_features=3, bias=True
  (parametrizations): ModuleDict(
    (weight): ParametrizationList(
      (0): doubled()
      (1): symmetric()
    )
  )
)`, nn.Describe(m))
	var names []string
	for _, s := range nn.StateDict(m) {
		names = append(names, s.Name)
	}
	require.Equal(t, []string{"bias", "parametrizations.weight.original"}, names)
	m.Forward(torch.Ones(torch.Shape{2, 3})).Sum().Backward()
	require.NotNil(t, nn.Parameters(m)[1].Grad())
	require.ErrorContains(t, torch.Try(func() error { parametrize.Assign(m, "weight", before); return nil }), "has no RightInverse")
	parametrize.Remove(m, "weight")
	require.True(t, torch.Equal(w, m.Weight.Tensor))

	parametrize.Register(m, "weight", &doubled{})
	parametrize.Assign(m, "weight", torch.Ones(torch.Shape{3, 3}))
	require.True(t, torch.Equal(torch.Ones(torch.Shape{3, 3}), m.Weight.Value()))
}

// TestCopiesOfDerivedWeights: a deep copy computes of its own parameters, and follows its own mode.
func TestCopiesOfDerivedWeights(t *testing.T) {
	for name, m := range map[string]*nn.Linear{
		"weight norm":     utils.WeightNorm(nn.NewLinear(4, 4)),
		"spectral norm":   utils.SpectralNorm(nn.NewLinear(4, 4)),
		"parametrization": parametrizations.SpectralNorm(nn.NewLinear(4, 4)),
		"orthogonal":      parametrizations.Orthogonal(nn.NewLinear(4, 4)),
	} {
		c := nn.Clone(m)
		require.Equal(t, nn.Describe(m), nn.Describe(c), name)
		nn.Eval(m)
		nn.Eval(c)
		before := m.Weight.Value()
		require.True(t, torch.Equal(before, c.Weight.Value()), name)
		torch.NoGrad(func() {
			for _, s := range nn.StateDict(c) {
				s.Tensor.AddInplace(torch.Rand(s.Tensor.Shape()))
			}
		})
		require.True(t, torch.Equal(before, m.Weight.Value()), name)
		require.False(t, torch.Equal(before, c.Weight.Value()), name)
		nn.Train(c)
		u := nn.StateDict(m)
		c.Forward(torch.Ones(torch.Shape{2, 4}))
		for i, s := range nn.StateDict(m) {
			require.True(t, torch.Equal(u[i].Tensor, s.Tensor), name)
		}
	}
}
