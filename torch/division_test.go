package torch_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/aten"
)

// The processor traps where a quotient has no place in its type, which would end the
// process, as it ends Python.
func TestIntegerDivisionsThatOverflow(t *testing.T) {
	whole := func(vs ...int64) *torch.Tensor { return torch.FromSlice(vs, len(vs)) }
	least := whole(7, math.MinInt64, 9)
	least32 := torch.FromSlice([]int32{7, math.MinInt32, 9}, 3)
	minus := whole(1, -1, 2)
	for name, f := range map[string]func(){
		"remainder by a number":   func() { aten.Call("remainder.Scalar", least, -1) },
		"remainder":               func() { aten.Call("remainder.Tensor", least, minus) },
		"remainder in place":      func() { aten.Call("remainder_.Tensor", least.Clone(), minus) },
		"remainder of a number":   func() { aten.Call("remainder.Scalar_Tensor", math.MinInt64, minus) },
		"fmod":                    func() { aten.Call("fmod.Tensor", least, minus) },
		"fmod by a number":        func() { aten.Call("fmod.Scalar", least32, -1) },
		"fmod in place":           func() { aten.Call("fmod_.Scalar", least.Clone(), -1) },
		"floor_divide":            func() { aten.Call("floor_divide", least, minus) },
		"floor_divide, broadcast": func() { aten.Call("floor_divide", least.Unsqueeze(1), minus) },
		"floor_divide by one":     func() { aten.Call("floor_divide.Scalar", least, -1) },
		"floor_divide in place":   func() { aten.Call("floor_divide_.Tensor", least.Clone(), minus) },
		"div floor":               func() { aten.Call("div.Tensor_mode", least, minus, aten.Named("rounding_mode", "floor")) },
		"div trunc":               func() { aten.Call("div.Scalar_mode", least32, -1, aten.Named("rounding_mode", "trunc")) },
		"divide trunc":            func() { aten.Call("divide.Tensor_mode", least, minus, aten.Named("rounding_mode", "trunc")) },
		"div in place":            func() { aten.Call("div_.Tensor_mode", least.Clone(), minus, aten.Named("rounding_mode", "floor")) },
		"of a wider dtype":        func() { aten.Call("remainder.Tensor", least32, torch.FromSlice([]int32{1, -1, 2}, 3)) },
		"lcm":                     func() { aten.Call("lcm", least, whole(7, 7, 7)) },
		"avg_pool2d": func() {
			aten.Call("avg_pool2d", whole(math.MinInt64).Reshape(1, 1, 1, 1), []int{1, 1}, aten.Named("divisor_override", -1))
		},
		"smooth_l1_loss_backward": func() { aten.Call("smooth_l1_loss_backward", least, least, least, 1, 0.0) },
		"a number for a dtype":    func() { aten.Call("view.dtype", least, -1) },
		"zero":                    func() { aten.Call("remainder.Scalar", least, 0) },
		"zero of bytes":           func() { aten.Call("floor_divide", torch.FromSlice([]uint8{1}, 1), torch.FromSlice([]uint8{0}, 1)) },
		"false":                   func() { aten.Call("floor_divide", torch.FromSlice([]bool{true}, 1), torch.FromSlice([]bool{false}, 1)) },
	} {
		var e *torch.Error
		require.ErrorAs(t, torch.Try(func() error { f(); return nil }), &e, name)
	}

	result := func(name string, args ...any) any { return aten.Call(name, args...)[0].(*torch.Tensor).Tolist() }
	require.Equal(t, []int64{0, 0, 1}, result("remainder.Tensor", least, whole(1, 2, 2)))
	require.Equal(t, []int64{7, -math.MaxInt64, -9}, result("floor_divide", whole(7, -math.MaxInt64, 9), whole(1, 1, -1)))
	require.Equal(t, []int64{-7, math.MaxInt64, -9}, result("floor_divide.Scalar", whole(7, -math.MaxInt64, 9), -1))
	require.Equal(t, []int64{1}, result("remainder.Scalar", whole(7), 3))
	require.Equal(t, []int8{-128}, result("floor_divide", torch.FromSlice([]int8{-128}, 1), torch.FromSlice([]int8{-1}, 1)), "the narrow ones wrap around")
	require.Equal(t, []float32{-0.5}, result("remainder.Scalar", torch.FromSlice([]float32{2.5}, 1), -1))
}
