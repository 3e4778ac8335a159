package torch

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"multitorch/internal/libtorch"
)

// pressure calls Go's collector when CPU tensors hold much more than they did
// after its last run: Go itself sees only a few words of each tensor.
var pressure = gauge{limit: firstLimit, held: libtorch.CPUBytes}

const firstLimit = 256 << 20

type gauge struct {
	limit     int64 // atomic
	held      func() int64
	collected atomic.Int64
	running   sync.Mutex
}

func (g *gauge) check() {
	if g.held() < atomic.LoadInt64(&g.limit) || !g.running.TryLock() {
		return
	}
	defer g.running.Unlock()
	g.collect()
}

func (g *gauge) collect() {
	g.collected.Add(1)
	runtime.GC()
	waitForCleanups()
	atomic.StoreInt64(&g.limit, max(firstLimit, 2*g.held()))
}

// gpuPressure is the same for each GPU. It is checked before a backward pass, which
// can't be tried again when it fails: any other operator is, after a collection.
var gpuPressure sync.Map // of *gauge by index

var hasGPU = sync.OnceValue(CUDAIsAvailable)

func checkGPUs(ts []*Tensor) {
	if !hasGPU() {
		return
	}
	for _, t := range ts {
		if d := t.Device(); d.IsCUDA() {
			gpuGauge(d).check()
		}
	}
}

func gpuGauge(d Device) *gauge {
	if g, known := gpuPressure.Load(d.index); known {
		return g.(*gauge)
	}
	g, _ := gpuPressure.LoadOrStore(d.index, &gauge{limit: firstLimit, held: func() int64 {
		s, err := libtorch.DeviceMemory(int(d.kind), d.Index())
		if err != nil { // memory that can't be counted presses nobody
			return 0
		}
		return s.Allocated
	}})
	return g.(*gauge)
}

// waitForCleanups returns when the cleanups that the last collection queued have
// run, or after a second.
func waitForCleanups() {
	counts := []metrics.Sample{{Name: "/gc/cleanups/queued:cleanups"}, {Name: "/gc/cleanups/executed:cleanups"}}
	metrics.Read(counts)
	queued := counts[0].Value.Uint64()
	for range 1000 {
		if counts[1].Value.Uint64() >= queued {
			return
		}
		time.Sleep(time.Millisecond)
		metrics.Read(counts[1:])
	}
}
