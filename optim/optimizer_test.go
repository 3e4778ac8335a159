package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/internal/version"
	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

func parameter(values ...float32) *nn.Parameter { return nn.NewParameter(torch.New(values)) }

func TestWhatCanNotBeTrained(t *testing.T) {
	p := parameter(1, 2)
	adam := func(o ...optim.AdamOption) func() {
		return func() { optim.NewAdam([]*nn.Parameter{p}, o...) }
	}
	for _, c := range []struct {
		name string
		make func()
		want string
	}{
		{"none", func() { optim.NewAdam(nil) }, "optim.Adam: expected at least one parameter, but the list is empty"},
		{"nil", func() { optim.NewAdam([]*nn.Parameter{nil}) }, "optim.Adam: parameter 0 is nil"},
		{"twice", func() { optim.NewAdamW([]*nn.Parameter{p, p}) }, "optim.AdamW: parameter 1, [2], comes twice"},
		{"two groups", func() {
			optim.NewSGD([]*nn.Parameter{p}).AddParamGroup([]*nn.Parameter{p})
		}, "optim.SGD: parameter 0, [2], comes twice"},
		{"no leaf", func() {
			optim.NewSGD([]*nn.Parameter{{Tensor: p.Neg()}})
		}, "optim.SGD: parameter 0, [2], was computed by NegBackward0"},
		{"lr", adam(optim.LR(-1)), "the learning rate is -1"},
		{"lr NaN", adam(optim.LR(math.NaN())), "the learning rate is NaN"},
		{"beta 1", adam(optim.Betas(1, 0.9)), "the beta at index 0 is 1: expected a number from 0 to below 1"},
		{"beta 2", adam(optim.Betas(0.9, -0.1)), "the beta at index 1 is -0.1"},
		{"eps", adam(optim.Eps(-1)), "the eps is -1"},
		{"weight decay", adam(optim.WeightDecay(math.Inf(1))), "the weight decay is +Inf"},
		{"momentum", func() { optim.NewSGD([]*nn.Parameter{p}, optim.Momentum(-1)) }, "the momentum is -1"},
		{"dampening", func() { optim.NewSGD([]*nn.Parameter{p}, optim.Dampening(math.NaN())) }, "the dampening is NaN"},
		{"alpha", func() { optim.NewRMSprop([]*nn.Parameter{p}, optim.Alpha(-1)) }, "optim.RMSprop: the alpha is -1"},
		{"both", adam(optim.Fused(true), optim.Foreach(true)), "fused"},
		{"fused complex", func() {
			optim.NewSGD([]*nn.Parameter{nn.NewParameter(torch.Zeros(torch.Shape{2}, torch.Complex64))}, optim.Fused(true))
		}, "optim.SGD: parameter 0, [2] of complex64: fused kernels take real floating point"},
		{"adamax", func() { optim.NewAdamax([]*nn.Parameter{p}, optim.Betas(0.9, 1)) }, "optim.Adamax: the beta at index 1 is 1"},
		{"nadam", func() { optim.NewNAdam([]*nn.Parameter{p}, optim.MomentumDecay(-1)) }, "optim.NAdam: the momentum decay is -1"},
		{"radam", func() { optim.NewRAdam([]*nn.Parameter{p}, optim.Eps(math.NaN())) }, "optim.RAdam: the eps is NaN"},
		{"adagrad", func() { optim.NewAdagrad([]*nn.Parameter{p}, optim.LRDecay(-1)) }, "optim.Adagrad: the lr decay is -1"},
		{"accumulator", func() { optim.NewAdagrad([]*nn.Parameter{p}, optim.InitialAccumulatorValue(-1)) }, "the initial accumulator value is -1"},
		{"rho", func() { optim.NewAdadelta([]*nn.Parameter{p}, optim.Rho(1.1)) }, "optim.Adadelta: the rho is 1.1: expected a number from 0 to 1"},
		{"etas", func() { optim.NewRprop([]*nn.Parameter{p}, optim.Etas(1, 1.2)) }, "optim.Rprop: the etas are 1 and 1.2"},
		{"step sizes", func() { optim.NewRprop([]*nn.Parameter{p}, optim.StepSizes(math.NaN(), 1)) }, "the step sizes are NaN and 1"},
		{"lambd", func() { optim.NewASGD([]*nn.Parameter{p}, optim.Lambd(-1)) }, "optim.ASGD: the lambd is -1"},
		{"t0", func() { optim.NewASGD([]*nn.Parameter{p}, optim.T0(math.NaN())) }, "optim.ASGD: the t0 is NaN"},
		{"sparse lr", func() { optim.NewSparseAdam([]*nn.Parameter{p}, optim.LR(0)) }, "optim.SparseAdam: the learning rate is 0"},
		{"sparse eps", func() { optim.NewSparseAdam([]*nn.Parameter{p}, optim.Eps(0)) }, "optim.SparseAdam: the eps is 0"},
		{"sparse complex", func() {
			optim.NewSparseAdam([]*nn.Parameter{nn.NewParameter(torch.Zeros(torch.Shape{2}, torch.Complex64))})
		}, "optim.SparseAdam: parameter 0, [2], is complex"},
		{"beta2 decay", func() { optim.NewAdafactor([]*nn.Parameter{p}, optim.Beta2Decay(0.1)) }, "optim.Adafactor: the beta2 decay is 0.1"},
		{"d", func() { optim.NewAdafactor([]*nn.Parameter{p}, optim.D(0.5)) }, "optim.Adafactor: the d is 0.5"},
		{"eps 1", func() { optim.NewAdafactor([]*nn.Parameter{p}, optim.Eps1(-1)) }, "the eps at index 0 is -1"},
		{"eps 2", func() { optim.NewAdafactor([]*nn.Parameter{p}, optim.Eps2(-1)) }, "the eps at index 1 is -1"},
		{"no matrix", func() { optim.NewMuon([]*nn.Parameter{p}) }, "optim.Muon: parameter 0, [2] of float32: expected real matrices"},
		{"ns steps", func() { optim.NewMuon([]*nn.Parameter{square()}, optim.NSSteps(100)) }, "the ns steps are 100: expected 0 to 99"},
		{"adjust", func() { optim.NewMuon([]*nn.Parameter{square()}, optim.AdjustLRFn("x")) }, `the adjust_lr_fn is "x"`},
		{"lion", func() { optim.NewLion([]*nn.Parameter{p, p}) }, "optim.Lion: parameter 1, [2], comes twice"},
		{"nesterov", func() { optim.NewSGD([]*nn.Parameter{p}, optim.Nesterov(true)) }, "Nesterov needs a momentum"},
	} {
		t.Run(c.name, func(t *testing.T) {
			require.ErrorContains(t, torch.Try(func() error { c.make(); return nil }), c.want)
		})
	}
}

