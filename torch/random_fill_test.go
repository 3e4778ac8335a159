package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// The numbers are Python's: torch.manual_seed(7), then each call in turn on an
// empty tensor of 5 float32 (random_: 3 int64).
func TestRandomFillsLikePython(t *testing.T) {
	draw := func(g ...*torch.Generator) ([]int64, [][]float32) {
		empty := func() *torch.Tensor { return torch.Empty(torch.Shape{5}) }
		ints := torch.ToSlice[int64](torch.Empty(torch.Shape{3}, torch.Int64).RandomInplace(g...))
		return ints, [][]float32{
			torch.ToSlice[float32](empty().UniformInplace(-2, 2, g...)),
			torch.ToSlice[float32](empty().NormalInplace(1, 0.5, g...)),
			torch.ToSlice[float32](empty().BernoulliInplace(0.3, g...)),
		}
	}
	check := func(ints []int64, floats [][]float32) {
		t.Helper()
		require.Equal(t, []int64{1407639518939636932, 5163590386780219894, 8087222774582268115}, ints)
		require.Equal(t, [][]float32{
			{-1.1716559, 0.51894546, -0.5387354, 1.4050734, 1.4197726},
			{0.39403892, 1.3981407, 1.4664254, 0.52938104, 1.2767905},
			{0.0, 0.0, 1.0, 0.0, 0.0},
		}, floats)
	}
	torch.ManualSeed(7)
	check(draw())
	torch.ManualSeed(7)
	check(draw(nil))
	check(draw(torch.NewGenerator(7)))
}

func TestRandomFillErrors(t *testing.T) {
	x := torch.Zeros(torch.Shape{2})
	var e *torch.Error
	require.ErrorAs(t, torch.Try(func() error { x.UniformInplace(1, 0); return nil }), &e)
	require.ErrorAs(t, torch.Try(func() error { x.NormalInplace(0, -1); return nil }), &e)
	require.ErrorAs(t, torch.Try(func() error { x.BernoulliInplace(2); return nil }), &e)
	leaf := torch.Zeros(torch.Shape{2}, torch.RequiresGrad(true))
	require.ErrorContains(t, torch.Try(func() error { leaf.NormalInplace(0, 1); return nil }), "leaf")
	torch.NoGrad(func() { leaf.NormalInplace(0, 1) })
}
