package torch_test

import (
	"fmt"
	"path/filepath"
	"runtime"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/leak"
	"multitorch/torch"
)

// freed is the error of using x.
func freed(t *testing.T, x *torch.Tensor) *torch.Error {
	t.Helper()
	var e *torch.Error
	require.ErrorAs(t, torch.Try(func() error { x.Add(x); return nil }), &e)
	require.Equal(t, torch.FreedError, e.Kind)
	return e
}

func TestScopeFreesWhatWasComputedInIt(t *testing.T) {
	outside := torch.Ones(torch.Shape{2})
	var x, sum, part, grown *torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		x = s.Own(torch.Ones(torch.Shape{2}))
		sum = outside.Add(x).Mul(2)
		part = torch.Cat([]*torch.Tensor{outside, x}, 0).Split(2, 0)[1]
		grown = outside.Add(1)
		require.Equal(t, 6, s.Len(), "x, the sum, its double, the joined one and its two parts")
	})
	for _, y := range []*torch.Tensor{x, sum, part} {
		freed(t, y)
	}
	require.Equal(t, []float32{2, 2}, torch.ToSlice[float32](grown), "computed from tensors of no scope")
	require.Equal(t, []float32{1, 1}, torch.ToSlice[float32](outside))
}

func TestResultsJoinTheInnermostScope(t *testing.T) {
	outer := torch.OpenScope()
	defer outer.Close()
	inner := torch.OpenScope()
	a, b := outer.Own(torch.Ones(torch.Shape{2})), inner.Own(torch.Ones(torch.Shape{2}))
	results := map[string]*torch.Tensor{
		"first": a.Add(b), "second": b.Add(a), "list": torch.Stack([]*torch.Tensor{a, b, a}, 0), "three": torch.Where(a.Gt(0), a, b),
	}
	ofOuter := a.Add(a)
	inner.Close()
	for name, r := range results {
		require.Contains(t, freed(t, r).Message, inner.String(), name)
	}
	require.Equal(t, []float32{2, 2}, torch.ToSlice[float32](ofOuter))
}

func TestKeepOutlivesTheScope(t *testing.T) {
	var kept, lost *torch.Tensor
	torch.Scoped(func(s *torch.Scope) {
		x := s.Own(torch.Ones(torch.Shape{2}))
		lost = x.Add(1)
		kept = lost.Add(1).Keep()
		require.Same(t, kept, kept.Keep(), "a second Keep does nothing")
		require.Equal(t, 2, s.Len())
	})
	require.Equal(t, []float32{3, 3}, torch.ToSlice[float32](kept))
	require.ErrorContains(t, torch.Try(func() error { lost.Keep(); return nil }), "freed with its scope")
}

func TestOwnMovesBetweenScopes(t *testing.T) {
	first, second := torch.OpenScope(), torch.OpenScope()
	x := first.Own(torch.Ones(torch.Shape{2}))
	require.Same(t, x, second.Own(x))
	require.Zero(t, first.Len())
	require.Equal(t, 1, second.Len())
	first.Own(x)
	first.Own(x)
	require.Equal(t, 1, first.Len())
	second.Own(x)
	first.Close()
	require.Equal(t, 2.0, x.Sum().Item(), "its scope is the second")
	second.Close()
	freed(t, x)
	require.Nil(t, second.Own(nil))
	require.ErrorContains(t, torch.Try(func() error { second.Own(torch.Ones(torch.Shape{2})); return nil }), "is closed")
	open := torch.OpenScope()
	defer open.Close()
	require.ErrorContains(t, torch.Try(func() error { open.Own(x); return nil }), "freed with its scope")
}

func TestResultsOfAClosedScopesTensorsStillInUse(t *testing.T) {
	s := torch.OpenScope()
	x := s.Own(torch.Ones(torch.Shape{2})).Keep()
	s.Close()
	s.Close()
	require.Equal(t, 4.0, x.Add(x).Sum().Item())
}

func TestUseAfterFreeNamesTheScope(t *testing.T) {
	var x, y *torch.Tensor
	_, file, line, _ := runtime.Caller(0)
	torch.Scoped(func(s *torch.Scope) { x = s.Own(torch.Ones(torch.Shape{2})) })
	s := torch.OpenScope()
	y = s.Own(torch.Ones(torch.Shape{2}))
	s.Close()
	for i, x := range []*torch.Tensor{x, y} {
		e := freed(t, x)
		require.Equal(t, fmt.Sprintf("the tensor was freed with its scope, opened at %s:%d; Keep takes a tensor out of its scope",
			filepath.Base(file), line+1+i), e.Message)
		require.Equal(t, "add", e.Op)
	}
	// Every way to use it says so.
	for name, use := range map[string]func(){
		"Shape": func() { x.Shape() }, "DType": func() { x.DType() }, "Item": func() { x.Item() },
		"ToSlice": func() { torch.ToSlice[float32](x) }, "Bytes": func() { x.Bytes() },
		"Backward": func() { x.Backward() }, "Grad": func() { x.Grad() }, "SetGrad": func() { torch.Ones(nil).SetGrad(x) },
		"Cat": func() { torch.Cat([]*torch.Tensor{torch.Ones(torch.Shape{2}), x}, 0) }, "To": func() { x.To(torch.Float64) },
		"in place": func() { x.AddInplace(1) }, "SetRNGState": func() { torch.SetRNGState(x) }, "String": func() { x.Topk(1, 0) },
	} {
		var e *torch.Error
		require.ErrorAs(t, torch.Try(func() error { use(); return nil }), &e, name)
		require.Equal(t, torch.FreedError, e.Kind, name)
	}
}