func square() *nn.Parameter { return nn.NewParameter(torch.Ones(torch.Shape{2, 2})) }

func TestADenseGradientForSparseAdam(t *testing.T) {
	p := parameter(1, 2)
	p.SetGrad(torch.New([]float32{1, 1}))
	opt := optim.NewSparseAdam([]*nn.Parameter{p})
	require.ErrorContains(t, torch.Try(func() error { opt.Step(); return nil }), "is dense: SparseAdam takes sparse ones")
}

func TestSettingsByPyTorchsNames(t *testing.T) {
	g := optim.NewSGD([]*nn.Parameter{parameter(1)}, optim.LR(0.5), optim.Momentum(0.9)).ParamGroups()[0]
	require.Equal(t, []any{0.5, 0.9, nil, nil, nil}, []any{g.Get("lr"), g.Get("momentum"), g.Get("initial_lr"), g.Get("max_lr"), g.Get("betas")})
	g.Set("lr", 0.25)
	g.Set("momentum", 0.7)
	g.Set("initial_lr", 2.0)
	g.Set("max_lr", 3.0)
	require.Equal(t, []any{0.25, 0.7, 2.0, 3.0}, []any{g.LR, g.Settings.(*optim.SGDConfig).Momentum, g.InitialLR, g.Get("max_lr")})
	for want, set := range map[string]func(){
		"momentum is a float64, but got a bool":             func() { g.Set("momentum", true) },
		`there is no setting "alpha" of a *optim.SGDConfig`: func() { g.Set("alpha", 1.0) },
		"min_lr is a float64, but got a int":                func() { g.Set("min_lr", 1) },
	} {
		require.ErrorContains(t, torch.Try(func() error { set(); return nil }), want)
	}
}

func TestGroupsInheritTheConstructorsOptions(t *testing.T) {
	p, q := parameter(1), parameter(2)
	a := optim.NewAdamW([]*nn.Parameter{p}, optim.LR(0.5), optim.Foreach(true))
	a.AddParamGroup([]*nn.Parameter{q}, optim.LR(0.25), optim.Foreach(false))
	g, h := a.ParamGroups()[0], a.ParamGroups()[1]
	yes, no := true, false
	c := optim.AdamConfig{Betas: [2]float64{0.9, 0.999}, Eps: 1e-8, WeightDecay: 0.01, Foreach: &yes}
	require.Equal(t, 0.5, g.LR)
	require.Equal(t, &c, g.Settings)
	c.Foreach = &no
	require.Equal(t, 0.25, h.LR)
	require.Equal(t, &c, h.Settings)
	require.Equal(t, []*nn.Parameter{q}, h.Params)
}

