// Package golden has the numbers of librosa, torchaudio, soxr, kaldi-native-fbank and Whisper's formulas that tests of audio
// compare with, and how they compare.
package golden

import (
	"fmt"
	"os"
	"sync"
	"testing"

	"github.com/stretchr/testify/require"

	"multitorch/torch"
)

// Tensor is one of the tensors of multimodal/audio/testdata/golden.npz, which scripts/golden/audio.py made.
func Tensor(t testing.TB, name string) *torch.Tensor {
	t.Helper()
	all, err := load()
	require.NoError(t, err)
	require.Contains(t, all, name)
	return all[name]
}

var load = sync.OnceValues(func() (map[string]*torch.Tensor, error) {
	path := "testdata/golden.npz" // of package audio; the packages in it are a folder below
	if _, err := os.Stat(path); err != nil {
		path = "../" + path
	}
	tensors, err := torch.LoadNpz(path)
	all := map[string]*torch.Tensor{}
	for _, n := range tensors {
		all[n.Name] = n.Tensor
	}
	return all, err
})

// Near checks shapes, and that values differ by at most 1e-5 of their own size; near 0, which others round as well, by at
// most 1e-6 of the largest one.
func Near(t testing.TB, want, got *torch.Tensor, about ...any) {
	t.Helper()
	Within(t, 1e-5, 1e-6, want, got, about...)
}

// Within is [Near] with other bounds.
func Within(t testing.TB, rtol, floor float64, want, got *torch.Tensor, about ...any) {
	t.Helper()
	require.Equal(t, want.Shape(), got.Shape(), about...)
	want, got = want.To(torch.Float64), got.Detach().To(torch.Float64)
	require.True(t, got.IsFinite().All().Item() == 1, "%v: not finite", about)
	largest := want.Abs().Max()
	off := want.Sub(got).Abs().Sub(largest.Mul(floor)).Div(want.Abs().Add(1e-300)).Max().Item()
	diff := want.Sub(got).Abs().Max().Item()
	require.LessOrEqual(t, off, rtol, fmt.Sprintf("%v: differs by %.3g, the largest value is %.3g", about, diff, largest.Item()))
}
