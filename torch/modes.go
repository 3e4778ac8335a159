package torch

import "multitorch/internal/libtorch"

// GradMode runs f with recording for autograd on or off, as
// torch.set_grad_enabled: [EnableGrad] or [NoGrad], by a value.
func GradMode(on bool, f func()) { libtorch.WithGradMode(on, f) }

// InferenceMode runs f as [NoGrad] does, and spares its tensors what autograd would
// need of them later, as torch.inference_mode: they can't be part of a recorded
// operation any more, nor be changed outside. The mode before is restored after f,
// also when it panics or ends its goroutine.
func InferenceMode(f func()) { libtorch.WithInference(f) }

// IsInferenceModeEnabled reports whether this is inside [InferenceMode].
func IsInferenceModeEnabled() bool { return libtorch.InferenceMode() }

// Autocast runs f with automatic mixed precision on one kind of device, as
// torch.autocast: operators that gain from it (matrix products, convolutions)
// compute in dtype, which is [BFloat16] on the CPU and Float16 or BFloat16 on CUDA,
// and those that need the range (sums of exponentials, norms) in Float32. Results
// may thus have another dtype than their inputs. Backward belongs outside.
//
// It holds for f's own goroutine, which is [Pinned] meanwhile, and the mode before is
// restored after f, also when it panics or ends its goroutine.
func Autocast(d Device, dtype DType, f func()) {
	if dtype != BFloat16 && (dtype != Float16 || d.kind() == cpu) {
		panic(&Error{
			Op: "Autocast", Kind: ValueError,
			Message: "expected BFloat16, or on CUDA Float16, but got " + dtype.String() + " for " + d.String(),
		})
	}
	withAutocast(d, casting{true, int(dtype)}, f)
}

// NoAutocast runs f with automatic mixed precision off on one kind of device, inside
// an [Autocast] say.
func NoAutocast(d Device, f func()) {
	withAutocast(d, casting{false, currentCasting(d).dtype}, f)
}

// IsAutocastEnabled reports whether automatic mixed precision is on here for the kind
// of device.
func IsAutocastEnabled(d Device) bool { return currentCasting(d).on }

type casting struct {
	on    bool
	dtype int
}

func currentCasting(d Device) casting {
	on, dtype, err := libtorch.Autocast(int(d.kind()))
	if err != nil {
		fail("Autocast", nil, err)
	}
	return casting{on, dtype}
}

func (c casting) set(d Device) {
	if err := libtorch.SetAutocast(int(d.kind()), c.on, c.dtype); err != nil {
		fail("Autocast", nil, err)
	}
}

func withAutocast(d Device, c casting, f func()) {
	Pinned(func() {
		before := currentCasting(d)
		libtorch.NestAutocast(true)
		defer func() {
			before.set(d)
			libtorch.NestAutocast(false)
		}()
		c.set(d)
		f()
	})
}
