package torch

import (
	"runtime"

	"multitorch/internal/libtorch"
)

// ManualSeed seeds the random numbers of all devices, as torch.manual_seed: the
// same seed gives the same draws as in Python on the same libtorch.
func ManualSeed(seed int64) {
	if err := libtorch.ManualSeed(uint64(seed)); err != nil {
		fail("ManualSeed", nil, err)
	}
}

// InitialSeed is the seed of the default CPU generator.
func InitialSeed() int64 {
	s, err := libtorch.Generator(0).InitialSeed()
	if err != nil {
		fail("InitialSeed", nil, err)
	}
	return int64(s)
}

// RNGState is a copy of the state of the default CPU generator, as
// torch.get_rng_state.
func RNGState() *Tensor {
	h, err := libtorch.Generator(0).State()
	if err != nil {
		fail("RNGState", nil, err)
	}
	return newTensor(h, nil)
}

// SetRNGState brings the default CPU generator back to a state.
func SetRNGState(state *Tensor) {
	h := state.acquire("SetRNGState")
	defer state.release()
	if err := libtorch.Generator(0).SetState(h); err != nil {
		fail("SetRNGState", []*Tensor{state}, err)
	}
}

// Generator is a source of random numbers of its own, on the CPU. Passed to a
// creation function as an [Option], it is drawn from instead of the default one.
type Generator struct{ handle libtorch.Generator }

// NewGenerator makes a generator with a seed.
func NewGenerator(seed int64) *Generator {
	h, err := libtorch.NewGenerator(uint64(seed))
	if err != nil {
		fail("NewGenerator", nil, err)
	}
	g := &Generator{handle: h}
	runtime.AddCleanup(g, libtorch.Generator.Free, h)
	return g
}

// ManualSeed seeds it, and returns it.
func (g *Generator) ManualSeed(seed int64) *Generator {
	if err := g.handle.Seed(uint64(seed)); err != nil {
		fail("Generator.ManualSeed", nil, err)
	}
	return g
}
