// Package leak helps tests count what code leaves behind: tensors and bytes of
// libtorch's, which Go's collector may free at any moment. Tests that count don't run
// in parallel with others of their package.
package leak

import (
	"runtime"
	"runtime/debug"
	"runtime/metrics"
	"testing"

	"multitorch/torch"
)

// Settled collects garbage until nothing more is freed, and returns what is left.
func Settled() (tensors int, bytes int64) {
	counts := []metrics.Sample{{Name: "/gc/cleanups/queued:cleanups"}, {Name: "/gc/cleanups/executed:cleanups"}}
	for same := 0; same < 2; same++ {
		runtime.GC()
		for metrics.Read(counts); counts[1].Value.Uint64() < counts[0].Value.Uint64(); metrics.Read(counts) {
			runtime.Gosched() // the cleanups run in a goroutine of their own
		}
		if n, b := torch.LiveTensors(), torch.LiveBytes(); n != tensors || b != bytes {
			tensors, bytes, same = n, b, -1
		}
	}
	return tensors, bytes
}

// CollectorOff collects what earlier tests left, and then keeps Go's collector from
// changing the number of live tensors until the test ends. It returns that number:
// what the test makes of it is the test's own.
func CollectorOff(t testing.TB) (tensors int) {
	percent := debug.SetGCPercent(-1)
	t.Cleanup(func() { debug.SetGCPercent(percent) })
	tensors, _ = Settled()
	return tensors
}
