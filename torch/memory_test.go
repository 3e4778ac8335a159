package torch_test

import (
	"os"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
)

// resident is the process's memory in bytes.
func resident(t *testing.T) int64 { return process(t, 1) }

// process is a number of /proc/self/statm, in bytes: 0 is the address space, 1 what is
// resident of it.
func process(t *testing.T, number int) int64 {
	statm, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.ParseInt(strings.Fields(string(statm))[number], 10, 64)
	require.NoError(t, err)
	return pages * int64(os.Getpagesize())
}

func TestLargeGarbageIsCollectedInTime(t *testing.T) {
	tensors, bytes := leak.Settled()
	peak := int64(0)
	for range 150 {
		torch.Ones(torch.Shape{10, 1000, 1000}) // 40 MB, outside any scope: 6 GB in all
		peak = max(peak, resident(t))
	}
	t.Logf("%d MB resident at most", peak>>20)
	require.Less(t, peak, int64(1536<<20))
	tensorsAfter, bytesAfter := leak.Settled()
	require.LessOrEqual(t, tensorsAfter, tensors)
	require.LessOrEqual(t, bytesAfter, bytes)
}

func TestSmallGarbageIsCollectedInTime(t *testing.T) {
	leak.Settled()
	before := resident(t)
	x := torch.Ones(torch.Shape{4})
	peak := 0
	for range 1_000_000 {
		x.Add(x)
		peak = max(peak, torch.LiveTensors())
	}
	t.Logf("%d tensors at most", peak)
	require.Less(t, peak, 200_000)
	require.Less(t, resident(t)-before, int64(512<<20)) // the race detector needs some too
}

// Memory that only the collector knows to be garbage makes room for what would not
// fit beside it.
func TestGarbageMakesRoom(t *testing.T) {
	leak.Settled()
	const gigabyte = 1 << 30
	var limit syscall.Rlimit
	require.NoError(t, syscall.Getrlimit(syscall.RLIMIT_AS, &limit))
	lowered := limit
	lowered.Cur = min(limit.Cur, uint64(process(t, 0)+gigabyte*8/5))
	require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &lowered))
	defer func() { require.NoError(t, syscall.Setrlimit(syscall.RLIMIT_AS, &limit)) }()
	for range 3 { // two don't fit
		torch.Empty(torch.Shape{gigabyte}, torch.Uint8)
	}
	var e *torch.Error
	kept := torch.Empty(torch.Shape{gigabyte}, torch.Uint8)
	require.ErrorAs(t, torch.Try(func() error { torch.Empty(torch.Shape{gigabyte}, torch.Uint8); return nil }), &e)
	require.Equal(t, torch.OutOfMemory, e.Kind)
	require.Equal(t, gigabyte, kept.Numel())
	kept.Free()
	torch.Empty(torch.Shape{gigabyte}, torch.Uint8).Free()
}

func TestLiveBytesCountWhatTheGraphHolds(t *testing.T) {
	_, before := leak.Settled()
	const megabyte = 1 << 20
	held := func() int64 { return (torch.LiveBytes() - before) / megabyte }
	torch.Scoped(func(s *torch.Scope) {
		w := s.Own(torch.Ones(torch.Shape{megabyte / 4}, torch.RequiresGrad(true)))
		require.EqualValues(t, 1, held())
		a := w.Exp() // its result is kept for backward
		b := a.Exp()
		require.EqualValues(t, 3, held())
		a.Free()
		require.EqualValues(t, 3, held(), "the graph holds a's memory")
		b.Backward(torch.Gradient(s.Own(torch.OnesLike(w))))
		require.EqualValues(t, 4, held(), "w, b, and two gradients; a's memory is free")
		w.SetGrad(nil)
		b.Free()
	})
	_, after := leak.Settled()
	require.LessOrEqual(t, after, before)
}

func TestViewsShareTheirMemory(t *testing.T) {
	_, before := leak.Settled()
	x := torch.Ones(torch.Shape{1 << 18})
	rows := x.Split(1024, 0)
	require.Less(t, torch.LiveBytes()-before, int64(1<<20+4096))
	require.True(t, rows[7].SharesMemory(x))
	x.Free()
	require.Greater(t, torch.LiveBytes()-before, int64(1<<19), "the views hold it")
	require.Equal(t, 1024.0, rows[7].Sum().Item())
	for _, r := range rows {
		r.Free()
	}
	require.Less(t, torch.LiveBytes()-before, int64(1<<19))
}

func TestTrainingInScopesStaysFlat(t *testing.T) {
	w := torch.Ones(torch.Shape{64, 64}, torch.RequiresGrad(true))
	step := func() {
		torch.Scoped(func(s *torch.Scope) {
			x := s.Own(torch.Ones(torch.Shape{8, 64}))
			x.Matmul(w).ReLU().Mean().Backward()
		})
	}
	step() // the gradient is there now
	tensors, bytes := leak.Settled()
	for range 200 {
		step()
		require.Equal(t, tensors, torch.LiveTensors())
		require.Equal(t, bytes, torch.LiveBytes())
	}
}
