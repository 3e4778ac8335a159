package nn_test

import "multitorch/nn"

func activationRows() []row {
	relu := func(opts ...nn.ActivationOption) func() nn.Module {
		return func() nn.Module { return nn.NewReLU(opts...) }
	}
	gelu := func(opts ...nn.ActivationOption) func() nn.Module {
		return func() nn.Module { return nn.NewGELU(opts...) }
	}
	sigmoid := func() nn.Module { return nn.NewSigmoid() }
	tall := in(randn(3, 4, 5))
	return []row{
		{python: "nn.ReLU()", make: relu(), inputs: tall},
		{python: "nn.ReLU(inplace=True)", make: relu(nn.Inplace(true)), inputs: tall},
		{python: "nn.GELU()", make: gelu(), inputs: tall},
		{python: "nn.GELU(approximate='tanh')", make: gelu(nn.Approximate("tanh")), inputs: tall},
		{python: "nn.Tanh()", make: func() nn.Module { return nn.NewTanh() }, inputs: tall},
		{python: "nn.Sigmoid()", make: sigmoid, inputs: tall},
		{python: "nn.Softmax(dim=1)", make: func() nn.Module { return nn.NewSoftmax(1) }, inputs: tall},
		{python: "nn.LogSoftmax(dim=-1)", make: func() nn.Module { return nn.NewLogSoftmax(-1) }, inputs: tall},

		// the samples of module_db in torch.testing._internal.common_modules
		{python: "nn.ReLU(False)", make: relu(), inputs: in(randn(4))},
		{python: "nn.ReLU(False) ", make: relu(), inputs: in(randn(2, 3, 4, 5))},
		{python: "nn.ReLU(False)  ", make: relu(), inputs: in(randn(2, 3, 3, 4, 5))},
		{python: "nn.Sigmoid() ", make: sigmoid, inputs: in(randn(2, 3, 4, 5))},
		{python: "nn.Sigmoid()  ", make: sigmoid, inputs: in(randn(2, 3, 3, 4, 5))},
	}
}
