package main

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"multitorch/internal/regular"
	"multitorch/multimodal"
	"multitorch/multimodal/ctc"
	"multitorch/torch"
)

// recogniser writes what is said in samples.
type recogniser struct {
	model    *multimodal.Speech
	alphabet *ctc.Alphabet
	beam     *ctc.Beam // nil: greedy
}

func (c *transcribeCmd) recogniser() (*recogniser, error) {
	device, err := c.device()
	if err != nil {
		return nil, err
	}
	s, err := loadModel(c.Checkpoint, device)
	if err != nil {
		return nil, err
	}
	model, ok := s.model.(*multimodal.Speech)
	if !ok {
		return nil, fmt.Errorf("checkpoint %s: it has a model of %s: expected one of speech, which multitorch train speech makes",
			c.Checkpoint, s.task.info().title)
	}
	r := &recogniser{model: model, alphabet: s.task.(speller).letters()}
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
func (r *recogniser) hypotheses(samples *torch.Tensor) (found []ctc.Hypothesis, scores *torch.Tensor, err error) {
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

// text is what is said, in one line, or a line for each word.
func (r *recogniser) text(samples *torch.Tensor, times bool) (string, error) {
	found, scores, err := r.hypotheses(samples)
	if err != nil || !times {
		return hypothesisText(found), err
	}
	spans, err := ctc.Align(scores, found[0].Labels)
	if err != nil {
		return "", err
	}
	return strings.Join(wordTimes(r.alphabet, spans), "\n"), nil
}

func hypothesisText(found []ctc.Hypothesis) string {
	if len(found) == 0 {
		return ""
	}
	return found[0].Text
}

// wordTimes are the words with the seconds at which they begin and end.
func wordTimes(alphabet *ctc.Alphabet, spans []ctc.Span) (lines []string) {
	word, begin, end := "", 0, 0
	flush := func() {
		if word != "" {
			lines = append(lines, fmt.Sprintf("%7.2f %7.2f  %s",
				float64(begin)*multimodal.SpeechStepSeconds, float64(end)*multimodal.SpeechStepSeconds, word))
		}
		word = ""
	}
	for _, s := range spans {
		character := alphabet.Decode([]int64{s.Label})
		if character == " " {
			flush()
			continue
		}
		if word == "" {
			begin = s.Start
		}
		word, end = word+character, s.End
	}
	flush()
	return lines
}
