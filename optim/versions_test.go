package optim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

func TestParityByVersion(t *testing.T) {
	for version, want := range map[string]parity{
		"1.13.0":         {decaysGrads: true},
		"1.13.1+cu117":   {decaysGrads: true},
		"2.0.1":          {foreachOnGPU: true},
		"2.1.0":          {foreachOnGPU: true, lerps: true},
		"2.4.1":          {foreachOnGPU: true, lerps: true},
		"2.5.0":          {foreachOnGPU: true, lerps: true, rootByPow: true},
		"2.9.1":          {foreachOnGPU: true, lerps: true, rootByPow: true},
		"2.14.1":         {foreachOnGPU: true, lerps: true, rootByPow: true, searchesToMaxEval: true},
		"2.15.0a0+git12": {foreachOnGPU: true, lerps: true, rootByPow: true, searchesToMaxEval: true},
		"3.0.0":          {foreachOnGPU: true, lerps: true, rootByPow: true, searchesToMaxEval: true},
	} {
		require.Equal(t, want, parityWith(version), version)
	}
}

// Another version's way has the same value but for the last bits.
func TestWaysOfOtherVersions(t *testing.T) {
	step := func(version string) []float32 {
		before := running
		defer func() { running = before }()
		running = func() parity { return parityWith(version) }
		p := nn.NewParameter(torch.New([]float32{1, -2, 3}))
		a := NewAdam([]*nn.Parameter{p}, LR(0.1), WeightDecay(0.1), Foreach(false))
		for i := range 5 {
			p.SetGrad(torch.New([]float32{0.5, float32(i), -1}))
			a.Step()
		}
		return torch.ToSlice[float32](p.Tensor)
	}
	require.InDeltaSlice(t, step("1.13.0"), step("2.6.0"), 1e-6)
}
