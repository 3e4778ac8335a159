package optim_test

import (
	"encoding/json"
	"os"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// Of Adafactor and Muon, which older versions of Python lack, golden.json has what a newer one makes of small parameters
// (testdata/golden.py wrote it). On its version the numbers are the same to the last bit; others round in other places.
func TestGoldenNumbers(t *testing.T) {
	var golden struct {
		Version string                 `json:"version"`
		Calls   map[string][][]float64 `json:"calls"`
	}
	text, err := os.ReadFile("testdata/golden.json")
	require.NoError(t, err)
	require.NoError(t, json.Unmarshal(text, &golden))
	first := func(make func([]*nn.Parameter) optim.Optimizer) func([]*nn.Parameter) optim.Optimizer {
		return func(ps []*nn.Parameter) optim.Optimizer { return make(ps[:2]) }
	}
	table := map[string]func([]*nn.Parameter) optim.Optimizer{
		"Adafactor(ps)": adafactor(),
		"Adafactor(ps, lr=0.1, beta2_decay=-0.5, eps=(1e-5, 0.1), d=1.5, weight_decay=0.1)": adafactor(
			optim.LR(0.1), optim.Beta2Decay(-0.5), optim.Eps1(1e-5), optim.Eps2(0.1), optim.D(1.5), optim.WeightDecay(0.1)),
		"Adafactor(ps, maximize=True, foreach=True)": adafactor(optim.Maximize(true), optim.Foreach(true)),
		"Muon(ps[:2])": first(muon()),
		"Muon(ps[:2], lr=0.02, momentum=0.7, nesterov=False, weight_decay=0)": first(muon(
			optim.LR(0.02), optim.Momentum(0.7), optim.Nesterov(false), optim.WeightDecay(0))),
		"Muon(ps[:2], adjust_lr_fn='match_rms_adamw', ns_steps=3, ns_coefficients=(3, -4, 2))": first(muon(
			optim.AdjustLRFn("match_rms_adamw"), optim.NSSteps(3), optim.NSCoefficients(3, -4, 2))),
	}
	require.Len(t, golden.Calls, len(table))
	for call, want := range golden.Calls {
		ps := []*nn.Parameter{
			nn.NewParameter(numbers(12, 1).View(3, 4)), nn.NewParameter(numbers(10, 2).View(5, 2)), nn.NewParameter(numbers(7, 3)),
		}
		opt := table[call](ps)
		for step := range 50 {
			for k, p := range ps {
				p.SetGrad(numbers(p.Numel(), 10*step+k).View(p.Shape()...))
			}
			opt.Step()
		}
		for k, p := range ps {
			// bfloat16 has a relative step of 1/128, and Muon's sums of it go in another order elsewhere.
			within := 1e-6
			if call[0] == 'M' {
				within = 2e-2
			}
			if strings.HasPrefix(golden.Version, torch.Version()) { // without the suffix of a wheel
				within = 0
			}
			got := torch.ToSlice[float64](p.Detach().To(torch.Float64).View(-1))
			require.InDeltaSlice(t, want[k], got, within, "%s: parameter %d", call, k)
		}
	}
}

// numbers are those of golden.py.
func numbers(n, seed int) *torch.Tensor {
	values := make([]float64, n)
	for i := range values {
		values[i] = float64((i*37+seed*101)%199)/199 - 0.5
	}
	return torch.New(values)
}
