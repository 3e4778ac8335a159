// Package audio is what PyAudio, librosa and torchaudio are for: it reads and writes sound files, and makes features of
// waveforms. Functions on tensors are in package functional beside it.
//
//	wave, rate, err := audio.Load("speech.wav") // [channels, frames], at the file's own rate
//	mel := audio.NewLogMelSpectrogram(audio.Whisper())
//	features := mel.Forward(wave) // [channels, 80, 3000]
//
// # Definitions
//
// A "mel spectrogram" of librosa, of torchaudio, of Kaldi and of Whisper are four different things, and a model that was
// trained on one does not understand another. So nothing here has a default: features begin with a definition,
// [Librosa], [Torchaudio], [Kaldi] or [Whisper], which is a [Config]. It is a plain value, which can be changed with
// options and saved with a model as JSON.
//
// Waveforms are tensors [..., time] in -1 to 1, and everything is computed by tensor operators: on any device, for
// batches, and with gradients. Modules keep their windows and filter banks as buffers.
//
// # Files
//
// [Load] reads WAV, FLAC, MP3 and Ogg Vorbis, whatever the file's name, without other programs or libraries; [Save]
// writes WAV and FLAC. A file that is damaged or cut short is an error that names it, and never a shorter waveform.
package audio
