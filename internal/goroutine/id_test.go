package goroutine_test

import (
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/internal/goroutine"
)

func TestGoroutinesAreToldApart(t *testing.T) {
	const n = 100
	ids := make([]uintptr, n)
	var all, together sync.WaitGroup
	together.Add(n)
	for i := range n {
		all.Go(func() {
			ids[i] = goroutine.ID()
			together.Done()
			together.Wait() // all live at once
			if goroutine.ID() != ids[i] {
				t.Error("a goroutine's ID has changed")
			}
		})
	}
	all.Wait()
	seen := map[uintptr]bool{0: true, goroutine.ID(): true}
	for _, id := range ids {
		require.False(t, seen[id])
		seen[id] = true
	}
}

func TestIDSurvivesAGrowingStack(t *testing.T) {
	before := goroutine.ID()
	var grow func(depth int) [1 << 10]byte
	grow = func(depth int) (b [1 << 10]byte) {
		if depth > 0 {
			b = grow(depth - 1)
		}
		return b
	}
	grow(1000)
	require.Equal(t, before, goroutine.ID())
}
