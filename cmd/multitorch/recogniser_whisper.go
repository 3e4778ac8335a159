package main

import (
	"context"
	"errors"
	"fmt"

	"multitorch/torch"
	"multitorch/transformers/processors"
	"multitorch/transformers/speech"
)

// whisperFlags are for Whisper.
type whisperFlags struct {
	NoFallback bool   `help:"Keep each window's first text, also when it repeats itself or is unlikely (Whisper)."`
	BestOf     int    `default:"5" help:"Texts that are drawn when a window is tried again, of which the likeliest is taken (Whisper)."`
	Seed       int64  `default:"0" help:"Seed of what is drawn (Whisper)."`
	Previous   bool   `help:"Give the model the text of the windows before (Whisper)."`
	Language   string `placeholder:"CODE" help:"Language that is spoken, for a multilingual model: en, de … (Whisper)."`
	Translate  bool   `help:"Write English, whatever is spoken, with a multilingual model (Whisper)."`
}

func (f whisperFlags) check() error {
	if f.BestOf < 1 || f.BestOf > 100 {
		return fmt.Errorf("--best-of: expected 1 to 100, but got %d", f.BestOf)
	}
	return nil
}

// whisperRecogniser is a pretrained Whisper.
type whisperRecogniser struct {
	*speech.Whisper
	options speech.Options
}

func openWhisper(c *transcribeCmd, dir string, device torch.Device) (recogniser, error) {
	if c.Beam > 100 {
		return nil, fmt.Errorf("--beam: expected 0 to 100 for Whisper, but got %d", c.Beam)
	}
	w, err := speech.Load(dir, load(device))
	if err != nil {
		return nil, err
	}
	o := speech.Options{
		Beams: c.Beam, BestOf: c.BestOf, Seed: c.Seed, Previous: c.Previous, Language: c.Language, Translate: c.Translate,
		Timestamps: c.Format != speech.Text,
	}
	if c.NoFallback {
		o.Temperatures = []float64{0}
	}
	if !w.Multilingual() && (c.Translate || c.Language != "" && c.Language != "en") {
		return nil, errors.New("--language, --translate: this model knows English alone")
	}
	return whisperRecogniser{w, o}, nil
}

func (r whisperRecogniser) rate() int     { return r.Rate() }
func (r whisperRecogniser) shortest() int { return 1 }

func (r whisperRecogniser) transcribe(sound processors.Source, told func(float64)) (*speech.Transcript, error) {
	if told == nil {
		return r.TranscribeSource(context.Background(), sound, r.options)
	}
	return r.TranscribeSource(context.Background(), sound, r.options, told)
}
