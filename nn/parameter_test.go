package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

// TestNewParameter: a parameter is a leaf of its own, which shares its tensor's memory, and the tensor
// stays as it is, as with torch.nn.Parameter.
func TestNewParameter(t *testing.T) {
	x := torch.Ones(torch.Shape{3, 2})
	p, q := nn.NewParameter(x), nn.NewParameter(x)
	require.False(t, x.RequiresGrad())
	require.True(t, p.RequiresGrad())
	require.NotSame(t, x, p.Tensor)
	x.MulInplace(2)
	require.Equal(t, 2.0, p.Select(0, 1).Select(0, 1).Item())
	p.Mul(3).Sum().Backward()
	require.Nil(t, q.Grad())

	embedding := nn.NewEmbedding(48, 4)
	embedding.Weight = nn.NewParameter(embedding.Weight.Index(torch.R(nil, 32)))
	require.True(t, embedding.Weight.IsLeaf())
	require.Equal(t, torch.Shape{32, 4}, embedding.Weight.Shape())

	require.False(t, nn.NewParameter(x, torch.RequiresGrad(false)).RequiresGrad())
	require.Equal(t, torch.Int64, nn.NewParameter(torch.New([]int{1}), torch.RequiresGrad(false)).DType())
	require.ErrorContains(t, torch.Try(func() error { nn.NewParameter(torch.New([]int{1})); return nil }), "floating point")
	require.ErrorContains(t, torch.Try(func() error { nn.NewParameter(nil); return nil }), "expected a tensor, but got nil")
}

// TestToTakesNoIntegers: weights are not turned into integers, frozen or not.
func TestToTakesNoIntegers(t *testing.T) {
	m := nn.NewLinear(1, 1)
	m.Weight.SetRequiresGrad(false)
	m.Bias.SetRequiresGrad(false)
	for _, d := range []torch.DType{torch.Int64, torch.Bool, torch.Uint8} {
		err := torch.Try(func() error { nn.To(m, torch.CPU, d); return nil })
		require.ErrorContains(t, err, "nn.To: expected a floating point or complex dtype, but got "+d.String())
		require.Equal(t, torch.TypeError, err.(*torch.Error).Kind)
		require.Equal(t, torch.Float32, m.Weight.DType())
	}
}
