// Package fusion makes one vector of the features of several modalities: fusion at the feature level.
//
//	f := fusion.NewLowRank([]int{64, 64}, 128, fusion.Rank(4))
//	fused := f.Forward([]*torch.Tensor{image, text}, nil)        // [N, 128]
//	fused = f.Forward([]*torch.Tensor{image, text}, present)     // bool [N, 2]: who has what
//
// Every kind is a [Fusion], and has a name by which [New] makes it:
//
//	concat           side by side (the tutorial's)
//	early-concat     all elements in one sequence, which one transformer layer reads
//	sum, product     projected to one width, then added or multiplied
//	attention        projected to one width, then averaged by learned weights
//	gated            gated multimodal units (Arevalo et al. 2017)
//	film             the first modality, scaled and shifted by the others (Perez et al. 2018)
//	bilinear         multimodal low-rank bilinear pooling, MLB (Kim et al. 2017)
//	tensor           the outer product of all features (Zadeh et al. 2017)
//	low-rank         the same through factors of low rank, LMF (Liu et al. 2018)
//	cross-attention  each modality gathers from the others (Tsai et al. 2019)
//	relation         sums over all pairs of the first modality's elements (Santoro et al. 2017)
//
// # What is missing
//
// present says which sample has which modality. What stands in the features of one that is missing, be it NaN, changes
// nothing: neither the result nor a gradient. Each kind says what it takes a missing one for; where all are missing the
// result is finite too.
package fusion
