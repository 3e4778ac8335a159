package aten_test

import (
	"errors"
	"math"
	"runtime/debug"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
	"multitorch/torch/aten"
)

func floats(t *torch.Tensor) []float64 { return torch.ToSlice[float64](t.To(torch.Float64)) }

func tensors(ts ...*torch.Tensor) []*torch.Tensor { return ts }

// Every kind of argument and of result, with values worked out by hand.
func TestCalls(t *testing.T) {
	x := torch.New([][]float32{{1, -2, 3}, {4, 5, -6}})
	y := torch.New([]float32{1, 10, 100})
	n := torch.New([]int64{3, 1, 2})
	inf := math.Inf(1)
	for _, c := range []struct {
		name string
		got  *torch.Tensor
		want []float64
	}{
		{"a tensor", aten.Abs(x), []float64{1, 2, 3, 4, 5, 6}},
		{"two tensors", aten.AddTensor(x, y), []float64{2, 8, 103, 5, 15, 94}},
		{"two tensors and an option", aten.AddTensor(x, y, aten.Alpha(2)), []float64{3, 18, 203, 6, 25, 194}},
		{"a whole number", aten.MulScalar(n, 2), []float64{6, 2, 4}},
		{"a broken number", aten.MulScalar(n, 0.5), []float64{1.5, 0.5, 1}},
		{"a number of another Go type", aten.MulScalar(n, int8(2)), []float64{6, 2, 4}},
		{"a bool as a number", aten.AddScalar(n, true), []float64{4, 2, 3}},
		{"ints", aten.SumDimIntList(x, []int{0}), []float64{5, 3, -3}},
		{"ints that are None", aten.SumDimIntList(x, nil), []float64{5}},
		{"ints and a dtype", aten.SumDimIntList(n, []int{0}, aten.Keepdim(true), aten.DType(torch.Float32)), []float64{6}},
		{"an option of one int", aten.Argmax(x, aten.Dim(1)), []float64{2, 1}},
		{"text", aten.DivTensorMode(n, torch.New([]int64{2, 2, 2}), "floor"), []float64{1, 0, 1}},
		{"text that is None", aten.DivTensorMode(n, torch.New([]int64{2, 2, 2}), ""), []float64{1.5, 0.5, 1}},
		{"a list of tensors", aten.Cat(tensors(y, y), aten.Dim(0)), []float64{1, 10, 100, 1, 10, 100}},
		{"a list with holes", aten.IndexTensor(x, tensors(nil, torch.New([]int64{2, 0}))), []float64{3, 1, -6, 4}},
		{"a tensor that may be nil", aten.Linear(y, x), []float64{281, -546}},
		{"a tensor by option", aten.Linear(y, x, aten.Bias(torch.New([]float32{1, 2}))), []float64{282, -544}},
		{"no tensor at all", aten.Arange(3, aten.DType(torch.Float64)), []float64{0, 1, 2}},
		{"a shape, a layout and a device", aten.Full([]int{2}, 7.5, aten.WithLayout(aten.Strided), aten.Device(torch.CPU)), []float64{7.5, 7.5}},
		{"options that are numbers", aten.Clamp(x, aten.WithMin(0), aten.WithMax(3.5)), []float64{1, 0, 3, 3.5, 3.5, 0}},
		{"None by option", aten.Clamp(x, aten.WithMin(0), aten.Named("max", nil)), []float64{1, 0, 3, 4, 5, 0}},
		{"an option of a tensor", aten.ClampTensor(x, aten.WithMin(y)), []float64{1, 10, 100, 4, 10, 100}},
		{"an option of several ints", aten.Roll(y, []int{1}, aten.Dims(0)), []float64{100, 1, 10}},
		{"an option of text", aten.Gelu(torch.New([]float32{0}), aten.Approximate("tanh")), []float64{0}},
		{"numbers", aten.Histc(x, aten.Bins(2)), []float64{2, 4}},
		{"a float", aten.Dropout(x, 0, true), []float64{1, -2, 3, 4, 5, -6}},
		{"a norm of numbers", aten.LinalgVectorNorm(y, aten.Ord(inf)), []float64{100}},
		{"ints by option", aten.MaxPool2d(torch.Ones(torch.Shape{1, 1, 4, 4}), []int{2}, aten.Stride(2, 4)), []float64{1, 1}},
		{"views", aten.TransposeInt(x, 0, 1), []float64{1, 4, -2, 5, 3, -6}},
		{"slices", aten.SliceTensor(y, aten.Start(1), aten.End(3)), []float64{10, 100}},
		{"indices and values", aten.ScatterValue(y, 0, torch.New([]int64{1}), 5), []float64{1, 5, 100}},
		{"equations", aten.Einsum("i,i->", tensors(y, y)), []float64{10101}},
		{"a random source", aten.RandpermGenerator(1, torch.NewGenerator(1)), []float64{0}},
	} {
		t.Run(c.name, func(t *testing.T) { require.InDeltaSlice(t, c.want, floats(c.got), 1e-6) })
	}
}

