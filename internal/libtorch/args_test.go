package libtorch

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"
)

func TestArgumentsAreMatchedByName(t *testing.T) {
	x, y := floats(t, []int{2}, 10, 20), floats(t, []int{2}, 1, 2)
	for name, op := range map[string]*Op{
		"in order":    NewOp("aten::sub.Tensor", "self", "other", "alpha"),
		"the schema":  NewOp("aten::sub.Tensor"),
		"renamed":     NewOp("aten::sub.Tensor", "input|self", "other", "alpha|factor"),
		"not yet had": NewOp("aten::sub.Tensor", "self", "other", "alpha", "rounding"),
	} {
		got, err := call(t, op, func(a *Args) { a.Tensor(x); a.Tensor(y); a.Float(2) })
		require.NoError(t, err, name)
		values, _ := read[float32](t, got[0].(Tensor))
		require.Equal(t, []float32{8, 16}, values, name)
	}
	// Another order, and an argument that this libtorch lacks.
	op := NewOp("aten::sub.Tensor", "alpha", "other", "rounding", "self")
	got, err := call(t, op, func(a *Args) { a.Default(); a.Tensor(y); a.None(); a.Tensor(x) })
	require.NoError(t, err)
	values, _ := read[float32](t, got[0].(Tensor))
	require.Equal(t, []float32{9, 18}, values)
	_, err = call(t, op, func(a *Args) { a.Default(); a.Tensor(y); a.String("floor"); a.Tensor(x) })
	require.ErrorContains(t, err, "has no argument 'rounding': aten::sub.Tensor(")
}

