package nn_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/nn/utils"
	"multitorch/nn/utils/parametrizations"
	"multitorch/nn/utils/parametrize"
	"multitorch/nn/utils/prune"
	"multitorch/torch"
	"multitorch/twin"
)

// utilsRows are modules whose weights are derived of others: their initial values, steps in training and evaluation,
// gradients, keys and printed form, as of any module.
func utilsRows() []row {
	linear := func() *nn.Linear { return nn.NewLinear(5, 7) }
	square := func() *nn.Linear { return nn.NewLinear(4, 4) }
	conv := func() *nn.Conv2d { return nn.NewConv2d(2, 3, 3) }
	flat, picture := in(randn(3, 5)), in(randn(2, 2, 5, 5))
	wide, four := in(randn(3, 7)), in(randn(3, 4))
	const norm, spectral = "torch.nn.utils.weight_norm(", "torch.nn.utils.spectral_norm("
	const p = "torch.nn.utils.parametrizations."
	rows := []row{
		{python: norm + "nn.Linear(5, 7))", make: func() nn.Module { return utils.WeightNorm(linear()) }, inputs: flat},
		{python: norm + "nn.Linear(5, 7), dim=1)", make: func() nn.Module { return utils.WeightNorm(linear(), utils.Dim(1)) }, inputs: flat},
		{python: norm + "nn.Linear(5, 7), dim=None)", make: func() nn.Module { return utils.WeightNorm(linear(), utils.Dim(-1)) }, inputs: flat},
		{python: norm + "nn.Conv2d(2, 3, 3))", make: func() nn.Module { return utils.WeightNorm(conv()) }, inputs: picture},
		{python: norm + "nn.GRU(5, 4), name='weight_hh_l0')", make: func() nn.Module {
			return utils.WeightNorm(nn.NewGRU(5, 4), utils.Name("weight_hh_l0"))
		}, inputs: in(randn(4, 2, 5), nil)},
		{python: spectral + "nn.Linear(5, 7))", make: func() nn.Module { return utils.SpectralNorm(linear()) }, inputs: flat},
		{python: spectral + "nn.Conv2d(2, 3, 3), n_power_iterations=3, eps=1e-6)", make: func() nn.Module {
			return utils.SpectralNorm(conv(), utils.NPowerIterations(3), utils.Eps(1e-6))
		}, inputs: picture},
		{python: spectral + "nn.ConvTranspose2d(2, 3, 3))", make: func() nn.Module {
			return utils.SpectralNorm(nn.NewConvTranspose2d(2, 3, 3))
		}, inputs: picture},
		{python: p + "spectral_norm(nn.Linear(5, 7))", make: func() nn.Module { return parametrizations.SpectralNorm(linear()) }, inputs: flat},
		{python: p + "spectral_norm(nn.Linear(5, 7), name='bias')", make: func() nn.Module {
			return parametrizations.SpectralNorm(linear(), parametrizations.Name("bias"))
		}, inputs: flat},
		{python: p + "spectral_norm(nn.Conv2d(2, 3, 3), n_power_iterations=2, dim=1)", make: func() nn.Module {
			return parametrizations.SpectralNorm(conv(), parametrizations.NPowerIterations(2), parametrizations.Dim(1))
		}, inputs: picture},
		{python: p + "orthogonal(nn.Linear(5, 7))", make: func() nn.Module { return parametrizations.Orthogonal(linear()) }, inputs: flat},
		{python: p + "orthogonal(nn.Linear(7, 5))", make: func() nn.Module { return parametrizations.Orthogonal(nn.NewLinear(7, 5)) }, inputs: wide},
		{python: p + "orthogonal(nn.Linear(4, 4))", make: func() nn.Module { return parametrizations.Orthogonal(square()) }, inputs: four},
	}
	for _, m := range []string{"matrix_exp", "cayley", "householder"} {
		for _, trivialize := range []bool{true, false} {
			call := fmt.Sprintf(", orthogonal_map='%s', use_trivialization=%s)", m, python(trivialize))
			opts := []parametrizations.Option{parametrizations.OrthogonalMap(m), parametrizations.UseTrivialization(trivialize)}
			rows = append(rows, row{
				python: p + "orthogonal(nn.Linear(7, 5)" + call,
				make:   func() nn.Module { return parametrizations.Orthogonal(nn.NewLinear(7, 5), opts...) }, inputs: wide,
			}, row{
				python: p + "orthogonal(nn.Linear(4, 4)" + call,
				make:   func() nn.Module { return parametrizations.Orthogonal(square(), opts...) }, inputs: four,
			})
		}
	}
	if !strings.HasPrefix(torch.Version(), "1.") {
		rows = append(rows, row{
			python: p + "weight_norm(nn.Linear(5, 7))", make: func() nn.Module { return parametrizations.WeightNorm(linear()) }, inputs: flat,
		}, row{
			python: p + "weight_norm(nn.Conv2d(2, 3, 3), dim=1)",
			make:   func() nn.Module { return parametrizations.WeightNorm(conv(), parametrizations.Dim(1)) }, inputs: picture,
		})
	}
	return append(rows, pruneRows()...)
}

