package functional_test

import (
	"multitorch/nn"
	F "multitorch/nn/functional"
	"multitorch/torch"
)

type convolution = func(x, weight, bias *torch.Tensor, opts ...nn.ConvOption) *torch.Tensor

func convRows() []row {
	type T = *torch.Tensor
	with := func(f convolution, opts ...nn.ConvOption) func([]T) T {
		return func(x []T) T {
			if len(x) == 2 {
				return f(x[0], x[1], nil, opts...)
			}
			return f(x[0], x[1], x[2], opts...)
		}
	}
	line, picture, volume := randn(2, 4, 9), randn(2, 4, 9, 8), randn(2, 4, 5, 6, 4)
	return []row{
		one("F.conv1d(*x)", with(F.Conv1d), line, randn(6, 4, 3), randn(6)),
		one("F.conv1d(*x, stride=2, padding=1, dilation=2, groups=2)", with(F.Conv1d, nn.Stride(2), nn.Padding(1), nn.Dilation(2), nn.Groups(2)),
			line, randn(6, 2, 3)),
		one("F.conv2d(*x)", with(F.Conv2d), picture, randn(6, 4, 3, 3), randn(6)),
		one("F.conv2d(*x, None, (2, 1), (0, 1))", with(F.Conv2d, nn.Stride(2, 1), nn.Padding(0, 1)), picture, randn(6, 4, 3, 3)),
		one("F.conv2d(*x, padding='same')", with(F.Conv2d, nn.SamePadding), picture, randn(6, 4, 3, 3), randn(6)),
		one("F.conv2d(*x, padding='valid')", with(F.Conv2d, nn.ValidPadding), randn(4, 9, 8), randn(6, 4, 3, 3), randn(6)),
		one("F.conv3d(*x, padding=1)", with(F.Conv3d, nn.Padding(1)), volume, randn(6, 4, 3, 3, 3), randn(6)),
		one("F.conv_transpose1d(*x)", with(F.ConvTranspose1d), line, randn(4, 6, 3), randn(6)),
		one("F.conv_transpose2d(*x, stride=2, padding=1, output_padding=1, groups=2, dilation=(1, 2))", with(F.ConvTranspose2d,
			nn.Stride(2), nn.Padding(1), nn.OutputPadding(1), nn.Groups(2), nn.Dilation(1, 2)), picture, randn(4, 3, 3, 3), randn(6)),
		one("F.conv_transpose3d(*x)", with(F.ConvTranspose3d), volume, randn(4, 2, 2, 2, 2)),
		one("F.conv_tbc(*x, pad=1)", func(x []T) T { return F.ConvTBC(x[0], x[1], x[2], 1) }, randn(9, 2, 4), randn(3, 4, 6), randn(6)),
		one("F.linear(*x)", func(x []T) T { return F.Linear(x[0], x[1], x[2]) }, randn(2, 3, 4), randn(6, 4), randn(6)),
		one("F.linear(*x)", func(x []T) T { return F.Linear(x[0], x[1], nil) }, randn(4), randn(6, 4)),
		one("F.bilinear(*x)", func(x []T) T { return F.Bilinear(x[0], x[1], x[2], x[3]) }, randn(5, 4), randn(5, 3), randn(6, 4, 3), randn(6)),
	}
}

// rmsNormPython is the function's maths, which PyTorch has under its name since 2.4.
const rmsNormPython = "(lambda x, eps: F.rms_norm(x, (5, 6), None, eps) if hasattr(F, 'rms_norm') else " +
	"x * torch.rsqrt(x.pow(2).mean((-1, -2), keepdim=True).add_(eps)))"

