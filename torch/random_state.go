package torch

import "slices"

// RNGState is a copy of the state of a device's default generator, of the CPU's where
// none is given: torch.get_rng_state and torch.cuda.get_rng_state.
func RNGState(d ...Device) *Tensor { return DefaultGenerator(d...).State() }

// SetRNGState brings the default generator of a device, of the CPU where none is given,
// back to a state.
func SetRNGState(state *Tensor, d ...Device) { DefaultGenerator(d...).setState("SetRNGState", state) }

// ForkRNG runs f and then brings the default generators of the CPU and of devices (of
// all GPUs where none is given) back to their states before, as torch.random.fork_rng,
// also when f panics or ends its goroutine.
func ForkRNG(f func(), devices ...Device) {
	if len(devices) == 0 {
		devices = gpus()
	}
	if !slices.Contains(devices, CPU) {
		devices = append(slices.Clone(devices), CPU)
	}
	forkRNG(devices, f)
}

func forkRNG(devices []Device, f func()) {
	states := rngStates(devices)
	defer func() {
		setRNGStates(devices, states)
		for _, s := range states {
			s.Free()
		}
	}()
	f()
}

// rngStates are copies of the states of the devices' default generators.
func rngStates(devices []Device) []*Tensor {
	states := make([]*Tensor, len(devices))
	for i, d := range devices {
		states[i] = RNGState(d)
	}
	return states
}

func setRNGStates(devices []Device, states []*Tensor) {
	for i, d := range devices {
		SetRNGState(states[i], d)
	}
}
