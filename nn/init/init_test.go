package nninit_test

import (
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	nninit "multitorch/nn/init"
	"multitorch/torch"
	"multitorch/twin"
)

type fill func(t *torch.Tensor) *torch.Tensor

func zeros(shape ...int) func() *torch.Tensor {
	return func() *torch.Tensor { return torch.Zeros(shape) }
}

// cases are calls, in Python with t for the tensor, by the shape of t.
func cases() map[string]map[string]fill {
	matrices := map[string]fill{
		"uniform_(t)":                   func(t *torch.Tensor) *torch.Tensor { return nninit.Uniform(t, 0, 1) },
		"uniform_(t, -2.0, 0.5)":        func(t *torch.Tensor) *torch.Tensor { return nninit.Uniform(t, -2, 0.5) },
		"normal_(t, 1.0, 3.0)":          func(t *torch.Tensor) *torch.Tensor { return nninit.Normal(t, 1, 3) },
		"trunc_normal_(t)":              func(t *torch.Tensor) *torch.Tensor { return nninit.TruncNormal(t, 0, 1, -2, 2) },
		"trunc_normal_(t, 0.5, 2, 1,3)": func(t *torch.Tensor) *torch.Tensor { return nninit.TruncNormal(t, 0.5, 2, 1, 3) },
		"trunc_normal_(t, 0, 1, 2, 2.5)": func(t *torch.Tensor) *torch.Tensor {
			return nninit.TruncNormal(t, 0, 1, 2, 2.5)
		},
		"constant_(t, 0.3)":            func(t *torch.Tensor) *torch.Tensor { return nninit.Constant(t, 0.3) },
		"ones_(t)":                     func(t *torch.Tensor) *torch.Tensor { return nninit.Ones(t) },
		"zeros_(t)":                    func(t *torch.Tensor) *torch.Tensor { return nninit.Zeros(t) },
		"xavier_uniform_(t)":           func(t *torch.Tensor) *torch.Tensor { return nninit.XavierUniform(t) },
		"xavier_uniform_(t, gain=1.7)": func(t *torch.Tensor) *torch.Tensor { return nninit.XavierUniform(t, nninit.Gain(1.7)) },
		"xavier_normal_(t)":            func(t *torch.Tensor) *torch.Tensor { return nninit.XavierNormal(t) },
		"xavier_normal_(t, gain=0.3)":  func(t *torch.Tensor) *torch.Tensor { return nninit.XavierNormal(t, nninit.Gain(0.3)) },
		"kaiming_uniform_(t)":          func(t *torch.Tensor) *torch.Tensor { return nninit.KaimingUniform(t) },
		"kaiming_uniform_(t, a=0.2)":   func(t *torch.Tensor) *torch.Tensor { return nninit.KaimingUniform(t, nninit.A(0.2)) },
		"kaiming_normal_(t)":           func(t *torch.Tensor) *torch.Tensor { return nninit.KaimingNormal(t) },
		"kaiming_normal_(t, mode='fan_out', nonlinearity='relu')": func(t *torch.Tensor) *torch.Tensor {
			return nninit.KaimingNormal(t, nninit.Mode("fan_out"), nninit.Nonlinearity("relu"))
		},
		"kaiming_uniform_(t, mode='fan_out', nonlinearity='selu')": func(t *torch.Tensor) *torch.Tensor {
			return nninit.KaimingUniform(t, nninit.Mode("fan_out"), nninit.Nonlinearity("selu"))
		},
		"orthogonal_(t)": func(t *torch.Tensor) *torch.Tensor { return nninit.Orthogonal(t) },
		"orthogonal_(t, gain=2**.5)": func(t *torch.Tensor) *torch.Tensor {
			return nninit.Orthogonal(t, nninit.Gain(nninit.CalculateGain("relu")))
		},
	}
	flat := map[string]fill{
		"eye_(t)":               func(t *torch.Tensor) *torch.Tensor { return nninit.Eye(t) },
		"sparse_(t, 0.3)":       func(t *torch.Tensor) *torch.Tensor { return nninit.Sparse(t, 0.3, 0.01) },
		"sparse_(t, 0.75, 2.0)": func(t *torch.Tensor) *torch.Tensor { return nninit.Sparse(t, 0.75, 2) },
	}
	kernels := map[string]fill{
		"dirac_(t)":    func(t *torch.Tensor) *torch.Tensor { return nninit.Dirac(t) },
		"dirac_(t, 2)": func(t *torch.Tensor) *torch.Tensor { return nninit.Dirac(t, nninit.Groups(2)) },
	}
	maps.Copy(flat, matrices)
	maps.Copy(kernels, matrices)
	return map[string]map[string]fill{"5, 7": flat, "30, 20": flat, "6, 3, 5": kernels, "4, 2, 3, 4": kernels, "2, 4, 3, 2, 3": kernels}
}

