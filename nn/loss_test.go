package nn_test

import (
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// loss is a module that compares an input with a target.
type loss interface {
	nn.Module
	Forward(input, target *torch.Tensor) *torch.Tensor
}

// lossCase is a loss, in Python "nn." + its name, of two of the tensors of
// lossInputs.
type lossCase struct {
	make          func(in map[string]*torch.Tensor) loss
	input, target string
}

func lossInputs() map[string]*torch.Tensor {
	return map[string]*torch.Tensor{
		"scores": torch.Randn(torch.Shape{6, 4}), "log": torch.Randn(torch.Shape{6, 4}).LogSoftmax(1),
		"map": torch.Randn(torch.Shape{2, 4, 3}), "one": torch.Randn(torch.Shape{4}),
		"classes": torch.New([]int{0, 3, 1, 1, 2, 3}), "masked": torch.New([]int{0, -100, 1, 9, 2, 9}), "all masked": torch.Full(torch.Shape{6}, -100),
		"map classes": torch.New([][]int{{0, 3, 1}, {1, 2, 3}}), "class": torch.New(2),
		"probabilities": torch.Rand(torch.Shape{6, 4}).Softmax(1), "values": torch.Randn(torch.Shape{6, 4}),
		"weight": torch.New([]float32{0.5, 1, 2, 0.1}), "ones": torch.Rand(torch.Shape{6, 4}).Gt(0.5).To(torch.Float32),
	}
}

func lossCases() map[string]lossCase {
	ce := func(input, target string, opts func(w *torch.Tensor) []nn.LossOption) lossCase {
		return lossCase{func(in map[string]*torch.Tensor) loss { return nn.NewCrossEntropyLoss(opts(in["weight"])...) }, input, target}
	}
	type ceOpts = []nn.LossOption
	cases := map[string]lossCase{
		"CrossEntropyLoss(label_smoothing=0.1, ignore_index=9, weight=weight, reduction='sum')": ce("scores", "classes", func(w *torch.Tensor) ceOpts {
			return ceOpts{nn.LabelSmoothing(0.1), nn.IgnoreIndex(9), nn.Weight(w), nn.Reduction("sum")}
		}),
		"CrossEntropyLoss(ignore_index=-100)": ce("scores", "all masked", func(*torch.Tensor) ceOpts { return nil }),
		"CrossEntropyLoss(ignore_index=1)":    ce("map", "map classes", func(*torch.Tensor) ceOpts { return ceOpts{nn.IgnoreIndex(1)} }),
		"CrossEntropyLoss(weight=weight, label_smoothing=0.2, ignore_index=3)": ce("map", "map classes", func(w *torch.Tensor) ceOpts {
			return ceOpts{nn.IgnoreIndex(3), nn.LabelSmoothing(0.2), nn.Weight(w)}
		}),
		"CrossEntropyLoss(label_smoothing=0.0)": ce("one", "class", func(*torch.Tensor) ceOpts { return nil }),
		"CrossEntropyLoss(weight=weight, label_smoothing=1.0)": ce("scores", "probabilities", func(w *torch.Tensor) ceOpts {
			return ceOpts{nn.LabelSmoothing(1), nn.Weight(w)}
		}),
	}
	for _, r := range []string{"mean", "sum", "none"} {
		r, suffix := nn.Reduction(r), fmt.Sprintf("(reduction='%s')", r)
		cases["CrossEntropyLoss"+suffix] = ce("scores", "classes", func(*torch.Tensor) ceOpts { return ceOpts{r} })
		cases[fmt.Sprintf("CrossEntropyLoss(weight=weight, reduction='%s')", r)] = ce("scores", "classes", func(w *torch.Tensor) ceOpts { return ceOpts{nn.Weight(w), r} })
		cases[fmt.Sprintf("CrossEntropyLoss(label_smoothing=0.3, reduction='%s')", r)] = ce("scores", "probabilities", func(*torch.Tensor) ceOpts { return ceOpts{nn.LabelSmoothing(0.3), r} })
		cases[fmt.Sprintf("CrossEntropyLoss(weight=weight, label_smoothing=0.3, reduction='%s')", r)] = ce("scores", "classes", func(w *torch.Tensor) ceOpts {
			return ceOpts{nn.LabelSmoothing(0.3), nn.Weight(w), r}
		})
		cases["NLLLoss"+suffix] = lossCase{func(map[string]*torch.Tensor) loss { return nn.NewNLLLoss(r) }, "log", "classes"}
		cases[fmt.Sprintf("NLLLoss(ignore_index=3, weight=weight, reduction='%s')", r)] = lossCase{func(in map[string]*torch.Tensor) loss {
			return nn.NewNLLLoss(nn.Weight(in["weight"]), nn.IgnoreIndex(3), r)
		}, "log", "classes"}
		cases["MSELoss"+suffix] = lossCase{func(map[string]*torch.Tensor) loss { return nn.NewMSELoss(r) }, "scores", "values"}
		cases["L1Loss"+suffix] = lossCase{func(map[string]*torch.Tensor) loss { return nn.NewL1Loss(r) }, "scores", "values"}
		cases["BCEWithLogitsLoss"+suffix] = lossCase{func(map[string]*torch.Tensor) loss { return nn.NewBCEWithLogitsLoss(r) }, "scores", "ones"}
		cases[fmt.Sprintf("BCEWithLogitsLoss(weight=weight, pos_weight=weight, reduction='%s')", r)] = lossCase{func(in map[string]*torch.Tensor) loss {
			return nn.NewBCEWithLogitsLoss(nn.Weight(in["weight"]), nn.PosWeight(in["weight"]), r)
		}, "scores", "ones"}
	}
	return cases
}

func TestLossesMatchPython(t *testing.T) {
	cases, inputs := lossCases(), lossInputs()
	codes := slices.Sorted(maps.Keys(cases))
	var args []string
	for _, code := range codes {
		args = append(args, code, cases[code].input, cases[code].target)
	}
	want := twin.Run(t, `
		import torch.nn as nn
		weight = inputs["weight"]
		for code, x, target in zip(args[::3], args[1::3], args[2::3]):
			m = eval("nn." + code)
			x = inputs[x].clone().requires_grad_()
			y = m(x, inputs[target])
			y.backward(torch.ones_like(y))
			out[code + ".text"] = torch.tensor(list("\n".join([repr(m), *m.state_dict()]).encode()), dtype=torch.uint8)
			out[code], out[code + ".grad"] = y, x.grad
	`, inputs, args...)
	for _, code := range codes {
		t.Run(code, func(t *testing.T) {
			c := cases[code]
			m := c.make(inputs)
			text := nn.Describe(m)
			for _, s := range nn.StateDict(m) {
				text += "\n" + s.Name
			}
			require.Equal(t, string(want[code+".text"].Bytes()), text)
			x := inputs[c.input].Clone().SetRequiresGrad(true)
			y := m.Forward(x, inputs[c.target])
			y.Backward(torch.Gradient(torch.OnesLike(y)))
			twin.RequireEqual(t, want[code], y)
			twin.RequireEqual(t, want[code+".grad"], x.Grad(), "gradient")
		})
	}
}

func TestLossErrors(t *testing.T) {
	in := lossInputs()
	for name, c := range map[string]struct {
		call func()
		want string
	}{
		"target too large": {
			func() { nn.NewCrossEntropyLoss().Forward(in["scores"], in["masked"]) },
			"CrossEntropyLoss: cross_entropy_loss: expected targets from 0 to 3, but got 9 at [3]",
		},
		"negative target": {
			func() { nn.NewNLLLoss().Forward(in["log"], torch.New([]int{0, 0, -1, 0, 0, 0})) },
			"NLLLoss: nll_loss: expected targets from 0 to 3, but got -1 at [2]",
		},
		"target of a map": {
			func() { nn.NewCrossEntropyLoss().Forward(in["map"], torch.New([][]int{{0, 1, 2}, {0, 4, 0}})) },
			"expected targets from 0 to 3, but got 4 at [1, 1]",
		},
		"batch sizes":    {func() { nn.NewCrossEntropyLoss().Forward(in["scores"], torch.New([]int{1, 2})) }, "with float32[6, 4], int64[2]"},
		"target's dtype": {func() { nn.NewCrossEntropyLoss().Forward(in["scores"], in["classes"].To(torch.Int32)) }, "CrossEntropyLoss: "},
		"weight": {func() {
			nn.NewCrossEntropyLoss(nn.Weight(torch.Ones(torch.Shape{3}))).Forward(in["scores"], in["classes"])
		}, "weight tensor should be defined either for all 4 classes or no classes"},
		"mse shapes": {
			func() { nn.NewMSELoss().Forward(in["scores"], in["classes"]) },
			"MSELoss: mse_loss: expected an input and a target of one shape, but got [6, 4] and [6]; Expand or Reshape one of them",
		},
		"l1 shapes":    {func() { nn.NewL1Loss().Forward(in["scores"], in["one"]) }, "[6, 4] and [4]"},
		"bce shapes":   {func() { nn.NewBCEWithLogitsLoss().Forward(in["scores"], in["one"]) }, "[6, 4] and [4]"},
		"no target":    {func() { nn.NewCrossEntropyLoss().Forward(in["scores"], nil) }, "CrossEntropyLoss: "},
		"reduction":    {func() { nn.NewCrossEntropyLoss(nn.Reduction("average")) }, `reduction must be one of none, mean and sum, but got "average"`},
		"mse":          {func() { nn.NewMSELoss(nn.Reduction("")) }, "MSELoss: reduction"},
		"l1":           {func() { nn.NewL1Loss(nn.Reduction("")) }, "L1Loss: reduction"},
		"nll":          {func() { nn.NewNLLLoss(nn.Reduction("")) }, "NLLLoss: reduction"},
		"bce":          {func() { nn.NewBCEWithLogitsLoss(nn.Reduction("")) }, "BCEWithLogitsLoss: reduction"},
		"smoothing":    {func() { nn.NewCrossEntropyLoss(nn.LabelSmoothing(1.5)) }, "label_smoothing has to be between 0 and 1, but got 1.5"},
		"scalar input": {func() { nn.NewCrossEntropyLoss().Forward(torch.New(1.0), torch.New(0)) }, "CrossEntropyLoss: "},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, torch.Try(func() error { c.call(); return nil }), c.want)
		})
	}
}

