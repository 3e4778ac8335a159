package nn_test

import (
	"multitorch/nn"
)

func otherRows() []row {
	linear := func(opts ...nn.LinearOption) func() nn.Module {
		return func() nn.Module { return nn.NewLinear(5, 7, opts...) }
	}
	flatten := func(opts ...nn.FlattenOption) func() nn.Module {
		return func() nn.Module { return nn.NewFlatten(opts...) }
	}
	dropout := func(p float64, opts ...nn.DropoutOption) func() nn.Module {
		return func() nn.Module { return nn.NewDropout(p, opts...) }
	}
	picture, tall := in(randn(2, 4, 9, 8)), in(randn(3, 4, 5))
	return append(layerRows(), []row{
		{python: "nn.Linear(5, 7)", make: linear(), inputs: in(randn(2, 3, 5))},
		{python: "nn.Linear(5, 7) ", make: linear(), inputs: in(randn(5))},
		{python: "nn.Linear(5, 7, bias=False)", make: linear(nn.Bias(false)), inputs: in(randn(2, 3, 5))},
		{python: "nn.Flatten()", make: flatten(), inputs: picture},
		{python: "nn.Flatten(start_dim=0)", make: flatten(nn.StartDim(0)), inputs: picture},
		{python: "nn.Flatten(start_dim=1, end_dim=2)", make: flatten(nn.StartDim(1), nn.EndDim(2)), inputs: picture},
		{python: "nn.Identity()", make: func() nn.Module { return nn.NewIdentity() }, inputs: tall},
		{python: "nn.Dropout(0.5)", make: dropout(0.5), inputs: tall},
		{python: "nn.Dropout(0.0)", make: dropout(0), inputs: tall},
		{python: "nn.Dropout(1.0)", make: dropout(1), inputs: tall},
		{python: "nn.Dropout(p=0.2, inplace=True)", make: dropout(0.2, nn.Inplace(true)), inputs: tall},
		{
			python: `nn.Sequential(nn.Conv2d(4, 6, 3, padding=1), nn.BatchNorm2d(6), nn.ReLU(inplace=True), nn.Dropout(0.3), nn.MaxPool2d(2),
			nn.Sequential(nn.Identity(), nn.Flatten(), nn.Linear(96, 5)), nn.Sequential(), nn.LogSoftmax(dim=1))`,
			make: func() nn.Module {
				return nn.NewSequential(nn.NewConv2d(4, 6, 3, nn.Padding(1)), nn.NewBatchNorm2d(6), nn.NewReLU(nn.Inplace(true)), nn.NewDropout(0.3),
					nn.NewMaxPool2d(2), nn.NewSequential(nn.NewIdentity(), nn.NewFlatten(), nn.NewLinear(96, 5)), nn.NewSequential(), nn.NewLogSoftmax(1))
			}, inputs: picture,
		},

		// the samples of module_db in torch.testing._internal.common_modules
		{python: "nn.Linear(10, 8)", make: func() nn.Module { return nn.NewLinear(10, 8) }, inputs: in(randn(4, 10))},
		{python: "nn.Linear(10, 8, bias=False)", make: func() nn.Module { return nn.NewLinear(10, 8, nn.Bias(false)) }, inputs: in(randn(4, 10))},
		{python: "nn.Linear(3, 5)", make: func() nn.Module { return nn.NewLinear(3, 5) }, inputs: in(randn(3))},
	}...)
}
