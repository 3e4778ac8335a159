// Package device is what PyAudio is for: it records from microphones and plays on speakers, through miniaudio, which finds
// PulseAudio, ALSA and JACK, CoreAudio or WASAPI when it runs. It is apart from package audio because it compiles C.
//
//	wave, err := device.Record(ctx, 3*time.Second, device.Rate(16000)) // [1, 48000]
//	err = device.Play(ctx, wave, 16000)
//
// [OpenMicrophone] and [OpenSpeaker] give streams that are read and written block by block, [Listen] and [Produce] call a
// function for each block, and [Devices] lists what there is. Where there is no microphone, or no sound at all, as in most
// containers, the error says so: silence is never recorded in its place.
package device