func pruneRows() (rows []row) {
	add := func(code string, f func(m nn.Module)) {
		rows = append(rows, row{
			python: "(lambda m, p: [" + code + ", m][-1])(nn.Linear(8, 6), torch.nn.utils.prune)",
			make: func() nn.Module {
				m := nn.NewLinear(8, 6)
				f(m)
				return m
			}, inputs: in(randn(3, 8)),
		})
	}
	add("p.identity(m, 'weight')", func(m nn.Module) { prune.Identity(m, "weight") })
	add("p.random_unstructured(m, 'weight', 0.3)", func(m nn.Module) { prune.RandomUnstructured(m, "weight", 0.3) })
	add("p.random_unstructured(m, 'weight', 0)", func(m nn.Module) { prune.RandomUnstructured(m, "weight", 0) })
	add("p.l1_unstructured(m, 'bias', 2)", func(m nn.Module) { prune.L1Unstructured(m, "bias", 2) })
	add("p.l1_unstructured(m, 'weight', 0.55)", func(m nn.Module) { prune.L1Unstructured(m, "weight", 0.55) })
	add("p.l1_unstructured(m, 'weight', 5, importance_scores=torch.arange(48.).view(6, 8))", func(m nn.Module) {
		prune.L1Unstructured(m, "weight", 5, torch.Arange(0, 48, 1).To(torch.Float32).View(6, 8))
	})
	add("p.random_structured(m, 'weight', 2, dim=1)", func(m nn.Module) { prune.RandomStructured(m, "weight", 2, 1) })
	add("p.ln_structured(m, 'weight', 0.5, n=2, dim=0)", func(m nn.Module) { prune.LnStructured(m, "weight", 0.5, 2, 0) })
	add("p.ln_structured(m, 'weight', 3, n=1, dim=-1)", func(m nn.Module) { prune.LnStructured(m, "weight", 3, 1, -1) })
	add("p.l1_unstructured(m, 'weight', 0.3), p.ln_structured(m, 'weight', 2, n=2, dim=0), p.random_unstructured(m, 'weight', 0.5)", func(m nn.Module) {
		prune.L1Unstructured(m, "weight", 0.3)
		prune.LnStructured(m, "weight", 2, 2, 0)
		prune.RandomUnstructured(m, "weight", 0.5)
	})
	add("p.ln_structured(m, 'weight', 2, n=2, dim=0), p.random_structured(m, 'weight', 2, dim=0)", func(m nn.Module) {
		prune.LnStructured(m, "weight", 2, 2, 0)
		prune.RandomStructured(m, "weight", 2, 0)
	})
	add("p.custom_from_mask(m, 'bias', torch.tensor([1., 0, 1, 0, 1, 1]))", func(m nn.Module) {
		prune.CustomFromMask(m, "bias", torch.New([]float32{1, 0, 1, 0, 1, 1}))
	})
	add("p.global_unstructured([(m, 'weight'), (m, 'bias')], p.L1Unstructured, amount=0.4)", func(m nn.Module) {
		prune.GlobalUnstructured([]prune.Target{{Module: m, Name: "weight"}, {Module: m, Name: "bias"}}, prune.ByMagnitude(0.4))
	})
	add("p.random_unstructured(m, 'weight', 9), p.global_unstructured([(m, 'weight'), (m, 'bias')], p.RandomUnstructured, amount=11)",
		func(m nn.Module) {
			prune.RandomUnstructured(m, "weight", 9)
			prune.GlobalUnstructured([]prune.Target{{Module: m, Name: "weight"}, {Module: m, Name: "bias"}}, prune.AtRandom(11))
		})
	return rows
}