func TestResults(t *testing.T) {
	x := torch.New([][]float32{{1, -2, 3}, {4, 5, -6}})
	y := torch.New([]float32{1, 10, 100})

	values, indices := aten.MaxDim(x, 1, aten.Keepdim(true))
	require.Equal(t, []float64{3, 5}, floats(values))
	require.Equal(t, []float64{2, 1}, floats(indices))
	require.Equal(t, torch.Shape{2, 1}, values.Shape())

	u, s, vh := aten.LinalgSvd(x, aten.FullMatrices(false))
	require.InDeltaSlice(t, floats(x), floats(u.Mul(s).Matmul(vh)), 1e-5)
	solution, residuals, rank, singular := aten.LinalgLstsq(x.T(), x.T())
	require.InDeltaSlice(t, []float64{1, 0, 0, 1}, floats(solution), 1e-5)
	require.Equal(t, []int{2, 0, 0}, []int{solution.Dim(), rank.Dim(), singular.Numel()})
	require.NotNil(t, residuals)

	parts := aten.SplitTensor(y, 2)
	require.Len(t, parts, 2)
	require.Equal(t, []float64{100}, floats(parts[1]))
	hist, edges := aten.Histogramdd(x, []int{2, 2, 2})
	require.Equal(t, 2.0, hist.Sum().Item())
	require.Len(t, edges, 3)

	require.True(t, aten.Equal(x, x))
	require.False(t, aten.IsComplex(x))
	require.Equal(t, 3, aten.SizeInt(x, 1))
	require.Equal(t, torch.Float32, aten.ResultTypeScalar(x, 2))
	require.Equal(t, torch.Complex64, aten.ResultTypeScalar(x, 2i))
	require.True(t, aten.CanCast(torch.Int64, torch.Float16))
	require.Equal(t, int64(7), aten.Item(torch.New([]int64{7})))
	require.Equal(t, 2.5, aten.Item(torch.New(2.5)))
	require.Equal(t, complex(1, 2), aten.Item(torch.New([]complex128{1 + 2i})))
	require.Equal(t, true, aten.Item(torch.New([]bool{true})))
	q := aten.QuantizePerTensor(y, 0.5, 3, 13)
	require.Equal(t, 0.5, aten.QScale(q))
	require.Equal(t, 3, aten.QZeroPoint(q))
	require.Equal(t, 0, aten.Qscheme(q))
}

func TestUndefinedResultsAreNil(t *testing.T) {
	x, w := torch.Ones(torch.Shape{1, 1, 3}), torch.Ones(torch.Shape{1, 1, 2})
	grad := torch.Ones(torch.Shape{1, 1, 2})
	gradX, gradW, gradB := aten.ConvolutionBackward(grad, x, w, nil, []int{1}, []int{0}, []int{1}, false, []int{0}, 1, []bool{true, false, false})
	require.Equal(t, []float64{1, 2, 1}, floats(gradX))
	require.Nil(t, gradW)
	require.Nil(t, gradB)
}