var shapes = map[string]torch.Shape{
	"5, 7": {5, 7}, "30, 20": {30, 20}, "6, 3, 5": {6, 3, 5}, "4, 2, 3, 4": {4, 2, 3, 4}, "2, 4, 3, 2, 3": {2, 4, 3, 2, 3},
}

// TestInitialisersMatchPython: the same bits from the same seed, of parameters in two dtypes, and as many draws.
func TestInitialisersMatchPython(t *testing.T) {
	all := cases()
	var args []string
	for shape, calls := range all {
		for call := range calls {
			args = append(args, shape, call)
		}
	}
	want := twin.Run(t, `
		for shape, call in zip(args[::2], args[1::2]):
			for dtype in torch.float32, torch.float64:
				torch.manual_seed(3)
				t = torch.full(eval("(%s)" % shape), 9.0, dtype=dtype).requires_grad_()
				assert eval("torch.nn.init." + call) is t
				key = "%s %s %s" % (shape, call, dtype)
				out[key] = t
				out[key + " next"] = torch.rand(1)
	`, nil, args...)
	for shape, calls := range all {
		for _, call := range slices.Sorted(maps.Keys(calls)) {
			for _, dtype := range []torch.DType{torch.Float32, torch.Float64} {
				torch.ManualSeed(3)
				x := torch.Full(shapes[shape], 9.0, dtype).SetRequiresGrad(true)
				require.Same(t, x, calls[call](x))
				require.True(t, x.RequiresGrad())
				key := shape + " " + call + " torch." + dtype.String()
				twin.RequireEqual(t, want[key], x, key)
				twin.RequireEqual(t, want[key+" next"], torch.Rand(torch.Shape{1}), key)
			}
		}
	}
}

func TestGainsAndFans(t *testing.T) {
	names := []string{"linear", "conv1d", "conv_transpose3d", "sigmoid", "tanh", "relu", "leaky_relu", "selu"}
	want := twin.Run(t, `
		for n in args: out[n] = torch.tensor(torch.nn.init.calculate_gain(n), dtype=torch.float64)
		out["0.3"] = torch.tensor(torch.nn.init.calculate_gain("leaky_relu", 0.3), dtype=torch.float64)
	`, nil, names...)
	for _, n := range names {
		require.Equal(t, want[n].Item(), nninit.CalculateGain(n), n)
	}
	require.Equal(t, want["0.3"].Item(), nninit.CalculateGain("leaky_relu", 0.3))
	in, out := nninit.Fans(torch.Zeros(torch.Shape{6, 3, 5, 2}))
	require.Equal(t, []int{30, 60}, []int{in, out})
}

