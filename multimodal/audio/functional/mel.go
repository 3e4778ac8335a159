package functional

import (
	"math"

	"multitorch/libm"
	"multitorch/torch"
)

// HzToMel is a frequency on the mel scale "htk", 2595·log10(1 + f/700), "slaney", which is linear up to 1 kHz, or "kaldi",
// 1127·ln(1 + f/700).
func HzToMel(hz float64, scale string) float64 {
	switch scale {
	case "htk":
		return 2595 * libm.Log10(1+hz/700)
	case "kaldi":
		return 1127 * libm.Log(1+hz/700)
	case "slaney":
		if hz < 1000 {
			return hz / slaneyStep
		}
		return slaneyKnee + libm.Log(hz/1000)/slaneyLogStep
	}
	panic(unknownScale(scale))
}

// MelToHz is [HzToMel]'s inverse.
func MelToHz(mel float64, scale string) float64 {
	switch scale {
	case "htk":
		return 700 * (libm.Pow(10, mel/2595) - 1)
	case "kaldi":
		return 700 * (libm.Exp(mel/1127) - 1)
	case "slaney":
		if mel < slaneyKnee {
			return mel * slaneyStep
		}
		return 1000 * libm.Exp(slaneyLogStep*(mel-slaneyKnee))
	}
	panic(unknownScale(scale))
}

// The scale of Slaney's Auditory Toolbox (1998).
const slaneyStep = 200. / 3

var (
	slaneyKnee    = 1000 / slaneyStep
	slaneyLogStep = libm.Log(6.4) / 27
)

func unknownScale(scale string) *torch.Error {
	return invalid("mel_scale", "the mel scale must be htk, slaney or kaldi, but got %.40q", scale)
}

// MelscaleFbanks is torchaudio's filter bank [freqs, mels]: triangles between fMin and fMax, linear in hertz, computed in
// float32. norm is "slaney" for areas of 1, or "". freqs is n_fft/2 + 1.
func MelscaleFbanks(freqs int, fMin, fMax float64, mels, rate int, norm, scale string) *torch.Tensor {
	checkBank("melscale_fbanks", freqs, fMin, fMax, mels, rate, norm)
	all := torch.Linspace(0.0, float64(rate/2), freqs, torch.Float32)
	points := torch.Linspace(HzToMel(fMin, scale), HzToMel(fMax, scale), mels+2, torch.Float32)
	f := torchMelToHz(points, scale)
	widths := f.Slice(0, 1, mels+2, 1).Sub(f.Slice(0, 0, mels+1, 1))
	slopes := f.Unsqueeze(0).Sub(all.Unsqueeze(1))
	down := slopes.Slice(1, 0, mels, 1).Neg().Div(widths.Slice(0, 0, mels, 1))
	up := slopes.Slice(1, 2, mels+2, 1).Div(widths.Slice(0, 1, mels+1, 1))
	bank := torch.Zeros(torch.Shape{1}, torch.Float32).Maximum(down.Minimum(up))
	if norm == "slaney" {
		area := f.Slice(0, 2, mels+2, 1).Sub(f.Slice(0, 0, mels, 1)).Reciprocal().Mul(2)
		bank = bank.Mul(area.Unsqueeze(0))
	}
	return bank
}

// torchMelToHz is torchaudio's _mel_to_hz.
func torchMelToHz(mels *torch.Tensor, scale string) *torch.Tensor {
	switch scale {
	case "htk":
		return mels.Div(2595).RPow(10).Sub(1).Mul(700)
	case "slaney":
		linear := mels.Mul(slaneyStep)
		return torch.Where(mels.Ge(slaneyKnee), mels.Sub(slaneyKnee).Mul(slaneyLogStep).Exp().Mul(1000), linear)
	}
	panic(unknownScale(scale))
}

// MelFilters is librosa's filter bank [freqs, mels], that of librosa.filters.mel turned over, computed in float64 and
// rounded to float32. norm is "slaney" for areas of 1, or "".
func MelFilters(freqs int, fMin, fMax float64, mels, rate int, norm, scale string) *torch.Tensor {
	checkBank("mel_filters", freqs, fMin, fMax, mels, rate, norm)
	f := make([]float64, mels+2)
	low, high := HzToMel(fMin, scale), HzToMel(fMax, scale)
	step := (high - low) / float64(mels+1)
	for i := range f {
		f[i] = MelToHz(low+float64(i)*step, scale)
	}
	bank := make([]float32, freqs*mels)
	for k := range freqs {
		hz := float64(k) * float64(rate) / float64(2*(freqs-1))
		for m := range mels {
			w := max(0, min((hz-f[m])/(f[m+1]-f[m]), (f[m+2]-hz)/(f[m+2]-f[m+1])))
			if norm == "slaney" { // librosa rounds before it divides
				w = float64(float32(w)) * (2 / (f[m+2] - f[m]))
			}
			bank[k*mels+m] = float32(w)
		}
	}
	return torch.FromSlice(bank, freqs, mels)
}

// KaldiMelBanks is Kaldi's filter bank [freqs, mels]: triangles linear in mel. The last bin, at half the rate, is in none.
func KaldiMelBanks(freqs int, fMin, fMax float64, mels, rate int) *torch.Tensor {
	checkBank("kaldi_mel_banks", freqs, fMin, fMax, mels, rate, "")
	low, high := HzToMel(fMin, "kaldi"), HzToMel(fMax, "kaldi")
	delta := (high - low) / float64(mels+1)
	bank := make([]float32, freqs*mels)
	for k := range freqs - 1 {
		mel := HzToMel(float64(k)*float64(rate)/float64(2*(freqs-1)), "kaldi")
		for m := range mels {
			left := low + float64(m)*delta
			bank[k*mels+m] = float32(max(0, min((mel-left)/delta, (left+2*delta-mel)/delta)))
		}
	}
	return torch.FromSlice(bank, freqs, mels)
}

func checkBank(op string, freqs int, fMin, fMax float64, mels, rate int, norm string) {
	switch {
	case freqs < 2 || mels < 1 || rate < 1:
		panic(invalid(op, "expected at least 2 frequencies, 1 mel and a rate of 1, but got %d, %d and %d", freqs, mels, rate))
	case !(fMin >= 0 && fMin < fMax) || math.IsInf(fMax, 0):
		panic(invalid(op, "expected 0 <= f_min < f_max, but got %v and %v", fMin, fMax))
	case norm != "" && norm != "slaney":
		panic(invalid(op, "the norm must be slaney or nothing, but got %.40q", norm))
	}
}

// MelScale applies a filter bank [freqs, mels] to spectrograms [..., freqs, frames]: [..., mels, frames].
func MelScale(spec, bank *torch.Tensor) *torch.Tensor {
	return spec.Transpose(-1, -2).Matmul(bank).Transpose(-1, -2)
}
