package main

import (
	"time"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// optimizers are those whose step is timed, with their default settings.
var optimizers = map[string]func(params []*nn.Parameter) optim.Optimizer{
	"Adadelta":   func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdadelta(ps) },
	"Adafactor":  func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdafactor(ps) },
	"Adagrad":    func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdagrad(ps) },
	"Adam":       func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdam(ps) },
	"AdamW":      func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdamW(ps) },
	"Adamax":     func(ps []*nn.Parameter) optim.Optimizer { return optim.NewAdamax(ps) },
	"ASGD":       func(ps []*nn.Parameter) optim.Optimizer { return optim.NewASGD(ps) },
	"LBFGS":      func(ps []*nn.Parameter) optim.Optimizer { return optim.NewLBFGS(ps, optim.MaxIter(2)) },
	"Muon":       func(ps []*nn.Parameter) optim.Optimizer { return optim.NewMuon(ps) },
	"NAdam":      func(ps []*nn.Parameter) optim.Optimizer { return optim.NewNAdam(ps) },
	"RAdam":      func(ps []*nn.Parameter) optim.Optimizer { return optim.NewRAdam(ps) },
	"RMSprop":    func(ps []*nn.Parameter) optim.Optimizer { return optim.NewRMSprop(ps) },
	"Rprop":      func(ps []*nn.Parameter) optim.Optimizer { return optim.NewRprop(ps) },
	"SGD":        func(ps []*nn.Parameter) optim.Optimizer { return optim.NewSGD(ps, optim.LR(0.001)) },
	"SparseAdam": func(ps []*nn.Parameter) optim.Optimizer { return optim.NewSparseAdam(ps) },
}

var toSparse = torch.NewOperator("aten::to_sparse.sparse_dim", "self", "sparse_dim")

// optimizerSteps times a step of each over 100 parameters of 16 elements, the median of n.
func optimizerSteps(n int) map[string]float64 {
	seconds := map[string]float64{}
	for name, construct := range optimizers {
		var params []*nn.Parameter
		for range 100 {
			p := nn.NewParameter(torch.Randn(torch.Shape{4, 4}))
			grad := torch.Randn(torch.Shape{4, 4})
			if name == "SparseAdam" {
				grad = toSparse.Call(grad, 1)
			}
			p.SetGrad(grad)
			params = append(params, p)
		}
		loss := torch.Ones(torch.Shape{})
		opt := construct(params)
		var times []float64
		for range n {
			begin := time.Now()
			opt.Step(func() *torch.Tensor { return loss })
			times = append(times, time.Since(begin).Seconds())
		}
		seconds[name] = median(times[n/5:])
	}
	return seconds
}
