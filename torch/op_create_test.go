package torch_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
	"multitorch/twin"
)

func TestMakingAndSamplingAsInPython(t *testing.T) {
	in := map[string]T{
		"x": torch.Arange(0, 400, 1, torch.Float32).Mul(0.1).Sin().View(2, 200), "p": torch.New([][]float32{{0.1, 0.4, 0.5}, {0.9, 0.05, 0.05}}),
		"w": torch.HannWindow(16, true), "i": torch.New([]int{1, -2, 3}), "f": torch.New([]float32{0.4, 2.6, -1.5}),
		"n": torch.New([]float32{3, 10, 20}), "h": torch.New([]float32{0.2, 0.5, 0.9}),
	}
	x, p, w, i, f, n, h := in["x"], in["p"], in["w"], in["i"], in["f"], in["n"], in["h"]
	z := func() T { return torch.Zeros(torch.Shape{3, 5}) }
	stft := func(o torch.STFTOptions) T { return x.STFT(16, o) }
	table := []beside{
		one("torch.logspace(-1, 2, 5)", func() T { return torch.Logspace(-1, 2, 5, 10) }),
		one("torch.logspace(0, 3, 4, base=2)", func() T { return torch.Logspace(0, 3, 4, 2) }),
		one("torch.empty_strided((2, 3), (1, 2)).zero_()", func() T { return torch.EmptyStrided(torch.Shape{2, 3}, []int{1, 2}).ZeroInplace() }),
		one("torch.scalar_tensor(3)", func() T { return torch.ScalarTensor(3) }),
		one("torch.randint_like(f, -5, 5)", func() T { return torch.RandintLike(f, -5, 5) }),
		one("i.new_zeros((2, 3))", func() T { return i.NewZeros(torch.Shape{2, 3}) }),
		one("f.new_ones((2,), dtype=torch.int8)", func() T { return f.NewOnes(torch.Shape{2}, torch.Int8) }),
		one("i.new_empty((0, 3))", func() T { return i.NewEmpty(torch.Shape{0, 3}) }),
		one("i.new_full((2,), 7)", func() T { return i.NewFull(torch.Shape{2}, 7) }),
		one("f.new_tensor([1, 2])", func() T { return f.NewTensor([]int{1, 2}) }),
		one("torch.hann_window(7)", func() T { return torch.HannWindow(7, true) }),
		one("torch.hann_window(7, periodic=False, dtype=torch.float64)", func() T { return torch.HannWindow(7, false, torch.Float64) }),
		one("torch.hamming_window(8)", func() T { return torch.HammingWindow(8, true, 0.54, 0.46) }),
		one("torch.blackman_window(8)", func() T { return torch.BlackmanWindow(8, true) }),
		one("torch.bartlett_window(8, periodic=False)", func() T { return torch.BartlettWindow(8, false) }),
		one("torch.kaiser_window(8)", func() T { return torch.KaiserWindow(8, true, 12) }),
		one("torch.stft(x, 16, return_complex=True)", func() T { return stft(torch.STFTOptions{}) }),
		one("torch.stft(x[0], 16, 5, 12, w[:12], center=False, normalized=True, onesided=False, return_complex=True)", func() T {
			return x.Select(0, 0).STFT(16,
				torch.STFTOptions{HopLength: 5, WinLength: 12, Window: w.Slice(0, 0, 12, 1), NotCenter: true, Normalized: true, TwoSided: true})
		}),
		one("torch.stft(x, 16, window=w, pad_mode='constant', return_complex=True)",
			func() T { return stft(torch.STFTOptions{Window: w, PadMode: "constant"}) }),
		one("torch.istft(torch.stft(x, 16, window=w, return_complex=True), 16, window=w, length=190)", func() T {
			return stft(torch.STFTOptions{Window: w}).ISTFT(16, torch.STFTOptions{Window: w, Length: 190})
		}),
		one("torch.bernoulli(p)", func() T { return p.Bernoulli() }),
		one("torch.zeros(3, 5).bernoulli_(h.view(3, 1).expand(3, 5))", func() T { return z().BernoulliTensorInplace(h.View(3, 1).Expand(3, 5)) }),
		one("torch.multinomial(p, 2)", func() T { return p.Multinomial(2, false) }),
		one("torch.multinomial(p, 20, replacement=True)", func() T { return p.Multinomial(20, true) }),
		one("torch.poisson(n)", func() T { return n.Poisson() }), one("torch.binomial(n, h)", func() T { return n.Binomial(h) }),
		one("torch.normal(f, h)", func() T { return torch.Normal(f, h) }), one("torch.normal(f, 0.5)", func() T { return torch.Normal(f, 0.5) }),
		one("torch.normal(2.0, h)", func() T { return torch.Normal(2.0, h) }),
		one("torch.zeros(3, 5).exponential_(2)", func() T { return z().ExponentialInplace(2) }),
		one("torch.zeros(3, 5).geometric_(0.3)", func() T { return z().GeometricInplace(0.3) }),
		one("torch.zeros(3, 5).cauchy_(1, 2)", func() T { return z().CauchyInplace(1, 2) }),
		one("torch.zeros(3, 5).log_normal_(0.5, 0.2)", func() T { return z().LogNormalInplace(0.5, 0.2) }),
		one("torch.zeros(3, 5).random_(-3, 9)", func() T { return z().RandintInplace(-3, 9) }),
		one("torch.normal(f, 0.5, generator=torch.Generator().manual_seed(3))", func() T { return torch.Normal(f, 0.5, torch.NewGenerator(3)) }),
		plain("torch.result_type(i, 2.5) == torch.float32", func() any { return torch.ResultType(i, 2.5) == torch.Float32 }),
		plain("torch.result_type(i, f) == torch.float32", func() any { return torch.ResultType(i, f) == torch.Float32 }),
		plain("torch.promote_types(torch.int8, torch.uint8) == torch.int16",
			func() any { return torch.PromoteTypes(torch.Int8, torch.Uint8) == torch.Int16 }),
		plain("torch.can_cast(torch.float32, torch.int64)", func() any { return torch.CanCast(torch.Float32, torch.Int64) }),
		plain("torch.broadcast_shapes((2, 1, 3), (4, 1)) == (2, 4, 3)", func() any {
			return fmt.Sprint(torch.BroadcastShapes(torch.Shape{2, 1, 3}, torch.Shape{4, 1})) == "[2 4 3]"
		}),
		one("f.type_as(i)", func() T { return f.TypeAs(i) }), one("f.cpu()", func() T { return f.CPU() }),
		plain("f.element_size()", func() any { return f.ElementSize() }),
		plain("x[1, 3:].storage_offset()", func() any { return x.Index(1, torch.R(3, nil)).StorageOffset() }),
	}
	for name, to := range map[string]unary{
		"float": T.Float, "double": T.Double, "half": T.Half, "bfloat16": T.BFloat16, "long": T.Long, "int": T.Int, "short": T.Short,
		"char": T.Char, "bool": T.Bool, "cfloat": T.CFloat, "cdouble": T.CDouble,
	} {
		table = append(table, one("f."+name+"()", func() T { return to(f) }), one("i."+name+"()", func() T { return to(i) }))
	}
	table = append(table, one("h.byte()", func() T { return h.Byte() }))
	requireBeside(t, in, table)
	require.Error(t, torch.Try(func() error { torch.Normal(1, 2); return nil }))
	require.Error(t, torch.Try(func() error { torch.BroadcastShapes(torch.Shape{2}, torch.Shape{3}); return nil }))
}

