package nn_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

func copied(state []torch.NamedTensor) []torch.NamedTensor {
	state = slices.Clone(state)
	for i, s := range state {
		state[i].Tensor = s.Tensor.Detach().Clone()
	}
	return state
}

func TestLoadStateDict(t *testing.T) {
	from, to := newNet(), newNet()
	from.Norm.NumBatchesTracked.AddInplace(7)
	parameters := nn.Parameters(to)
	state := copied(nn.StateDict(from))
	slices.Reverse(state) // the order does not matter
	for i, s := range state {
		if s.Name == "norm.weight" {
			state[i].Tensor = s.Tensor.To(torch.Float64) // and dtypes are converted
		}
	}
	require.NoError(t, nn.LoadStateDict(to, state))
	require.Equal(t, parameters, nn.Parameters(to))
	want := nn.StateDict(from)
	for i, got := range nn.StateDict(to) {
		require.Equal(t, want[i].Name, got.Name)
		require.Equal(t, want[i].Tensor.DType(), got.Tensor.DType())
		require.True(t, torch.Equal(want[i].Tensor, got.Tensor), got.Name)
		require.False(t, got.Tensor.SharesMemory(want[i].Tensor))
	}
	require.True(t, to.Out.Weight.RequiresGrad())
	require.True(t, to.Out.Weight.IsLeaf())
}

// TestLoadStateDictErrors: everything that does not fit is listed, and nothing is
// changed.
func TestLoadStateDictErrors(t *testing.T) {
	m := newNet()
	before := copied(nn.StateDict(m))
	state := copied(nn.StateDict(newNet()))
	state[0].Tensor = torch.Zeros(torch.Shape{4, 3})
	state[2].Tensor = torch.Zeros(torch.Shape{})
	state = append(state[:3], state[5:]...) // without heads.0.bias and heads.1.weight
	state = append(state, torch.NamedTensor{Name: "extra", Tensor: torch.Zeros(torch.Shape{1})}, torch.NamedTensor{Name: "norm.wait", Tensor: torch.Zeros(torch.Shape{3})})
	err := nn.LoadStateDict(m, state)
	var e *nn.StateError
	require.ErrorAs(t, err, &e)
	require.Equal(t, &nn.StateError{
		Missing:    []string{"heads.0.bias", "heads.1.weight"},
		Unexpected: []string{"extra", "norm.wait"},
		Misshaped:  []string{"body.0.weight: expected [3, 4], but got [4, 3]", "heads.0.weight: expected [3, 3], but got []"},
	}, e)
	require.EqualError(t, err, "the state does not fit the model: missing keys: heads.0.bias, heads.1.weight; unexpected keys: extra, norm.wait; "+
		"shapes that do not match: body.0.weight: expected [3, 4], but got [4, 3], heads.0.weight: expected [3, 3], but got []")

	twice := append(copied(nn.StateDict(m)), torch.NamedTensor{Name: "norm.bias", Tensor: torch.Ones(torch.Shape{3})})
	require.ErrorContains(t, nn.LoadStateDict(m, twice), `the state has the key "norm.bias" twice`)

	missing := copied(nn.StateDict(m))
	missing[0].Tensor = nil
	require.ErrorAs(t, nn.LoadStateDict(m, missing), &e)
	require.Equal(t, []string{"body.0.weight"}, e.Missing)

	for i, s := range nn.StateDict(m) {
		require.True(t, torch.Equal(before[i].Tensor, s.Tensor), s.Name)
	}
}
