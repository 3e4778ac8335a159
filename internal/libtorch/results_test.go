package libtorch

import (
	"testing"

	"github.com/stretchr/testify/require"
)

func TestResultsOfEveryKind(t *testing.T) {
	x := floats(t, []int{2, 3}, 1, 5, 3, 4, 2, 6)
	z, err := FromBytes(memory([]complex64{1 + 2i}), nil, complexType)
	require.NoError(t, err)
	t.Cleanup(z.Free)
	value := func(name string, put func(a *Args)) any {
		got, err := call(t, NewOp(name), put)
		require.NoError(t, err)
		require.Len(t, got, 1)
		return got[0]
	}
	item := "aten::_local_scalar_dense"
	require.Equal(t, 7.5, value(item, func(a *Args) { a.Tensor(floats(t, nil, 7.5)) }))
	require.Equal(t, int64(-3), value(item, func(a *Args) { a.Tensor(ints(t, -3)) }))
	require.Equal(t, complex(1, 2), value(item, func(a *Args) { a.Tensor(z) }))
	require.Equal(t, true, value("aten::equal", func(a *Args) { a.Tensor(x); a.Tensor(x) }))
	require.Equal(t, false, value("aten::is_complex", func(a *Args) { a.Tensor(x) }))
	require.Equal(t, int64(float64Type), value("aten::promote_types", func(a *Args) { a.Int(float32Type); a.Int(float64Type) }))

	// Two tensors.
	got, err := call(t, NewOp("aten::max.dim"), func(a *Args) { a.Tensor(x); a.Int(1) })
	require.NoError(t, err)
	largest, _ := read[float32](t, got[0].(Tensor))
	at, _ := read[int64](t, got[1].(Tensor))
	require.Equal(t, []float32{5, 6}, largest)
	require.Equal(t, []int64{1, 2}, at)

	// Results that were not asked for are None.
	image, weight := floats(t, []int{1, 1, 1, 1}, 2), floats(t, []int{1, 1, 1, 1}, 3)
	got, err = call(t, NewOp("aten::convolution_backward"), func(a *Args) {
		a.Tensor(image)
		a.Tensor(image)
		a.Tensor(weight)
		a.None()
		a.Ints([]int{1, 1})
		a.Ints([]int{0, 0})
		a.Ints([]int{1, 1})
		a.Bool(false)
		a.Ints([]int{0, 0})
		a.Int(1)
		a.Bools([]bool{false, true, false})
	})
	require.NoError(t, err)
	require.Equal(t, []any{nil, got[1], nil}, got)
	gradient, _ := read[float32](t, got[1].(Tensor))
	require.Equal(t, []float32{4}, gradient)

	// An operator without results.
	got, err = call(t, NewOp("aten::_foreach_zero_"), func(a *Args) { a.Tensors(1); a.Item(floats(t, nil, 1)) })
	require.NoError(t, err)
	require.Empty(t, got)
}

// Lists travel in the struct while they fit, and beside it when they don't.
func TestListsOfAnyLength(t *testing.T) {
	for _, n := range []int{0, 1, 2, 10, 11, 12, 13, 38, 39, 40, 41, 500} {
		x := floats(t, []int{n}, make([]float32, n)...)
		got, err := call(t, NewOp("aten::unbind.int"), func(a *Args) { a.Tensor(x) })
		if n == 0 && err != nil {
			continue // some versions refuse it
		}
		require.NoError(t, err)
		parts := got[0].([]Tensor)
		require.Len(t, parts, n)
		if n == 0 {
			continue
		}
		got, err = call(t, NewOp("aten::stack", "tensors", "dim"), func(a *Args) {
			a.Tensors(n)
			for _, p := range parts {
				a.Item(p)
			}
			a.Int(0)
		})
		require.NoError(t, err)
		_, shape := read[float32](t, got[0].(Tensor))
		require.Equal(t, []int{n}, shape)
	}
}
