// Package draw draws waveforms and spectrograms as pictures with axes.
//
//	err := draw.Save("speech.png", draw.Sheet(1,
//		draw.Waveform("speech.wav", wave, rate),
//		draw.Spectrogram("log mel", mel.Forward(wave), mel.Config())))
package draw
