package functional

import "multitorch/torch"

// VADOptions are the settings of [EnergyVAD]. The names and defaults are those of Kaldi's compute-vad.
type VADOptions struct {
	Threshold float64 // of the log energy: 5
	MeanScale float64 // of the mean log energy, which is added to it: 0.5
	Context   int     // frames on each side that are asked, too: 0
	Part      float64 // of those frames that must be above the threshold: 0.6
}

// KaldiVAD is Kaldi's default settings.
func KaldiVAD() VADOptions { return VADOptions{Threshold: 5, MeanScale: 0.5, Part: 0.6} }

// EnergyVAD tells which frames have speech, by their log energies [frames]: those above Threshold + MeanScale·mean, if enough
// of their neighbours are, too. It is Kaldi's compute-vad, whose energies are those of samples times 32768.
func EnergyVAD(logEnergy *torch.Tensor, o VADOptions) []bool {
	if logEnergy.Dim() != 1 || o.Context < 0 || !(o.Part > 0 && o.Part < 1) {
		panic(invalid("vad", "expected energies [frames], a context of at least 0 and a part in (0, 1), but got the shape %v, %d and %v",
			logEnergy.Shape(), o.Context, o.Part))
	}
	var e []float32
	torch.NoGrad(func() {
		torch.Step(func() { e = torch.ToSlice[float32](logEnergy.Detach().To(torch.CPU).To(torch.Float32)) })
	})
	threshold, sum := o.Threshold, 0.
	for _, v := range e {
		sum += float64(v)
	}
	if o.MeanScale != 0 && len(e) > 0 {
		threshold += o.MeanScale * sum / float64(len(e))
	}
	speech := make([]bool, len(e))
	for t := range e {
		above, all := 0, 0
		for _, v := range e[max(0, t-o.Context):min(len(e), t+o.Context+1)] {
			all++
			if float64(v) > threshold {
				above++
			}
		}
		speech[t] = float64(above) >= float64(all)*o.Part
	}
	return speech
}

// SpeechIntervals are the pieces of a signal of so many samples whose frames, one every hop samples, have speech.
func SpeechIntervals(speech []bool, hop, samples int) []Interval {
	return intervals(speech, hop, samples)
}
