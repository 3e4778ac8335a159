package torch_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/torch"
)

// anyTensor counts from 0 in a shape of 1 to 4 dimensions, some of size 0 or 1, and
// is sometimes not in row-major order.
func anyTensor(t *rapid.T) *torch.Tensor {
	shape := rapid.SliceOfN(rapid.IntRange(0, 5), 1, 4).Draw(t, "shape")
	x := torch.Arange(0, product(shape), 1).Reshape(shape...)
	if rapid.Bool().Draw(t, "turned") {
		x = x.Transpose(0, -1)
	}
	return x
}

func anyDim(t *rapid.T, x *torch.Tensor) int {
	return rapid.IntRange(-x.Dim(), x.Dim()-1).Draw(t, "dim")
}

func product(shape []int) int {
	n := 1
	for _, s := range shape {
		n *= s
	}
	return n
}

func TestReshapeKeepsTheElements(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := anyTensor(t)
		shape := x.Shape()
		flat := x.Reshape(product(shape))
		require.Equal(t, x.Bytes(), flat.Bytes())
		require.True(t, flat.IsContiguous())
		back := flat.Reshape(shape...)
		requireSame(t, x, back)
		if x.Numel() > 0 {
			i := rapid.IntRange(0, len(shape)-1).Draw(t, "left out")
			open := slices.Clone(shape)
			open[i] = -1
			require.Equal(t, shape, flat.Reshape(open...).Shape())
		}
		require.Equal(t, []int{product(shape)}, x.Flatten(0, -1).Shape())
		require.Error(t, torch.Try(func() error { x.Reshape(product(shape) + 1); return nil }))
	})
}

func TestCatTakesSplitBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := anyTensor(t)
		dim := anyDim(t, x)
		size := rapid.IntRange(1, 6).Draw(t, "size")
		parts := x.Split(size, dim)
		for i, p := range parts {
			require.LessOrEqual(t, p.Size(dim), size)
			requireSame(t, x.Narrow(dim, i*size, p.Size(dim)), p)
		}
		requireSame(t, x, torch.Cat(parts, dim))
		requireSame(t, x, torch.Cat(x.Chunk(rapid.IntRange(1, 6).Draw(t, "chunks"), dim), dim))
	})
}

func TestStackTakesUnbindBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := anyTensor(t)
		dim := anyDim(t, x)
		if x.Size(dim) == 0 {
			return // nothing to stack
		}
		rows := x.Unbind(dim)
		require.Len(t, rows, x.Size(dim))
		for i, r := range rows {
			requireSame(t, x.Select(dim, i), r)
			requireSame(t, x.Select(dim, i-len(rows)), r)
		}
		requireSame(t, x, torch.Stack(rows, dim))
		requireSame(t, x, torch.Cat(each(rows, func(r *torch.Tensor) *torch.Tensor { return r.Unsqueeze(dim) }), dim))
	})
}

func each(xs []*torch.Tensor, f func(*torch.Tensor) *torch.Tensor) (ys []*torch.Tensor) {
	for _, x := range xs {
		ys = append(ys, f(x))
	}
	return ys
}

func TestPermutationsUndo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x := anyTensor(t)
		order := rapid.Permutation(seq(x.Dim())).Draw(t, "order")
		back := make([]int, len(order))
		for i, d := range order {
			back[d] = i
		}
		y := x.Permute(order...)
		for i, d := range order {
			require.Equal(t, x.Size(d), y.Size(i))
			require.Equal(t, x.Strides()[d], y.Strides()[i])
		}
		requireSame(t, x, y.Permute(back...))
		require.True(t, x.Numel() == 0 || y.SharesMemory(x))
		a, b := anyDim(t, x), anyDim(t, x)
		requireSame(t, x, x.Transpose(a, b).Transpose(b, a))
		requireSame(t, x, x.Unsqueeze(a).Squeeze(a))
		requireSame(t, y, y.Contiguous())
		requireSame(t, y, y.Clone())
	})
}

func seq(n int) []int {
	s := make([]int, n)
	for i := range s {
		s[i] = i
	}
	return s
}

func TestGoSlicesRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		roundTrip(t, rapid.Float32())
		roundTrip(t, rapid.Float64())
		roundTrip(t, rapid.Int64())
		roundTrip(t, rapid.Int())
		roundTrip(t, rapid.Int32())
		roundTrip(t, rapid.Int16())
		roundTrip(t, rapid.Int8())
		roundTrip(t, rapid.Uint8())
		roundTrip(t, rapid.Bool())
		roundTrip(t, rapid.Map(rapid.Float32(), func(f float32) complex64 { return complex(f, -f) }))
		roundTrip(t, rapid.Map(rapid.Float64(), func(f float64) complex128 { return complex(f, -f) }))
	})
}

func roundTrip[T torch.Element](t *rapid.T, values *rapid.Generator[T]) {
	v := rapid.SliceOf(values).Draw(t, "values")
	x := torch.FromSlice(v)
	require.Equal(t, v, torch.ToSlice[T](x))
	require.Equal(t, torch.DTypeOf[T](), x.DType())
	requireSame(t, x, torch.New(v, x.DType()))
	requireSame(t, x, torch.FromBytes(x.Bytes(), x.Shape(), x.DType()))
	rows := [][]T{v, v}
	require.Equal(t, append(slices.Clone(v), v...), torch.ToSlice[T](torch.New(rows, x.DType())))
	require.Equal(t, torch.Shape{2, len(v)}, torch.New(rows).Shape())
}