// Each case calls an operator whose schema takes one kind of argument, in every
// form in which Go may give it.
func TestArgumentsAreConvertedByTheSchemasTypes(t *testing.T) {
	image := floats(t, []int{1, 1, 2, 4}, 1, 2, 3, 4, 5, 6, 7, 8)
	line := floats(t, []int{1, 1, 2}, 1, 2)
	pool := NewOp("aten::avg_pool2d", "self", "kernel_size")
	pooled := []float32{3.5, 5.5}
	full := NewOp("aten::full", "size", "fill_value", "dtype")
	up := NewOp("aten::upsample_nearest1d.vec", "input", "output_size", "scale_factors")
	doubled := []float32{1, 1, 2, 2}
	sum := NewOp("aten::sum.dim_IntList", "self", "dim", "keepdim", "dtype")
	zeros := NewOp("aten::zeros", "size", "dtype", "layout", "device")
	norm := NewOp("aten::layer_norm", "input", "normalized_shape", "weight", "bias", "eps")
	mode := NewOp("aten::div.Tensor_mode", "self", "other", "rounding_mode")
	seven, two := floats(t, nil, 7), floats(t, nil, 2)
	foreach := NewOp("aten::_foreach_add.ScalarList", "self|tensors", "scalars")
	first := func(got []any) any { return got[0] }
	ofList := func(got []any) any { return got[0].([]Tensor)[1] }
	for name, c := range map[string]struct {
		op   *Op
		put  func(a *Args)
		take func(got []any) any
		want []float32
	}{
		"int[2] from an int":   {pool, func(a *Args) { a.Tensor(image); a.Int(2) }, first, pooled},
		"int[2] from one":      {pool, func(a *Args) { a.Tensor(image); a.Ints([]int{2}) }, first, pooled},
		"int[2] from two":      {pool, func(a *Args) { a.Tensor(image); a.Ints([]int{1, 4}) }, first, []float32{2.5, 6.5}},
		"Scalar from an int":   {full, func(a *Args) { a.Ints([]int{2}); a.Int(3); a.Int(float32Type) }, first, []float32{3, 3}},
		"Scalar from a float":  {full, func(a *Args) { a.Ints([]int{1}); a.Float(0.5); a.Int(float32Type) }, first, []float32{0.5}},
		"Scalar from a bool":   {full, func(a *Args) { a.Ints([]int{1}); a.Bool(true); a.Int(float32Type) }, first, []float32{1}},
		"no sizes":             {full, func(a *Args) { a.Ints(nil); a.Float(4); a.Int(float32Type) }, first, []float32{4}},
		"float[]":              {up, func(a *Args) { a.Tensor(line); a.None(); a.Floats([]float64{2}) }, first, doubled},
		"float[] from ints":    {up, func(a *Args) { a.Tensor(line); a.None(); a.Ints([]int{2}) }, first, doubled},
		"float[] from a float": {up, func(a *Args) { a.Tensor(line); a.None(); a.Float(2) }, first, doubled},
		"float[] from an int":  {up, func(a *Args) { a.Tensor(line); a.None(); a.Int(2) }, first, doubled},
		"int[]? given":         {up, func(a *Args) { a.Tensor(line); a.Ints([]int{4}); a.None() }, first, doubled},
		"bool from a bool":     {sum, func(a *Args) { a.Tensor(line); a.Ints([]int{2}); a.Bool(true) }, first, []float32{3}},
		"bool from an int":     {sum, func(a *Args) { a.Tensor(line); a.Int(-1); a.Int(0) }, first, []float32{3}},
		"dtype":                {sum, func(a *Args) { a.Tensor(line); a.Int(-1); a.Default(); a.Int(float32Type) }, first, []float32{3}},
		"device":               {zeros, func(a *Args) { a.Int(1); a.Default(); a.None(); a.Device(0, -1) }, first, []float32{0}},
		"device from text":     {zeros, func(a *Args) { a.Int(1); a.Default(); a.None(); a.String("cpu") }, first, []float32{0}},
		"float from a float":   {norm, func(a *Args) { a.Tensor(line); a.Int(2); a.None(); a.None(); a.Float(0) }, first, []float32{-1, 1}},
		"float from an int":    {norm, func(a *Args) { a.Tensor(line); a.Int(2); a.None(); a.None(); a.Int(0) }, first, []float32{-1, 1}},
		"text":                 {mode, func(a *Args) { a.Tensor(seven); a.Tensor(two); a.String("floor") }, first, []float32{3}},
		"text? left out":       {mode, func(a *Args) { a.Tensor(seven); a.Tensor(two); a.None() }, first, []float32{3.5}},
		"Scalar[] of floats":   {foreach, func(a *Args) { pair(a, seven, two); a.Floats([]float64{1, 0.5}) }, ofList, []float32{2.5}},
		"Scalar[] of ints":     {foreach, func(a *Args) { pair(a, seven, two); a.Ints([]int{1, 2}) }, ofList, []float32{4}},
		"Tensor? left out": {
			NewOp("aten::bincount", "self", "weights", "minlength"), func(a *Args) { a.Tensor(ints(t, 1, 1)); a.None() },
			nil, nil,
		},
		"Tensor[]":          {NewOp("aten::stack"), func(a *Args) { pair(a, seven, two) }, first, []float32{7, 2}},
		"Tensor[] from one": {NewOp("aten::stack"), func(a *Args) { a.Tensor(seven) }, first, []float32{7}},
		"Tensor?[] with a None": {NewOp("aten::index.Tensor"), func(a *Args) {
			a.Tensor(image)
			a.Tensors(4)
			a.Item(0)
			a.Item(0)
			a.Item(0)
			a.Item(ints(t, 3, 0))
		}, first, []float32{4, 1, 8, 5}},
		"long text": {
			NewOp("aten::einsum"), func(a *Args) {
				a.String("abcdefghij->abcdefghij")
				a.Tensors(1)
				a.Item(floats(t, []int{1, 1, 1, 1, 1, 1, 1, 1, 1, 1}, 5))
			},
			first,
			[]float32{5},
		},
	} {
		t.Run(name, func(t *testing.T) {
			got, err := call(t, c.op, c.put)
			require.NoError(t, err)
			if c.take == nil {
				counts, _ := read[int64](t, got[0].(Tensor))
				require.Equal(t, []int64{0, 2}, counts)
				return
			}
			values, _ := read[float32](t, c.take(got).(Tensor))
			require.InDeltaSlice(t, c.want, values, 1e-6)
		})
	}
}

func pair(a *Args, x, y Tensor) {
	a.Tensors(2)
	a.Item(x)
	a.Item(y)
}

func ints(t testing.TB, values ...int64) Tensor {
	x, err := FromBytes(memory(values), []int{len(values)}, int64Type)
	require.NoError(t, err)
	t.Cleanup(x.Free)
	return x
}

