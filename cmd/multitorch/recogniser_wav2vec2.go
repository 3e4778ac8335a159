package main

import (
	"context"
	"errors"

	"multitorch/torch"
	"multitorch/transformers/processors"
	"multitorch/transformers/speech"
)

// wav2vec2Recogniser is a pretrained Wav2Vec2 with CTC.
type wav2vec2Recogniser struct{ *speech.Wav2Vec2 }

func openWav2Vec2(c *transcribeCmd, dir string, device torch.Device) (recogniser, error) {
	if c.Beam > 0 {
		return nil, errors.New("--beam: letters of Wav2Vec2 are read greedily: expected no search")
	}
	w, err := speech.LoadWav2Vec2(dir, load(device))
	if err != nil {
		return nil, err
	}
	return wav2vec2Recogniser{w}, nil
}

func (r wav2vec2Recogniser) rate() int     { return r.Rate() }
func (r wav2vec2Recogniser) shortest() int { return 1 }

func (r wav2vec2Recogniser) transcribe(sound processors.Source, told func(float64)) (*speech.Transcript, error) {
	if told == nil {
		return r.TranscribeSource(context.Background(), sound)
	}
	return r.TranscribeSource(context.Background(), sound, told)
}
