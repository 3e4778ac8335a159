package optim

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
)

func TestParityByVersion(t *testing.T) {
	v1 := parity{zeroGradFills: true, decaysGrads: true, multipliesMuTwice: true, adagradDivides: true, asgdOfTheFirst: true}
	v20 := parity{foreachOnGPU: true, listsAsReal: true, asgdOfTheFirst: true}
	v21, v22 := v20, v20
	v21.lerps = true
	v22.lerps, v22.asgdOfTheFirst, v22.adamsAsReal, v22.radamAddsRates = true, false, true, true
	v25 := v22
	v25.rootByPow = true
	v214 := v25
	v214.searchesToMaxEval = true
	v215 := v214
	v215.muonCopies = true
	for version, want := range map[string]parity{
		"1.13.0": v1, "1.13.1+cu117": v1, "2.0.1": v20, "2.1.0": v21, "2.4.1": v22, "2.5.0": v25, "2.9.1": v25,
		"2.14.1": v214, "2.15.0a0+git12": v215, "3.0.0": v215,
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
