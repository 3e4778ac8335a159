package libtorch

// #include "shim.h"
import "C"

// Generator is an owned reference to a random number generator.
type Generator uintptr

func (g Generator) c() C.mt_generator { return C.mt_generator(g) }

// ManualSeed seeds the default generators of all devices, as torch.manual_seed.
func ManualSeed(seed uint64) error { return take(C.mt_manual_seed(C.uint64_t(seed))) }

// DefaultGenerator is a reference to a device's own generator.
func DefaultGenerator(kind, index int) (Generator, error) {
	var g C.mt_generator
	err := take(C.mt_generator_default(C.int32_t(kind), C.int32_t(index), &g))
	return Generator(g), err
}

// Clone makes a generator of the same state.
func (g Generator) Clone() (Generator, error) {
	var c C.mt_generator
	err := take(C.mt_generator_clone(g.c(), &c))
	return Generator(c), err
}

// SeedAnew seeds it with a number that nobody can foresee, and returns that.
func (g Generator) SeedAnew() (uint64, error) {
	var s C.uint64_t
	err := take(C.mt_generator_seed_anew(g.c(), &s))
	return uint64(s), err
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
