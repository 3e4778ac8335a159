package audio_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// golden is what librosa, torchaudio, kaldi-native-fbank and Whisper's formulas gave (scripts/golden/audio.py).
func golden(t testing.TB, name string) *torch.Tensor {
	g, err := loadGolden()
	require.NoError(t, err)
	require.Contains(t, g, name)
	return g[name]
}

var loadGolden = sync.OnceValues(func() (map[string]*torch.Tensor, error) {
	tensors, err := torch.LoadNpz("testdata/golden.npz")
	all := map[string]*torch.Tensor{}
	for _, n := range tensors {
		all[n.Name] = n.Tensor
	}
	return all, err
})

// near checks shapes, and that values differ by at most 1e-5 of their own size; near 0, which others round as well, by at
// most 1e-6 of the largest one.
func near(t testing.TB, want, got *torch.Tensor, about ...any) {
	t.Helper()
	within(t, 1e-5, 1e-6, want, got, about...)
}

func within(t testing.TB, rtol, floor float64, want, got *torch.Tensor, about ...any) {
	t.Helper()
	require.Equal(t, want.Shape(), got.Shape(), about...)
	want, got = want.To(torch.Float64), got.Detach().To(torch.Float64)
	require.True(t, got.IsFinite().All().Item() == 1, "%v: not finite", about)
	largest := want.Abs().Max()
	off := want.Sub(got).Abs().Sub(largest.Mul(floor)).Div(want.Abs().Add(1e-300)).Max().Item()
	diff := want.Sub(got).Abs().Max().Item()
	require.LessOrEqual(t, off, rtol, fmt.Sprintf("%v: differs by %.3g, the largest value is %.3g", about, diff, largest.Item()))
}
