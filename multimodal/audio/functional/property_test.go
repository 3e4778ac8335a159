package functional_test

import (
	"testing"

	"github.com/stretchr/testify/require"
	"pgregory.net/rapid"

	fn "multitorch/multimodal/audio/functional"
	"multitorch/torch"
)

// Resampling gives ceil(n·to/from) samples, keeps constants in the middle, and is linear.
func TestResampleProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		from, to := rapid.IntRange(1, 40).Draw(t, "from"), rapid.IntRange(1, 40).Draw(t, "to")
		n := rapid.IntRange(1, 400).Draw(t, "n")
		o := rapid.SampledFrom([]fn.ResampleOptions{{}, {Method: "sinc_interp_kaiser", LowpassFilterWidth: 12}, fn.SoxrHQ()}).Draw(t, "o")
		x := torch.Randn(torch.Shape{2, n})
		y := fn.Resample(x, 1000*from, 1000*to, o)
		require.Equal(t, torch.Shape{2, (n*to + from - 1) / from}, y.Shape())
		sum := fn.Resample(x.Select(0, 0).Add(x.Select(0, 1).Mul(2)), from, to, o)
		require.Less(t, sum.Sub(y.Select(0, 0)).Sub(y.Select(0, 1).Mul(2)).Abs().Max().Item(), 1e-4)
		flat := fn.Resample(torch.Ones(torch.Shape{400 * max(from/to, 1)}), from, to, o)
		require.InDelta(t, 1, flat.Index(flat.Size(0)/2).Item(), 2e-2)
	})
}

// A mask covers neighbours of one axis, fewer than asked for, and leaves the rest.
func TestMaskProperties(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		freqs, frames := rapid.IntRange(1, 20).Draw(t, "freqs"), rapid.IntRange(1, 20).Draw(t, "frames")
		axis := rapid.SampledFrom([]int{-1, -2}).Draw(t, "axis")
		param, p := rapid.IntRange(0, 30).Draw(t, "param"), rapid.Float64Range(0, 1).Draw(t, "p")
		x := torch.Rand(torch.Shape{3, freqs, frames}).Add(1)
		for _, y := range []*torch.Tensor{fn.MaskAlongAxis(x, param, 0, axis, p), fn.MaskAlongAxisIID(x, param, 0, axis, p)} {
			hidden := y.Eq(0)
			require.True(t, torch.Equal(y, x.MaskedFill(hidden, 0)))
			along := hidden.Transpose(axis, -1).Select(1, 0).To(torch.Int64) // [3, size]
			require.True(t, torch.Equal(hidden, hidden.Narrow(-3-axis, 0, 1).ExpandAs(hidden)))
			covered := int(along.Sum(-1).Max().ItemInt())
			require.LessOrEqual(t, covered, max(param-1, 0))
			edges := along.Slice(1, 1, along.Size(1), 1).Sub(along.Slice(1, 0, along.Size(1)-1, 1)).Abs().Sum(-1).Max().ItemInt()
			require.LessOrEqual(t, edges, int64(2))
		}
	})
}