func TestNestedSlicesOutAndIn(t *testing.T) {
	m := [][]float32{{1, 2, 3}, {4, 5, 6}}
	require.Equal(t, m, torch.ToNested[[][]float32](torch.New(m)))
	require.Equal(t, [][]float32{{1, 4}, {2, 5}, {3, 6}}, torch.ToNested[[][]float32](torch.New(m).T()), "a view's own order")
	require.Equal(t, [][][]int{{{1}, {2}}}, torch.ToNested[[][][]int](torch.New([][][]int{{{1}, {2}}})))
	require.Equal(t, []int64{1, 2}, torch.ToNested[[]int64](torch.New([]int{1, 2})))
	require.Equal(t, 2.5, torch.ToNested[float64](torch.New(2.5, torch.Float64)))
	require.Equal(t, [][]bool{{}, {}}, torch.ToNested[[][]bool](torch.Zeros(torch.Shape{2, 0}, torch.Bool)))
	require.Equal(t, [][]complex64{{1 + 2i}}, torch.New([][]complex64{{1 + 2i}}).Tolist())
	require.Equal(t, []float32{1.5}, torch.New([]float32{1.5}).BFloat16().Tolist())
	require.Equal(t, int64(3), torch.New(3).Tolist())
	x := torch.New(m)
	for name, f := range map[string]func(){
		"too deep":    func() { torch.ToNested[[][][]float32](x) },
		"too shallow": func() { torch.ToNested[[]float32](x) },
		"other dtype": func() { torch.ToNested[[][]float64](x) },
		"no element":  func() { torch.ToNested[[][]string](x) },
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), "can't hold it", name)
	}
}

