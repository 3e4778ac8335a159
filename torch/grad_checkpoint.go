package torch

import (
	"slices"

	"multitorch/internal/libtorch"
)

// Checkpoint computes f(xs...) without keeping what its gradient needs, and computes
// it once more in Backward instead: memory for time, as
// torch.utils.checkpoint.checkpoint. The second run draws the same random numbers
// from the default generators of the CPU and of the GPUs that xs are on, and casts as
// the first did.
//
// f must do the same each time, and may use other tensors than xs, parameters above
// all: Backward adds to their gradients too. [Grad], and Backward with [Inputs],
// can't compute through it. The result requires gradients even if none of xs does,
// since parameters may be inside. The second run's tensors are freed when that part of
// Backward is over: what f, or a hook in it, stores outside needs Keep.
func Checkpoint(f func(xs ...*Tensor) *Tensor, xs ...*Tensor) *Tensor {
	if !IsGradEnabled() || IsInferenceModeEnabled() {
		return f(xs...)
	}
	c := checkpoint{f: f, n: len(xs), cpu: currentCasting(CPU), cuda: currentCasting(CUDA), devices: drawingDevices(xs)}
	rng := rngStates(c.devices)
	defer func() {
		for _, s := range rng {
			s.Free()
		}
	}()
	function := Function{
		Name: "Checkpoint",
		Forward: func(ctx *Context, in ...*Tensor) []*Tensor {
			ctx.SaveForBackward(append(slices.Clone(in[:c.n]), rng...)...)
			return []*Tensor{f(in[:c.n]...)}
		},
		Backward:           c.backward,
		OnceDifferentiable: true,
	}
	if slices.ContainsFunc(xs, (*Tensor).RequiresGrad) {
		return function.Call(xs...)
	}
	reason := Zeros(Shape{}, RequiresGrad(true)) // to be called at all
	defer reason.Free()
	return function.Call(append(slices.Clone(xs), reason)...)
}

type checkpoint struct {
	f         func(xs ...*Tensor) *Tensor
	n         int // of inputs
	cpu, cuda casting
	devices   []Device // whose random numbers are drawn again
}

// drawingDevices are the CPU and the GPUs that xs are on.
func drawingDevices(xs []*Tensor) []Device {
	devices := []Device{CPU}
	for _, x := range xs {
		if d := x.Device(); !slices.Contains(devices, d) {
			devices = append(devices, d)
		}
	}
	return devices
}

func (c checkpoint) backward(ctx *Context, grads ...*Tensor) []*Tensor {
	if !libtorch.InFullBackward() {
		panic(&Error{Op: "Checkpoint", Kind: ValueError, Message: "expected Backward of all leaves: Grad, and Backward with Inputs, can't compute through a checkpoint"})
	}
	saved := ctx.SavedTensors()
	inputs := make([]*Tensor, c.n)
	for i := range inputs {
		inputs[i] = saved[i].Detach().SetRequiresGrad(ctx.NeedsInputGrad(i))
	}
	y := c.again(saved[c.n:], inputs)
	if y.RequiresGrad() {
		y.Backward(Gradient(grads[0]))
	}
	results := make([]*Tensor, c.n, c.n+1)
	for i, x := range inputs {
		results[i] = x.Grad()
	}
	if !slices.ContainsFunc(inputs, (*Tensor).RequiresGrad) {
		results = append(results, nil) // for the reason
	}
	return results
}

// again is the second run of f, with the first one's random numbers.
func (c checkpoint) again(rng, inputs []*Tensor) (y *Tensor) {
	forkRNG(c.devices, func() {
		setRNGStates(c.devices, rng)
		withAutocast(CPU, c.cpu, func() {
			withAutocast(CUDA, c.cuda, func() {
				EnableGrad(func() { y = c.f(inputs...) })
			})
		})
	})
	return y
}
