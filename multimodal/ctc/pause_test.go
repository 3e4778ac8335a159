package ctc_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	"multitorch/multimodal/ctc"
	"multitorch/nn/functional"
	"multitorch/torch"
)

// scoresOf are scores [T, classes] whose likeliest labels are a path's.
func scoresOf(path []int64, classes int) *torch.Tensor {
	return functional.OneHot(torch.FromSlice(path), classes).To(torch.Float32).Mul(5)
}

func TestPause(t *testing.T) {
	for _, c := range []struct {
		path []int64
		want int
	}{
		{[]int64{1, 0, 0, 0, 0, 0, 2, 0, 0, 3}, 8}, // in the longer stretch of the second half
		{[]int64{1, 1, 0, 0, 0, 0, 0, 1}, 5},
		{[]int64{1, 2}, 1},
		{[]int64{0, 0}, 1},
		{[]int64{2, 2, 2, 2, 2}, 2},
	} {
		require.Equal(t, c.want, ctc.Pause(scoresOf(c.path, 4)), "%v", c.path)
	}
	require.Error(t, torch.Try(func() error { ctc.Pause(torch.Zeros(torch.Shape{1, 3})); return nil }))
	require.Error(t, torch.Try(func() error { ctc.Pause(torch.Zeros(torch.Shape{3})); return nil }))
}

// Two pieces mean what the whole does.
func TestPauseLosesNothing(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		path := rapid.SliceOfN(rapid.SampledFrom([]int64{0, 0, 1, 2}), 2, 40).Draw(t, "path")
		path[len(path)-1] = 0 // a blank in the second half
		scores := scoresOf(path, 3)
		cut := ctc.Pause(scores)
		require.True(t, cut >= 1 && cut < len(path), "%d", cut)
		require.Equal(t, ctc.Collapse(path), append(ctc.Collapse(path[:cut]), ctc.Collapse(path[cut:])...))
	})
}
