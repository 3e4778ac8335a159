package functional_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/torch"
)

// TestErrors: what makes no sense is refused with what was expected and what came.
func TestErrors(t *testing.T) {
	zeros := func(shape ...int) *torch.Tensor { return torch.Zeros(shape) }
	x, w := zeros(2, 4, 9, 8), zeros(6, 4, 3, 3)
	for name, c := range map[string]struct {
		call func()
		want string
	}{
		"keyword": {
			func() { F.Conv2d(x, w, nil, nn.OutputPadding(1)) },
			"conv2d: no keyword argument output_padding; it takes stride, padding, dilation, groups",
		},
		"channels": {func() { F.Conv2d(zeros(2, 3, 9, 8), w, nil) }, "conv2d: Given groups=1"},
		"dimensions": {
			func() { F.Conv2d(x, w, nil, nn.Stride(1, 2, 3)) }, "conv2d: ",
		},
		"words":       {func() { F.ConvTranspose2d(x, w, nil, nn.SamePadding) }, `conv_transpose2d: padding must be numbers, but got "same"`},
		"one value":   {func() { F.BatchNorm(zeros(1, 4, 1), nil, nil, nil, nil, true) }, "expected more than 1 value for each mean"},
		"one element": {func() { F.InstanceNorm(zeros(2, 4, 1), nil, nil, nil, nil, true) }, "instance_norm: expected more than 1 value for each mean"},
		"one a group": {func() { F.GroupNorm(zeros(1, 4), 4, nil, nil) }, "group_norm: expected more than 1 value for each mean"},
		"norm": {
			func() { F.LayerNorm(x, torch.Shape{8}, nil, nil, nn.Momentum(1)) },
			"layer_norm: no keyword argument momentum; it takes eps",
		},
		"groups":      {func() { F.GroupNorm(x, 3, nil, nil) }, "group_norm: "},
		"ids":         {func() { F.Embedding(torch.New([]int{0, 6}), zeros(6, 2)) }, "expected ids from 0 to 5, but got 6 at [1]"},
		"table":       {func() { F.Embedding(torch.New([]int{0}), zeros(6)) }, "expected vectors [num_embeddings, embedding_dim]"},
		"offsets":     {func() { F.EmbeddingBag(torch.New([]int{0}), zeros(6, 2), nil, nil) }, "expected offsets of the bags"},
		"classes":     {func() { F.OneHot(torch.New([]int{0, 3}), 3) }, "one_hot: Class values must be smaller than num_classes"},
		"negative":    {func() { F.OneHot(torch.New([]int{-1})) }, "one_hot: Class values must be non-negative"},
		"target":      {func() { F.CrossEntropy(zeros(2, 3), torch.New([]int{0, 3})) }, "expected targets from 0 to 2, but got 3 at [1]"},
		"loss":        {func() { F.MSELoss(zeros(2), zeros(2), nn.Beta(1)) }, "mse_loss: no keyword argument beta; it takes reduction, weight"},
		"pool":        {func() { F.MaxPool2d(x, 0) }, "MaxPool2d: kernel_size must be at least 1, but got 0"},
		"pad mode":    {func() { F.Pad(x, []int{1, 1}, "mirror", 0) }, `pad: mode must be constant, reflect, replicate or circular, but got "mirror"`},
		"pad value":   {func() { F.Pad(x, []int{1, 1, 1, 1}, "reflect", 1) }, "pad: "},
		"pad sizes":   {func() { F.Pad(x, []int{1, 1, 1}, "constant", 0) }, "pad: "},
		"pad reflect": {func() { F.Pad(x, []int{8, 8, 0, 0}, "reflect", 0) }, "pad: "},
		"grid mode": {
			func() { F.GridSample(x, zeros(2, 3, 3, 2), "linear", "zeros", false) },
			`grid_sample: mode must be bilinear, nearest or bicubic, but got "linear"`,
		},
		"grid padding": {
			func() { F.GridSample(x, zeros(2, 3, 3, 2), "bilinear", "circular", false) },
			`grid_sample: padding_mode must be zeros, border or reflection, but got "circular"`,
		},
		"grid":      {func() { F.GridSample(x, zeros(2, 3, 3, 3), "bilinear", "zeros", false) }, "grid_sampler"},
		"theta":     {func() { F.AffineGrid(zeros(2, 3, 3), torch.Shape{2, 3, 4, 5}, false) }, "expected theta [N, 2, 3] for the size [2 3 4 5], but got the shape [2 3 3]"},
		"ints":      {func() { F.AffineGrid(torch.New([][][]int{{{1}}}), torch.Shape{2, 3, 4, 5}, false) }, "expected theta of a floating point dtype, but got int64"},
		"size":      {func() { F.AffineGrid(zeros(2, 2, 3), torch.Shape{2, 3, 4}, false) }, "expected a size of 4 or 5 numbers"},
		"zero size": {func() { F.AffineGrid(zeros(2, 2, 3), torch.Shape{2, 3, 0, 5}, false) }, "expected a size of positive numbers, but got [2 3 0 5]"},
		"normalize": {func() { F.Normalize(x, nn.Keepdim(true)) }, "normalize: no keyword argument keepdim; it takes p, dim, eps"},
		"loss weight": {
			func() { F.MSELoss(zeros(2), zeros(2), nn.Weight(zeros(3))) },
			"mse_loss: expected an input, a target and a weight of one shape, but got [2], [2] and [3]",
		},
		"size and factor": {func() { F.Interpolate(x, nn.Size{3}, nn.ScaleFactor(2)) }, "only one of size and scale_factor may be given"},
		"neither":         {func() { F.Interpolate(x) }, "either size or scale_factor must be given"},
		"mode's input":    {func() { F.Interpolate(x, nn.Size{3}, nn.Mode("linear")) }, "the mode linear is for an input of other dimensions"},
		"antialias": {
			func() { F.Interpolate(x, nn.Size{3}, nn.Antialias(true)) },
			"antialias is for the modes bilinear and bicubic, but got it for nearest",
		},
		"causal": {
			func() { F.ScaledDotProductAttention(x, x, x, zeros(9, 9), 0, true) },
			"scaled_dot_product_attention: expected no attn_mask beside is_causal",
		},
		"dropout p":   {func() { F.ScaledDotProductAttention(x, x, x, nil, 2, false) }, "dropout_p has to be between 0 and 1, but got 2"},
		"probability": {func() { F.Dropout(x, 1.5, true) }, "p has to be between 0 and 1, but got 1.5"},
		"shuffle":     {func() { F.PixelShuffle(x, 3) }, "pixel_shuffle"},
		"blocks":      {func() { F.Fold(zeros(2, 27, 20), 6, 3) }, "col2im"},
		"activation":  {func() { F.ReLU(x, nn.Alpha(1)) }, "ReLU: no keyword argument alpha"},
		"weight":      {func() { F.Linear(x, zeros(3, 7), nil) }, "linear: "},
		"nil":         {func() { F.Linear(x, nil, nil) }, "linear: "},
	} {
		t.Run(name, func(t *testing.T) {
			require.ErrorContains(t, torch.Try(func() error { c.call(); return nil }), c.want)
		})
	}
}

// TestWeightsStay: functions leave the weights that they are given alone, and none is drawn.
func TestWeightsStay(t *testing.T) {
	table := torch.Randn(torch.Shape{5, 3}, torch.RequiresGrad(true)).Mul(2)
	state := torch.RNGState()
	F.Embedding(torch.New([]int{1, 2}), table, nn.PaddingIdx(1)).Sum().Backward()
	F.EmbeddingBag(torch.New([][]int{{1, 2}}), table, nil, nil)
	F.Conv1d(torch.Zeros(torch.Shape{1, 3, 5}), torch.Zeros(torch.Shape{2, 3, 2}), nil)
	require.Equal(t, state.Bytes(), torch.RNGState().Bytes())
	require.Equal(t, torch.Shape{5, 3}, table.Shape())
	require.True(t, table.RequiresGrad())
}
