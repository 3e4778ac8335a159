package nn_test

import (
	"multitorch/nn"
	"multitorch/torch"
)

func normRows() []row {
	batch := func(opts ...nn.NormOption) func() nn.Module {
		return func() nn.Module { return nn.NewBatchNorm2d(4, opts...) }
	}
	layer := func(opts ...nn.NormOption) func() nn.Module {
		return func() nn.Module { return nn.NewLayerNorm(5, opts...) }
	}
	picture, tall := in(randn(2, 4, 9, 8)), in(randn(3, 4, 5))
	return []row{
		{python: "nn.BatchNorm2d(4)", make: batch(), inputs: picture},
		{python: "nn.BatchNorm2d(4, eps=0.001, momentum=0.4)", make: batch(nn.Eps(1e-3), nn.Momentum(0.4)), inputs: picture},
		{python: "nn.BatchNorm2d(4, momentum=None)", make: batch(nn.CumulativeAverage(true)), inputs: picture},
		{python: "nn.BatchNorm2d(4, affine=False)", make: batch(nn.Affine(false)), inputs: picture},
		{python: "nn.BatchNorm2d(4, track_running_stats=False)", make: batch(nn.TrackRunningStats(false)), inputs: picture},
		{python: "nn.BatchNorm1d(4)", make: func() nn.Module { return nn.NewBatchNorm1d(4) }, inputs: in(randn(6, 4))},
		{python: "nn.BatchNorm1d(4, momentum=0.3)", make: func() nn.Module { return nn.NewBatchNorm1d(4, nn.Momentum(0.3)) }, inputs: tall},
		{python: "nn.LayerNorm(5)", make: layer(), inputs: tall},
		{python: "nn.LayerNorm(5, eps=0.1)", make: layer(nn.Eps(0.1)), inputs: tall},
		{python: "nn.LayerNorm(5, elementwise_affine=False)", make: layer(nn.ElementwiseAffine(false)), inputs: tall},
		{python: "nn.LayerNorm((4, 5))", make: func() nn.Module { return nn.NewLayerNorm(torch.Shape{4, 5}) }, inputs: tall},

		// the sample of module_db in torch.testing._internal.common_modules
		{python: "nn.BatchNorm2d(3)", make: func() nn.Module { return nn.NewBatchNorm2d(3) }, inputs: in(randn(2, 3, 6, 6))},
	}
}
