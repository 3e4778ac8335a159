package functional

import (
	"multitorch/internal/version"
	"multitorch/nn"
	"multitorch/torch"
)

var (
	opNorm       = torch.NewOperator("aten::norm.ScalarOpt_dim", "self", "p", "dim", "keepdim")
	opVectorNorm = torch.NewOperator("aten::linalg_vector_norm", "self", "ord", "dim", "keepdim")
	opClampMin   = torch.NewOperator("aten::clamp_min", "self", "min")
)

// CosineSimilarity is [nn.CosineSimilarity].
func CosineSimilarity(x1, x2 *torch.Tensor, opts ...nn.DistanceOption) *torch.Tensor {
	return nn.NewCosineSimilarity(opts...).Forward(x1, x2)
}

// PairwiseDistance is [nn.PairwiseDistance].
func PairwiseDistance(x1, x2 *torch.Tensor, opts ...nn.DistanceOption) *torch.Tensor {
	return nn.NewPairwiseDistance(opts...).Forward(x1, x2)
}

// Pdist is the p-norm distances of the rows of x, [N, D], each pair once: [N·(N-1)/2]. Python's
// default is p=2.
func Pdist(x *torch.Tensor, p float64) *torch.Tensor { return x.Pdist(p) }

// Normalize divides the vectors along a dimension by their p-norms. Options: [nn.P] (2), [nn.Dim]
// (1), [nn.Eps] (1e-12, the least norm).
func Normalize(x *torch.Tensor, opts ...nn.DistanceOption) *torch.Tensor {
	c := nn.DistanceConfig{P: 2, Eps: 1e-12, Dim: 1}.With("normalize", "p dim eps", opts...)
	var on passing
	defer on.free()
	norm := opNorm
	if version.AtLeast(torch.Version(), 2, 0) {
		norm = opVectorNorm
	}
	length := on.way(norm.Call(x, c.P, []int{c.Dim}, true))
	return x.Div(on.way(on.way(opClampMin.Call(length, c.Eps)).ExpandAs(x)))
}
