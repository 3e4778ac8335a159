package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"net/http"

	"multitorch/multimodal"
	"multitorch/multimodal/ctc"
	"multitorch/serve"
	"multitorch/torch"
	"multitorch/transformers/speech"
)

// heardText is what was said, as /v1/transcribe answers.
type heardText struct {
	Text     string         `json:"text"`
	Duration float64        `json:"duration"` // seconds
	Segments []heardSegment `json:"segments"`
}

type heardSegment struct {
	Start float64 `json:"start"` // seconds
	End   float64 `json:"end"`
	Text  string  `json:"text"`
}

func (t *speechTask) serve(l *serving, s *saved) error {
	return l.transcribe(&ctcRecogniser{model: s.model.(*multimodal.Speech), alphabet: t.Alphabet})
}

func (t *transcriptsTask) serve(l *serving, s *saved) error {
	return l.transcribe(&ctcRecogniser{model: s.model.(*multimodal.Speech), alphabet: ctcAlphabet(t)})
}

func ctcAlphabet(s speller) *ctc.Alphabet { return s.letters() }

// transcribe adds what writes what is said, as multitorch transcribe does.
func (l *serving) transcribe(r recogniser) error {
	return one(l, serve.Endpoint[inputs, *speech.Transcript]{
		Path: "/v1/transcribe", Summary: "Writes what is said in a recording.",
		Fields:  []serve.Field{{Name: "audio", Kind: serve.Sound, Required: true, Label: "Recording"}},
		Example: heardText{},
		Answer: func(_ *http.Request, _ *serve.Form, t *speech.Transcript) (any, error) {
			said := heardText{Text: t.Text, Duration: t.Duration, Segments: []heardSegment{}}
			for _, s := range t.Segments {
				said.Segments = append(said.Segments, heardSegment{s.Start, s.End, s.Text})
			}
			return said, nil
		},
	}, func(ctx context.Context, in inputs) (*speech.Transcript, error) {
		sound, err := openSound(in.audio, r)
		if err != nil {
			return nil, badInput("audio", "%w", err)
		}
		defer sound.Close()
		var cancelled error
		t, err := r.transcribe(sound, func(float64) { cancelled = ctx.Err() })
		return t, errors.Join(err, cancelled)
	}, func(i int) *serve.Form {
		return serve.NewForm(nil, nil, map[string][]byte{"audio": noisySound(rand.New(rand.NewPCG(uint64(i), 0)))})
	})
}

// pretrainedSpeech serves a pretrained model that writes what is said, with the defaults of multitorch transcribe.
func (l *serving) pretrainedSpeech(dir string, device torch.Device,
	open func(*transcribeCmd, string, torch.Device) (recogniser, error),
) error {
	r, err := open(&transcribeCmd{whisperFlags: whisperFlags{BestOf: 5}, Format: speech.JSON}, dir, device)
	if err != nil {
		return err
	}
	return l.transcribe(r)
}
