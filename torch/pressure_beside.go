package torch

import (
	"io"
	"sync/atomic"
	"unsafe"

	"multitorch/internal/libtorch"
)

// Native memory that no tensor holds presses on Go's collector too: parts of files that
// are mapped, whose pages are the process's own once they are written to; TorchScript
// programs; generators. Each of these is counted as long as it lives.
var (
	besideBytes atomic.Int64
	beside      = gauge{slack: 32 << 20, share: 1, held: besideBytes.Load}
)

// holdBeside counts bytes, until they are given to letBesideGo.
func holdBeside(bytes int64) {
	besideBytes.Add(bytes)
	beside.check(nil)
	pressure.check(nil) // what it holds as tensors has no Tensor that would ask
}

func letBesideGo(bytes int64) { besideBytes.Add(-bytes) }

// onMemory makes a tensor on memory that is neither Go's nor libtorch's, and that is
// closed when nothing refers to it any more.
func onMemory(data unsafe.Pointer, shape Shape, dtype DType, memory io.Closer) (*Tensor, error) {
	bytes := int64(dtype.Size())
	for _, n := range shape {
		bytes *= int64(n)
	}
	holdBeside(bytes)
	h, err := libtorch.FromMemory(data, shape, int(dtype), heldBeside{memory, bytes})
	if err != nil {
		return nil, err
	}
	return newTensor(h, nil), nil
}

type heldBeside struct {
	io.Closer
	bytes int64
}

func (h heldBeside) Close() error {
	letBesideGo(h.bytes)
	return h.Closer.Close()
}
