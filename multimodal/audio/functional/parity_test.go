package functional_test

import (
	"testing"

	fn "multitorch/multimodal/audio/functional"
	"multitorch/torch"
	"multitorch/twin"
)

// On the same libtorch, torchaudio's formulas give the same bits.
func TestParityOfFiltersAndKernels(t *testing.T) {
	want := twin.Run(t, `
		import math
		def bank(n_freqs, f_min, f_max, n_mels, rate):
			hz = torch.linspace(0, rate // 2, n_freqs)
			mels = torch.linspace(*(2595.0 * math.log10(1.0 + f / 700.0) for f in (f_min, f_max)), n_mels + 2)
			f = 700.0 * (10.0 ** (mels / 2595.0) - 1.0)
			slopes = f[None] - hz[:, None]
			d = f[1:] - f[:-1]
			return torch.max(torch.zeros(1), torch.min(-1.0 * slopes[:, :-2] / d[:-1], slopes[:, 2:] / d[1:]))
		def kernel(o, n, lobes, rolloff, beta=None):
			base = min(o, n) * rolloff
			width = math.ceil(lobes * o / base)
			t = torch.arange(0, -n, -1)[:, None, None] / n + torch.arange(-width, width + o, dtype=torch.float64)[None, None] / o
			t = (t * base).clamp(-lobes, lobes)
			window = torch.cos(t * math.pi / lobes / 2) ** 2
			if beta is not None:
				b = torch.tensor(float(beta))
				window = torch.i0(b * torch.sqrt(1 - (t / lobes) ** 2)) / torch.i0(b)
			t = t * math.pi
			k = torch.where(t == 0, torch.tensor(1.0).to(t), t.sin() / t)
			return (k * (window * (base / o))).float()
		save(bank=bank(201, 0.0, 8000.0, 80, 16000), odd=bank(257, 20.0, 7000.0, 23, 22050))
		save(hann=kernel(320, 441, 6, 0.99), down=kernel(2, 1, 16, 0.9), kaiser=kernel(441, 160, 6, 0.99, 14.769656459379492))
	`, nil)
	kernel := func(from, to int, o fn.ResampleOptions) *torch.Tensor {
		k, _ := fn.SincKernel(from, to, o)
		return k
	}
	for name, got := range map[string]*torch.Tensor{
		"bank":   fn.MelscaleFbanks(201, 0, 8000, 80, 16000, "", "htk"),
		"odd":    fn.MelscaleFbanks(257, 20, 7000, 23, 22050, "", "htk"),
		"hann":   kernel(16000, 22050, fn.ResampleOptions{}),
		"down":   kernel(16000, 8000, fn.ResampleOptions{LowpassFilterWidth: 16, Rolloff: 0.9}),
		"kaiser": kernel(44100, 16000, fn.ResampleOptions{Method: "sinc_interp_kaiser"}),
	} {
		twin.RequireEqual(t, want[name], got, name)
	}
}