func TestWrongArgumentsAreTypeErrors(t *testing.T) {
	x := floats(t, []int{2}, 1, 2)
	add, sum := NewOp("aten::add.Tensor", "self", "other", "alpha"), NewOp("aten::sum.dim_IntList", "self", "dim", "keepdim")
	for message, c := range map[string]struct {
		op  *Op
		put func(a *Args)
	}{
		"argument 'other' is of type Tensor, but got a string": {add, func(a *Args) { a.Tensor(x); a.String("1") }},
		"argument 'alpha' is of type Scalar, but got a string": {add, func(a *Args) { a.Tensor(x); a.Tensor(x); a.String("a") }},
		"argument 'alpha' is of type Scalar, but got None":     {add, func(a *Args) { a.Tensor(x); a.Tensor(x); a.None() }},
		"argument 'other' is required":                         {add, func(a *Args) { a.Tensor(x); a.Default() }},
		"argument 'self' is required":                          {add, func(*Args) {}},
		"takes 3 arguments, but got 4":                         {add, func(a *Args) { a.Tensor(x); a.Tensor(x); a.Int(1); a.Int(1) }},
		"argument 'keepdim' is of type bool, but got a float":  {sum, func(a *Args) { a.Tensor(x); a.Int(0); a.Float(1) }},
		"argument 'dim' is of type int[]?, but got floats":     {sum, func(a *Args) { a.Tensor(x); a.Floats([]float64{1}) }},
		"argument 'dim' is of type int, but got ints": {
			NewOp("aten::softmax.int", "self", "dim"),
			func(a *Args) { a.Tensor(x); a.Ints([]int{0}) },
		},
		"argument 'dim' is of type int, but got a complex number": {
			NewOp("aten::softmax.int", "self", "dim"),
			func(a *Args) { a.Tensor(x); a.Complex(1) },
		},
		"argument 'tensors' is of type Tensor[], but got ints": {NewOp("aten::stack"), func(a *Args) { a.Ints([]int{1}) }},
		"argument 'rounding_mode' is of type str?, but got a bool": {
			NewOp("aten::div.Tensor_mode"),
			func(a *Args) { a.Tensor(x); a.Tensor(x); a.Bool(true) },
		},
		"argument 'generator' is of type Generator?, but got a tensor": {
			NewOp("aten::rand.generator", "size", "generator"),
			func(a *Args) { a.Int(1); a.Tensor(x) },
		},
		"argument 'device' is of type Device?, but got an int": {
			NewOp("aten::zeros", "size", "device"),
			func(a *Args) { a.Int(1); a.Int(0) },
		},
		"device string: no_such": {
			NewOp("aten::zeros", "size", "device"),
			func(a *Args) { a.Int(1); a.String("no_such") },
		},
		"argument 'scale_factors' is of type float[]?, but got bools": {
			NewOp("aten::upsample_nearest1d.vec"),
			func(a *Args) { a.Tensor(x); a.None(); a.Bools([]bool{true}) },
		},
	} {
		t.Run(message, func(t *testing.T) {
			_, err := call(t, c.op, c.put)
			require.ErrorContains(t, err, message)
			require.NotContains(t, err.Error(), "INTERNAL ASSERT")
			require.NotContains(t, err.Error(), "Exception raised from")
		})
	}
}

// What Args puts into a stream, Results reads: they share their tags with the
// shim, which writes what no operator of this libtorch returns (text, say).
func TestStreamsRoundTrip(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var a Args
		var want []any
		for range rapid.IntRange(0, 30).Draw(t, "values") {
			switch rapid.IntRange(0, 11).Draw(t, "kind") {
			case 0:
				a.None()
				want = append(want, nil)
			case 1:
				v := rapid.Uint64Range(1, math.MaxInt64).Draw(t, "tensor")
				a.Tensor(Tensor(v))
				want = append(want, Tensor(v))
			case 2:
				v := rapid.Int64().Draw(t, "int")
				a.Int(v)
				want = append(want, v)
			case 3:
				v := rapid.Float64().Draw(t, "float")
				a.Float(v)
				want = append(want, v)
			case 4:
				v := rapid.Bool().Draw(t, "bool")
				a.Bool(v)
				want = append(want, v)
			case 5:
				v := complex(rapid.Float64().Draw(t, "real"), rapid.Float64().Draw(t, "imaginary"))
				a.Complex(v)
				want = append(want, v)
			case 6:
				v := rapid.String().Draw(t, "text")
				a.String(v)
				want = append(want, v)
			case 7:
				v := Device{rapid.IntRange(0, 20).Draw(t, "device"), rapid.IntRange(-1, 300).Draw(t, "index")}
				a.Device(v.Kind, v.Index)
				want = append(want, v)
			case 8:
				v := rapid.SliceOf(rapid.Int()).Draw(t, "ints")
				a.Ints(v)
				want = append(want, v)
			case 9:
				v := rapid.SliceOf(rapid.Float64()).Draw(t, "floats")
				a.Floats(v)
				want = append(want, v)
			case 10:
				v := rapid.SliceOf(rapid.Bool()).Draw(t, "bools")
				a.Bools(v)
				want = append(want, v)
			case 11:
				v := rapid.SliceOf(rapid.Uint64Range(0, math.MaxInt64)).Draw(t, "tensors")
				a.Tensors(len(v))
				ts := make([]Tensor, len(v))
				for i := range v {
					ts[i] = Tensor(v[i])
					a.Item(ts[i])
				}
				want = append(want, ts)
			}
		}
		words := a.long
		if words == nil {
			words = a.inline[:a.n]
		}
		r := Results{long: append([]uint64{}, words...)}
		size := 0
		for _, v := range want {
			size += 1 + payload(words[size])
			require.Equal(t, v, r.Value())
		}
		require.Equal(t, len(words), size)
		require.EqualValues(t, len(want), a.count)
	})
}
