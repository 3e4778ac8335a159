package torch_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
)

// A pass that goes from one OS thread to another gets the bits of one that stays:
// gradients that meet are summed in the order in which their operations were recorded.
func TestGradientsOfAPassThatHops(t *testing.T) {
	const terms, threads = 40, 4
	torch.ManualSeed(1)
	x := torch.Randn(torch.Shape{64}, torch.RequiresGrad(true))
	cs := make([]*torch.Tensor, terms)
	for i := range cs {
		cs[i] = torch.Randn(torch.Shape{64}).Exp()
	}
	gradient := func(run func(i int, f func())) []float32 {
		var y *torch.Tensor
		for i, c := range cs {
			run(i, func() {
				term := x.Mul(c).Sin()
				if y == nil {
					y = term
				} else {
					y = y.Add(term).Mul(x)
				}
			})
		}
		return torch.ToSlice[float32](torch.Grad([]*torch.Tensor{y.Sum()}, []*torch.Tensor{x})[0])
	}
	want := gradient(func(_ int, f func()) { f() })

	workers := make([]chan func(), threads)
	for i := range workers {
		workers[i] = make(chan func())
		defer close(workers[i])
		go torch.Pinned(func() {
			for f := range workers[i] {
				f()
			}
		})
	}
	on := func(i int, f func()) {
		done := make(chan struct{})
		workers[i] <- func() { f(); close(done) }
		<-done
	}
	for i := range workers { // some threads have recorded more than others
		for range i * 500 {
			on(i, func() { x.Mul(2).Free() })
		}
	}
	random := rand.New(rand.NewPCG(1, 2))
	for range 20 {
		require.Equal(t, want, gradient(func(_ int, f func()) { on(random.IntN(threads), f) }))
	}
}

// A mode is the goroutine's, whatever becomes of its OS thread.
func TestModesOfAGoroutineThatUnlocks(t *testing.T) {
	x := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	var group sync.WaitGroup
	for range 16 {
		group.Go(func() {
			runtime.LockOSThread()
			torch.NoGrad(func() {
				runtime.UnlockOSThread()
				for range 500 {
					y := x.Mul(2)
					if y.RequiresGrad() || torch.IsGradEnabled() {
						t.Error("recorded inside NoGrad")
					}
					y.Free()
					runtime.Gosched()
				}
			})
		})
	}
	group.Wait()
}

// osThreads is the number of the process's OS threads.
func osThreads(t *testing.T) (n int) {
	status, err := os.ReadFile("/proc/self/status")
	require.NoError(t, err)
	_, after, _ := strings.Cut(string(status), "Threads:")
	_, err = fmt.Sscan(after, &n)
	require.NoError(t, err)
	return n
}

// A thousand goroutines that compute at once are no more OS threads than a few, and
// get the right numbers: in Forward without gradients, and two hundred in training.
func TestManyGoroutinesComputeAtOnce(t *testing.T) {
	defer torch.SetNumThreads(torch.NumThreads())
	torch.SetNumThreads(3)
	torch.ManualSeed(0)
	// Calls of some hundred microseconds: Go gives goroutines that wait for shorter ones no thread of their own anyway.
	w, v := torch.Randn(torch.Shape{256, 256}), torch.Randn(torch.Shape{256, 4}, torch.RequiresGrad(true))
	x := torch.Randn(torch.Shape{96, 256})
	loss := func() *torch.Tensor { return x.Matmul(w).ReLU().Matmul(v).Square().Mean() }
	var want float64
	torch.NoGrad(func() { want = loss().Item() })
	grad := torch.ToSlice[float32](torch.Grad([]*torch.Tensor{loss()}, []*torch.Tensor{v})[0])

	before, most := osThreads(t), 0
	var group sync.WaitGroup
	for i := range 1000 {
		group.Go(func() {
			switch i % 5 {
			case 0:
				v := v.Detach().SetRequiresGrad(true)
				x.Matmul(w).ReLU().Matmul(v).Square().Mean().Backward()
				if got := torch.ToSlice[float32](v.Grad()); !equal(got, grad) {
					t.Error("another gradient")
				}
			default:
				mode := []func(func()){torch.NoGrad, torch.InferenceMode}[i%2]
				mode(func() {
					for range 2 {
						if got := loss().Item(); got != want {
							t.Errorf("expected %v, but got %v", want, got)
						}
					}
				})
			}
		})
	}
	done := make(chan struct{})
	go func() { group.Wait(); close(done) }()
	for waiting := true; waiting; {
		select {
		case <-done:
			waiting = false
		default:
			most = max(most, osThreads(t))
			runtime.Gosched()
		}
	}
	// Those that run calls, those that run Go, and a team of OpenMP's for each.
	processors := runtime.GOMAXPROCS(0)
	t.Logf("%d OS threads, %d before", most, before)
	require.Less(t, most-before, (4*processors+16)*torch.NumThreads())
}

func equal(a, b []float32) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return len(a) == len(b)
}

// Hooks may wait for other goroutines that compute, more of them than calls may run
// at once.
func TestHooksMayWaitForOthers(t *testing.T) {
	const goroutines = 80
	x := torch.Ones(torch.Shape{2}, torch.RequiresGrad(true))
	var group, together sync.WaitGroup
	together.Add(goroutines)
	for range goroutines {
		group.Go(func() {
			y := x.Mul(2)
			y.RegisterHook(func(g *torch.Tensor) *torch.Tensor {
				together.Done()
				together.Wait() // all are inside their Backward now
				help := make(chan *torch.Tensor)
				go func() { help <- torch.Ones(torch.Shape{2}).Mul(3) }()
				torch.EnableGrad(func() {
					torch.Grad([]*torch.Tensor{x.Mul(<-help).Sum()}, []*torch.Tensor{x})
				})
				return g.Mul(0.5)
			})
			if g := torch.Grad([]*torch.Tensor{y.Sum()}, []*torch.Tensor{x})[0]; g.Select(0, 0).Item() != 1 {
				t.Error("another gradient")
			}
		})
	}
	group.Wait()
}

// Goroutines that leave tensors to the collector faster than it frees them wait for it.
func TestManyMakersWaitForTheCollector(t *testing.T) {
	leak.Settled()
	before := torch.LiveTensors()
	x := torch.Ones(torch.Shape{4})
	var group sync.WaitGroup
	most := make([]int, 64)
	for i := range most {
		group.Go(func() {
			for range 10_000 {
				x.Add(x)
				most[i] = max(most[i], torch.LiveTensors()-before)
			}
		})
	}
	group.Wait()
	top := 0
	for _, n := range most {
		top = max(top, n)
	}
	t.Logf("%d tensors at most", top)
	require.Less(t, top, 200_000)
}
