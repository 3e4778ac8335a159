package main

import (
	"errors"
	"fmt"
	"os"

	"multitorch/internal/regular"
	"multitorch/multimodal"
	"multitorch/multimodal/ctc"
	"multitorch/torch"
	"multitorch/transformers/processors"
	"multitorch/transformers/speech"
)

// ctcFlags are for models that are trained here.
type ctcFlags struct {
	LM       string  `name:"lm" type:"path" placeholder:"FILE" help:"Language model of characters for the search, in ARPA's format (of a checkpoint)."`
	LMWeight float64 `name:"lm-weight" default:"0.5" help:"How much the language model counts (of a checkpoint)."`
	LMBonus  float64 `name:"lm-bonus" default:"1.2" help:"What each character of a text counts, against the model's preference for short ones (of a checkpoint)."`
}

// ctcRecogniser is a model that is trained here.
type ctcRecogniser struct {
	model    *multimodal.Speech
	alphabet *ctc.Alphabet
	beam     *ctc.Beam // nil: greedy
}

func (r *ctcRecogniser) rate() int     { return multimodal.SpeechRate }
func (r *ctcRecogniser) shortest() int { return multimodal.MinSpeechSamples }

func (c *transcribeCmd) openCheckpoint(path string, device torch.Device) (recogniser, error) {
	s, err := loadModel(path, device)
	if err != nil {
		return nil, err
	}
	model, ok := s.model.(*multimodal.Speech)
	if !ok {
		return nil, fmt.Errorf("checkpoint %s: it has a model of %s: expected one of speech, which multitorch train speech makes",
			path, s.task.info().title)
	}
	r := &ctcRecogniser{model: model, alphabet: s.task.(speller).letters()}
	if c.Beam == 0 {
		return r, nil
	}
	r.beam = &ctc.Beam{Alphabet: r.alphabet, Width: c.Beam}
	if c.LM != "" {
		err := regular.Read(c.LM, "a language model in ARPA's format", func(f *os.File, _ int64) error {
			m, err := ctc.ReadARPA(f)
			if err == nil {
				r.beam.Model, r.beam.Weight, r.beam.Bonus = m.Characters(), c.LMWeight, c.LMBonus
			}
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("--lm: %w", err)
		}
	}
	return r, nil
}

// hypotheses are the texts that may have been said, the likeliest first; one if there is no search.
func (r *ctcRecogniser) hypotheses(samples *torch.Tensor) (found []ctc.Hypothesis, scores *torch.Tensor, err error) {
	err = torch.Try(func() error {
		scores = r.model.Scores(samples)
		if n := scores.Numel() - int(scores.IsFinite().Sum().ItemInt()); n > 0 {
			return errors.New("the model's scores for this sound are NaN or infinite")
		}
		if r.beam != nil {
			found = r.beam.Search(scores)
			return nil
		}
		labels := ctc.Greedy(scores.Unsqueeze(0), nil)[0]
		found = []ctc.Hypothesis{{Text: r.alphabet.Decode(labels), Labels: labels}}
		return nil
	})
	return found, scores, err
}

// transcribe writes a segment for each word. All samples and scores are held, for words may be aligned by a search over all.
func (r *ctcRecogniser) transcribe(sound processors.Source, _ func(float64)) (*speech.Transcript, error) {
	if n := sound.Len(); n > maxSpeech {
		return nil, fmt.Errorf("it has %d samples at %d Hz, more than the %d that are read at once; cut it into pieces first",
			n, r.rate(), maxSpeech)
	}
	samples, err := sound.Samples(0, sound.Len())
	if err != nil {
		return nil, err
	}
	defer samples.Free()
	found, scores, err := r.hypotheses(samples)
	if err != nil {
		return nil, err
	}
	t := &speech.Transcript{Text: hypothesisText(found), Duration: float64(samples.Size(0)) / multimodal.SpeechRate}
	if len(found) == 0 || len(found[0].Labels) == 0 {
		return t, nil
	}
	spans, err := ctc.Align(scores, found[0].Labels)
	if err != nil {
		return nil, err
	}
	t.Segments = wordTimes(r.alphabet, spans)
	return t, nil
}

func hypothesisText(found []ctc.Hypothesis) string {
	if len(found) == 0 {
		return ""
	}
	return found[0].Text
}

// wordTimes are the words with the seconds at which they begin and end.
func wordTimes(alphabet *ctc.Alphabet, spans []ctc.Span) (words []speech.Segment) {
	word, begin, end := speech.Segment{}, 0, 0
	flush := func() {
		if word.Text != "" {
			word.ID, word.Start, word.End = len(words), float64(begin)*multimodal.SpeechStepSeconds, float64(end)*multimodal.SpeechStepSeconds
			words = append(words, word)
		}
		word = speech.Segment{}
	}
	for _, s := range spans {
		character := alphabet.Decode([]int64{s.Label})
		if character == " " {
			flush()
			continue
		}
		if word.Text == "" {
			begin = s.Start
		}
		word.Text, word.Tokens, end = word.Text+character, append(word.Tokens, s.Label), s.End
	}
	flush()
	return words
}