func normRows() []row {
	type T = *torch.Tensor
	picture := randn(3, 4, 5, 6)
	momentum, eps := nn.Momentum(0.3), nn.Eps(1e-3)
	// with also returns the running averages.
	with := func(f func(x, mean, variance, weight, bias T, training bool, opts ...nn.NormOption) T, training bool,
		opts ...nn.NormOption,
	) func(x []T) []T {
		return func(x []T) []T {
			mean, variance := x[1].Detach(), x[2].Detach()
			return []T{f(x[0], mean, variance, x[3], x[4], training, opts...), mean, variance}
		}
	}
	five := in(picture, randn(4), rand(4), randn(4), randn(4))
	return []row{
		{"(lambda m, v: (F.batch_norm(x[0], m, v, x[3], x[4]), m, v))(x[1].detach(), x[2].detach())", with(F.BatchNorm, false), five},
		{
			"(lambda m, v: (F.batch_norm(x[0], m, v, x[3], x[4], True, 0.3, 1e-3), m, v))(x[1].detach(), x[2].detach())",
			with(F.BatchNorm, true, momentum, eps), five,
		},
		{
			"(lambda m, v: (F.instance_norm(x[0], m, v, x[3], x[4], momentum=0.3, eps=1e-3), m, v))(x[1].detach(), x[2].detach())",
			with(F.InstanceNorm, true, momentum, eps), five,
		},
		{
			"(lambda m, v: (F.instance_norm(x[0], m, v, x[3], x[4], use_input_stats=False), m, v))(x[1].detach(), x[2].detach())",
			with(F.InstanceNorm, false), five,
		},
		unary("F.instance_norm(x)", func(x T) T { return F.InstanceNorm(x, nil, nil, nil, nil, true) }, picture),
		unary("F.batch_norm(x, None, None, training=True)", func(x T) T { return F.BatchNorm(x, nil, nil, nil, nil, true) }, picture),
		one("F.layer_norm(x[0], (5, 6), x[1], x[2])", func(x []T) T { return F.LayerNorm(x[0], torch.Shape{5, 6}, x[1], x[2]) },
			picture, randn(5, 6), randn(5, 6)),
		unary("F.layer_norm(x, (6,), eps=0.1)", func(x T) T { return F.LayerNorm(x, torch.Shape{6}, nil, nil, nn.Eps(0.1)) }, picture),
		one("F.group_norm(x[0], 2, x[1], x[2])", func(x []T) T { return F.GroupNorm(x[0], 2, x[1], x[2]) }, picture, randn(4), randn(4)),
		unary("F.local_response_norm(x, 3, alpha=0.1, beta=0.5, k=2.0)", func(x T) T {
			return F.LocalResponseNorm(x, 3, nn.Alpha(0.1), nn.Beta(0.5), nn.K(2))
		}, picture),
		one(rmsNormPython+"(x[0], 1e-3) * x[1]", func(x []T) T { return F.RMSNorm(x[0], torch.Shape{5, 6}, x[1], nn.Eps(1e-3)) }, picture, randn(5, 6)),
		unary(rmsNormPython+"(x, torch.finfo(x.dtype).eps)", func(x T) T { return F.RMSNorm(x, torch.Shape{5, 6}, nil) }, picture),
		unary("F.group_norm(x, 4, eps=0.1)", func(x T) T { return F.GroupNorm(x, 4, nil, nil, nn.Eps(0.1)) }, picture),
	}
}

func embeddingRows() []row {
	type T = *torch.Tensor
	lookup := func(opts ...nn.EmbeddingOption) func([]T) T {
		return func(x []T) T { return F.Embedding(x[0], x[1], opts...) }
	}
	bag := func(opts ...nn.EmbeddingOption) func([]T) T {
		return func(x []T) T { return F.EmbeddingBag(x[0], x[1], x[2], nil, opts...) }
	}
	words, table, offsets := ids(6, 2, 3), randn(6, 4), fixed([]int{0, 2, 2, 5})
	return []row{
		one("F.embedding(*x)", lookup(), words, table),
		one("F.embedding(*x, padding_idx=-2, scale_grad_by_freq=True)", lookup(nn.PaddingIdx(-2), nn.ScaleGradByFreq(true)), words, table),
		one("F.embedding(*x, max_norm=1.0, norm_type=1.0)", lookup(nn.MaxNorm(1), nn.NormType(1)), words, table),
		one("F.embedding(*x, sparse=True)", lookup(nn.Sparse(true)), words, table),
		one("F.embedding_bag(*x)", bag(), ids(6, 7), table, offsets),
		one("F.embedding_bag(*x, mode='max', padding_idx=1)", bag(nn.Mode("max"), nn.PaddingIdx(1)), ids(6, 7), table, offsets),
		one("F.embedding_bag(*x, mode='sum', include_last_offset=True, max_norm=1.0)",
			bag(nn.Mode("sum"), nn.IncludeLastOffset(true), nn.MaxNorm(1)), ids(6, 7), table, fixed([]int{0, 2, 2, 7})),
		one("F.embedding_bag(x[0], x[1], per_sample_weights=x[2], mode='sum')",
			func(x []T) T { return F.EmbeddingBag(x[0], x[1], nil, x[2], nn.Mode("sum")) }, words, table, randn(2, 3)),
		unary("F.one_hot(x)", func(x T) T { return F.OneHot(x) }, words),
		unary("F.one_hot(x, num_classes=9)", func(x T) T { return F.OneHot(x, 9) }, words),
	}
}
