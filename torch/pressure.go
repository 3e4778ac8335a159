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
	pressure = gauge{slack: 32 << 20, share: 8, held: libtorch.CPUBytes}
	crowd    = gauge{slack: 1 << 17, share: 1, held: live.Load}
)

// gauge calls the collector when what is held has grown by a share of what lived after
// the last collection, or by slack where that is more: garbage that nobody minds.
//
// A collection that takes long, as beside large data of the program's own, is not
// repeated at once: it may take a twentieth of the time, unless what is held doubles.
type gauge struct {
	slack, share int64
	held         func() int64
	soft, hard   atomic.Int64 // limits of held; 0 before the first collection
	rest         atomic.Int64 // until then the hard one counts; nanoseconds since start
	collected    atomic.Int64
	running      sync.Mutex
}

var start = time.Now()

// check is called by those who make tensors, which are left to the collector or belong
// to s. They wait for it, all of them: what others made meanwhile would be taken for what
// lives, and the limit would run away with it.
func (g *gauge) check(s *Scope) {
	if !g.over() {
		return
	}
	g.running.Lock()
	defer g.running.Unlock()
	if g.over() { // still: nobody collected while this one waited
		g.collect(s)
	}
}

func (g *gauge) over() bool {
	held := g.held()
	return held >= max(g.slack, g.soft.Load()) &&
		(held >= max(g.slack, g.hard.Load()) || int64(time.Since(start)) >= g.rest.Load())
}

func (g *gauge) collect(s *Scope) {
	settling.Do(settleAfterCollections)
	g.collected.Add(1)
	began := time.Now()
	s.sweep()
	whole := waitForCleanups()
	held, now := g.held(), time.Now()
	g.rest.Store(int64(now.Sub(start) + 20*now.Sub(began)))
	soft, hard := g.limits(held)
	if !whole { // a part of what is held is garbage
		hard = soft
	}
	g.soft.Store(soft)
	g.hard.Store(hard)
}

func (g *gauge) limits(lives int64) (soft, hard int64) {
	return lives + max(g.slack, lives/g.share), 2*lives + g.slack
}

// settle lowers the limits where less lives than when they were set.
func (g *gauge) settle() {
	soft, hard := g.limits(g.held())
	if soft < g.soft.Load() {
		g.soft.Store(soft)
	}
	if hard < g.hard.Load() {
		g.hard.Store(hard)
	}
}

var settling sync.Once

// settleAfterCollections settles the gauges after every run of the collector, whoever
// called it: limits of a time when much lived would let as much garbage grow.
func settleAfterCollections() {
	runtime.AddCleanup(&[2]*int{}, func(struct{}) {
		pressure.settle()
		crowd.settle()
		beside.settle()
		settleAfterCollections()
	}, struct{}{})
}

// gpuPressure is the same for each GPU. It is checked before a backward pass, which
// can't be tried again when it fails: any other operator is, after a collection.
var gpuPressure sync.Map // of *gauge by Device

var hasGPU = sync.OnceValue(CUDAIsAvailable)

// checkMemory is called before a backward pass from ts, which is where a step takes most.
func checkMemory(ts []*Tensor) {
	for _, t := range ts {
		if t == nil {
			continue
		}
		scope := owner(t.scope.Load())
		pressure.check(scope)
		if hasGPU() {
			if d := t.Device(); d.IsCUDA() {
				gpuGauge(d).check(scope)
			}
		}
	}
}

func gpuGauge(d Device) *gauge {
	if g, known := gpuPressure.Load(d); known {
		return g.(*gauge)
	}
	g, _ := gpuPressure.LoadOrStore(d, &gauge{slack: 32 << 20, share: 8, held: func() int64 {
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
	const poll = 50 * time.Microsecond
	for idle := time.Duration(0); idle < time.Second; idle += poll {
		if executed >= queued {
			return true
		}
		time.Sleep(poll)
		metrics.Read(counts[1:])
		if now := counts[1].Value.Uint64(); now > executed {
			executed, idle = now, 0
		}
	}
	return false
}
