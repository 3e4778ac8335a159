package nn_test

import (
	"slices"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/version"
	"multitorch/nn"
	"multitorch/torch"
)

// norm makes the maker of a normalisation with options.
func norm[S any, M nn.Module](make func(S, ...nn.NormOption) M, size S, opts ...nn.NormOption) func() nn.Module {
	return func() nn.Module { return make(size, opts...) }
}

func normRows() []row {
	type shape = torch.Shape
	unscaled, tracked, mean := nn.Affine(false), nn.TrackRunningStats(true), nn.CumulativeAverage(true)
	features, sequences := []shape{{6, 4}, {3, 4, 5}}, []shape{{2, 4, 9}, {4, 8}}
	pictures, volumes := []shape{{2, 4, 9, 8}, {4, 4, 6, 6}}, []shape{{2, 4, 4, 3, 5}}
	all := slices.Concat(features, pictures, volumes)
	one, all3 := []shape{{2, 4, 6, 5}, {4, 6, 5}}, []shape{{2, 4, 3, 3, 5}, {4, 3, 3, 5}}
	group := func(groups int, opts ...nn.NormOption) func() nn.Module {
		return func() nn.Module { return nn.NewGroupNorm(groups, 4, opts...) }
	}
	rows := slices.Concat(
		samples("nn.BatchNorm1d(4)", norm(nn.NewBatchNorm1d, 4), features...),
		samples("nn.BatchNorm1d(4, 0.001, None)", norm(nn.NewBatchNorm1d, 4, nn.Eps(0.001), mean), features...),
		samples("nn.BatchNorm1d(4, 0.001, 0.3, True, False)",
			norm(nn.NewBatchNorm1d, 4, nn.Eps(0.001), nn.Momentum(0.3), nn.TrackRunningStats(false)), features...),
		samples("nn.BatchNorm2d(4)", norm(nn.NewBatchNorm2d, 4), pictures...),
		samples("nn.BatchNorm2d(4, eps=0.001, momentum=0.4)", norm(nn.NewBatchNorm2d, 4, nn.Eps(1e-3), nn.Momentum(0.4)), pictures...),
		samples("nn.BatchNorm2d(4, momentum=None)", norm(nn.NewBatchNorm2d, 4, mean), pictures...),
		samples("nn.BatchNorm2d(4, affine=False)", norm(nn.NewBatchNorm2d, 4, unscaled), pictures...),
		samples("nn.BatchNorm2d(4, track_running_stats=False)", norm(nn.NewBatchNorm2d, 4, nn.TrackRunningStats(false)), pictures...),
		samples("nn.BatchNorm2d(5, 0.001, 0.3, False)",
			norm(nn.NewBatchNorm2d, 5, nn.Eps(0.001), nn.Momentum(0.3), unscaled), shape{0, 5, 2, 2}),
		samples("nn.BatchNorm3d(4)", norm(nn.NewBatchNorm3d, 4), volumes...),
		samples("nn.BatchNorm3d(4, 0.001, 0.7, False)", norm(nn.NewBatchNorm3d, 4, nn.Eps(0.001), nn.Momentum(0.7), unscaled), volumes...),
		samples("nn.BatchNorm3d(4, 0.001, None)", norm(nn.NewBatchNorm3d, 4, nn.Eps(0.001), mean), volumes...),
		samples("SyncBatchNorm(4, momentum=0.2)", norm(nn.NewSyncBatchNorm, 4, nn.Momentum(0.2)), all...),
		samples("nn.InstanceNorm1d(4, 0.001, 0.3)", norm(nn.NewInstanceNorm1d, 4, nn.Eps(0.001), nn.Momentum(0.3)), sequences...),
		samples("nn.InstanceNorm1d(4, 0.001, 0.3, False, True)",
			norm(nn.NewInstanceNorm1d, 4, nn.Eps(0.001), nn.Momentum(0.3), tracked), sequences...),
		samples("nn.InstanceNorm2d(4)", norm(nn.NewInstanceNorm2d, 4), one...),
		samples("nn.InstanceNorm2d(4, affine=True, track_running_stats=True)", norm(nn.NewInstanceNorm2d, 4, nn.Affine(true), tracked), one...),
		samples("nn.InstanceNorm3d(4, affine=True)", norm(nn.NewInstanceNorm3d, 4, nn.Affine(true)), all3...),
		samples("nn.InstanceNorm3d(4, 0.001, 0.3, False, True)",
			norm(nn.NewInstanceNorm3d, 4, nn.Eps(0.001), nn.Momentum(0.3), tracked), all3...),
		samples("nn.GroupNorm(2, 4, 0.001)", group(2, nn.Eps(0.001)), all...),
		samples("nn.GroupNorm(1, 4, affine=False)", group(1, unscaled), all...),
		samples("nn.GroupNorm(4, 4)", group(4), pictures...),
		samples("nn.LayerNorm(5)", norm(nn.NewLayerNorm[int], 5), shape{3, 4, 5}, shape{0, 5}),
		samples("nn.LayerNorm(5, eps=0.1)", norm(nn.NewLayerNorm[int], 5, nn.Eps(0.1)), shape{3, 4, 5}),
		samples("nn.LayerNorm(5, elementwise_affine=False)", norm(nn.NewLayerNorm[int], 5, nn.ElementwiseAffine(false)), shape{3, 4, 5}),
		samples("nn.LayerNorm([2, 2, 5], 0.001)", norm(nn.NewLayerNorm[shape], shape{2, 2, 5}, nn.Eps(0.001)), shape{4, 2, 2, 5}),
		samples("RMSNorm(5)", norm(nn.NewRMSNorm[int], 5), shape{3, 4, 5}),
		samples("RMSNorm((4, 5), eps=0.01)", norm(nn.NewRMSNorm[shape], shape{4, 5}, nn.Eps(0.01)), shape{3, 4, 5}),
		samples("RMSNorm(5, elementwise_affine=False)", norm(nn.NewRMSNorm[int], 5, nn.ElementwiseAffine(false)), shape{3, 4, 5}),
		samples("nn.LocalResponseNorm(3)", norm(nn.NewLocalResponseNorm, 3), shape{1, 5, 7}, shape{2, 5, 7, 7}, shape{1, 5, 3, 4, 5}),
		samples("nn.LocalResponseNorm(2, 0.3, 0.5, 2.0)",
			norm(nn.NewLocalResponseNorm, 2, nn.Alpha(0.3), nn.Beta(0.5), nn.K(2)), shape{1, 5, 7}, shape{1, 5, 7, 7}),
		samples("nn.LocalResponseNorm(1, 1.0, 0.5, 2.0)",
			norm(nn.NewLocalResponseNorm, 1, nn.Alpha(1), nn.Beta(0.5), nn.K(2)), shape{1, 5, 7, 7, 7}),
		samples("nn.CrossMapLRN2d(3)", norm(nn.NewCrossMapLRN2d, 3), shape{2, 6, 4, 3}),
		samples("nn.CrossMapLRN2d(5, 5e-3, 1e-3, 2.0)",
			norm(nn.NewCrossMapLRN2d, 5, nn.Alpha(5e-3), nn.Beta(1e-3), nn.K(2)), shape{2, 3, 6, 6}, shape{1, 9, 2, 3}),
		samples("nn.CrossMapLRN2d(4, 0.5)", norm(nn.NewCrossMapLRN2d, 4, nn.Alpha(0.5)), shape{2, 6, 4, 3}),
	)
	half := row{
		python: "RMSNorm(5, dtype=torch.bfloat16)", make: norm(nn.NewRMSNorm[int], 5, nn.DType(torch.BFloat16)),
		inputs: in(func() *torch.Tensor { return torch.Randn(shape{3, 5}).To(torch.BFloat16) }),
	}
	return slices.Concat(rows, []row{half}, unbiasedRows())
}

