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
func (r *ctcRecogniser) hypotheses(samples *torch.Tensor) (found []ctc.Hypothesis, err error) {
	err = torch.Try(func() error {
		found, err = r.read(r.model.Scores(samples))
		return err
	})
	return found, err
}

// read is what scores may mean.
func (r *ctcRecogniser) read(scores *torch.Tensor) (found []ctc.Hypothesis, err error) {
	if n := scores.Numel() - int(scores.IsFinite().Sum().ItemInt()); n > 0 {
		return nil, errors.New("the model's scores for this sound are NaN or infinite")
	}
	if r.beam != nil {
		return r.beam.Search(scores), nil
	}
	labels := ctc.Greedy(scores.Unsqueeze(0), nil)[0]
	return []ctc.Hypothesis{{Text: r.alphabet.Decode(labels), Labels: labels}}, nil
}

// piece is how many steps of scores are searched and aligned at once: two minutes. A longer recording is cut where nothing is
// said, so that its memory and time grow no faster than it does. Without a search that changes nothing; a search with a
// language model begins anew in each piece.
const piece = 2 * 60 * 1000 / 32 // of 32 ms

// transcribe writes a segment for each word.
func (r *ctcRecogniser) transcribe(sound processors.Source, told func(float64)) (*speech.Transcript, error) {
	var spans []ctc.Span
	var labels []int64
	begin := 0 // of what is held, in steps
	heard := func(scores *torch.Tensor) error {
		found, err := r.read(scores)
		if err != nil || len(found) == 0 || len(found[0].Labels) == 0 {
			return err
		}
		placed, err := ctc.Align(scores, found[0].Labels)
		for _, s := range placed {
			s.Start, s.End = s.Start+begin, s.End+begin
			spans = append(spans, s)
		}
		labels = append(labels, found[0].Labels...)
		return err
	}
	err := torch.Try(func() error {
		var held *torch.Tensor
		for part, err := range r.model.ScoreParts(sound.Len(), sound.Samples) {
			if err != nil {
				return err
			}
			if held == nil {
				held = part
			} else {
				held = torch.Cat([]*torch.Tensor{held, part}, 0)
			}
			if held.Size(0) > piece {
				cut := ctc.Pause(held)
				if err := heard(held.Slice(0, 0, cut, 1)); err != nil {
					return err
				}
				held, begin = held.Slice(0, cut, held.Size(0), 1).Clone(), begin+cut
			}
			if told != nil {
				told(min(float64(begin+held.Size(0))*multimodal.SpeechStepSeconds, float64(sound.Len())/multimodal.SpeechRate))
			}
		}
		return heard(held)
	})
	if err != nil {
		return nil, err
	}
	return &speech.Transcript{
		Text: r.alphabet.Decode(labels), Duration: float64(sound.Len()) / multimodal.SpeechRate, Segments: wordTimes(r.alphabet, spans),
	}, nil
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