// TestGenerator: what is drawn comes from the generator that is given.
func TestGenerator(t *testing.T) {
	for name, f := range map[string]func(t *torch.Tensor, o nninit.Option){
		"uniform":    func(t *torch.Tensor, o nninit.Option) { nninit.Uniform(t, 0, 1, o) },
		"normal":     func(t *torch.Tensor, o nninit.Option) { nninit.Normal(t, 0, 1, o) },
		"truncated":  func(t *torch.Tensor, o nninit.Option) { nninit.TruncNormal(t, 0, 1, -1, 1, o) },
		"rejected":   func(t *torch.Tensor, o nninit.Option) { nninit.TruncNormal(t, 0, 1, 1.5, 2, o) },
		"xavier":     func(t *torch.Tensor, o nninit.Option) { nninit.XavierNormal(t, o) },
		"kaiming":    func(t *torch.Tensor, o nninit.Option) { nninit.KaimingUniform(t, o) },
		"orthogonal": func(t *torch.Tensor, o nninit.Option) { nninit.Orthogonal(t, o) },
	} {
		torch.ManualSeed(1)
		x, y := zeros(5, 4)(), zeros(5, 4)()
		f(x, nninit.Generator(torch.NewGenerator(7)))
		f(y, nninit.Generator(torch.NewGenerator(7)))
		twin.RequireEqual(t, x, y, name)
		next := torch.Rand(torch.Shape{1})
		torch.ManualSeed(1)
		twin.RequireEqual(t, torch.Rand(torch.Shape{1}), next, name)
	}
}

func TestInitialisersRefuse(t *testing.T) {
	flat, none := zeros(3)(), zeros(3, 0)()
	for want, f := range map[string]func(){
		"nninit.Eye: expected a tensor of 2 dimensions, but got the shape [3]":                 func() { nninit.Eye(flat) },
		"nninit.Sparse: expected a tensor of 2 dimensions, but got the shape [3]":              func() { nninit.Sparse(flat, 0.1, 1) },
		"nninit.Sparse: sparsity has to be between 0 and 1, but got 1.5":                       func() { nninit.Sparse(zeros(2, 2)(), 1.5, 1) },
		"nninit.Dirac: expected a tensor of 3, 4 or 5 dimensions, but got the shape [2 2]":     func() { nninit.Dirac(zeros(2, 2)()) },
		"nninit.Dirac: dimension 0 must be divisible by groups, but got the shape [3 2 2] and": func() { nninit.Dirac(zeros(3, 2, 2)(), nninit.Groups(2)) },
		"nninit.Fans: expected a tensor of at least 2 dimensions, but got the shape [3]":       func() { nninit.XavierUniform(flat) },
		"nninit.KaimingNormal: mode must be fan_in or fan_out, but got \"fan\"":                func() { nninit.KaimingNormal(zeros(2, 2)(), nninit.Mode("fan")) },
		"nninit.CalculateGain: expected linear":                                                func() { nninit.CalculateGain("sin") },
		"nninit.Orthogonal: expected a tensor of at least 2 dimensions":                        func() { nninit.Orthogonal(flat) },
		"nninit.TruncNormal: expected a std above 0":                                           func() { nninit.TruncNormal(flat, 0, 0, 1, 2) },
		"nninit.Uniform: expected a tensor, but got nil":                                       func() { nninit.Uniform(nil, 0, 1) },
	} {
		err := torch.Try(func() error { f(); return nil })
		require.ErrorContains(t, err, want)
		require.Equal(t, torch.ValueError, err.(*torch.Error).Kind)
	}
	require.Same(t, none, nninit.KaimingUniform(none))
	require.Same(t, none, nninit.Orthogonal(none))
}

func TestInitialisersLeaveNothing(t *testing.T) {
	x := zeros(6, 3, 4)()
	before := leak.CollectorOff(t)
	for range 5 {
		nninit.Orthogonal(x)
		nninit.Dirac(x)
		nninit.TruncNormal(x, 0, 1, -1, 1)
		nninit.TruncNormal(x, 0, 1, 1.5, 2)
	}
	require.Equal(t, before, torch.LiveTensors())
}
