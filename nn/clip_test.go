package nn_test

import (
	"fmt"
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// clipped is parameters with gradients, one of them without, and the inputs for
// Python's side.
func clipped() ([]*nn.Parameter, map[string]*torch.Tensor) {
	torch.ManualSeed(5)
	inputs := map[string]*torch.Tensor{}
	var ps []*nn.Parameter
	for i, shape := range []torch.Shape{{30, 7}, {}, {5}, {400}} {
		p := nn.NewParameter(torch.Zeros(shape))
		if i != 2 {
			inputs[fmt.Sprint(i)] = torch.Randn(shape)
			p.SetGrad(inputs[fmt.Sprint(i)].Clone())
		}
		ps = append(ps, p)
	}
	return ps, inputs
}

func TestClipGradNorm(t *testing.T) {
	_, inputs := clipped()
	want := twin.Run(t, `
		for limit in 0.0, 0.3, 1e9:
			for p in 1.0, 2.0, 3.0, float("inf"):
				params = [torch.zeros(inputs[k].shape).requires_grad_() for k in inputs]
				for k, q in zip(inputs, params):
					q.grad = inputs[k].clone()
				out["%g %g" % (limit, p)] = torch.nn.utils.clip_grad_norm_(params, limit, p)
				for k, q in zip(inputs, params):
					out["%g %g %s" % (limit, p, k)] = q.grad
		for k, q in zip(inputs, params):
			q.grad = inputs[k].clone()
		torch.nn.utils.clip_grad_value_(params, 0.3)
		for k, q in zip(inputs, params):
			out["value " + k] = q.grad
	`, inputs)
	for _, limit := range []float64{0, 0.3, 1e9} {
		for _, p := range []float64{1, 2, 3, math.Inf(1)} {
			ps, _ := clipped()
			var total float64
			if p == 2 {
				total = nn.ClipGradNorm(ps, limit)
			} else {
				total = nn.ClipGradNorm(ps, limit, nn.NormType(p))
			}
			name := fmt.Sprintf("%s %s", number(limit), number(p))
			require.Equal(t, want[name].Item(), total, name)
			for k := range inputs {
				var i int
				fmt.Sscan(k, &i)
				twin.RequireEqual(t, want[name+" "+k], ps[i].Grad(), name, k)
			}
			require.Nil(t, ps[2].Grad())
		}
	}
	ps, _ := clipped()
	nn.ClipGradValue(ps, 0.3)
	for k := range inputs {
		var i int
		fmt.Sscan(k, &i)
		twin.RequireEqual(t, want["value "+k], ps[i].Grad(), k)
	}
}

// number is Python's %g.
func number(x float64) string {
	if math.IsInf(x, 1) {
		return "inf"
	}
	if x == 1e9 {
		return "1e+09"
	}
	return fmt.Sprint(x)
}

func TestClipWithoutGradients(t *testing.T) {
	p := nn.NewParameter(torch.Zeros(torch.Shape{3}))
	require.Zero(t, nn.ClipGradNorm([]*nn.Parameter{p}, 1))
	require.Zero(t, nn.ClipGradNorm(nil, 1))
	nn.ClipGradValue([]*nn.Parameter{p}, 1)
	require.Nil(t, p.Grad())
}

func TestClipOfWhatIsNotFinite(t *testing.T) {
	p := nn.NewParameter(torch.Zeros(torch.Shape{2}))
	p.SetGrad(torch.New([]float32{1, float32(math.Inf(1))}))
	require.True(t, math.IsInf(nn.ClipGradNorm([]*nn.Parameter{p}, 1), 1))
	for _, limit := range []float64{-1, math.NaN()} {
		require.ErrorContains(t, torch.Try(func() error { nn.ClipGradNorm([]*nn.Parameter{p}, limit); return nil }),
			"ClipGradNorm: expected a limit from 0")
		require.ErrorContains(t, torch.Try(func() error { nn.ClipGradValue([]*nn.Parameter{p}, limit); return nil }),
			"ClipGradValue: expected a limit from 0")
	}
}

func TestClipLeavesNothing(t *testing.T) {
	ps, _ := clipped()
	before := leak.CollectorOff(t)
	for range 20 {
		nn.ClipGradNorm(ps, 0.1)
		nn.ClipGradValue(ps, 0.1)
	}
	require.Equal(t, before, torch.LiveTensors())
}

func TestClipOfSparseGradients(t *testing.T) {
	ids := torch.New([]int{1, 1, 4})
	torch.ManualSeed(3)
	e := nn.NewEmbedding(6, 3, nn.Sparse(true))
	e.Forward(ids).Pow(2).Sum().Backward()
	norm := nn.ClipGradNorm(nn.Parameters(e), 1)
	torch.ManualSeed(3)
	dense := nn.NewEmbedding(6, 3)
	dense.Forward(ids).Pow(2).Sum().Backward()
	require.InDelta(t, nn.ClipGradNorm(nn.Parameters(dense), 1), norm, 1e-5)
	require.True(t, torch.Allclose(dense.Weight.Grad(), torch.NewOperator("aten::to_dense", "self").Call(e.Weight.Grad()), 1e-5, 1e-8))
	err := torch.Try(func() error { nn.ClipGradValue(nn.Parameters(e), 1); return nil })
	require.ErrorContains(t, err, "a gradient is sparse")
	err = torch.Try(func() error {
		torch.NewOperator("aten::sort", "self").Call(e.Weight.Grad())
		return nil
	})
	require.ErrorContains(t, err, "from the 'SparseCPU' backend. (with")
}
