package main

import (
	"errors"
	"slices"

	"multitorch/torch"
)

// generators: a device's own generators draw by themselves, and the default one's
// state can be brought back.
func generators(d torch.Device) error {
	draw := func(g *torch.Generator) []byte {
		return slices.Concat(torch.Randn(torch.Shape{100}, d, g).Bytes(), torch.Empty(torch.Shape{9}, d).UniformInplace(0, 1, g).Bytes())
	}
	g := torch.NewGenerator(5, d)
	first := draw(g)
	torch.ManualSeed(5)
	state := torch.RNGState(d)
	if !slices.Equal(first, draw(nil)) {
		return errors.New("a generator and the default one of the same seed differ")
	}
	torch.SetRNGState(state, d)
	if !slices.Equal(first, draw(nil)) {
		return errors.New("a state that is brought back gives other numbers")
	}
	clone, h := g.Clone(), torch.NewGenerator(0, d)
	h.SetState(g.State())
	second := draw(g)
	if slices.Equal(first, second) || !slices.Equal(second, draw(clone)) || !slices.Equal(second, draw(h)) {
		return errors.New("a clone of a generator, or one of its state, draws other numbers")
	}
	if seed := torch.Seed(); torch.DefaultGenerator(d).InitialSeed() != seed {
		return errors.New("the device is not reached by Seed")
	}
	torch.ForkRNG(func() { torch.ManualSeed(1); state = torch.RNGState(d); draw(nil) }, d)
	if slices.Equal(state.Bytes(), torch.RNGState(d).Bytes()) {
		return errors.New("ForkRNG does not bring the state back")
	}
	return nil
}

var dropout = torch.NewOperator("aten::dropout", "input", "p", "train")

// checkpointed: the second run of a checkpoint drops the same elements as the first.
func checkpointed(d torch.Device) error {
	x := torch.Ones(torch.Shape{1000}, d, torch.RequiresGrad(true))
	y := torch.Checkpoint(func(xs ...*torch.Tensor) *torch.Tensor { return dropout.Call(xs[0], 0.5, true) }, x)
	y.Sum().Backward()
	if !slices.Equal(y.Bytes(), x.Grad().Bytes()) {
		return errors.New("the gradient of a dropped element is not dropped")
	}
	return nil
}
