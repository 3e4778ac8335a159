package nn_test

import (
	"fmt"
	"slices"

	"multitorch/nn"
	"multitorch/torch"
)

// withReductions makes rows of a loss, "nn.NLLLoss(ignore_index=3)", with every reduction.
func withReductions(rows []row, python string, make func(opts ...nn.LossOption) nn.Module, inputs []input, opts ...nn.LossOption) []row {
	comma := ", "
	if python[len(python)-2] == '(' {
		comma = ""
	}
	for _, r := range []string{"mean", "sum", "none"} {
		rows = append(rows, row{
			python: fmt.Sprintf("%s%sreduction='%s')", python[:len(python)-1], comma, r),
			make:   func() nn.Module { return make(append(slices.Clone(opts), nn.Reduction(r))...) },
			inputs: inputs,
		})
	}
	return rows
}

func lossRows() (rows []row) {
	ce := func(o ...nn.LossOption) nn.Module { return nn.NewCrossEntropyLoss(o...) }
	nll := func(o ...nn.LossOption) nn.Module { return nn.NewNLLLoss(o...) }
	mse := func(o ...nn.LossOption) nn.Module { return nn.NewMSELoss(o...) }
	l1 := func(o ...nn.LossOption) nn.Module { return nn.NewL1Loss(o...) }
	bce := func(o ...nn.LossOption) nn.Module { return nn.NewBCEWithLogitsLoss(o...) }
	const w = "torch.tensor([0.5, 1.0, 2.0, 0.1])"
	weight := torch.New([]float32{0.5, 1, 2, 0.1})
	const w9 = "torch.arange(1.0, 10.0)"
	weight9 := torch.Arange(1, 10, 1, torch.Float32)
	log := func(shape ...int) input { return func() *torch.Tensor { return torch.Randn(shape).LogSoftmax(1) } }
	probabilities := func() *torch.Tensor { return torch.Rand(torch.Shape{6, 4}).Softmax(1) }
	scores, dense, likely := in(randn(6, 4), ids(4, 6)), in(randn(2, 4, 3), ids(4, 2, 3)), in(randn(6, 4), probabilities)
	two := in(randn(6, 4), randn(6, 4))

	rows = withReductions(rows, "nn.CrossEntropyLoss()", ce, scores)
	rows = withReductions(rows, "nn.CrossEntropyLoss(weight="+w+")", ce, scores, nn.Weight(weight))
	rows = withReductions(rows, "nn.CrossEntropyLoss(label_smoothing=0.3)", ce, likely, nn.LabelSmoothing(0.3))
	rows = withReductions(rows, "nn.CrossEntropyLoss(weight="+w+", label_smoothing=1.0)", ce, likely, nn.Weight(weight), nn.LabelSmoothing(1))
	rows = withReductions(rows, "nn.CrossEntropyLoss(weight="+w+", label_smoothing=0.2, ignore_index=3)", ce, dense,
		nn.Weight(weight), nn.LabelSmoothing(0.2), nn.IgnoreIndex(3))
	rows = withReductions(rows, "nn.CrossEntropyLoss(ignore_index=1)", ce, dense, nn.IgnoreIndex(1))
	rows = withReductions(rows, "nn.CrossEntropyLoss(ignore_index=0)", ce, in(randn(6, 4), ids(1, 6)), nn.IgnoreIndex(0)) // all are ignored
	rows = withReductions(rows, "nn.NLLLoss()", nll, in(log(6, 4), ids(4, 6)))
	rows = withReductions(rows, "nn.NLLLoss(ignore_index=3, weight="+w+")", nll, in(log(6, 4), ids(4, 6)), nn.IgnoreIndex(3),
		nn.Weight(weight))
	rows = withReductions(rows, "nn.MSELoss()", mse, two)
	rows = withReductions(rows, "nn.L1Loss()", l1, two)
	rows = withReductions(rows, "nn.BCEWithLogitsLoss()", bce, in(randn(6, 4), rand(6, 4)))
	rows = withReductions(rows, "nn.BCEWithLogitsLoss(weight="+w+", pos_weight="+w+")", bce, in(randn(6, 4), rand(6, 4)),
		nn.Weight(weight), nn.PosWeight(weight))

	// the samples of module_db in torch.testing._internal.common_modules
	one := in(randn(9), ids(9))
	for code, opts := range map[string][]nn.LossOption{
		"": nil, "weight=" + w9: {nn.Weight(weight9)}, "label_smoothing=0.5": {nn.LabelSmoothing(0.5)},
		"label_smoothing=0.5, weight=" + w9: {nn.LabelSmoothing(0.5), nn.Weight(weight9)},
	} {
		rows = withReductions(rows, "nn.CrossEntropyLoss("+code+")", ce, one, opts...)
	}
	const w10 = "torch.arange(0.1, 1.05, 0.1)"
	weight10 := torch.Arange(0.1, 1.05, 0.1, torch.Float32)
	for code, opts := range map[string][]nn.LossOption{
		"": nil, "ignore_index=2": {nn.IgnoreIndex(2)}, "weight=" + w10: {nn.Weight(weight10)},
		"weight=" + w10 + ", ignore_index=2":  {nn.Weight(weight10), nn.IgnoreIndex(2)},
		"weight=" + w10 + ", ignore_index=-1": {nn.Weight(weight10), nn.IgnoreIndex(-1)},
	} {
		rows = withReductions(rows, "nn.NLLLoss("+code+")", nll, in(log(15, 10), ids(10, 15)), opts...)
	}
	rows = append(rows,
		row{python: "nn.L1Loss()", make: func() nn.Module { return l1() }, inputs: in(randn(2, 3, 4), randn(2, 3, 4))},
		row{python: "nn.L1Loss() ", make: func() nn.Module { return l1() }, inputs: in(randn(), randn())})
	rows = withReductions(rows, "nn.L1Loss()", l1, in(randn(4), randn(4)))

	// as in PyTorch's criterion_tests
	const w3 = "torch.tensor([0.3, 2.0, 0.7])"
	weight3 := torch.New([]float32{0.3, 2, 0.7})
	for _, rest := range [][]int{{5}, {5, 5}, {5, 5, 2, 2}} {
		targets := ids(3, append([]int{2}, rest...)...)
		rows = withReductions(rows, "nn.NLLLoss()", nll, in(log(append([]int{2, 3}, rest...)...), targets))
		rows = withReductions(rows, "nn.NLLLoss(weight="+w3+", ignore_index=1)", nll, in(log(append([]int{2, 3}, rest...)...), targets),
			nn.Weight(weight3), nn.IgnoreIndex(1))
	}
	for _, rest := range [][]int{{}, {4}, {4, 2}} {
		shape := append([]int{5, 3}, rest...)
		rows = withReductions(rows, "nn.CrossEntropyLoss(weight="+w3+", label_smoothing=0.15)", ce,
			in(randn(shape...), func() *torch.Tensor { return torch.Rand(shape).Softmax(1) }), nn.Weight(weight3), nn.LabelSmoothing(0.15))
	}
	return slices.Concat(rows, elementLossRows(), marginLossRows(), distanceRows(), ctcRows())
}
