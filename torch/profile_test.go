package torch_test

import (
	"runtime"
	"runtime/pprof"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
)

func profiled(t *testing.T) string {
	t.Helper()
	var b strings.Builder
	require.NoError(t, pprof.Lookup(torch.TensorProfile).WriteTo(&b, 1))
	return b.String()
}

// forget makes tensors that stay alive, under a name of its own in the profile.
//
//go:noinline
func forget(n int) []*torch.Tensor {
	var kept []*torch.Tensor
	for range n {
		kept = append(kept, torch.Ones(torch.Shape{2}))
	}
	return kept
}

func TestProfileNamesWhoMadeTheLiveTensors(t *testing.T) {
	torch.ProfileTensors(true)
	defer torch.ProfileTensors(false)
	kept := forget(3)
	torch.Scoped(func(s *torch.Scope) { s.Own(torch.Ones(torch.Shape{2})).Add(1) })
	text := profiled(t)
	require.Contains(t, text, "multitorch.tensors profile: total 3\n")
	require.Contains(t, text, "torch_test.forget")
	for _, k := range kept[:2] {
		k.Free()
	}
	require.Contains(t, profiled(t), "total 1\n")
	runtime.KeepAlive(kept)

	kept = nil // the profile must not keep the last one from the collector
	require.Eventually(t, func() bool {
		runtime.GC()
		return strings.Contains(profiled(t), "total 0\n")
	}, 60e9, 10e6)
}

func TestMemoryStats(t *testing.T) {
	leak.Settled() // the garbage of other tests
	before := torch.Memory()
	s := torch.OpenScope()
	s.Own(torch.Ones(torch.Shape{1 << 20}))
	during := torch.Memory()
	require.Equal(t, before.OpenScopes+1, during.OpenScopes)
	require.Equal(t, before.Tensors+1, during.Tensors)
	require.GreaterOrEqual(t, during.Bytes-before.Bytes, int64(4<<20))
	s.Close()
	s.Close()
	require.Equal(t, before, torch.Memory())
}
