package optim_test

import (
	"math"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/optim"
	"multitorch/torch"
)

// averaged is an optimizer as somebody else writes it: SGD by an average of the gradients that is kept for each row.
type averaged struct{ optim.Base }

type averagedConfig struct {
	Decay float64 `json:"decay"`
}

func (c *averagedConfig) Check() error { return optim.CheckRange("decay", c.Decay, 1) }

const (
	count = iota
	average
)

func newAveraged(params []*nn.Parameter, lr, decay float64) *averaged {
	rows := func(p *torch.Tensor) torch.Shape { return torch.Shape{p.Size(0)} }
	a := &averaged{optim.NewBase("averaged", optim.Slot{Name: "count", Count: true}, optim.Slot{
		Name: "average", Shape: rows,
		Make: func(_ *optim.Group, p *torch.Tensor) *torch.Tensor {
			return torch.Zeros(rows(p), p.DType(), p.Device())
		},
	})}
	a.Add(params, lr, &averagedConfig{decay})
	return a
}

func (a *averaged) Step(closure ...optim.Closure) *torch.Tensor {
	return a.Update(closure, func(g *optim.Group, b *optim.Batch) {
		c := g.Settings.(*averagedConfig)
		sizes := b.Count(count, func(t float64) []float64 { return []float64{g.LR / t} })[0]
		averages := b.Slot(average).MulInplace(c.Decay)
		for i, p := range b.Params.Tensors() {
			row := averages.Tensors()[i]
			row.AddInplace(b.Grads.Tensors()[i].Mean(1))
			p.SubInplace(row.Unsqueeze(1).Mul(sizes[i]))
		}
	})
}

func TestAnOptimizerOfSomebodyElse(t *testing.T) {
	p := nn.NewParameter(torch.New([][]float32{{1, 2}, {3, 4}}))
	a := newAveraged([]*nn.Parameter{p}, 1, 0.5)
	var o optim.Optimizer = a
	p.SetGrad(torch.New([][]float32{{1, 3}, {0, 8}}))
	o.Step()
	o.Step()
	require.Equal(t, []float32{1 - (2 + 1.5), 2 - (2 + 1.5), 3 - (4 + 3), 4 - (4 + 3)}, torch.ToSlice[float32](p.Tensor))

	saved := saveAndLoad(t, a.StateDict())
	require.Equal(t, `[{"decay":0.5,"lr":1,"params":[0]}]`, saved.Metadata["param_groups"])
	other := newAveraged([]*nn.Parameter{nn.NewParameter(p.Detach().Clone())}, 9, 0.9)
	require.NoError(t, other.LoadStateDict(saved))
	require.Equal(t, a.StateDict().Metadata, other.StateDict().Metadata)
	require.Equal(t, []float32{3, 6}, torch.ToSlice[float32](other.StateDict().Tensors[1].Tensor))
	require.ErrorContains(t, torch.Try(func() error { newAveraged(nil, 1, math.NaN()); return nil }), "optim.averaged: the decay is NaN")
}
