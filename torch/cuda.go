package torch

import "multitorch/internal/libtorch"

// CUDAProperties describes a GPU, in the driver's words.
type CUDAProperties struct {
	Name            string // "NVIDIA H100 80GB HBM3"
	TotalMemory     int64  // bytes
	Major, Minor    int    // of its compute capability
	MultiProcessors int
}

// CUDADeviceProperties is torch.cuda.get_device_properties.
func CUDADeviceProperties(d Device) (CUDAProperties, error) {
	if err := d.needCUDA(); err != nil {
		return CUDAProperties{}, err
	}
	i, err := libtorch.CUDAProperties(d.Index())
	if err != nil {
		return CUDAProperties{}, newError("CUDADeviceProperties", err, nil)
	}
	return CUDAProperties{i.Name, i.TotalBytes, i.Major, i.Minor, i.Processors}, nil
}

// CUDAMemory is torch.cuda.mem_get_info: the bytes of a GPU's memory that are
// free, and all of them. What libtorch keeps of freed tensors for the next ones is
// not free in the driver's eyes: see [CUDAMemoryOf] and [CUDAEmptyCache].
func CUDAMemory(d Device) (free, total int64, err error) {
	if err := d.needCUDA(); err != nil {
		return 0, 0, err
	}
	if free, total, err = libtorch.CUDAMemory(d.Index()); err != nil {
		return 0, 0, newError("CUDAMemory", err, nil)
	}
	return free, total, nil
}

// needCUDA says so when d is no GPU that can be used.
func (d Device) needCUDA() error {
	if !d.IsCUDA() {
		return &Error{Op: "cuda", Kind: ValueError, Message: "expected a CUDA device, but got " + d.String()}
	}
	return d.Check()
}

var (
	opPinMemory = libtorch.NewOp("aten::pin_memory", "self")
	opIsPinned  = libtorch.NewOp("aten::is_pinned", "self")
)

// PinMemory copies a CPU tensor to memory that a GPU can read by itself, so that
// To with [NonBlocking] returns before the copy is done. It needs CUDA.
func (x *Tensor) PinMemory() *Tensor {
	if err := CUDA.Check(); err != nil {
		panic(&Error{Op: "PinMemory", Kind: NotImplemented, Message: err.Error(), Operands: []string{x.describe()}})
	}
	return do(opPinMemory, x)
}

// IsPinned reports whether it is such memory.
func (x *Tensor) IsPinned() bool {
	if !CUDAIsAvailable() {
		x.info("IsPinned") // a freed tensor is an error everywhere
		return false
	}
	return doValue(opIsPinned, x) == true
}

// NonBlocking lets [Tensor.To] return before the copy between a GPU and pinned
// memory is done. What follows on the GPU waits for it; the CPU has to wait itself
// ([Synchronize], or an event) before it reads what came from a GPU, or writes to
// what goes there. Between other places it changes nothing.
type NonBlocking bool

func (n NonBlocking) applyTo(o *options) { o.nonBlocking = bool(n) }
