package torch_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
)

// A step's memory is what the program still refers to, and not all that it made.
func TestStepFreesWhatTheProgramDropped(t *testing.T) {
	_, before := leak.Settled()
	for _, scoped := range []struct {
		name string
		run  func(func())
	}{
		{"Step", torch.Step},
		{"Scoped", func(f func()) { torch.Scoped(func(*torch.Scope) { f() }) }},
	} {
		t.Run(scoped.name, func(t *testing.T) {
			peak := int64(0)
			scoped.run(func() {
				x := torch.Ones(torch.Shape{1 << 20}) // 4 MiB
				first := x.Add(1)
				for range 100 {
					x = x.Add(1)
					peak = max(peak, torch.LiveBytes()-before)
				}
				require.Equal(t, float32(101), torch.ToSlice[float32](x)[7])
				require.Equal(t, float32(2), torch.ToSlice[float32](first)[7])
			})
			t.Logf("%d MiB at most", peak>>20)
			require.Less(t, peak, int64(100<<20))
		})
	}
	_, after := leak.Settled()
	require.LessOrEqual(t, after, before)
}

// Goroutines that share a scope go on while it is swept.
func TestSweepBesideUse(t *testing.T) {
	torch.Step(func() {
		x := torch.Ones(torch.Shape{1 << 18})
		var all sync.WaitGroup
		sums := make([]float64, 4)
		for g := range sums {
			all.Go(func() {
				var kept []*torch.Tensor
				for i := range 200 {
					y := x.Add(float64(g)).Mul(2)
					if i%20 == 0 {
						kept = append(kept, y)
					}
				}
				for _, y := range kept {
					sums[g] += y.Mean().Item()
				}
			})
		}
		all.Wait()
		require.Equal(t, []float64{20, 40, 60, 80}, sums)
	})
}

// What was freed by hand and what a sweep found are counted once each.
func TestSweepOfAScopeWithGaps(t *testing.T) {
	s := torch.OpenScope()
	defer s.Close()
	x := s.Own(torch.Ones(torch.Shape{1 << 20}))
	kept := []*torch.Tensor{x}
	made, sweeps := 0, torch.Memory().Collected+3
	for ; torch.Memory().Collected < sweeps; made++ { // how soon depends on what lived before
		require.Less(t, made, 1000, "4 MiB each, and no sweep")
		x.Add(1).Free()
		if y := x.Add(float64(made)); made%10 == 0 {
			kept = append(kept, y)
		}
	}
	require.Less(t, s.Len(), made, "most were dropped")
	for i, y := range kept[1:] {
		require.Equal(t, float32(1+10*i), torch.ToSlice[float32](y)[5])
		y.Free()
	}
	x.Free()
	before := leak.CollectorOff(t)
	n := s.Len()
	s.Close()
	require.Equal(t, before-n, torch.LiveTensors())
	require.Zero(t, s.Len())
}
