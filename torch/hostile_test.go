package torch_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// Arguments at which libtorch itself ends the process, or never returns.
func TestArgumentsThatLibtorchDoesNotSurvive(t *testing.T) {
	full := func(v int64) *torch.Tensor { return torch.Full(torch.Shape{4}, v, torch.Int64) }
	for what, f := range map[string]func(){
		"below":    func() { full(math.MaxInt64).Bincount(0) },
		"sum":      func() { torch.Zeros(torch.Shape{4}).RepeatInterleave(full(1 << 62)) },
		"a power":  func() { torch.Eye(3).MatrixPower(math.MinInt64) },
		"Function": func() { (&torch.Function{}).Call(torch.Ones(torch.Shape{1}, torch.RequiresGrad(true))) },
	} {
		err := torch.Try(func() error { f(); return nil })
		require.ErrorContains(t, err, what)
	}
	require.Equal(t, []int64{0, 0, 4}, torch.ToSlice[int64](full(2).Bincount(0)))
	require.Equal(t, torch.Shape{8}, torch.Zeros(torch.Shape{4}).RepeatInterleave(full(2)).Shape())
}

// The memory that WithData hands out stays where it is, whatever becomes of the tensor.
func TestWithDataKeepsItsMemory(t *testing.T) {
	for what, replace := range map[string]func(x *torch.Tensor){
		"free": func(x *torch.Tensor) { x.Free() },
		"set":  func(x *torch.Tensor) { x.SetInplace(torch.Zeros(torch.Shape{1})) },
		"data": func(x *torch.Tensor) { x.SetData(torch.Zeros(torch.Shape{1})) },
	} {
		x := torch.Zeros(torch.Shape{1 << 20})
		view := x.View(1 << 20)
		torch.WithData(x, func(d []float32) {
			replace(x)
			torch.Ones(torch.Shape{1 << 20}) // would take memory that was freed
			d[3] = 5
		})
		require.Equal(t, float32(5), torch.ToSlice[float32](view)[3], what)
	}

	x := torch.Zeros(torch.Shape{10})
	torch.WithData(x, func(d []float32) {
		torch.WithData(x, func([]float32) {})
		err := torch.Try(func() error { x.ResizeInplace(1 << 20); return nil })
		require.ErrorContains(t, err, "not resizable")
		d[3] = 5
	})
	x.ResizeInplace(20)
	require.Equal(t, float32(5), torch.ToSlice[float32](x)[3])
}
