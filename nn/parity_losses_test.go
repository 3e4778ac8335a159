package nn_test

import (
	"multitorch/nn"
	"multitorch/torch"
)

// signs are 1 and -1, as floats.
func signs(shape ...int) input {
	return func() *torch.Tensor { return torch.Randint(0, 2, shape).Mul(2).Sub(1).To(torch.Float32) }
}

// bits are 0 and 1, as floats.
func bits(shape ...int) input {
	return func() *torch.Tensor { return torch.Randint(0, 2, shape).To(torch.Float32) }
}

func positive(shape ...int) input {
	return func() *torch.Tensor { return torch.Rand(shape).Add(0.001) }
}

func logs(shape ...int) input { return func() *torch.Tensor { return torch.Rand(shape).Log() } }

// counts are what a Poisson distribution is of.
func counts(shape ...int) input {
	return func() *torch.Tensor { return torch.Randn(shape).Floor().Abs() }
}

// fixedTarget lets a row's second input have no gradient: not all losses have one of their targets.
func fixedTarget(rows []row) []row {
	type twoInputs interface {
		Forward(input, target *torch.Tensor) *torch.Tensor
	}
	for i := range rows {
		rows[i].call = "m(x[0], x[1].detach())"
		rows[i].forward = func(m nn.Module, x []*torch.Tensor) []*torch.Tensor {
			return []*torch.Tensor{m.(twoInputs).Forward(x[0], x[1].Detach())}
		}
	}
	return rows
}

func elementLossRows() (rows []row) {
	huber := func(o ...nn.LossOption) nn.Module { return nn.NewHuberLoss(o...) }
	smooth := func(o ...nn.LossOption) nn.Module { return nn.NewSmoothL1Loss(o...) }
	poisson := func(o ...nn.LossOption) nn.Module { return nn.NewPoissonNLLLoss(o...) }
	gauss := func(o ...nn.LossOption) nn.Module { return nn.NewGaussianNLLLoss(o...) }
	kl := func(o ...nn.LossOption) nn.Module { return nn.NewKLDivLoss(o...) }
	bce := func(o ...nn.LossOption) nn.Module { return nn.NewBCELoss(o...) }
	const w = "torch.tensor([0.5, 1.0, 2.0, 0.1])"
	weight := torch.New([]float32{0.5, 1, 2, 0.1})
	two, log := in(randn(6, 4), randn(6, 4)), in(logs(6, 4), logs(6, 4))

	rows = withReductions(rows, "nn.HuberLoss()", huber, two)
	rows = withReductions(rows, "nn.HuberLoss(delta=0.3)", huber, two, nn.Delta(0.3))
	rows = withReductions(rows, "nn.SmoothL1Loss()", smooth, two)
	rows = withReductions(rows, "nn.SmoothL1Loss(beta=0.3)", smooth, two, nn.Beta(0.3))
	rows = withReductions(rows, "nn.SmoothL1Loss(beta=0.0)", smooth, two, nn.Beta(0))
	rows = withReductions(rows, "nn.PoissonNLLLoss()", poisson, in(randn(2, 3, 4), counts(2, 3, 4)))
	rows = withReductions(rows, "nn.PoissonNLLLoss(full=True)", poisson, in(randn(2, 3, 4), counts(2, 3, 4)), nn.Full(true))
	rows = withReductions(rows, "nn.PoissonNLLLoss(log_input=False, eps=1e-3)", poisson, in(positive(2, 3), counts(2, 3)),
		nn.LogInput(false), nn.Eps(1e-3))
	rows = withReductions(rows, "nn.PoissonNLLLoss(log_input=False, full=True)", poisson, in(positive(2, 3), counts(2, 3)),
		nn.LogInput(false), nn.Full(true))
	rows = withReductions(rows, "nn.GaussianNLLLoss()", gauss, in(randn(6, 4), randn(6, 4), rand(6, 4)))
	rows = withReductions(rows, "nn.GaussianNLLLoss(full=True)", gauss, in(randn(6, 4), randn(6, 4), rand(6, 1)), nn.Full(true))
	rows = withReductions(rows, "nn.GaussianNLLLoss(eps=0.4)", gauss, in(randn(6, 4), randn(6, 4), rand(6)), nn.Eps(0.4))
	rows = withReductions(rows, "nn.KLDivLoss()", kl, in(logs(6, 4), rand(6, 4)))
	rows = withReductions(rows, "nn.KLDivLoss(log_target=True)", kl, log, nn.LogTarget(true))
	rows = withReductions(rows, "nn.BCELoss()", bce, in(rand(6, 4), rand(6, 4)))
	rows = withReductions(rows, "nn.BCELoss(weight="+w+")", bce, in(rand(6, 4), bits(6, 4)), nn.Weight(weight))
	rows = append(
		rows,
		row{
			python: "nn.KLDivLoss(reduction='batchmean')", make: func() nn.Module { return kl(nn.Reduction("batchmean")) },
			inputs: in(logs(6, 4), rand(6, 4)),
		},
		row{python: "nn.KLDivLoss(reduction='batchmean', log_target=True)", make: func() nn.Module {
			return kl(nn.Reduction("batchmean"), nn.LogTarget(true))
		}, inputs: in(logs(), logs())},
		row{python: "nn.SmoothL1Loss() ", make: func() nn.Module { return smooth() }, inputs: in(randn(), randn())},
		row{python: "nn.KLDivLoss() ", make: func() nn.Module { return kl() }, inputs: in(logs(), rand())},
		row{python: "nn.BCELoss() ", make: func() nn.Module { return bce() }, inputs: in(rand(), bits())},
	)
	rows = withReductions(rows, "nn.HuberLoss()", huber, in(randn(), randn()))
	return rows
}

