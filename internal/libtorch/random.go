package libtorch

// #include "shim.h"
import "C"

// Generator is an owned reference to a random number generator; 0 stands for
// the default CPU generator where that makes sense.
type Generator uintptr

func (g Generator) c() C.mt_generator { return C.mt_generator(g) }

// ManualSeed seeds the default generators of all devices, as torch.manual_seed.
func ManualSeed(seed uint64) error { return take(C.mt_manual_seed(C.uint64_t(seed))) }

// NewGenerator makes a CPU generator of its own.
func NewGenerator(seed uint64) (Generator, error) {
	var g C.mt_generator
	err := take(C.mt_generator_new(C.uint64_t(seed), &g))
	return Generator(g), err
}

// Seed seeds it.
func (g Generator) Seed(seed uint64) error { return take(C.mt_generator_seed(g.c(), C.uint64_t(seed))) }

// InitialSeed is the seed that it was last given.
func (g Generator) InitialSeed() (uint64, error) {
	var s C.uint64_t
	err := take(C.mt_initial_seed(g.c(), &s))
	return uint64(s), err
}

// State is a copy of its state, as a byte tensor.
func (g Generator) State() (Tensor, error) {
	var t C.mt_tensor
	err := take(C.mt_generator_state(g.c(), &t))
	return Tensor(t), err
}

// SetState brings a state back.
func (g Generator) SetState(t Tensor) error { return take(C.mt_set_generator_state(g.c(), t.c())) }

// Free gives the reference back.
func (g Generator) Free() { C.mt_generator_free(g.c()) }