// TestDerivedWeightsAreTakenOff: what removing weight norm and its like leaves, after a step in training.
func TestDerivedWeightsAreTakenOff(t *testing.T) {
	x := torch.Randn(torch.Shape{3, 4})
	cases := map[string]struct {
		put, off func(m nn.Module)
	}{
		"U.weight_norm(m); step(); U.remove_weight_norm(m)": {
			func(m nn.Module) { utils.WeightNorm(m) }, func(m nn.Module) { utils.RemoveWeightNorm(m) },
		},
		"U.spectral_norm(m); step(); U.remove_spectral_norm(m)": {
			func(m nn.Module) { utils.SpectralNorm(m) }, func(m nn.Module) { utils.RemoveSpectralNorm(m) },
		},
		"U.parametrizations.orthogonal(m); step(); P.remove_parametrizations(m, 'weight')": {
			func(m nn.Module) { parametrizations.Orthogonal(m) }, func(m nn.Module) { parametrize.Remove(m, "weight") },
		},
		"U.parametrizations.spectral_norm(m); step(); P.remove_parametrizations(m, 'weight', leave_parametrized=False)": {
			func(m nn.Module) { parametrizations.SpectralNorm(m) }, func(m nn.Module) { parametrize.Remove(m, "weight", false) },
		},
		"U.prune.l1_unstructured(m, 'weight', 0.5); step(); U.prune.remove(m, 'weight')": {
			func(m nn.Module) { prune.L1Unstructured(m, "weight", 0.5) }, func(m nn.Module) { prune.Remove(m, "weight") },
		},
	}
	var codes []string
	for code := range cases {
		codes = append(codes, code)
	}
	slices.Sort(codes)
	want := twin.Run(t, `
		import torch.nn.utils.prune
		U, P = torch.nn.utils, torch.nn.utils.parametrize
		for code in args:
			torch.manual_seed(3)
			m = torch.nn.Linear(4, 4)
			x = inputs["x"]
			def step():
				m(x).sum().backward()
				for p in m.parameters(): p.data -= 0.1 * p.grad
				m(x)
			exec(code)
			out[code + ".weight"], out[code + ".y"] = m.weight, m(x)
			assert list(m.state_dict()) == [name for name, _ in m.named_parameters()] == ["bias", "weight"]
			assert type(m) is torch.nn.Linear and isinstance(m.weight, torch.nn.Parameter) and m.weight.requires_grad
	`, map[string]*torch.Tensor{"x": x}, codes...)
	for _, code := range codes {
		torch.ManualSeed(3)
		m := nn.NewLinear(4, 4)
		cases[code].put(m)
		m.Forward(x).Sum().Backward()
		for _, p := range nn.Parameters(m) {
			torch.NoGrad(func() { p.SubInplace(p.Grad().Mul(0.1)) })
		}
		m.Forward(x)
		cases[code].off(m)
		twin.RequireEqual(t, want[code+".weight"], m.Weight.Tensor, code)
		twin.RequireEqual(t, want[code+".y"], m.Forward(x), code)
		require.True(t, m.Weight.RequiresGrad() && m.Weight.IsLeaf())
		require.Equal(t, []string{"bias", "weight"}, []string{nn.StateDict(m)[0].Name, nn.StateDict(m)[1].Name})
		require.Equal(t, "Linear(in_features=4, out_features=4, bias=True)", nn.Describe(m))
	}
}

// TestWeightNormOfBothKindsLoad: the parametrization reads the state of the older function.
func TestWeightNormOfBothKindsLoad(t *testing.T) {
	older := nn.NewSequential(utils.WeightNorm(nn.NewLinear(3, 4)))
	newer := nn.NewSequential(parametrizations.WeightNorm(nn.NewLinear(3, 4)))
	require.NoError(t, nn.LoadStateDict(newer, nn.StateDict(older)))
	x := torch.Randn(torch.Shape{2, 3})
	require.True(t, torch.Equal(older.Forward(x), newer.Forward(x)))
	require.NoError(t, nn.LoadStateDict(newer, nn.StateDict(newer)))
}

