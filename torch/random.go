package torch

import (
	"runtime"

	"multitorch/internal/libtorch"
)

// ManualSeed seeds the default generators of all devices, as torch.manual_seed: the
// same seed gives the same draws as in Python on the same libtorch.
func ManualSeed(seed int64) {
	if err := libtorch.ManualSeed(uint64(seed)); err != nil {
		fail("ManualSeed", nil, err)
	}
}

// Seed seeds the default generators of all devices with a number that nobody can
// foresee, and returns it, as torch.seed.
func Seed() int64 {
	seed := DefaultGenerator().Seed()
	CUDAManualSeedAll(seed)
	return seed
}

// InitialSeed is the seed of the default CPU generator.
func InitialSeed() int64 { return DefaultGenerator().InitialSeed() }

// CUDAManualSeed seeds the default generator of a GPU, of the current one where none
// is given, as torch.cuda.manual_seed. Without CUDA it does nothing.
func CUDAManualSeed(seed int64, d ...Device) {
	if CUDAIsAvailable() {
		DefaultGenerator(firstDevice(d, CUDA)).ManualSeed(seed)
	}
}

// CUDAManualSeedAll seeds the default generators of all GPUs, as
// torch.cuda.manual_seed_all.
func CUDAManualSeedAll(seed int64) {
	for _, d := range gpus() {
		DefaultGenerator(d).ManualSeed(seed)
	}
}

// Generator is a source of random numbers on one device, as torch.Generator. Functions
// that draw take one, as an [Option] or as their last argument, and draw from it
// instead of the device's default one. Several goroutines may use one at once: each
// draw is whole, and their order is chance. A goroutine that is to draw the same
// numbers each time needs a generator of its own.
type Generator struct {
	handle libtorch.Generator
	device Device
}

// NewGenerator makes a generator with a seed, on the CPU unless a device is given.
func NewGenerator(seed int64, d ...Device) *Generator {
	return DefaultGenerator(d...).Clone().ManualSeed(seed)
}

// DefaultGenerator is the one that a device draws from where none is given:
// torch.default_generator for the CPU, which is also meant where no device is given,
// and torch.cuda.default_generators[i] for a GPU.
func DefaultGenerator(d ...Device) *Generator {
	device := firstDevice(d, CPU)
	h, err := libtorch.DefaultGenerator(int(device.kind()), device.Index())
	if err != nil {
		fail("DefaultGenerator", nil, err)
	}
	return newGenerator(h, device, 0)
}

// generatorBytes is what the state of a generator takes.
const generatorBytes = 5 << 10

func newGenerator(h libtorch.Generator, d Device, bytes int64) *Generator {
	g := &Generator{h, d}
	runtime.AddCleanup(g, func(h libtorch.Generator) {
		h.Free()
		letBesideGo(bytes)
	}, h)
	holdBeside(bytes)
	return g
}

// native is its handle; nil and the zero Generator have none.
func (g *Generator) native(op string) libtorch.Generator {
	if g == nil || g.handle == 0 {
		panic(&Error{Op: op, Kind: TypeError, Message: "expected a generator of NewGenerator or DefaultGenerator, but got nil or a zero one"})
	}
	return g.handle
}

// Device is where it draws.
func (g *Generator) Device() Device { return g.device }

// ManualSeed seeds it, and returns it.
func (g *Generator) ManualSeed(seed int64) *Generator {
	g.must("ManualSeed", g.native("Generator.ManualSeed").Seed(uint64(seed)))
	return g
}

// Seed seeds it with a number that nobody can foresee, and returns that.
func (g *Generator) Seed() int64 {
	s, err := g.native("Generator.Seed").SeedAnew()
	g.must("Seed", err)
	return int64(s)
}

// InitialSeed is the seed that it was given last.
func (g *Generator) InitialSeed() int64 {
	s, err := g.native("Generator.InitialSeed").InitialSeed()
	g.must("InitialSeed", err)
	return int64(s)
}

// State is a copy of its state, a tensor of bytes on the CPU, as get_state.
func (g *Generator) State() *Tensor {
	h, err := g.native("Generator.State").State()
	g.must("State", err)
	return newTensor(h, nil)
}

// SetState brings it to a state of a generator on the same kind of device.
func (g *Generator) SetState(state *Tensor) { g.setState("Generator.SetState", state) }

func (g *Generator) setState(op string, state *Tensor) {
	h := state.acquire(op)
	defer state.release()
	if err := g.native(op).SetState(h); err != nil {
		fail(op, []*Tensor{state}, err)
	}
	runtime.KeepAlive(g)
}

// Clone makes another generator in the same state, which will draw the same numbers.
func (g *Generator) Clone() *Generator {
	h, err := g.native("Generator.Clone").Clone()
	g.must("Clone", err)
	return newGenerator(h, g.device, generatorBytes)
}

// must is called last, and so also keeps the collector from g while it is used.
func (g *Generator) must(op string, err error) {
	if err != nil {
		fail("Generator."+op, nil, err)
	}
	runtime.KeepAlive(g)
}

// firstDevice is the device that was given, or else.
func firstDevice(given []Device, otherwise Device) Device {
	if len(given) > 0 {
		return given[0]
	}
	return otherwise
}

func gpus() []Device {
	ds := make([]Device, CUDADeviceCount())
	for i := range ds {
		ds[i] = deviceFrom(int(cuda), i)
	}
	return ds
}