// A Tensor? that is None is no tensor, and not an undefined one: some operators ask.
func TestNoneForATensor(t *testing.T) {
	x := torch.New([]float32{1, 3, 7})
	require.Equal(t, []float64{2, 4}, floats(aten.Diff(x, aten.Prepend(nil), aten.Named("append", nil))))
	hist, _ := aten.HistogramBinsTensor(x, torch.New([]float32{0, 2, 8}), aten.Weight(nil))
	require.Equal(t, []float64{1, 2}, floats(hist))
}

// A tensor that is all zeros may have no memory.
func TestTensorWithoutMemoryIsRead(t *testing.T) {
	x := aten.Call("_efficientzerotensor", []int{2}, aten.DType(torch.Float32))[0].(*torch.Tensor)
	require.Equal(t, []float64{0, 0}, floats(x))
	require.Equal(t, make([]byte, 8), x.Bytes())
}

func TestInPlaceReturnsItsFirstArgument(t *testing.T) {
	x := torch.New([]float32{1, 2})
	require.Same(t, x, aten.AddInplaceTensor(x, x, aten.Alpha(2)))
	require.Equal(t, []float64{3, 6}, floats(x))
	require.Same(t, x, aten.ResizeInplace(x, []int{1}))
	require.Equal(t, torch.Shape{1}, x.Shape())
	xs := tensors(torch.Zeros(torch.Shape{1}), torch.Zeros(torch.Shape{2}))
	aten.ForeachAddInplaceScalar(xs, 3)
	require.Equal(t, []float64{3, 3}, floats(xs[1]))
}

func TestListsOfNumbersKeepTheirTypes(t *testing.T) {
	n := torch.New([]int64{1})
	out := aten.ForeachAddScalarList(tensors(n, n, n), []aten.Number{2, 0.5, 2i})
	require.Equal(t, []torch.DType{torch.Int64, torch.Float32, torch.Complex64}, []torch.DType{out[0].DType(), out[1].DType(), out[2].DType()})
	require.Equal(t, []float64{3}, floats(out[0]))
	require.Equal(t, []float64{1.5}, floats(out[1]))
	require.Equal(t, []complex64{1 + 2i}, torch.ToSlice[complex64](out[2]))
}

// Newer versions of libtorch have no named dimensions any more, and say so.
func TestNamedDimensions(t *testing.T) {
	var gone *torch.Error
	if err := torch.Try(func() error { aten.OnesNames([]int{1}, []string{"rows"}); return nil }); errors.As(err, &gone) {
		require.Equal(t, torch.NotImplemented, gone.Kind)
		require.Contains(t, gone.Message, "libtorch "+torch.Version()+" has no operator aten::ones.names")
		require.NotContains(t, torch.Version(), "1.13")
		return
	}
	x := aten.OnesNames([]int{2, 3}, []string{"rows", "columns"})
	require.Equal(t, []float64{2, 2, 2}, floats(aten.Rename(aten.SumDimDimnameList(x, []string{"rows"}), nil)))
	require.Equal(t, 3, aten.SizeDimname(x, "columns"))
	e := failure(t, func() { aten.SizeDimname(x, "planes") })
	require.Contains(t, e.Message, "planes")
	y := aten.Rename(x, []string{"*", "c"})
	require.Equal(t, 3, aten.SizeDimname(y, "c"))
	require.Equal(t, 3, int(aten.Call("size.Dimname", y, aten.DimName("c"))[0].(int64)))
}

func TestStorageIsGivenByATensor(t *testing.T) {
	x, y := torch.New([]float32{1, 2, 3, 4}), torch.Zeros(torch.Shape{1})
	aten.SetInplaceSourceStorageStorageOffset(y, x, 1, []int{2}, aten.Stride(2))
	require.Equal(t, []float64{2, 4}, floats(y))
	require.True(t, x.SharesMemory(y))
}