func TestZeroGrad(t *testing.T) {
	p, q := parameter(1, 2), parameter(3)
	opt := optim.NewSGD([]*nn.Parameter{p, q}, optim.LR(1))
	p.SetGrad(torch.New([]float32{5, 6}))
	opt.ZeroGrad(optim.SetToNone(false))
	require.Equal(t, []float32{0, 0}, torch.ToSlice[float32](p.Grad()))
	require.Nil(t, q.Grad())
	opt.ZeroGrad()
	require.Nil(t, p.Grad())
	opt.Step()
	require.Equal(t, []float32{1, 2}, torch.ToSlice[float32](p.Tensor))
}

func TestBackwardAndStep(t *testing.T) {
	p := parameter(1, -2)
	opt := optim.NewSGD([]*nn.Parameter{p}, optim.LR(0.25))
	for range 2 {
		opt.ZeroGrad()
		p.Square().Sum().Backward()
		opt.Step()
	}
	require.Equal(t, []float32{0.25, -0.5}, torch.ToSlice[float32](p.Tensor))
	require.True(t, p.RequiresGrad() && p.IsLeaf() && torch.IsGradEnabled())
}

func TestAClosureIsCalledWithGradientsOn(t *testing.T) {
	p := parameter(1, -2)
	opt := optim.NewSGD([]*nn.Parameter{p}, optim.LR(0.25))
	torch.NoGrad(func() {
		loss := opt.Step(func() *torch.Tensor {
			opt.ZeroGrad()
			loss := p.Square().Sum()
			loss.Backward()
			return loss
		})
		require.Equal(t, 5.0, loss.Item())
	})
	require.Equal(t, []float32{0.5, -1}, torch.ToSlice[float32](p.Tensor))
	require.Nil(t, opt.Step())
}

func TestNothingStaysAfterAStep(t *testing.T) {
	for _, c := range cases {
		t.Run(c.names+" "+c.python, func(t *testing.T) {
			r := start(c.names, c.make)
			r.run(0, 1)
			for _, p := range r.params {
				if p.Grad() == nil && p.Dim() != 1 {
					p.SetGrad(torch.ZerosLike(p.Tensor))
				}
			}
			r.opt.Step()
			leak.CollectorOff(t)
			live := torch.LiveTensors()
			for range 50 {
				r.opt.Step()
			}
			require.Equal(t, live, torch.LiveTensors())
			r.opt.ZeroGrad(optim.SetToNone(false))
			r.opt.ZeroGrad()
			require.Equal(t, live, torch.LiveTensors())
		})
	}
}

func TestStateOutlivesTheParametersScope(t *testing.T) {
	var opt *optim.Adam
	torch.Scoped(func(s *torch.Scope) {
		p := parameter(1, 2)
		s.Own(p.Tensor)
		p.SetGrad(torch.New([]float32{1, 1}))
		opt = optim.NewAdam([]*nn.Parameter{p})
		opt.Step()
		p.Keep()
	})
	opt.Step()
	require.Equal(t, 2.0, opt.StateDict().Tensors[0].Tensor.Item())
	require.Len(t, torch.ToSlice[float32](opt.StateDict().Tensors[1].Tensor), 2)
}

func TestAFailedStepIsATypedError(t *testing.T) {
	p := parameter(1, 2)
	p.SetGrad(torch.New([]float32{1, 1}))
	opt := optim.NewAdam([]*nn.Parameter{p})
	opt.Step()
	leak.CollectorOff(t)
	live := torch.LiveTensors()
	p.Free()
	var e *torch.Error
	require.ErrorAs(t, torch.Try(func() error { opt.Step(); return nil }), &e)
	require.Equal(t, torch.FreedError, e.Kind)
	require.Equal(t, live-1, torch.LiveTensors())
	require.True(t, torch.IsGradEnabled())
}

func TestFusedWithoutKernels(t *testing.T) {
	err := torch.Try(func() error { optim.NewAdam([]*nn.Parameter{parameter(1)}, optim.Fused(true)); return nil })
	if version.AtLeast(torch.Version(), 2, 4) {
		require.NoError(t, err)
		return
	}
	require.ErrorContains(t, err, "has no fused kernel for cpu: leave Fused out")
}
