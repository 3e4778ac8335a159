package torch_test

import (
	"errors"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/internal/libtorch"
	"multitorch/torch"
)

// requireBalance runs f many times, and fails when what the first run left behind
// grows: tensors, their memory, or Go functions that the graph holds.
func requireBalance(t *testing.T, f func()) {
	t.Helper()
	f()
	tensors, bytes := leak.Settled()
	held := libtorch.HeldCallbacks()
	const runs = 32
	for range runs {
		f()
	}
	tensorsAfter, bytesAfter := leak.Settled()
	require.LessOrEqual(t, tensorsAfter, tensors)
	// The allocator's blocks may be a little larger from one time to the next; the
	// smallest leak of every run is larger than that.
	require.Less(t, bytesAfter, bytes+16*runs)
	require.LessOrEqual(t, libtorch.HeldCallbacks(), held)
}

func TestHookIsRemoved(t *testing.T) {
	x := leaf(1, 2)
	calls := 0
	count := func(*torch.Tensor) *torch.Tensor { calls++; return nil }
	first := x.RegisterHook(count)
	second := x.RegisterHook(count)
	y := x.Mul(2)
	third := y.RegisterHook(count)
	y.Sum().Backward(torch.RetainGraph(true))
	require.Equal(t, 3, calls)
	second.Remove()
	second.Remove()
	y.Sum().Backward(torch.RetainGraph(true))
	require.Equal(t, 5, calls)
	z := y.Sum()
	y.Free()
	third.Remove() // only the graph holds y by now
	z.Backward(torch.RetainGraph(true))
	require.Equal(t, 6, calls)
	first.Remove()
	z.Backward()
	require.Equal(t, 6, calls)
	require.Equal(t, []float64{8, 8}, values(x.Grad()))
	require.Error(t, torch.Try(func() error { x.RegisterHook(nil); return nil }))
	require.Error(t, torch.Try(func() error { torch.Ones(torch.Shape{1}).RegisterHook(count); return nil }))
}

func TestHookGradientsLiveAsLongAsTheHookRuns(t *testing.T) {
	x := leaf(1, 2)
	var seen, kept, computed *torch.Tensor
	x.RegisterHook(func(g *torch.Tensor) *torch.Tensor {
		seen, kept, computed = g, g.Mul(10).Keep(), g.Mul(2)
		return computed
	})
	x.Mul(3).Sum().Backward()
	require.Equal(t, []float64{6, 6}, values(x.Grad()))
	require.Equal(t, []float64{30, 30}, values(kept))
	for _, gone := range []*torch.Tensor{seen, computed} {
		require.ErrorContains(t, torch.Try(func() error { gone.Sum(); return nil }), "freed")
	}
}

func TestPanicsInsideBackward(t *testing.T) {
	broken := errors.New("broken")
	panicking := func(value any) map[string]func(x *torch.Tensor) {
		return map[string]func(x *torch.Tensor){
			"hook of a leaf": func(x *torch.Tensor) {
				x.RegisterHook(func(*torch.Tensor) *torch.Tensor { panic(value) })
				x.Mul(2).Sum().Backward()
			},
			"hook": func(x *torch.Tensor) {
				y := x.Mul(2)
				y.RegisterHook(func(*torch.Tensor) *torch.Tensor { panic(value) })
				torch.Grad([]*torch.Tensor{y.Sum()}, []*torch.Tensor{x})
			},
			"function": func(x *torch.Tensor) {
				f := torch.Function{
					Name:     "F",
					Forward:  func(_ *torch.Context, in ...*torch.Tensor) []*torch.Tensor { return in },
					Backward: func(*torch.Context, ...*torch.Tensor) []*torch.Tensor { panic(value) },
				}
				f.Call(x).Sum().Backward()
			},
		}
	}
	for name := range panicking(nil) {
		t.Run(name, func(t *testing.T) {
			run := func(value any) error {
				return torch.Try(func() error { panicking(value)[name](leaf(1, 2)); return nil })
			}
			requireBalance(t, func() {
				var e *torch.Error
				require.ErrorAs(t, run("words"), &e)
				require.Contains(t, e.Message, "words")
				require.ErrorIs(t, run(broken), broken)
				own := &torch.Error{Op: "mine", Message: "typed", Kind: torch.IndexError}
				require.Same(t, own, run(own))
				require.True(t, torch.IsGradEnabled())
				x := leaf(1, 2)
				x.Mul(x).Sum().Backward() // autograd is as it was
				require.Equal(t, []float64{2, 4}, values(x.Grad()))
			})
		})
	}
	x := leaf(1, 2)
	x.RegisterHook(func(g *torch.Tensor) *torch.Tensor { return g.Sum() })
	require.Error(t, torch.Try(func() error { x.Mul(2).Sum().Backward(); return nil }), "a gradient of another shape")
}

// A hook that ends its goroutine breaks its own Backward, and nothing else.
func TestGoexitInHook(t *testing.T) {
	done := make(chan struct{})
	go func() {
		defer close(done)
		y := leaf(1, 2).Mul(2)
		y.RegisterHook(func(*torch.Tensor) *torch.Tensor { runtime.Goexit(); return nil })
		y.Sum().Backward()
	}()
	<-done
	var group sync.WaitGroup
	for range 8 {
		group.Go(func() {
			x := leaf(1, 2)
			x.Mul(x).Sum().Backward()
			if got := values(x.Grad()); got[0] != 2 || got[1] != 4 {
				t.Errorf("gradient %v", got)
			}
		})
	}
	group.Wait()
}

func TestHooksInGoroutines(t *testing.T) {
	requireBalance(t, func() {
		shared := leaf(1, 2)
		var group sync.WaitGroup
		var mu sync.Mutex
		total := 0
		for range 8 {
			group.Go(func() {
				for range 50 {
					torch.Scoped(func(s *torch.Scope) {
						y := s.Own(shared.Mul(2))
						hook := y.RegisterHook(func(g *torch.Tensor) *torch.Tensor {
							torch.NoGrad(func() { g = g.Mul(2) })
							mu.Lock()
							total++
							mu.Unlock()
							return g
						})
						g := torch.Grad([]*torch.Tensor{y.Sum()}, []*torch.Tensor{shared})[0]
						if got := values(g); got[0] != 4 || got[1] != 4 {
							t.Errorf("gradient %v", got)
						}
						hook.Remove()
					})
				}
			})
		}
		group.Wait()
		require.Equal(t, 400, total)
	})
}

func TestManyHooksLeaveNothingBehind(t *testing.T) {
	x := leaf(1, 2)
	requireBalance(t, func() {
		for range 200 {
			torch.Scoped(func(s *torch.Scope) {
				y := s.Own(x.Mul(2))
				y.RegisterHook(func(g *torch.Tensor) *torch.Tensor { return g })
				x.RegisterHook(func(g *torch.Tensor) *torch.Tensor { return y.Mul(0).Add(g) }).Remove()
				if y.Numel() == 2 {
					y.Sum().Backward()
				}
			})
		}
	})
}

func TestOperatorsThatWouldRunHooksAreRefused(t *testing.T) {
	x := leaf(1, 2)
	x.RegisterHook(func(*torch.Tensor) *torch.Tensor { return nil })
	backward := torch.NewOperator("aten::_backward", "self", "inputs")
	require.ErrorContains(t, torch.Try(func() error { backward.Do(x.Sum(), []*torch.Tensor{x}); return nil }), "Backward")
}