func marginLossRows() (rows []row) {
	hinge := func(o ...nn.LossOption) nn.Module { return nn.NewHingeEmbeddingLoss(o...) }
	soft := func(o ...nn.LossOption) nn.Module { return nn.NewSoftMarginLoss(o...) }
	labels := func(o ...nn.LossOption) nn.Module { return nn.NewMultiLabelMarginLoss(o...) }
	softLabels := func(o ...nn.LossOption) nn.Module { return nn.NewMultiLabelSoftMarginLoss(o...) }
	multi := func(o ...nn.LossOption) nn.Module { return nn.NewMultiMarginLoss(o...) }
	ranking := func(o ...nn.LossOption) nn.Module { return nn.NewMarginRankingLoss(o...) }
	cosine := func(o ...nn.LossOption) nn.Module { return nn.NewCosineEmbeddingLoss(o...) }
	const w = "torch.tensor([0.5, 1.0, 2.0, 0.1])"
	weight := torch.New([]float32{0.5, 1, 2, 0.1})
	some := func() *torch.Tensor {
		return torch.New([][]int{{3, 0, -1, 1}, {1, -1, 2, 2}, {-1, 0, 0, 0}, {0, 1, 2, 3}})
	}

	rows = withReductions(rows, "nn.HingeEmbeddingLoss()", hinge, in(randn(6, 4), signs(6, 4)))
	rows = withReductions(rows, "nn.HingeEmbeddingLoss(margin=0.5)", hinge, in(randn(6), signs(6)), nn.Margin(0.5))
	rows = append(rows, fixedTarget(withReductions(nil, "nn.SoftMarginLoss()", soft, in(randn(6, 4), signs(6, 4))))...)
	rows = withReductions(rows, "nn.MultiLabelMarginLoss()", labels, in(randn(4, 4), some))
	rows = withReductions(rows, "nn.MultiLabelMarginLoss()", labels, in(randn(4), ids(4, 4)))
	rows = withReductions(rows, "nn.MultiLabelSoftMarginLoss()", softLabels, in(randn(6, 4), bits(6, 4)))
	rows = withReductions(rows, "nn.MultiLabelSoftMarginLoss(weight="+w+")", softLabels, in(randn(4), bits(4)), nn.Weight(weight))
	rows = withReductions(rows, "nn.MultiMarginLoss()", multi, in(randn(6, 4), ids(4, 6)))
	rows = withReductions(rows, "nn.MultiMarginLoss(p=2, margin=0.4, weight="+w+")", multi, in(randn(6, 4), ids(4, 6)),
		nn.P(2), nn.Margin(0.4), nn.Weight(weight))
	rows = withReductions(rows, "nn.MultiMarginLoss(margin=0.5)", multi, in(randn(4), ids(4)), nn.Margin(0.5))
	rows = withReductions(rows, "nn.MarginRankingLoss()", ranking, in(randn(6), randn(6), signs(6)))
	rows = withReductions(rows, "nn.MarginRankingLoss(margin=0.5)", ranking, in(randn(2, 3), randn(2, 3), signs(2, 1)), nn.Margin(0.5))
	rows = withReductions(rows, "nn.CosineEmbeddingLoss()", cosine, in(randn(6, 4), randn(6, 4), signs(6)))
	rows = withReductions(rows, "nn.CosineEmbeddingLoss(margin=0.2)", cosine, in(randn(4), randn(4), signs()), nn.Margin(0.2))
	return rows
}

