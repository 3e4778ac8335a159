package torch_test

import (
	"iter"
	"runtime"
	"slices"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

func TestNoGradRecordsNothing(t *testing.T) {
	x := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	require.True(t, torch.IsGradEnabled())
	torch.NoGrad(func() {
		require.False(t, torch.IsGradEnabled())
		require.False(t, x.Mul(2).RequiresGrad())
		torch.EnableGrad(func() {
			require.True(t, x.Mul(2).RequiresGrad())
			torch.NoGrad(func() { require.False(t, x.Mul(2).RequiresGrad()) })
			require.True(t, torch.IsGradEnabled())
		})
		torch.NoGrad(func() { require.False(t, torch.IsGradEnabled()) })
		require.False(t, torch.IsGradEnabled())
		x.AddInplace(1) // a leaf that requires gradients can be changed here only
	})
	require.True(t, x.Mul(2).RequiresGrad())
	require.Error(t, torch.Try(func() error { x.AddInplace(1); return nil }))
}

func TestGradModeComesBack(t *testing.T) {
	for name, leave := range map[string]func(){
		"panic":  func() { panic("out") },
		"Goexit": runtime.Goexit,
		"error":  func() { torch.Ones(torch.Shape{2}).Add(torch.Ones(torch.Shape{3})) },
	} {
		t.Run(name, func(t *testing.T) {
			torch.Pinned(func() { // the checks are on the same thread
				for _, mode := range []func(func()){torch.NoGrad, torch.EnableGrad} {
					mode(func() {
						before := torch.IsGradEnabled()
						if name == "Goexit" {
							done := make(chan struct{})
							go func() { // its thread goes back to others
								defer close(done)
								defer func() { require.True(t, torch.IsGradEnabled()) }()
								torch.NoGrad(leave)
							}()
							<-done
						} else {
							require.Panics(t, func() { torch.NoGrad(leave) })
							require.Panics(t, func() { torch.EnableGrad(leave) })
							require.Panics(t, func() { torch.NoGrad(func() { torch.EnableGrad(leave) }) })
						}
						require.Equal(t, before, torch.IsGradEnabled())
					})
				}
			})
		})
	}
}

// Goroutines that hop between threads, and hand work to each other, see the mode
// that they set themselves.
func TestGradModesOfGoroutinesThatHop(t *testing.T) {
	const hoppers, rounds = 8, 300
	balls := make(chan *torch.Tensor, hoppers)
	x := torch.Ones(torch.Shape{4}, torch.RequiresGrad(true))
	for range hoppers / 2 {
		balls <- x
	}
	wrong := make([]int, hoppers)
	var group sync.WaitGroup
	for i := range hoppers {
		group.Go(func() {
			check := func(want bool) {
				ball := <-balls
				y := ball.Mul(2)
				if y.RequiresGrad() != want || torch.IsGradEnabled() != want {
					wrong[i]++
				}
				y.Free()
				balls <- ball
				runtime.Gosched()
			}
			for range rounds {
				check(true)
				torch.NoGrad(func() {
					check(false)
					torch.EnableGrad(func() { check(true) })
					check(false)
				})
				check(true)
			}
		})
	}
	group.Wait()
	require.Equal(t, make([]int, hoppers), wrong)
}

func TestGoroutinesStartedInNoGradRecord(t *testing.T) {
	torch.NoGrad(func() {
		enabled := make(chan bool)
		go func() { enabled <- torch.IsGradEnabled() }()
		require.True(t, <-enabled)
	})
}

func TestPinnedNests(t *testing.T) {
	count := iter.Seq[int](func(yield func(int) bool) {
		for i := 0; yield(i); i++ {
		}
	})
	torch.Pinned(func() {
		torch.Pinned(func() {
			next, stop := iter.Pull(count)
			defer stop()
			torch.NoGrad(func() {
				torch.Pinned(func() {
					for want := range 100 {
						got, ok := next() // fatal, were this goroutine pinned twice
						require.True(t, ok)
						require.Equal(t, want, got)
					}
				})
				require.False(t, torch.IsGradEnabled())
			})
		})
	})
}

func TestPinnedComesBackFromPanics(t *testing.T) {
	require.Panics(t, func() { torch.Pinned(func() { torch.Pinned(func() { panic("out") }) }) })
	// Pins that were left behind would tie each of these to a thread of its own.
	var group sync.WaitGroup
	for range 64 {
		group.Go(func() {
			defer func() { _ = recover() }()
			torch.Pinned(func() { panic("out") })
		})
	}
	group.Wait()
	require.Equal(t, []int{0, 1, 2}, slices.Collect(func(yield func(int) bool) {
		for i := range 3 {
			torch.Pinned(func() {
				if !yield(i) {
					return
				}
			})
		}
	}))
}

// The number of threads is one for all OS threads, those included that have
// computed before it was set.
func TestThreadBudgetReachesAllThreads(t *testing.T) {
	before := torch.NumThreads()
	defer torch.SetNumThreads(before)
	x := torch.Ones(torch.Shape{1 << 17})
	const workers = 4
	set, done := make([]chan int, workers), make(chan int)
	for i := range workers {
		set[i] = make(chan int)
		go torch.Pinned(func() {
			for want := range set[i] {
				x.Add(x).Free() // large enough for several threads
				if torch.NumThreads() == want {
					want = 0
				}
				done <- want
			}
		})
		defer close(set[i])
	}
	for _, n := range []int{2, 1, 3, 1} {
		torch.SetNumThreads(n)
		require.Equal(t, n, torch.NumThreads())
		for i := range workers {
			set[i] <- n
			require.Zero(t, <-done, "worker %d does not use %d threads", i, n)
		}
	}
	require.Error(t, torch.Try(func() error { torch.SetNumThreads(0); return nil }))
}
