// Package swa_utils has what torch.optim.swa_utils has: averages of a model's weights, plain (Izmailov et al., Averaging
// Weights Leads to Wider Optima and Better Generalization, 2018) and exponential ones, and what goes with them.
//
//	averaged := swa_utils.NewAveragedModel(model)
//	scheduler := swa_utils.NewSWALR(opt, 0.05)
//	for range epochs {
//		… // a training epoch
//		averaged.UpdateParameters(model)
//		scheduler.Step()
//	}
//	swa_utils.UpdateBN(inputs, averaged)
//	y := averaged.Forward(x)
package swa_utils

import (
	"fmt"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// AveragedModel is torch.optim.swa_utils.AveragedModel: a copy of a model that holds averages of its weights.
type AveragedModel[M nn.Module] struct {
	nn.Base
	NAveraged *nn.Buffer // how many weights have gone into the averages
	Module    M

	config averagedConfig
}

type averagedConfig struct {
	avgFn      AvgFn
	multiAvgFn MultiAvgFn
	useBuffers bool
	device     *torch.Device
}

// Option is an option of [NewAveragedModel]: [AvgFn] or [MultiAvgFn] (plain averages unless given), [UseBuffers] (false) and
// [Device] (the model's).
type Option interface{ averaged(c *averagedConfig) }

type (
	// AvgFn is the next average of one parameter: of the average before, the model's weights, and the number of averages.
	AvgFn func(averaged, model, numAveraged *torch.Tensor) *torch.Tensor
	// MultiAvgFn moves the averages of many parameters, of one dtype and device, on.
	MultiAvgFn func(averaged, model []*torch.Tensor, numAveraged *torch.Tensor)
	// UseBuffers(true) averages buffers too. Otherwise they are the model's last ones, in PyTorch since 2.1.
	UseBuffers bool
)

// Device is where the averages are kept.
func Device(d torch.Device) Option { return device(d) }

type device torch.Device

func (f AvgFn) averaged(c *averagedConfig)      { c.avgFn = f }
func (f MultiAvgFn) averaged(c *averagedConfig) { c.multiAvgFn = f }
func (v UseBuffers) averaged(c *averagedConfig) { c.useBuffers = bool(v) }
func (v device) averaged(c *averagedConfig)     { d := torch.Device(v); c.device = &d }

// NewAveragedModel copies a model, whose weights the averages begin with at the first [AveragedModel.UpdateParameters].
func NewAveragedModel[M nn.Module](model M, opts ...Option) *AveragedModel[M] {
	a := &AveragedModel[M]{}
	for _, o := range optim.Options(opts) {
		o.averaged(&a.config)
	}
	if a.config.avgFn != nil && a.config.multiAvgFn != nil {
		refuse("expected AvgFn or MultiAvgFn, but got both")
	}
	a.Module = nn.Clone(model)
	a.NAveraged = nn.NewBuffer(torch.New(int64(0)))
	if d := a.config.device; d != nil {
		nn.To(a, *d)
	}
	return a
}

func refuse(format string, args ...any) {
	panic(&torch.Error{Op: "swa_utils.AveragedModel", Kind: torch.ValueError, Message: fmt.Sprintf(format, args...)})
}

// Forward is the copy's, of a model that takes one tensor; others are called as Module.
func (a *AveragedModel[M]) Forward(x *torch.Tensor) *torch.Tensor {
	layer, is := any(a.Module).(nn.Layer)
	if !is {
		refuse("a %T does not take one tensor: call Forward of its Module", a.Module)
	}
	return layer.Forward(x)
}

// UpdateParameters lets the model's weights go into the averages.
func (a *AveragedModel[M]) UpdateParameters(model M) {
	torch.NoGrad(func() {
		averages, weights := a.averaged(a.Module), a.averaged(model)
		if len(averages) != len(weights) {
			refuse("expected a model of %d tensors, as the averaged one, but got one of %d", len(averages), len(weights))
		}
		for i, avg := range averages {
			weights[i] = weights[i].Detach().To(avg.Device())
		}
		switch first := a.NAveraged.Item() == 0; {
		case first:
			for i, avg := range averages {
				avg.CopyInplace(weights[i])
			}
		case a.config.avgFn != nil:
			a.oneByOne(a.config.avgFn, averages, weights)
		default:
			a.together(averages, weights)
		}
		if !a.config.useBuffers && running().copiesBuffers {
			own, others := nn.NamedBuffers(a.Module), nn.NamedBuffers(model)
			for i := range own {
				own[i].CopyInplace(others[i].Tensor)
			}
		}
		a.NAveraged.AddInplace(1)
	})
}

// averaged are the tensors of a model that are averaged.
func (a *AveragedModel[M]) averaged(m M) []*torch.Tensor {
	var all []*torch.Tensor
	for _, p := range nn.Parameters(m) {
		all = append(all, p.Detach())
	}
	if a.config.useBuffers {
		for _, b := range nn.NamedBuffers(m) {
			all = append(all, b.Tensor)
		}
	}
	return all
}

func (a *AveragedModel[M]) oneByOne(f AvgFn, averages, weights []*torch.Tensor) {
	for i, avg := range averages {
		avg.CopyInplace(f(avg, weights[i], a.NAveraged.To(avg.Device())))
	}
}

// together goes through the tensors by device and dtype.
func (a *AveragedModel[M]) together(averages, weights []*torch.Tensor) {
	for len(averages) > 0 {
		first := averages[0]
		var avgs, ws, restAvgs, restWs []*torch.Tensor
		for i, avg := range averages {
			if avg.Device() == first.Device() && avg.DType() == first.DType() {
				avgs, ws = append(avgs, avg), append(ws, weights[i])
			} else {
				restAvgs, restWs = append(restAvgs, avg), append(restWs, weights[i])
			}
		}
		n := a.NAveraged.To(first.Device())
		switch {
		case a.config.multiAvgFn != nil:
			a.config.multiAvgFn(avgs, ws, n)
		case first.Device().IsCUDA() && running().copiesBuffers:
			GetSWAMultiAvgFn()(avgs, ws, n)
		default:
			a.oneByOne(GetSWAAvgFn(), avgs, ws)
		}
		averages, weights = restAvgs, restWs
	}
}