func TestFreeAll(t *testing.T) {
	before := leak.CollectorOff(t)
	x, y := torch.Ones(torch.Shape{2}), torch.Ones(torch.Shape{3})
	torch.FreeAll()
	torch.FreeAll(x, y)
	require.Equal(t, before, torch.LiveTensors())
	for _, freed := range []*torch.Tensor{x, y} {
		require.ErrorIs(t, torch.Try(func() error { freed.Exp(); return nil }), torch.FreedError)
		require.ErrorContains(t, torch.Try(func() error { freed.Exp(); return nil }), "scope_test.go")
		require.ErrorIs(t, torch.Try(func() error { torch.FreeAll(freed); return nil }), torch.FreedError)
	}
	require.Error(t, torch.Try(func() error { torch.FreeAll(nil); return nil }))
}

func TestFree(t *testing.T) {
	x := torch.Ones(torch.Shape{2})
	x.Free()
	require.Equal(t, "the tensor was freed by Free at "+here(-1)+", and can't be used any more", freed(t, x).Message)
	require.ErrorContains(t, torch.Try(func() error { x.Free(); return nil }), "Free: the tensor was freed by Free")
	torch.Scoped(func(s *torch.Scope) {
		y := s.Own(torch.Ones(torch.Shape{2}))
		y.Free()
		require.Zero(t, s.Len())
		require.Error(t, torch.Try(func() error { y.Free(); return nil }))
	})
	var none *torch.Tensor
	for _, use := range []func(){func() { none.Free() }, func() { none.Keep() }, func() { none.Add(1) }, func() { none.Shape() }, func() { x.Add(none) }} {
		var e *torch.Error
		require.ErrorAs(t, torch.Try(func() error { use(); return nil }), &e)
	}
}

func TestScopeClosesAtPanicAndGoexit(t *testing.T) {
	var x, y *torch.Tensor
	require.PanicsWithValue(t, "out", func() {
		torch.Scoped(func(s *torch.Scope) {
			x = s.Own(torch.Ones(torch.Shape{2}))
			panic("out")
		})
	})
	freed(t, x)
	done := make(chan struct{})
	go func() {
		defer close(done)
		torch.Scoped(func(s *torch.Scope) {
			y = s.Own(torch.Ones(torch.Shape{2}))
			runtime.Goexit()
		})
	}()
	<-done
	freed(t, y)
}

func TestLongScopeDoesNotGrow(t *testing.T) {
	torch.Scoped(func(s *torch.Scope) {
		x := s.Own(torch.Ones(torch.Shape{2}))
		churn := func(n int) {
			for range n {
				x.Add(x).Free()
				x.Add(x).Keep().Free()
			}
		}
		churn(1000) // the list has its size now
		var before, after runtime.MemStats
		live, _ := leak.Settled()
		runtime.ReadMemStats(&before)
		churn(50_000)
		liveAfter, _ := leak.Settled()
		runtime.ReadMemStats(&after)
		require.Less(t, int64(after.HeapAlloc)-int64(before.HeapAlloc), int64(200_000), "each tensor is more than 50 bytes")
		require.Equal(t, live, liveAfter)
		require.Equal(t, 1, s.Len())
	})
}

// Whatever goroutines do to a tensor at once, it is freed once, and who comes late
// gets an error.
func TestScopesAndGoroutines(t *testing.T) {
	before, _ := leak.Settled()
	for range 300 {
		s, other := torch.OpenScope(), torch.OpenScope()
		x := s.Own(torch.Ones(torch.Shape{64}))
		uses := []func(){
			func() { x.Add(x).Mul(2) },
			func() { torch.ToSlice[float32](x) },
			func() { s.Close() },
			func() { x.Keep() },
			func() { x.Keep() },
			func() { other.Own(x) },
			func() { x.Free() },
			func() { x.Free() },
			func() { x.Split(8, 0) },
			func() { other.Close() },
		}
		errs := make([]error, len(uses))
		var group sync.WaitGroup
		for i, use := range uses {
			group.Go(func() { errs[i] = torch.Try(func() error { use(); return nil }) })
		}
		group.Wait()
		for _, err := range errs {
			if err != nil {
				var e *torch.Error
				require.ErrorAs(t, err, &e)
				require.Equal(t, torch.FreedError, e.Kind, err)
			}
		}
		freed(t, x)
		s.Close()
		other.Close()
	}
	after, _ := leak.Settled()
	require.Equal(t, before, after)
}