// unbiasedRows are norms with a scale alone, which PyTorch has since later versions.
func unbiasedRows() (rows []row) {
	none, scaled := nn.Bias(false), nn.Affine(true)
	if version.AtLeast(torch.Version(), 2, 1) {
		rows = samples("nn.LayerNorm(5, bias=False)", norm(nn.NewLayerNorm[int], 5, none), torch.Shape{3, 4, 5})
	}
	if version.AtLeast(torch.Version(), 2, 14) {
		rows = slices.Concat(rows,
			samples("nn.BatchNorm2d(4, bias=False)", norm(nn.NewBatchNorm2d, 4, none), torch.Shape{2, 4, 3, 3}),
			samples("nn.InstanceNorm1d(4, affine=True, bias=False)", norm(nn.NewInstanceNorm1d, 4, scaled, none), torch.Shape{2, 4, 3}),
			samples("nn.GroupNorm(2, 4, bias=False)", func() nn.Module { return nn.NewGroupNorm(2, 4, none) }, torch.Shape{2, 4, 3, 3}))
	}
	return rows
}

// TestNormsWithoutBias: they are as those whose bias is zero.
func TestNormsWithoutBias(t *testing.T) {
	x := torch.Randn(torch.Shape{3, 4, 4})
	for _, pair := range [][2]nn.Layer{
		{nn.NewLayerNorm(4), nn.NewLayerNorm(4, nn.Bias(false))},
		{nn.NewBatchNorm1d(4), nn.NewBatchNorm1d(4, nn.Bias(false))},
		{nn.NewGroupNorm(2, 4), nn.NewGroupNorm(2, 4, nn.Bias(false))},
		{nn.NewInstanceNorm1d(4, nn.Affine(true)), nn.NewInstanceNorm1d(4, nn.Affine(true), nn.Bias(false))},
	} {
		require.NotContains(t, keys(pair[1]), "bias")
		require.Contains(t, keys(pair[1]), "weight")
		require.True(t, torch.Equal(pair[0].Forward(x), pair[1].Forward(x)), nn.Describe(pair[1]))
	}
}