func TestOptionsNotGivenAreNotZero(t *testing.T) {
	x := torch.New([]float32{1, 2})
	require.Equal(t, []float64{2, 4}, floats(aten.AddTensor(x, x)))                // alpha is 1
	require.Equal(t, []float64{1, 2}, floats(aten.AddTensor(x, x, aten.Alpha(0)))) // and not 0
	require.Equal(t, 0.5, aten.VarCorrection(x, nil, nil).Item())                  // the default correction is 1
	require.Equal(t, 0.25, aten.VarCorrection(x, nil, 0).Item())
	require.Equal(t, []float64{0, 1}, floats(aten.Clamp(torch.New([]float32{-1, 1}), aten.WithMin(0))))
}

func TestErrors(t *testing.T) {
	x := torch.New([]float32{1, 2})
	for _, c := range []struct {
		f          func()
		op, want   string
		kind       torch.Kind
		inOperands string
	}{
		{func() { aten.AddTensor(x, x, aten.Dim(1)) }, "add.Tensor", "has no option dim: it takes alpha", torch.TypeError, ""},
		{func() { aten.AddTensor(x, x, aten.Alpha(1), aten.Alpha(2)) }, "add.Tensor", "the option alpha was given twice", torch.TypeError, ""},
		{func() { aten.DivTensorMode(x, x, "sideways") }, "div", "rounding_mode", torch.OtherError, "float32[2]"},
		{func() { aten.AddTensor(x, nil) }, "add.Tensor", "expected argument other to be a tensor, but got nil", torch.TypeError, ""},
		{func() { aten.Abs(nil) }, "abs", "expected argument self to be a tensor, but got nil", torch.TypeError, ""},
		{func() { aten.Cat(tensors(x, nil)) }, "cat", "expected argument tensors to be tensors, but the one at 1 is nil", torch.TypeError, ""},
		{func() { aten.AddTensor(x, torch.Ones(torch.Shape{3})) }, "add", "The size of tensor a (2) must match", torch.OtherError, "float32[3]"},
		{func() { aten.AddTensor(x, x, aten.Alpha("a lot")) }, "add", "'alpha' is of type", torch.TypeError, "float32[2]"},
		{func() { aten.AddTensor(x, x, aten.Alpha([]byte{1})) }, "add", "an argument of the Go type []uint8 can't be passed", torch.TypeError, ""},
		{func() { aten.SortStable(x, "yes") }, "sort", "'stable' is of type", torch.TypeError, "float32[2]"},
		{func() { aten.ForeachAddScalarList(tensors(x), []aten.Number{"2"}) }, "_foreach_add", "expected a number, but got a string", torch.TypeError, ""},
		{func() { aten.Call("frobnicate", x) }, "frobnicate", "has no operator aten::frobnicate", torch.NotImplemented, ""},
		{func() { aten.Call("frobnicate", x, aten.Named("a", 1)) }, "frobnicate", "has no operator aten::frobnicate", torch.NotImplemented, ""},
		{func() { aten.Call("add.Tensor", x, x, aten.Named("beta", 1)) }, "add.Tensor", "has no argument beta: it takes self, other, alpha", torch.TypeError, ""},
		{func() { aten.Call("add.Tensor", x, x, aten.Named("other", x)) }, "add.Tensor", "the argument other was given twice", torch.TypeError, ""},
		{func() { aten.Call("add.Tensor", x, aten.Named("alpha", 1), aten.Named("alpha", 1)) }, "add.Tensor", "alpha was given twice", torch.TypeError, ""},
		{func() { aten.Call("add.Tensor", aten.Named("self", x), x) }, "add.Tensor", "without a name stands behind one with a name", torch.TypeError, ""},
		{func() { aten.Call("add.Tensor", x) }, "add", "argument 'other' is required", torch.TypeError, "float32[2]"},
		{func() { aten.Call("add.Tensor", x, x, 1, 2) }, "add", "takes 3 arguments, but got 4", torch.TypeError, "float32[2]"},
	} {
		e := failure(t, c.f)
		require.Equal(t, c.op, e.Op)
		require.Contains(t, e.Message, c.want)
		require.Equal(t, c.kind, e.Kind, e.Message)
		if c.inOperands != "" {
			require.Contains(t, e.Operands, c.inOperands)
		}
	}
}