func TestWithDataIsTheMemoryItself(t *testing.T) {
	x := torch.Zeros(torch.Shape{2, 3})
	torch.WithData(x, func(data []float32) {
		require.Len(t, data, 6)
		require.Equal(t, 6, cap(data))
		data[4] = 7
	})
	require.Equal(t, 7.0, x.Index(1, 1).Item())
	torch.WithData(x.Select(0, 1), func(data []float32) { require.Equal(t, []float32{0, 7, 0}, data) })
	torch.WithData(torch.Zeros(torch.Shape{0}), func(data []float32) { require.Empty(t, data) })
	c := torch.New([]complex64{1 + 2i})
	torch.WithData(c, func(data []complex64) { require.Equal(t, complex64(1+2i), data[0]) })
	for name, f := range map[string]func(){
		"float64":  func() { torch.WithData(x, func([]float64) {}) },
		"Contig":   func() { torch.WithData(x.T(), func([]float32) {}) },
		"ResolveC": func() { torch.WithData(c.Conj(), func([]complex64) {}) },
		"ResolveN": func() { torch.WithData(c.Conj().Imag().Contiguous(), func([]float32) {}) },
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), name)
	}
	// Freed by its scope while the memory is in use: it stays until then.
	live := leak.CollectorOff(t)
	torch.WithData(x, func(data []float32) {
		x.Free()
		data[0] = 3
		require.Equal(t, float32(3), data[0])
	})
	require.Equal(t, live-1, torch.LiveTensors())
	require.Error(t, torch.Try(func() error { torch.WithData(x, func([]float32) {}); return nil }))
}

// Numbers that don't fit are refused where Python refuses them.
func TestNewRefusesOverflowAsInPython(t *testing.T) {
	values := []float64{
		300, 255, 256, -1, -255, -256, 127, 128, -128, -129, 1.9, -0.9, 254.9, 32768, 3e9, 1e19, -9e18, math.Inf(1),
		math.NaN(),
	}
	dtypes := []torch.DType{torch.Uint8, torch.Int8, torch.Int16, torch.Int32, torch.Int64, torch.Float16, torch.Bool}
	var names []string
	for _, d := range dtypes {
		names = append(names, d.String())
	}
	want := twin.Run(t, `
for d in args:
    for n, v in enumerate(inputs["values"].tolist()):
        for kind, w in ("float", v), ("int", int(v) if v == v and v == int(min(max(v, -9e18), 9e18)) else None):
            if w is None: continue
            try: out["%s %d %s" % (d, n, kind)] = torch.tensor([w], dtype=getattr(torch, d))
            except (RuntimeError, ValueError, OverflowError): pass
`, map[string]T{"values": torch.New(values, torch.Float64)}, names...)
	require.Greater(t, len(want), 100)
	for _, d := range dtypes {
		for n, v := range values {
			kinds := map[string]any{"float": []float64{v}}
			if v == math.Trunc(v) && math.Abs(v) <= 9e18 {
				kinds["int"] = []int{int(v)}
			}
			for kind, data := range kinds {
				y := try(t, func() T { return torch.New(data, d) })
				about := fmt.Sprint(d, " from ", kind, " ", v)
				w := want[fmt.Sprint(d, " ", n, " ", kind)]
				require.Equal(t, w == nil, y == nil, about)
				if w != nil {
					twin.RequireEqual(t, w, y, about)
				}
			}
		}
	}
	for _, f := range []func() T{func() T { return torch.New(nil) }, func() T { return torch.New([]complex64{1i}, torch.Int32) }} {
		require.Nil(t, try(t, f))
	}
}
