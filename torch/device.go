package torch

import (
	"fmt"
	"strconv"
	"strings"

	"multitorch/internal/libtorch"
)

// Device is where a tensor's memory is: [CPU], [CUDA], or a GPU with a number, of
// [NewDevice] or [ParseDevice]. As an [Option] it asks for it. The zero value is the CPU.
type Device int64

// The devices that need no number: the CPU, and the current GPU.
const (
	CPU  = Device(cpu) << indexBits
	CUDA = Device(cuda) << indexBits
)

// indexBits are a Device's lower bits: 1 more than its number, or 0 for the current
// device of its kind.
const indexBits = 16

type deviceKind int

// libtorch's numbers.
const (
	cpu      deviceKind = 0
	cuda     deviceKind = 1
	lastKind deviceKind = 20 // of all that it has ("meta", "mps", …)
)

func newDevice(kind deviceKind, index int) Device { return Device(kind)<<indexBits | Device(index+1) }

func (d Device) kind() deviceKind { return deviceKind(d >> indexBits) }

// ParseDevice reads "cpu", "cuda" or "cuda:1". It does not ask whether the
// device is there: see [Device.Check].
func ParseDevice(s string) (Device, error) {
	name, number, numbered := strings.Cut(s, ":")
	var d Device
	switch name {
	case "cpu":
		d = CPU
	case "cuda":
		d = CUDA
	default:
		return d, fmt.Errorf("device %.40q: expected cpu, cuda or cuda:N", s)
	}
	if numbered {
		n, err := strconv.ParseUint(number, 10, 15)
		if err != nil {
			return CPU, fmt.Errorf("device %.40q: expected a number from 0 after the colon", s)
		}
		d = newDevice(d.kind(), int(n))
	}
	return d, nil
}

// NewDevice is ParseDevice for names in the source: it panics where that fails.
func NewDevice(s string) Device {
	d, err := ParseDevice(s)
	if err != nil {
		panic(&Error{Op: "device", Message: err.Error(), Kind: ValueError})
	}
	return d
}

// String is "cpu", "cuda" or "cuda:1".
func (d Device) String() string {
	name := "cpu"
	if d.kind() == cuda {
		name = "cuda"
	} else if d.kind() != cpu {
		name = fmt.Sprintf("device(%d)", d.kind())
	}
	if i := d.Index(); i >= 0 {
		return fmt.Sprintf("%s:%d", name, i)
	}
	return name
}

// IsCUDA reports whether it is a GPU.
func (d Device) IsCUDA() bool { return d.kind() == cuda }

// Index is the device's number, or -1 for the current one of its kind.
func (d Device) Index() int { return int(d&(1<<indexBits-1)) - 1 }

// Check returns an error when the device can't be used, with the reason.
func (d Device) Check() error {
	if d.kind() != cuda {
		return nil
	}
	if why := CUDAWhyNot(); why != "" {
		return fmt.Errorf("device %s: CUDA is not available: %s", d, why)
	}
	if n := CUDADeviceCount(); d.Index() >= n {
		return fmt.Errorf("device %s: there are %d GPUs, numbered from 0", d, n)
	}
	return nil
}

// CUDAIsAvailable is torch.cuda.is_available().
func CUDAIsAvailable() bool { return CUDAWhyNot() == "" }

// CUDAWhyNot is "" when CUDA can be used, or the reason why it can't.
func CUDAWhyNot() string { return libtorch.CUDAWhyNot() }

// CUDADeviceCount is the number of GPUs that libtorch sees.
func CUDADeviceCount() int { return libtorch.CUDACount() }

// Synchronize waits until the device has done all that it was given.
func Synchronize(d Device) error { return libtorch.Synchronize(int(d.kind()), d.Index()) }

func deviceFrom(kind, index int) Device {
	if deviceKind(kind) == cpu {
		index = -1 // the CPU has no number worth printing
	}
	return newDevice(deviceKind(kind), index)
}
