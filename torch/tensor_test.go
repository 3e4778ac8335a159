package torch_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func TestArithmetic(t *testing.T) {
	x := torch.New([][]float32{{1, 2, 3}, {4, 5, 6}})
	require.Equal(t, torch.Shape{2, 3}, x.Shape())
	require.Equal(t, torch.Float32, x.DType())
	require.Equal(t, []float32{2, 4, 6, 8, 10, 12}, torch.ToSlice[float32](x.Add(x)))
	require.Equal(t, []float32{2, 3, 4, 5, 6, 7}, torch.ToSlice[float32](x.Add(1)))
	require.Equal(t, []float32{14, 32, 32, 77}, torch.ToSlice[float32](x.Matmul(x.T())))
	require.Equal(t, 21.0, x.Sum().Item())
	require.Equal(t, []float32{5, 7, 9}, torch.ToSlice[float32](x.Sum(0)))
	require.Equal(t, []int64{2, 2}, torch.ToSlice[int64](x.Argmax(1)))
	require.Equal(t, int64(5), x.Argmax().ItemInt())
	require.Equal(t, []bool{false, false, false, true, true, true}, torch.ToSlice[bool](x.Gt(3)))
	require.Equal(t, torch.Int64, torch.New([]int{1, 2}).DType())
	require.Equal(t, torch.Shape{}, torch.New(1.5).Shape())
	v, i := x.Topk(2, 1)
	require.Equal(t, []float32{3, 2, 6, 5}, torch.ToSlice[float32](v))
	require.Equal(t, []int64{2, 1, 2, 1}, torch.ToSlice[int64](i))
	require.Len(t, x.Unbind(1), 3)
}

func TestBackward(t *testing.T) {
	x := torch.New([]float32{1, 2, 3}, torch.RequiresGrad(true))
	require.Nil(t, x.Grad())
	x.Mul(x).Sum().Backward()
	require.Equal(t, []float32{2, 4, 6}, torch.ToSlice[float32](x.Grad()))
	x.Mul(x).Backward(torch.Gradient(torch.New([]float32{1, 0, 0})))
	require.Equal(t, []float32{4, 4, 6}, torch.ToSlice[float32](x.Grad()))
	x.SetGrad(nil)
	require.Nil(t, x.Grad())
}

func TestErrorsSayWhatCame(t *testing.T) {
	x, y := torch.Zeros(torch.Shape{2, 3}), torch.Zeros(torch.Shape{4})
	err := torch.Try(func() error { x.Add(y); return nil })
	require.ErrorContains(t, err, "add: The size of tensor a (3) must match the size of tensor b (4) at non-singleton dimension 1 (with float32[2, 3], float32[4])")
	err = torch.Try(func() error { x.Add("no"); return nil })
	require.ErrorContains(t, err, "expected a tensor or a number, but got a string")
	err = torch.Try(func() error { torch.Zeros(torch.Shape{1 << 60}); return nil })
	var e *torch.Error
	require.ErrorAs(t, err, &e)
	err = torch.Try(func() error { torch.ToSlice[float64](x); return nil })
	require.ErrorContains(t, err, "To(torch.Float64)")
	err = torch.Try(func() error { torch.New([][]float32{{1}, {1, 2}}); return nil })
	require.ErrorContains(t, err, "rows differ")
}

func BenchmarkAddInScope(b *testing.B) {
	x := torch.Ones(torch.Shape{4})
	for b.Loop() {
		torch.Scoped(func(s *torch.Scope) {
			y := s.Own(x.Clone())
			for range 100 {
				y.Add(y)
			}
		})
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/100, "ns/add")
}

func BenchmarkAddOutside(b *testing.B) {
	x := torch.Ones(torch.Shape{4})
	for b.Loop() {
		x.Add(x)
	}
}
