package torch_test

import (
	"math"

	"multitorch/torch"
	"multitorch/torch/fft"
	"multitorch/torch/linalg"
	"multitorch/twin"
)

// Programs on sounds, pictures and complex numbers.
var signalPrograms = []twin.Program{
	{Name: "mel", Python: `
import math
sr, n_fft, hop, n_mels = 16000, 400, 160, 40
t = torch.arange(16000) / sr
y = torch.sin(2 * math.pi * 440 * t) + 0.1 * torch.randn(16000)
y = torch.cat([y[:1], y[1:] - 0.97 * y[:-1]])
spec = torch.stft(y, n_fft, hop, window=torch.hann_window(n_fft), return_complex=True)
power = spec.abs() ** 2
power2 = spec.real.square() + spec.imag.square()
mel = lambda f: 2595 * math.log10(1 + f / 700)
m = torch.linspace(mel(0), mel(sr / 2), n_mels + 2)
f = 700 * (10 ** (m / 2595) - 1)
freqs = torch.linspace(0, sr // 2, n_fft // 2 + 1)
diff = f[1:] - f[:-1]
slopes = f.unsqueeze(0) - freqs.unsqueeze(1)
down = (-1.0 * slopes[:, :-2]) / diff[:-1]
up = slopes[:, 2:] / diff[1:]
fb = torch.max(torch.zeros(1), torch.min(down, up))
logmel = torch.log10((power.T @ fb).clamp(min=1e-10))
logmel = torch.maximum(logmel, logmel.max() - 8.0)
dct = torch.cos(math.pi / n_mels * (torch.arange(n_mels) + 0.5) * torch.arange(13.).unsqueeze(1))
dct[0] *= 1 / math.sqrt(2)
mfcc = logmel @ dct.t() * math.sqrt(2 / n_mels)
back = torch.istft(spec, n_fft, hop, window=torch.hann_window(n_fft), length=16000)
frames = y.unfold(0, n_fft, hop) * torch.hamming_window(n_fft)
manual = torch.fft.rfft(frames, n=512)
save(spec=torch.view_as_real(spec), power=power, power2=power2, fb=fb, mfcc=mfcc, back=back, manual=torch.view_as_real(manual), ang=manual.angle())
ac = torch.fft.irfft(torch.fft.rfft(y, n=32768).abs() ** 2)[:100]
fs = torch.fft.fftshift(torch.fft.fftfreq(9, 0.5))
img = torch.fft.fft2(torch.randn(8, 8), norm="ortho")
save(ac=ac, fs=fs, img=torch.view_as_real(img), ifft=torch.view_as_real(torch.fft.ifft(img, dim=0)))
`, Go: func(save func(string, any)) {
		sr, nFFT, hop, nMels := 16000, 400, 160, 40
		t := torch.Arange(0, 16000, 1).Div(sr)
		y := t.Mul(2 * math.Pi * 440).Sin().Add(torch.Randn(S{16000}).Mul(0.1))
		y = torch.Cat(L{y.Index(R(nil, 1)), y.Index(R(1, nil)).Sub(y.Index(R(nil, -1)).Mul(0.97))}, 0)
		spec := y.STFT(nFFT, torch.STFTOptions{HopLength: hop, Window: torch.HannWindow(nFFT, true)})
		power := spec.Abs().Pow(2)
		power2 := spec.Real().Square().Add(spec.Imag().Square())
		mel := func(f float64) float64 { return 2595 * math.Log10(1+f/700) }
		m := torch.Linspace(mel(0), mel(float64(sr)/2), nMels+2)
		f := m.Div(2595).RPow(10).Sub(1).Mul(700)
		freqs := torch.Linspace(0, float64(sr/2), nFFT/2+1)
		diff := f.Index(R(1, nil)).Sub(f.Index(R(nil, -1)))
		slopes := f.Unsqueeze(0).Sub(freqs.Unsqueeze(1))
		down := slopes.Index(All, R(nil, -2)).Mul(-1.0).Div(diff.Index(R(nil, -1)))
		up := slopes.Index(All, R(2, nil)).Div(diff.Index(R(1, nil)))
		fb := torch.Zeros(S{1}).Maximum(down.Minimum(up))
		logmel := power.T().Matmul(fb).Clamp(1e-10, nil).Log10()
		logmel = logmel.Maximum(logmel.Max().Sub(8.0))
		dct := torch.Arange(0, nMels, 1).Add(0.5).Mul(math.Pi / float64(nMels)).Mul(torch.Arange(0, 13., 1).Unsqueeze(1)).Cos()
		dct.Index(0).MulInplace(1 / math.Sqrt(2))
		mfcc := logmel.Matmul(dct.T()).Mul(math.Sqrt(2 / float64(nMels)))
		back := spec.ISTFT(nFFT, torch.STFTOptions{HopLength: hop, Window: torch.HannWindow(nFFT, true), Length: 16000})
		frames := y.Unfold(0, nFFT, hop).Mul(torch.HammingWindow(nFFT, true, 0.54, 0.46))
		manual := fft.RFFT(frames, fft.N(512))
		save("spec", spec.ViewAsReal())
		save("power", power)
		save("power2", power2)
		save("fb", fb)
		save("mfcc", mfcc)
		save("back", back)
		save("manual", manual.ViewAsReal())
		save("ang", manual.Angle())
		save("ac", fft.IRFFT(fft.RFFT(y, fft.N(32768)).Abs().Pow(2)).Index(R(nil, 100)))
		save("fs", fft.FFTShift(fft.FFTFreq(9, 0.5)))
		img := fft.FFT2(torch.Randn(S{8, 8}), fft.Norm("ortho"))
		save("img", img.ViewAsReal())
		save("ifft", fft.IFFT(img, fft.Dim(0)).ViewAsReal())
	}},
	{Name: "image", Python: `
F = torch.nn.functional
img = torch.randint(0, 256, (3, 17, 23), dtype=torch.uint8)
x = img.float() / 255
mean, std = torch.tensor([0.485, 0.456, 0.406]), torch.tensor([0.229, 0.224, 0.225])
n = (x - mean[:, None, None]) / std[:, None, None]
hflip, vflip = n.flip(-1), n.flip([1])
padded = F.pad(n, (2, 2, 1, 1), mode="reflect")
zp = F.pad(n, (4, 4, 4, 4), value=-1.)
crop = zp[:, 3:20, 5:28]
patches = padded.unfold(1, 3, 1).unfold(2, 3, 1)
sobel = torch.tensor([[-1., 0, 1], [-2, 0, 2], [-1, 0, 1]])
gx = (patches * sobel).sum((-1, -2))
gy = torch.einsum("chwij,ij->chw", patches, sobel.t())
mag = torch.hypot(gx, gy)
tiles = n[:, :16, :16].reshape(3, 4, 4, 4, 4).permute(1, 3, 0, 2, 4).reshape(16, -1)
pooled = n[:, :16, :22].unfold(1, 2, 2).unfold(2, 2, 2).amax((-1, -2))
gray = (x * torch.tensor([0.299, 0.587, 0.114]).view(3, 1, 1)).sum(0)
hist = torch.histc(gray, 16, 0, 1)
eq = hist.cumsum(0) / hist.sum()
lut = eq[(gray * 15).long()]
rot = torch.rot90(n, 1, [1, 2])
rolled = n.roll(1, 1).roll(-2, 2)
back = (x.clamp(0, 1) * 255 + 0.5).to(torch.uint8)
eps = n + 0.1 * n.sign()
mixed = torch.where(torch.rand(17, 23) > 0.5, n, eps)
erase = n.clone(); erase[:, 2:7, 3:9] = torch.rand(3, 5, 6); erase[:, -1] = 0; erase[0, ::2, 1::3] += 5
save(n=n, hflip=hflip, vflip=vflip, crop=crop, gx=gx, gy=gy, mag=mag, tiles=tiles, pooled=pooled, hist=hist, lut=lut, rot=rot, rolled=rolled, back=back, mixed=mixed, erase=erase, inv=255 - img, q=torch.quantile(gray, torch.tensor([.1, .5, .9])), b=img >> 2, m=(img & 15) | 3, med=gray.median(), mode=img.flatten().mode()[0])
`, Go: func(save func(string, any)) {
		img := torch.Randint(0, 256, S{3, 17, 23}, torch.Uint8)
		x := img.Float().Div(255)
		mean, std := torch.New([]float32{0.485, 0.456, 0.406}), torch.New([]float32{0.229, 0.224, 0.225})
		n := x.Sub(mean.Index(All, nil, nil)).Div(std.Index(All, nil, nil))
		padded := n.PadMode("reflect", 2, 2, 1, 1)
		zp := n.Pad(-1, 4, 4, 4, 4)
		patches := padded.Unfold(1, 3, 1).Unfold(2, 3, 1)
		sobel := torch.New([][]float32{{-1, 0, 1}, {-2, 0, 2}, {-1, 0, 1}})
		gx := patches.Mul(sobel).Sum(-1, -2)
		gy := torch.Einsum("chwij,ij->chw", patches, sobel.T())
		tiles := n.Index(All, R(nil, 16), R(nil, 16)).Reshape(3, 4, 4, 4, 4).Permute(1, 3, 0, 2, 4).Reshape(16, -1)
		pooled := n.Index(All, R(nil, 16), R(nil, 22)).Unfold(1, 2, 2).Unfold(2, 2, 2).Amax(-1, -2)
		gray := x.Mul(torch.New([]float32{0.299, 0.587, 0.114}).View(3, 1, 1)).Sum(0)
		hist := gray.Histc(16, 0, 1)
		eq := hist.Cumsum(0).Div(hist.Sum())
		lut := eq.Index(gray.Mul(15).Long())
		eps := n.Add(n.Sign().Mul(0.1))
		mixed := torch.Where(torch.Rand(S{17, 23}).Gt(0.5), n, eps)
		erase := n.Clone()
		erase.IndexPut(torch.Rand(S{3, 5, 6}), All, R(2, 7), R(3, 9))
		erase.IndexPut(0, All, -1)
		erase.Index(0, R(nil, nil, 2), R(1, nil, 3)).AddInplace(5)
		for k, v := range map[string]T{
			"n": n, "hflip": n.Flip(-1), "vflip": n.Flip(1), "crop": zp.Index(All, R(3, 20), R(5, 28)), "gx": gx, "gy": gy, "mag": gx.Hypot(gy),
			"tiles":  tiles,
			"pooled": pooled, "hist": hist, "lut": lut, "rot": n.Rot90(1, [2]int{1, 2}), "rolled": n.Roll(1, 1).Roll(-2, 2),
			"back":  x.Clamp(0, 1).Mul(255).Add(0.5).To(torch.Uint8),
			"mixed": mixed, "erase": erase, "inv": img.RSub(255), "q": gray.Quantile(torch.New([]float32{.1, .5, .9})),
			"b": img.BitwiseRightShift(2), "m": img.BitwiseAnd(15).BitwiseOr(3), "med": gray.Median(),
		} {
			save(k, v)
		}
		mode, _ := img.Flatten(0, -1).Mode(-1)
		save("mode", mode)
	}},
	{Name: "complex", Python: `
z = torch.complex(torch.randn(4, 4), torch.randn(4, 4))
h = z + z.mH
w = torch.linalg.eigvalsh(h)
x = torch.randn(4, requires_grad=True)
y = torch.polar(torch.ones(4), x)
l = (y * y.conj()).real.sum() + y.angle().sum() + (y ** 2).imag.sum() + y.abs().log1p().sum()
l.backward()
r = torch.view_as_complex(torch.randn(3, 2)); r.requires_grad_()
((r * r.conj()).real * 2 + r.imag).sum().backward()
zc = z.conj()
zi = z.clone(); zi.real.mul_(2); zi.imag[0] = 0; zi[1, 1] = 3 - 1j
sq = (-torch.rand(3)).to(torch.complex64).sqrt()
save(h=h, w=w, y=y, gx=x.grad, gr=r.grad, zc=zc.resolve_conj(), zz=zc @ z, zi=zi, sq=sq, e=torch.exp(1j * x.detach()), mul=z * (2 + 1j), add=1j + z, div=1 / z, p=z ** 2, eq=z == zc, s=z.sum(), m=z.mean(), n=z.norm(), sg=z.sgn(), vd=torch.vdot(z[0], z[1]), nd=zc.imag, t=z.T.contiguous(), d=z.to(torch.complex128).prod(), real=z.real, isr=torch.isreal(zi), std=z.std(), cp=z.cumprod(0), det=torch.linalg.det(z), inv=torch.linalg.inv(z))
`, Go: func(save func(string, any)) {
		z := torch.Complex(torch.Randn(S{4, 4}), torch.Randn(S{4, 4}))
		h := z.Add(z.MH())
		x := torch.Randn(S{4}, torch.RequiresGrad(true))
		y := torch.Polar(torch.Ones(S{4}), x)
		l := y.Mul(y.Conj()).Real().Sum().Add(y.Angle().Sum()).Add(y.Pow(2).Imag().Sum()).Add(y.Abs().Log1p().Sum())
		l.Backward()
		r := torch.Randn(S{3, 2}).ViewAsComplex().SetRequiresGrad(true)
		r.Mul(r.Conj()).Real().Mul(2).Add(r.Imag()).Sum().Backward()
		zc := z.Conj()
		zi := z.Clone()
		zi.Real().MulInplace(2)
		zi.Imag().IndexPut(0, 0)
		zi.IndexPut(3-1i, 1, 1)
		sq := torch.Rand(S{3}).Neg().To(torch.Complex64).Sqrt()
		save("h", h)
		save("w", linalg.EigValsH(h))
		save("y", y)
		save("gx", x.Grad())
		save("gr", r.Grad())
		save("zc", zc.ResolveConj())
		save("zz", zc.Matmul(z))
		save("zi", zi)
		save("sq", sq)
		save("e", x.Detach().Mul(1i).Exp())
		save("mul", z.Mul(2+1i))
		save("add", z.Add(1i))
		save("div", z.RDiv(1))
		save("p", z.Pow(2))
		save("eq", z.Eq(zc))
		save("s", z.Sum())
		save("m", z.Mean())
		save("n", z.Norm())
		save("sg", z.Sgn())
		save("vd", z.Index(0).Vdot(z.Index(1)))
		save("nd", zc.Imag())
		save("t", z.T().Contiguous())
		save("d", z.To(torch.Complex128).Prod())
		save("real", z.Real())
		save("isr", zi.IsReal())
		save("std", z.Std())
		save("cp", z.Cumprod(0))
		save("det", z.Det())
		save("inv", z.Inverse())
	}},
}
