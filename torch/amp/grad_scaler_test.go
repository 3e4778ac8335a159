package amp_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/torch/amp"
)

// learner is a parameter of two elements and SGD over it, whose gradient is set by hand.
type learner struct {
	p *nn.Parameter
	*optim.SGD
}

func newLearner() learner {
	p := nn.NewParameter(torch.New([]float32{1, 2}))
	return learner{p, optim.NewSGD([]*nn.Parameter{p}, optim.LR(1))}
}

func (l learner) gradient(g ...float32) { l.p.SetGrad(torch.New(g)) }

func (l learner) values() []float32 { return torch.ToSlice[float32](l.p.Tensor) }

func TestScaleGoesDownAndUp(t *testing.T) {
	l := newLearner()
	s := amp.NewGradScaler(amp.GradScalerConfig{InitScale: 8, GrowthFactor: 4, BackoffFactor: 0.25, GrowthInterval: 2})
	require.Equal(t, []float32{8, 24}, torch.ToSlice[float32](s.Scale(torch.New([]float32{1, 3}))))

	l.gradient(8, 16)
	require.True(t, s.Step(l))
	require.Equal(t, []float32{0, 0}, l.values())
	s.Update()
	require.Equal(t, 8.0, s.GetScale())

	l.gradient(0, 8)
	require.True(t, s.Step(l))
	s.Update()
	require.Equal(t, 32.0, s.GetScale(), "after two steps")

	for _, bad := range []float32{float32(math.Inf(-1)), float32(math.NaN())} {
		before, scale := l.values(), s.GetScale()
		l.gradient(1, bad)
		require.False(t, s.Step(l))
		require.Equal(t, before, l.values())
		s.Update()
		require.Equal(t, scale/4, s.GetScale())
	}
	s.Update(16)
	require.Equal(t, 16.0, s.GetScale())
}

func TestScaleStaysFinite(t *testing.T) {
	l := newLearner()
	s := amp.NewGradScaler(amp.GradScalerConfig{InitScale: math.MaxFloat32, GrowthInterval: 1})
	l.gradient(1, 1)
	s.Step(l)
	s.Update()
	require.Equal(t, math.MaxFloat32, s.GetScale())
}

func TestUnscaleForClipping(t *testing.T) {
	l := newLearner()
	s := amp.NewGradScaler(amp.GradScalerConfig{InitScale: 4})
	l.gradient(4, 8)
	s.Unscale(l)
	require.Equal(t, []float32{1, 2}, torch.ToSlice[float32](l.p.Grad()))
	require.True(t, s.Step(l))
	require.Equal(t, []float32{0, 0}, l.values(), "not unscaled twice")
}

func TestUnscaleOfSparseGradients(t *testing.T) {
	e := nn.NewEmbedding(4, 2, nn.Sparse(true))
	o := optim.NewSGD(nn.Parameters(e), optim.LR(1))
	s := amp.NewGradScaler(amp.GradScalerConfig{InitScale: 2})
	before := torch.ToSlice[float32](e.Weight.Tensor)
	s.Scale(e.Forward(torch.New([]int64{1, 3})).Sum()).Backward()
	require.True(t, s.Step(o))
	after := torch.ToSlice[float32](e.Weight.Tensor)
	for i, moved := range []float32{0, 0, 1, 1, 0, 0, 1, 1} {
		require.Equal(t, before[i]-moved, after[i])
	}
}

func TestDisabledScalerDoesNothing(t *testing.T) {
	l := newLearner()
	s := amp.NewGradScaler(amp.GradScalerConfig{Disabled: true})
	x := torch.New([]float32{3})
	require.Same(t, x, s.Scale(x))
	l.gradient(1, float32(math.Inf(1)))
	require.True(t, s.Step(l))
	s.Update()
	require.Equal(t, 1.0, s.GetScale())
	require.Equal(t, float32(0), l.values()[0])
}

func TestStateOfAScalerGoesOn(t *testing.T) {
	config := amp.GradScalerConfig{InitScale: 8, GrowthInterval: 3}
	l, s := newLearner(), amp.NewGradScaler(config)
	for range 2 {
		l.gradient(1, 1)
		s.Step(l)
		s.Update()
	}
	other := amp.NewGradScaler()
	require.NoError(t, other.LoadStateDict(s.StateDict()))
	l.gradient(1, 1)
	other.Step(l)
	other.Update()
	require.Equal(t, 16.0, other.GetScale(), "the third step since the scale was set")
}

func TestScalerRefuses(t *testing.T) {
	half := nn.NewParameter(torch.New([]float32{1}).To(torch.Float16))
	for message, f := range map[string]func(l learner, s *amp.GradScaler){
		"no parameter of this optimizer has a gradient": func(l learner, s *amp.GradScaler) { s.Step(l) },
		"no gradient was looked at":                     func(_ learner, s *amp.GradScaler) { s.Update() },
		"already been called":                           func(l learner, s *amp.GradScaler) { l.gradient(1, 1); s.Step(l); s.Step(l) },
		"since the last Update":                         func(l learner, s *amp.GradScaler) { l.gradient(1, 1); s.Unscale(l); s.Unscale(l) },
		"Step has been called":                          func(l learner, s *amp.GradScaler) { l.gradient(1, 1); s.Step(l); s.Unscale(l) },
		"expected an optimizer, but got nil":            func(_ learner, s *amp.GradScaler) { s.Step(nil) },
		"a gradient is Float16": func(_ learner, s *amp.GradScaler) {
			half.SetGrad(torch.OnesLike(half.Tensor))
			s.Step(optim.NewSGD([]*nn.Parameter{half}, optim.LR(1)))
		},
		"growth factor above 1":  func(learner, *amp.GradScaler) { amp.NewGradScaler(amp.GradScalerConfig{GrowthFactor: 1}) },
		"backoff factor between": func(learner, *amp.GradScaler) { amp.NewGradScaler(amp.GradScalerConfig{BackoffFactor: 2}) },
		"interval of at least 1": func(learner, *amp.GradScaler) { amp.NewGradScaler(amp.GradScalerConfig{GrowthInterval: -1}) },
		"above 0 that Float32":   func(learner, *amp.GradScaler) { amp.NewGradScaler(amp.GradScalerConfig{InitScale: 1e300}) },
		"but got NaN":            func(_ learner, s *amp.GradScaler) { s.Update(math.NaN()) },
		"expected one scale":     func(_ learner, s *amp.GradScaler) { s.Update(1, 2) },
		"one GradScalerConfig":   func(learner, *amp.GradScaler) { amp.NewGradScaler(amp.GradScalerConfig{}, amp.GradScalerConfig{}) },
	} {
		err := torch.Try(func() error { f(newLearner(), amp.NewGradScaler()); return nil })
		require.ErrorContains(t, err, message)
	}
}
