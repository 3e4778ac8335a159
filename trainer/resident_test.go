//go:build !race

package trainer_test

import (
	"os"
	"runtime"
	"strconv"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

// A loop as a user writes it in main, which runs on one thread: no scope, nothing
// freed by hand.
func TestMemoryStaysFlatOver5000Steps(t *testing.T) {
	p := newScript(t, 5000, 4)
	const leak = 512 * 3750 // bytes, of 512 a step
	grown := leak
	torch.Pinned(func() {
		steps := 0
		epochs := func(n int) {
			for range n {
				p.epoch(t, func(int) { steps++ })
			}
		}
		epochs(1)
		for n := 0; n < 5 && grown >= leak; n++ { // the collector may once be late on a busy machine; a leak would show each time
			early, from := resident(t), steps
			epochs(3)
			require.Equal(t, 3750, steps-from)
			grown = resident(t) - early
		}
	})
	require.Less(t, grown, leak)
}

// resident is the process's resident memory in bytes.
func resident(t testing.TB) int {
	statm, err := os.ReadFile("/proc/self/statm")
	require.NoError(t, err)
	pages, err := strconv.Atoi(strings.Fields(string(statm))[1])
	require.NoError(t, err)
	return pages * os.Getpagesize()
}

// An evaluation of a million samples takes no more memory than one of a tenth of them.
func TestEvaluationInConstantMemory(t *testing.T) {
	torch.ManualSeed(1)
	model := &net{FC: nn.NewLinear(2, 3)}
	const batch = 10_000
	peak := func(n int) (bytes int64, mib int) {
		points := trainer.Count(n)
		step := func(i int) (*torch.Tensor, metrics.Classified) {
			x, class := torch.Rand(torch.Shape{batch, 2}), torch.Randint(0, 3, torch.Shape{batch})
			scores := model.FC.Forward(x)
			bytes = max(bytes, torch.Memory().Bytes)
			return nn.NewCrossEntropyLoss().Forward(scores, class), metrics.Classified{Scores: scores, Target: class}
		}
		e, err := trainer.Evaluate(t.Context(), model, points, step, metrics.Metric[metrics.Classified](metrics.NewAccuracy()),
			metrics.NewMacroF1(3), metrics.NewTopK(2), metrics.NewPerplexity())
		require.NoError(t, err)
		require.Equal(t, n*batch, e.Samples)
		runtime.GC()
		return bytes, resident(t) >> 20
	}
	before, small := peak(10)
	after, large := peak(100)
	t.Logf("1e5 samples: %d bytes of tensors at most, %d MiB; 1e6: %d bytes, %d MiB", before, small, after, large)
	require.LessOrEqual(t, after, before+before/4)
	require.LessOrEqual(t, large, small+32)
}
