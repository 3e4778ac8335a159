package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/twin"
)

// keeping has what a copy must have of its own, and what it may share.
type keeping struct {
	nn.Base
	Body  *nn.Sequential
	Heads []*nn.Linear
	Named map[string]nn.Layer
	Tied  *nn.Linear
	First nn.Layer
	mask  *torch.Tensor
	sizes []int
	any   any
	table map[string][]float64
	log   func() string
}

func TestClone(t *testing.T) {
	m := &keeping{
		Body:  nn.NewSequential().With("conv", nn.NewConv1d(2, 3, 3, nn.PaddingMode("reflect"), nn.Padding(1))).Append(nn.NewBatchNorm1d(3)),
		Heads: []*nn.Linear{nn.NewLinear(4, 2)}, Named: map[string]nn.Layer{"act": nn.NewReLU(), "drop": nn.NewDropout(0.5)},
		Tied: nn.NewLinear(4, 2), mask: torch.Ones(torch.Shape{2}), sizes: []int{1, 2}, table: map[string][]float64{"a": {1}},
		log: func() string { return "log" },
	}
	m.Tied.Weight = m.Heads[0].Weight
	m.First, m.any = m.Body.Layers[0], m.Heads
	x := torch.Randn(torch.Shape{2, 2, 4})
	m.Body.Forward(x).Sum().Backward()
	m.Tied.Bias.SetRequiresGrad(false)
	nn.Eval(m.Body)
	seen := 0
	nn.RegisterForwardHook(m.Body, func(owner nn.Module, _, _ []*torch.Tensor) []*torch.Tensor {
		seen++
		require.NotSame(t, m.Body, owner)
		return nil
	})

	c := nn.Clone(m)
	require.Equal(t, nn.Describe(m), nn.Describe(c))
	require.Equal(t, keys(m), keys(c))
	was := nn.StateDict(m)
	for i, s := range nn.StateDict(c) {
		twin.RequireEqual(t, was[i].Tensor, s.Tensor, s.Name)
		require.False(t, s.Tensor.SharesMemory(was[i].Tensor), s.Name)
		require.Equal(t, was[i].Tensor.RequiresGrad(), s.Tensor.RequiresGrad(), s.Name)
	}
	require.NotNil(t, m.Body.Layers[0].(*nn.Conv1d).Weight.Grad())
	require.Nil(t, c.Body.Layers[0].(*nn.Conv1d).Weight.Grad(), "as copy.deepcopy of a Parameter")
	require.Same(t, c.Tied.Weight, c.Heads[0].Weight)
	require.Same(t, c.Body.Layers[0], c.First)
	require.Same(t, c.Heads[0], c.any.([]*nn.Linear)[0])
	require.NotSame(t, m.Heads[0], c.Heads[0])
	require.False(t, c.Body.Training())
	require.True(t, c.Training())
	c.sizes[0], c.table["a"][0] = 7, 7
	require.Equal(t, 1, m.sizes[0])
	require.Equal(t, 1.0, m.table["a"][0])
	c.mask.ZeroInplace()
	require.Equal(t, float64(2), m.mask.Sum().Item())
	require.Equal(t, "log", c.log())
	twin.RequireEqual(t, c.Body.Forward(x), c.Body.Forward(x))
	require.Equal(t, 2, seen)
	require.ErrorContains(t, torch.Try(func() error { c.First.Forward(torch.Zeros(torch.Shape{1, 7, 4})); return nil }), "first (Conv1d): ")

	before := torch.ToSlice[float32](m.Heads[0].Weight.Tensor)
	torch.NoGrad(func() { c.Heads[0].Weight.ZeroInplace() })
	require.Equal(t, before, torch.ToSlice[float32](m.Heads[0].Weight.Tensor))

	var inStep *nn.Linear
	torch.Step(func() { inStep = nn.Clone(m.Tied) })
	require.Equal(t, torch.Shape{2, 4}, inStep.Weight.Shape())
	require.IsType(t, &nn.ReLU{}, nn.Clone[nn.Layer](nn.NewReLU()))

	m.mask = m.Tied.Weight.Mul(2)
	require.ErrorContains(t, torch.Try(func() error { nn.Clone(m); return nil }), "Clone: expected tensors that are leaves")
}

func TestFreezeAndChildren(t *testing.T) {
	m := newNet()
	nn.SetRequiresGrad(m.Body, false)
	for _, p := range nn.NamedParameters(m) {
		require.Equal(t, p.Name != "body.0.weight" && p.Name != "body.0.bias", p.RequiresGrad(), p.Name)
	}
	nn.SetRequiresGrad(m, true)
	require.True(t, m.Body.Layers[0].(*nn.Linear).Weight.RequiresGrad())
	var names []string
	for _, c := range nn.NamedChildren(m) {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"body", "heads.0", "heads.1", "by_name.a", "by_name.b", "out", "norm"}, names)
	require.Same(t, m.Body, nn.Children(m)[0])
	names = nil
	for _, c := range nn.NamedModules(m) {
		names = append(names, c.Name)
	}
	require.Equal(t, []string{"", "body", "body.0", "body.1", "heads.0", "heads.1", "by_name.a", "by_name.b", "out", "norm"}, names)
}
