//go:build !race

package trainer_test

import (
	"os"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// A loop as a user writes it in main, which runs on one thread: no scope, nothing
// freed by hand.
func TestMemoryStaysFlatOver5000Steps(t *testing.T) {
	p := newScript(t, 5000, 4)
	steps, early := 0, 0
	torch.Pinned(func() {
		for range 4 {
			p.epoch(t, func(int) {
				if steps++; steps == 1000 {
					early = resident(t)
				}
			})
		}
	})
	require.Equal(t, 5000, steps)
	require.Less(t, resident(t)-early, 2<<20, "a leak of 512 bytes a step would make this 2 MiB")
}

// resident is the process's resident memory in bytes.
func resident(t testing.TB) int {
	statm, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	require.NoError(t, err)
	return pages * os.Getpagesize()
}