func TestUtilsRefuse(t *testing.T) {
	linear := func() *nn.Linear { return nn.NewLinear(3, 2) }
	for want, f := range map[string]func(){
		`ParameterOf: Linear has no parameter "w"`:                            func() { utils.WeightNorm(linear(), utils.Name("w")) },
		"WeightNorm: expected a dimension from -1 to 1, but got 2":            func() { utils.WeightNorm(linear(), utils.Dim(2)) },
		"WeightNorm: weight is derived of others already":                     func() { utils.WeightNorm(utils.WeightNorm(linear())) },
		"RemoveWeightNorm: weight_norm of weight not found":                   func() { utils.RemoveWeightNorm(linear()) },
		"RemoveSpectralNorm: spectral_norm of weight not found":               func() { utils.RemoveSpectralNorm(utils.WeightNorm(linear())) },
		"SpectralNorm: n_power_iterations must be at least 1, but got 0":      func() { utils.SpectralNorm(linear(), utils.NPowerIterations(0)) },
		"Orthogonal: expected a matrix or a batch of matrices":                func() { parametrizations.Orthogonal(linear(), parametrizations.Name("bias")) },
		"Orthogonal: orthogonal_map must be matrix_exp, cayley or householde": func() { parametrizations.Orthogonal(linear(), parametrizations.OrthogonalMap("qr")) },
		"Register: expected a parametrization that keeps float32[2 3]":        func() { parametrize.Register(linear(), "weight", nn.NewFlatten(nn.StartDim(0))) },
		"Remove: Linear has no parametrization on weight":                     func() { parametrize.Remove(linear(), "weight") },
		"prune: amount must be a share in [0, 1] or a number from 0":          func() { prune.L1Unstructured(linear(), "weight", 1.5) },
		"prune: amount must be at most what there is to be pruned, 6":         func() { prune.RandomUnstructured(linear(), "weight", 7) },
		"prune: expected a parameter of at least 2 dimensions":                func() { prune.LnStructured(linear(), "bias", 1, 2, 0) },
		"prune: expected a dimension from -2 to 1, but got 2":                 func() { prune.RandomStructured(linear(), "weight", 1, 2) },
		`prune: parameter "weight" has to be pruned before`:                   func() { prune.Remove(linear(), "weight") },
		"prune: expected mask of the shape [2 3], but got [3]":                func() { prune.CustomFromMask(linear(), "weight", torch.Ones(torch.Shape{3})) },
		"prune: weight is derived of others already":                          func() { prune.Identity(utils.WeightNorm(linear()), "weight") },
		"VectorToParameters: expected a vector of 8 elements":                 func() { utils.VectorToParameters(torch.Zeros(torch.Shape{7}), nn.Parameters(linear())) },
		"ParametersToVector: expected parameters, but got none":               func() { utils.ParametersToVector(nil) },
		"FuseLinearBNEval: expected both in evaluation":                       func() { utils.FuseLinearBNEval(linear(), nn.NewBatchNorm1d(2)) },
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), want)
	}
	m := nn.NewSequential(linear())
	require.False(t, prune.IsPruned(m))
	prune.Identity(m.Layers[0], "weight")
	require.True(t, prune.IsPruned(m))
}

// TestFusionAndVectors: convolutions and linear layers with the norm behind them, and parameters as one vector.
func TestFusionAndVectors(t *testing.T) {
	inputs := map[string]*torch.Tensor{"x": torch.Randn(torch.Shape{2, 4, 6, 6}), "f": torch.Randn(torch.Shape{5, 4})}
	codes := []string{"nn.Conv2d(4, 3, 3)", "nn.Conv2d(4, 3, 3, bias=False, padding=1)", "nn.ConvTranspose2d(4, 3, 3)", "nn.Linear(4, 3)", "nn.Linear(4, 3, bias=False)"}
	want := twin.Run(t, `
		import torch.nn as nn, torch.nn.utils.fusion as F
		for code in args:
			torch.manual_seed(2)
			m = eval(code)
			flat = isinstance(m, nn.Linear)
			bn = nn.BatchNorm1d(3) if flat else nn.BatchNorm2d(3)
			x = inputs["f" if flat else "x"]
			bn(m(x))
			m.eval(), bn.eval()
			f = F.fuse_linear_bn_eval(m, bn) if flat else F.fuse_conv_bn_eval(m, bn, "Transpose" in code)
			out[code + ".weight"], out[code + ".bias"], out[code + ".y"] = f.weight, f.bias, f(x)
		torch.manual_seed(2)
		m = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(3, 1))
		out["vector"] = nn.utils.parameters_to_vector(m.parameters())
		nn.utils.vector_to_parameters(torch.arange(28.), m.parameters())
		for k, v in m.named_parameters(): out["set." + k] = v
	`, inputs, codes...)
	bn := func(m nn.Module) { // makes running averages that are not those at first
		nn.Train(m)
	}
	for _, code := range codes {
		torch.ManualSeed(2)
		check := func(w, b, y *torch.Tensor) {
			twin.RequireEqual(t, want[code+".weight"], w, code)
			twin.RequireEqual(t, want[code+".bias"], b, code)
			twin.RequireEqual(t, want[code+".y"], y, code)
		}
		bias := nn.Bias(!strings.Contains(code, "bias"))
		switch {
		case strings.Contains(code, "Linear"):
			m, n := nn.NewLinear(4, 3, bias), nn.NewBatchNorm1d(3)
			bn(n)
			n.Forward(m.Forward(inputs["f"]))
			nn.Eval(m)
			nn.Eval(n)
			f := utils.FuseLinearBNEval(m, n)
			check(f.Weight.Tensor, f.Bias.Tensor, f.Forward(inputs["f"]))
		case strings.Contains(code, "Transpose"):
			m, n := nn.NewConvTranspose2d(4, 3, 3), nn.NewBatchNorm2d(3)
			n.Forward(m.Forward(inputs["x"]))
			nn.Eval(m)
			nn.Eval(n)
			f := utils.FuseConvBNEval(m, n)
			check(f.Weight.Tensor, f.Bias.Tensor, f.Forward(inputs["x"]))
		default:
			m, n := nn.NewConv2d(4, 3, 3, bias, nn.Padding(strings.Count(code, "padding"))), nn.NewBatchNorm2d(3)
			n.Forward(m.Forward(inputs["x"]))
			nn.Eval(m)
			nn.Eval(n)
			f := utils.FuseConvBNEval(m, n)
			check(f.Weight.Tensor, f.Bias.Tensor, f.Forward(inputs["x"]))
			require.Contains(t, nn.Describe(f), "kernel_size=(3, 3)")
		}
	}
	torch.ManualSeed(2)
	m := nn.NewSequential(nn.NewLinear(3, 4), nn.NewBatchNorm1d(4), nn.NewLinear(3, 1))
	twin.RequireEqual(t, want["vector"], utils.ParametersToVector(nn.Parameters(m)))
	vector := torch.Arange(0, 28, 1).To(torch.Float32)
	utils.VectorToParameters(vector, nn.Parameters(m))
	for _, p := range nn.NamedParameters(m) {
		twin.RequireEqual(t, want["set."+p.Name], p.Tensor, p.Name)
		require.True(t, p.SharesMemory(vector))
	}
}

