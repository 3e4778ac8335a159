package functional_test

import (
	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/torch"
)

func lossRows() []row {
	type T = *torch.Tensor
	two := func(f func(x, y T, opts ...nn.LossOption) T, opts ...nn.LossOption) func([]T) T {
		return func(x []T) T { return f(x[0], x[1], opts...) }
	}
	fixedTarget := func(f func(x, y T, opts ...nn.LossOption) T, opts ...nn.LossOption) func([]T) T {
		return func(x []T) T { return f(x[0], x[1].Detach(), opts...) }
	}
	three := func(f func(x, y, z T, opts ...nn.LossOption) T, opts ...nn.LossOption) func([]T) T {
		return func(x []T) T { return f(x[0], x[1], x[2], opts...) }
	}
	signs := func() T { return torch.Randint(0, 2, torch.Shape{6}).Mul(2).Sub(1).To(torch.Float32) }
	logs := func(shape ...int) input { return func() T { return torch.Randn(shape).LogSoftmax(-1) } }
	weight := torch.New([]float32{0.5, 1, 2, 0.1})
	const w = "torch.tensor([0.5, 1.0, 2.0, 0.1])"
	sum, none := nn.Reduction("sum"), nn.Reduction("none")
	x, y := randn(6, 4), randn(6, 4)
	lengths := []input{fixed([]int{12, 9, 10}), fixed([]int{6, 0, 3})}
	squares := nn.DistanceFunc(func(x, y T) T { return x.Sub(y).Abs().Sum(-1) })
	elements := torch.Rand(torch.Shape{6, 4})
	weighted := func(f func(x, y T, opts ...nn.LossOption) T, opts ...nn.LossOption) func([]T) T {
		return func(x []T) T { return f(x[0], x[1], append(opts, nn.Weight(x[2].Detach()))...) }
	}
	each := func() T { return elements.Clone() }
	return []row{
		one("F.l1_loss(*x)", two(F.L1Loss), x, y),
		// what newer versions compute where a weight is given
		one("((x[0] - x[1]).abs() * x[2].detach()).sum() / x[2].detach().sum()", weighted(F.L1Loss), x, y, each),
		one("((x[0] - x[1]).pow(2) * x[2].detach()).sum() / x[2].detach().sum()", weighted(F.MSELoss), x, y, each),
		one("((x[0] - x[1]).pow(2) * x[2].detach()).sum()", weighted(F.MSELoss, sum), x, y, each),
		one("(x[0] - x[1]).pow(2) * x[2].detach()", weighted(F.MSELoss, none), x, y, each),
		one("(F.huber_loss(x[0], x[1], reduction='none', delta=0.5) * x[2].detach()).mean()", weighted(F.HuberLoss, nn.Delta(0.5)), x, y, each),
		one("F.mse_loss(*x, reduction='sum')", two(F.MSELoss, sum), x, y),
		one("F.cross_entropy(*x, label_smoothing=0.1, weight="+w+")", two(F.CrossEntropy, nn.LabelSmoothing(0.1), nn.Weight(weight)), x, ids(4, 6)),
		one("F.cross_entropy(*x, ignore_index=2, reduction='none')", two(F.CrossEntropy, nn.IgnoreIndex(2), none), randn(2, 4, 3), ids(4, 2, 3)),
		one("F.nll_loss(*x)", two(F.NLLLoss), logs(6, 4), ids(4, 6)),
		one("F.binary_cross_entropy(*x, weight="+w+")", two(F.BinaryCrossEntropy, nn.Weight(weight)), rand(6, 4), rand(6, 4)),
		one("F.binary_cross_entropy_with_logits(*x, pos_weight="+w+")", two(F.BinaryCrossEntropyWithLogits, nn.PosWeight(weight)), x, rand(6, 4)),
		one("F.poisson_nll_loss(*x, full=True)", two(F.PoissonNLLLoss, nn.Full(true)), x, rand(6, 4)),
		one("F.gaussian_nll_loss(*x, full=True, reduction='none')", three(F.GaussianNLLLoss, nn.Full(true), none), x, y, rand(6, 1)),
		one("F.kl_div(*x, reduction='batchmean', log_target=True)", two(F.KLDiv, nn.Reduction("batchmean"), nn.LogTarget(true)), logs(6, 4), logs(6, 4)),
		one("F.huber_loss(*x, delta=0.5)", two(F.HuberLoss, nn.Delta(0.5)), x, y),
		one("F.smooth_l1_loss(*x, beta=0.5)", two(F.SmoothL1Loss, nn.Beta(0.5)), x, y),
		one("F.soft_margin_loss(x[0], x[1].detach())", fixedTarget(F.SoftMarginLoss), randn(6), signs),
		one("F.hinge_embedding_loss(*x, margin=0.5)", two(F.HingeEmbeddingLoss, nn.Margin(0.5)), randn(6), signs),
		one("F.multilabel_margin_loss(*x)", two(F.MultilabelMarginLoss), x, ids(4, 6, 4)),
		one("F.multilabel_soft_margin_loss(*x)", two(F.MultilabelSoftMarginLoss), x, rand(6, 4)),
		one("F.multi_margin_loss(*x, p=2)", two(F.MultiMarginLoss, nn.P(2)), x, ids(4, 6)),
		one("F.margin_ranking_loss(*x, margin=0.2)", three(F.MarginRankingLoss, nn.Margin(0.2)), randn(6), randn(6), signs),
		one("F.cosine_embedding_loss(*x)", three(F.CosineEmbeddingLoss), x, y, signs),
		one("F.triplet_margin_loss(*x, swap=True)", three(F.TripletMarginLoss, nn.Swap(true)), x, y, randn(6, 4)),
		one("F.triplet_margin_with_distance_loss(*x, distance_function=lambda a, b: (a - b).abs().sum(-1))",
			three(F.TripletMarginWithDistanceLoss, nn.DistanceFunction(squares)), x, y, randn(6, 4)),
		one("F.triplet_margin_with_distance_loss(*x)", three(F.TripletMarginWithDistanceLoss), x, y, randn(6, 4)),
		one("F.ctc_loss(*x)", func(x []T) T { return F.CTCLoss(x[0], x[1], x[2], x[3]) },
			append([]input{logs(12, 3, 5), func() T { return torch.Randint(1, 5, torch.Shape{3, 6}) }}, lengths...)...),
		one("F.ctc_loss(*x, blank=4, reduction='none', zero_infinity=True)",
			func(x []T) T { return F.CTCLoss(x[0], x[1], x[2], x[3], nn.Blank(4), none, nn.ZeroInfinity(true)) },
			append([]input{logs(12, 3, 5), ids(4, 3, 6)}, lengths...)...),
	}
}

