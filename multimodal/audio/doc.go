// Package audio is what PyAudio, librosa and torchaudio are for: it reads and writes sound files, and makes features of
// waveforms.
//
//	wave, rate, err := audio.Load("speech.wav") // [channels, frames], at the file's own rate
//	err = audio.Save("copy.flac", wave, rate)
//
// # Files
//
// [Load] reads WAV, FLAC, MP3 and Ogg Vorbis, whatever the file's name, without other programs or libraries; [Save]
// writes WAV and FLAC. A file that is damaged or cut short is an error that names it, and never a shorter waveform.
package audio
