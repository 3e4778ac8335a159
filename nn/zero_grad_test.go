package nn_test

import (
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
	"multitorch/twin"
)

// A branch that is left out in the second step moves by its momentum and weight decay if its
// gradient is zeros, and stays if it has none.
func TestZeroGradOfBothKindsAsInPython(t *testing.T) {
	want := twin.Run(t, `
import torch.nn as nn
for none in False, True, "default":
    for of in "model", "optimizer":
        torch.manual_seed(1)
        m = nn.ModuleList([nn.Linear(2, 2), nn.Linear(2, 2), nn.Linear(2, 2)])
        optimizer = torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9, weight_decay=0.1)
        for used in m[:2], m[:1]:
            (m if of == "model" else optimizer).zero_grad(**({} if none == "default" else {"set_to_none": none}))
            sum(layer(torch.ones(1, 2)).sum() for layer in used).backward()
            optimizer.step()
        for k, v in m.state_dict().items():
            out["%s %s %s" % (none, of, k)] = v
`, nil)
	for name, none := range map[string][]nn.SetToNone{"False": {false}, "True": {true}, "default": nil} {
		for _, of := range []string{"model", "optimizer"} {
			torch.ManualSeed(1)
			m := nn.NewModuleList(nn.NewLinear(2, 2), nn.NewLinear(2, 2), nn.NewLinear(2, 2))
			opt := optim.NewSGD(nn.Parameters(m), optim.LR(0.1), optim.Momentum(0.9), optim.WeightDecay(0.1))
			for _, used := range []int{2, 1} {
				if of == "model" {
					nn.ZeroGrad(m, none...)
				} else {
					opt.ZeroGrad(none...)
				}
				loss := torch.Zeros(torch.Shape{})
				for i := range used {
					loss = loss.Add(m.Get(i).Forward(torch.Ones(torch.Shape{1, 2})).Sum())
				}
				loss.Backward()
				opt.Step()
			}
			for _, s := range nn.StateDict(m) {
				twin.RequireEqual(t, want[name+" "+of+" "+s.Name], s.Tensor, name, of, s.Name)
			}
		}
	}
}

func TestZeroGradFillsGradientsThatThereAre(t *testing.T) {
	m := nn.NewLinear(2, 2)
	m.Weight.SetGrad(torch.Ones(torch.Shape{2, 2}))
	live := torch.LiveTensors()
	nn.ZeroGrad(m, nn.SetToNone(false))
	require.Equal(t, live, torch.LiveTensors())
	require.Equal(t, 0.0, m.Weight.Grad().Abs().Sum().Item())
	require.Nil(t, m.Bias.Grad())
}

func TestZeroGradForgetsHowGradientsWereComputed(t *testing.T) {
	m := nn.NewLinear(2, 2, nn.Bias(false))
	opt := optim.NewSGD(nn.Parameters(m), optim.LR(0.1))
	for _, zero := range []func(){func() { nn.ZeroGrad(m, false) }, func() { opt.ZeroGrad(false) }} {
		m.Weight.Pow(3).Sum().Backward(torch.CreateGraph(true))
		require.True(t, m.Weight.Grad().RequiresGrad())
		zero()
		require.False(t, m.Weight.Grad().RequiresGrad())
		require.Equal(t, 0.0, m.Weight.Grad().Abs().Sum().Item())
		m.Weight.SetGrad(torch.Ones(torch.Shape{2, 2}, torch.RequiresGrad(true)))
		zero()
		require.False(t, m.Weight.Grad().RequiresGrad())
		m.Weight.SetGrad(nil)
	}
}