func TestCallByName(t *testing.T) {
	x, out := torch.New([]float32{1, 2}), torch.Zeros(torch.Shape{2})
	require.Equal(t, []float64{2, 4}, floats(aten.Call("add.Tensor", x, x)[0].(*torch.Tensor)))
	require.Equal(t, []float64{3, 6}, floats(aten.Call("aten::add.Tensor", x, x, 2)[0].(*torch.Tensor)))
	require.Equal(t, []float64{3, 6}, floats(aten.Call("add.Tensor", x, x, aten.Alpha(2))[0].(*torch.Tensor)))
	require.Equal(t, []float64{3, 6}, floats(aten.Call("add.Tensor", aten.Named("other", x), aten.Named("alpha", 2), aten.Named("self", x))[0].(*torch.Tensor)))
	aten.Call("mul.out", x, x, aten.Named("out", out))
	require.Equal(t, []float64{1, 4}, floats(out))
	require.InDelta(t, 0.731, floats(aten.Call("_softmax", x, 0, false)[0].(*torch.Tensor))[1], 1e-3)
	require.True(t, aten.Call("contiguous", x, aten.ContiguousFormat)[0].(*torch.Tensor).IsContiguous())
	require.Equal(t, []any{true}, aten.Call("equal", x, x))
	require.Empty(t, aten.Call("_foreach_add_.Scalar", tensors(x), 1))
	require.Len(t, aten.Call("unbind.int", x)[0], 2)
	require.Equal(t, []float64{2, 3}, floats(aten.Call("clone", x, aten.WithMemoryFormat(aten.PreserveFormat))[0].(*torch.Tensor)))
}

// A result joins the scope of its inputs, and an error leaves nothing behind.
func TestTensorsAreNotLeaked(t *testing.T) {
	defer debug.SetGCPercent(debug.SetGCPercent(-1)) // the collector must not help
	x := torch.New([][]float32{{1, 2}, {3, 4}})
	before, bytes := torch.LiveTensors(), torch.LiveBytes()
	torch.Scoped(func(s *torch.Scope) {
		y, w := s.Own(x.Add(x)), s.Own(torch.Ones(torch.Shape{2, 2, 1}))
		aten.LinalgSvd(y)
		aten.UnbindInt(y)
		aten.AddInplaceTensor(y, y)
		aten.Histogramdd(y, []int{2, 2})
		aten.LinalgLstsq(y, y)
		aten.Call("linalg_svd", y)
		aten.Call("unbind.int", y)
		aten.ForeachAddList(tensors(y, y), tensors(y, y))
		aten.ConvolutionBackward(aten.Unsqueeze(y, 0), aten.Unsqueeze(y, 0), w, nil, []int{1}, []int{0}, []int{1}, false, []int{0}, 1,
			[]bool{true, true, false})
		failure(t, func() { aten.Cat(tensors(y, nil)) })
		failure(t, func() { aten.Mm(y, aten.Unsqueeze(y, 0)) })
	})
	require.LessOrEqual(t, torch.LiveTensors(), before) // less: garbage of other tests
	require.LessOrEqual(t, torch.LiveBytes(), bytes)
}

func failure(t *testing.T, f func()) *torch.Error {
	t.Helper()
	var e *torch.Error
	require.ErrorAs(t, torch.Try(func() error { f(); return nil }), &e)
	return e
}

func BenchmarkAdd(b *testing.B) {
	x := torch.New([]float32{1, 2, 3, 4})
	for name, f := range map[string]func() *torch.Tensor{
		"torch":       func() *torch.Tensor { return x.Add(x) },
		"aten":        func() *torch.Tensor { return aten.AddTensor(x, x) },
		"aten/alpha":  func() *torch.Tensor { return aten.AddTensor(x, x, aten.Alpha(2)) },
		"torch/sum":   func() *torch.Tensor { return x.Sum(0) },
		"aten/sum":    func() *torch.Tensor { return aten.SumDimIntList(x, []int{0}) },
		"aten/byname": func() *torch.Tensor { return aten.Call("add.Tensor", x, x)[0].(*torch.Tensor) },
	} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				f().Free()
			}
		})
	}
}