func distanceRows() (rows []row) {
	triplet := func(o ...nn.LossOption) nn.Module { return nn.NewTripletMarginLoss(o...) }
	any := func(o ...nn.LossOption) nn.Module { return nn.NewTripletMarginWithDistanceLoss(o...) }
	pairs := func(o ...nn.DistanceOption) func() nn.Module {
		return func() nn.Module { return nn.NewPairwiseDistance(o...) }
	}
	angle := func(o ...nn.DistanceOption) func() nn.Module {
		return func() nn.Module { return nn.NewCosineSimilarity(o...) }
	}
	three, two := in(randn(6, 4), randn(6, 4), randn(6, 4)), in(randn(6, 4, 3), randn(6, 4, 3))
	squares := nn.DistanceFunc(func(x, y *torch.Tensor) *torch.Tensor { return x.Sub(y).Pow(2).Sum(-1) })

	rows = withReductions(rows, "nn.TripletMarginLoss()", triplet, three)
	rows = withReductions(rows, "nn.TripletMarginLoss(margin=0.3, p=1.0, eps=1e-3, swap=True)", triplet, three,
		nn.Margin(0.3), nn.P(1), nn.Eps(1e-3), nn.Swap(true))
	rows = withReductions(rows, "nn.TripletMarginLoss(p=3.0)", triplet, in(randn(4), randn(4), randn(4)), nn.P(3))
	rows = withReductions(rows, "nn.TripletMarginWithDistanceLoss()", any, three)
	rows = withReductions(rows, "nn.TripletMarginWithDistanceLoss(margin=0.3, swap=True, distance_function=nn.CosineSimilarity())", any, three,
		nn.Margin(0.3), nn.Swap(true), nn.DistanceFunction(nn.NewCosineSimilarity()))
	rows = withReductions(rows, "nn.TripletMarginWithDistanceLoss(distance_function=lambda x, y: ((x - y) ** 2).sum(-1))", any, three,
		nn.DistanceFunction(squares))
	return append(
		rows,
		row{python: "nn.PairwiseDistance()", make: pairs(), inputs: two},
		row{python: "nn.PairwiseDistance() ", make: pairs(), inputs: in(randn(4), randn(4))},
		row{python: "nn.PairwiseDistance(p=1.0, keepdim=True)", make: pairs(nn.P(1), nn.Keepdim(true)), inputs: in(randn(6, 4), randn(1, 4))},
		row{python: "nn.PairwiseDistance(p=-1.5, eps=0.1)", make: pairs(nn.P(-1.5), nn.Eps(0.1)), inputs: two},
		row{python: "nn.CosineSimilarity()", make: angle(), inputs: two},
		row{python: "nn.CosineSimilarity(dim=0, eps=1.0)", make: angle(nn.Dim(0), nn.Eps(1)), inputs: two},
		row{python: "nn.CosineSimilarity(dim=-1)", make: angle(nn.Dim(-1)), inputs: in(randn(6, 1, 3), randn(1, 4, 3))},
	)
}

func ctcRows() (rows []row) {
	ctc := func(o ...nn.LossOption) nn.Module { return nn.NewCTCLoss(o...) }
	scores := func(shape ...int) input { return func() *torch.Tensor { return torch.Randn(shape).LogSoftmax(-1) } }
	fixed := func(values any) input { return func() *torch.Tensor { return torch.New(values) } }
	labels := func(shape ...int) input { return func() *torch.Tensor { return torch.Randint(1, 5, shape) } }
	padded := in(scores(12, 3, 5), labels(3, 6), fixed([]int{12, 9, 10}), fixed([]int{6, 0, 3}))
	short := in(scores(4, 3, 5), labels(3, 6), fixed([]int{4, 3, 4}), fixed([]int{6, 1, 3}))

	rows = withReductions(rows, "nn.CTCLoss()", ctc, padded)
	rows = withReductions(rows, "nn.CTCLoss()", ctc, short) // infinite, as are its gradients
	rows = withReductions(rows, "nn.CTCLoss(zero_infinity=True)", ctc, short, nn.ZeroInfinity(true))
	rows = withReductions(rows, "nn.CTCLoss(blank=4)", ctc, in(scores(12, 2, 5), ids(4, 7), fixed([]int{12, 12}), fixed([]int{4, 3})),
		nn.Blank(4))
	rows = withReductions(rows, "nn.CTCLoss()", ctc, in(scores(12, 5), labels(4), fixed(12), fixed(4)))

	// as in PyTorch's criterion_tests
	long := in(scores(50, 3, 15), ids(14, 3, 30), fixed([]int{50, 50, 50}), fixed([]int{30, 25, 20}))
	rows = withReductions(rows, "nn.CTCLoss(blank=14)", ctc, long, nn.Blank(14))
	narrow := func() *torch.Tensor { return torch.Randint(1, 15, torch.Shape{3, 30}, torch.Int32) }
	return withReductions(rows, "nn.CTCLoss(blank=0)", ctc,
		in(scores(50, 3, 15), narrow, fixed([]int{50, 50, 50}), fixed([]int32{30, 25, 20})), nn.Blank(0))
}