// TestPaddedSequences: sequences of several lengths as a batch, packed, and back.
func TestPaddedSequences(t *testing.T) {
	xs := []*torch.Tensor{torch.Randn(torch.Shape{2, 3}), torch.Randn(torch.Shape{4, 3}), torch.Randn(torch.Shape{1, 3})}
	inputs := map[string]*torch.Tensor{"0": xs[0], "1": xs[1], "2": xs[2]}
	want := twin.Run(t, `
		import torch.nn.utils.rnn as R
		xs = [inputs[k] for k in "012"]
		out["padded"], out["first"] = R.pad_sequence(xs), R.pad_sequence(xs, batch_first=True, padding_value=-1.5)
		p = R.pack_sequence(xs, enforce_sorted=False)
		for k in "data", "batch_sizes", "sorted_indices", "unsorted_indices": out[k] = getattr(p, k)
	`, inputs)
	padded, first := nn.PadSequence(xs), nn.PadSequence(xs, nn.BatchFirst(true), nn.PaddingValue(-1.5))
	twin.RequireEqual(t, want["padded"], padded)
	twin.RequireEqual(t, want["first"], first)
	p := nn.PackSequence(xs, nn.EnforceSorted(false))
	for k, v := range map[string]*torch.Tensor{
		"data": p.Data, "batch_sizes": p.BatchSizes, "sorted_indices": p.SortedIndices, "unsorted_indices": p.UnsortedIndices,
	} {
		twin.RequireEqual(t, want[k], v, k)
	}
	lengths := torch.New([]int{2, 4, 1})
	for _, back := range [][]*torch.Tensor{
		nn.UnpackSequence(p), nn.UnpadSequence(padded, lengths), nn.UnpadSequence(first, lengths, nn.BatchFirst(true)),
	} {
		require.Len(t, back, 3)
		for i, x := range back {
			twin.RequireEqual(t, xs[i], x)
		}
	}
	for want, f := range map[string]func(){
		"pad_sequence: expected sequences, but got none":                              func() { nn.PadSequence(nil) },
		"expected sequences with the same dimensions behind their lengths":            func() { nn.PadSequence([]*torch.Tensor{xs[0], lengths}) },
		"pack_padded_sequence: expected lengths in falling order, but sequence 1 is":  func() { nn.PackSequence(xs) },
		"unpad_sequence: expected lengths of 3 sequences, but got 4":                  func() { nn.UnpadSequence(padded, torch.New([]int{1, 1, 1, 1})) },
		"unpad_sequence: expected a batch of sequences of at least 2 dimensions, but": func() { nn.UnpadSequence(lengths, lengths) },
	} {
		require.ErrorContains(t, torch.Try(func() error { f(); return nil }), want)
	}
}
