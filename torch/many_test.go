package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func TestGradsBelongToTheScope(t *testing.T) {
	x, y := torch.New([]float32{1, 2}, torch.RequiresGrad(true)), torch.New([]float32{3})
	x.Square().Sum().Backward()
	var grads []*torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		grads = torch.Grads(s, []*torch.Tensor{x, y})
		require.Nil(t, grads[1])
		require.Equal(t, []float32{2, 4}, torch.ToSlice[float32](grads[0]))
		require.Equal(t, 1, s.Len())
	})
	err := torch.Try(func() error { grads[0].Add(1); return nil })
	require.ErrorContains(t, err, "freed with its scope")
	require.Equal(t, []float32{2, 4}, torch.ToSlice[float32](x.Grad()))
}

func TestResultsInAScope(t *testing.T) {
	x := torch.New([]float32{4, 9})
	torch.Scoped(func(s *torch.Scope) {
		root := torch.NewOperator("aten::sqrt").CallIn(s, x)
		halves := torch.NewOperator("aten::split.Tensor", "self", "split_size").ListIn(s, root, 1)
		require.Equal(t, []float32{3}, torch.ToSlice[float32](halves[1]))
		require.Equal(t, 3, s.Len())
	})
	x.Add(1)
}

func TestTraits(t *testing.T) {
	require.Equal(t, torch.Traits{DType: torch.Float64, Device: torch.CPU, Numel: 6},
		torch.TraitsOf(torch.Ones(torch.Shape{2, 3}, torch.Float64)))
	sparse := torch.NewOperator("aten::to_sparse", "self").Call(torch.Ones(torch.Shape{0, 3}))
	require.True(t, torch.TraitsOf(sparse).Sparse)
	require.False(t, torch.TraitsOf(torch.Empty(torch.Shape{0})).Sparse)
}