// TestTargetsOutOfRange: whatever the options, a wrong target ends in an error
// that names it, never in memory that is not the tensor's.
func TestTargetsOutOfRange(t *testing.T) {
	in := lossInputs()
	for name, opts := range map[string][]nn.LossOption{
		"weight": {nn.Weight(in["weight"])}, "smoothing": {nn.LabelSmoothing(0.1)}, "both": {nn.Weight(in["weight"]), nn.LabelSmoothing(0.1)},
		"sum": {nn.Reduction("sum")}, "none": {nn.Reduction("none")}, "all": {nn.Weight(in["weight"]), nn.LabelSmoothing(0.1), nn.Reduction("none")},
	} {
		for _, wrong := range []int{4, -1, 1 << 40, -1 << 40} {
			t.Run(fmt.Sprint(name, wrong), func(t *testing.T) {
				m := nn.NewCrossEntropyLoss(opts...)
				want := fmt.Sprintf("expected targets from 0 to 3, but got %d at [5]", wrong)
				require.ErrorContains(t, torch.Try(func() error {
					m.Forward(in["scores"], torch.New([]int{0, 1, 2, 3, 0, wrong}))
					return nil
				}), want)
				require.ErrorContains(t, torch.Try(func() error {
					m.Forward(torch.Randn(torch.Shape{1, 4, 6}), torch.New([][]int{{0, 1, 2, 3, 0, wrong}}))
					return nil
				}), "but got")
			})
		}
	}
}