func distanceRows() []row {
	type T = *torch.Tensor
	normalize := func(opts ...nn.DistanceOption) func(T) T { return func(x T) T { return F.Normalize(x, opts...) } }
	x, y := randn(6, 4), randn(6, 4)
	return []row{
		one("F.cosine_similarity(*x, dim=0, eps=1e-3)", func(x []T) T { return F.CosineSimilarity(x[0], x[1], nn.Dim(0), nn.Eps(1e-3)) }, x, y),
		one("F.cosine_similarity(*x)", func(x []T) T { return F.CosineSimilarity(x[0], x[1]) }, x, y),
		one("F.pairwise_distance(*x, p=1.0, keepdim=True)", func(x []T) T { return F.PairwiseDistance(x[0], x[1], nn.P(1), nn.Keepdim(true)) }, x, y),
		unary("F.pdist(x)", func(x T) T { return F.Pdist(x, 2) }, x),
		unary("F.pdist(x, p=1.5)", func(x T) T { return F.Pdist(x, 1.5) }, x),
		unary("F.normalize(x)", normalize(), randn(3, 4, 5)),
		unary("F.normalize(x, p=1, dim=-1)", normalize(nn.P(1), nn.Dim(-1)), randn(3, 4, 5)),
		unary("F.normalize(x, p=3.0, dim=0, eps=1.0)", normalize(nn.P(3), nn.Dim(0), nn.Eps(1)), randn(3, 4, 5)),
		unary("F.normalize(x)", normalize(), func() T { return torch.Zeros(torch.Shape{2, 3}) }),
	}
}
