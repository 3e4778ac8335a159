package torch

import (
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"multitorch/internal/libtorch"
)

// pressure and crowd call Go's collector when CPU tensors hold much more memory, or are
// many more, than after its last run: Go itself sees only a few words of each, and a
// tensor of four elements takes some hundred bytes of libtorch's.
var (
	pressure = gauge{first: firstLimit, held: libtorch.CPUBytes}
	crowd    = gauge{first: 1 << 17, held: live.Load}
)

// firstLimit is garbage that nobody minds: a process with libtorch takes thrice that.
const firstLimit = 64 << 20

type gauge struct {
	first, limit int64 // limit is atomic; 0 before the first collection
	held         func() int64
	collected    atomic.Int64
	running      sync.Mutex
}

// check is called by those who make tensors that are left to the collector. They wait
// for it, all of them: what others made meanwhile would be taken for what lives, and the
// limit would run away with it.
func (g *gauge) check() {
	if !g.over() {
		return
	}
	g.running.Lock()
	defer g.running.Unlock()
	if g.over() { // still: nobody collected while this one waited
		g.collect()
	}
}

func (g *gauge) over() bool { return g.held() >= max(g.first, atomic.LoadInt64(&g.limit)) }

func (g *gauge) collect() {
	g.collected.Add(1)
	runtime.GC()
	if waitForCleanups() {
		atomic.StoreInt64(&g.limit, 2*g.held())
	} else { // a part of what is held is garbage
		atomic.StoreInt64(&g.limit, g.held()+g.first)
	}
}

// gpuPressure is the same for each GPU. It is checked before a backward pass, which
// can't be tried again when it fails: any other operator is, after a collection.
var gpuPressure sync.Map // of *gauge by Device

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
	if g, known := gpuPressure.Load(d); known {
		return g.(*gauge)
	}
	g, _ := gpuPressure.LoadOrStore(d, &gauge{first: firstLimit, held: func() int64 {
		s, err := libtorch.DeviceMemory(int(d.kind()), d.Index())
		if err != nil { // memory that can't be counted presses nobody
			return 0
		}
		return s.Allocated
	}})
	return g.(*gauge)
}

// waitForCleanups returns when the cleanups that the last collection queued have run,
// or when none has for a second: then it is false.
func waitForCleanups() bool {
	counts := []metrics.Sample{{Name: "/gc/cleanups/queued:cleanups"}, {Name: "/gc/cleanups/executed:cleanups"}}
	metrics.Read(counts)
	queued, executed := counts[0].Value.Uint64(), counts[1].Value.Uint64()
	for idle := 0; idle < 1000; idle++ {
		if executed >= queued {
			return true
		}
		time.Sleep(time.Millisecond)
		metrics.Read(counts[1:])
		if now := counts[1].Value.Uint64(); now > executed {
			executed, idle = now, 0
		}
	}
	return false
}
