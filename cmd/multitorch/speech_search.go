package main

import (
	"errors"

	"multitorch/datasets"
	"multitorch/multimodal"
	"multitorch/multimodal/ctc"
	"multitorch/nn"
	"multitorch/torch"
	"multitorch/trainer"
	"multitorch/trainer/metrics"
)

// The search that figures are from: with a language model of the training side's texts. The weight and the bonus were chosen
// on clips that are on neither side, those that --more adds, with a model that had not learned from them.
const (
	searchName   = "beam 16, 6-gram"
	searchBeam   = 16
	searchOrder  = 6
	searchWeight = 0.5
	searchBonus  = 1.2
)

var _ averager = (*speechTask)(nil)

// searcher makes the search.
func (t *speechTask) searcher() (ctc.Beam, error) {
	var tokens [][]string
	for _, text := range texts(t.sides.Train) {
		tokens = append(tokens, ctc.CharacterTokens(text))
	}
	m, err := ctc.NewNGram(searchOrder, tokens)
	if err != nil {
		return ctc.Beam{}, err
	}
	return ctc.Beam{Alphabet: t.Alphabet, Width: searchBeam, Model: m.Characters(), Weight: searchWeight, Bonus: searchBonus}, nil
}

// searched is what the search understands of scores that were kept.
func (t *speechTask) searched(h *heard) (metrics.Transcribed, error) {
	beam, err := t.searcher()
	found := metrics.Transcribed{Reference: h.all.Reference}
	if err != nil {
		return found, err
	}
	for _, s := range h.scores {
		best := beam.Search(torch.FromSlice(s.values, s.steps, t.Alphabet.Len()))[0]
		found.Understood = append(found.Understood, best.Text)
	}
	return found, nil
}

// average measures a model with the search, as a row of its own in the table of results. Scores of several models are not
// put together: each says a character at a step of its own.
func (t *speechTask) average(models []nn.Module, _ func(...*torch.Tensor) *torch.Tensor, device torch.Device) (training, error) {
	if len(models) != 1 {
		return nil, errors.New("models of speech can't be put together: each says a character at a step of its own")
	}
	m := models[0].(*multimodal.Speech)
	beam, err := t.searcher()
	if err != nil {
		return nil, err
	}
	test, err := datasets.NewBatchLoader(t.test, datasets.BatchSize(speechTestBatch))
	if err != nil {
		return nil, err
	}
	criterion := nn.NewCTCLoss()
	t.heard = new(heard)
	return &trainer.Trainer[multimodal.SpeechBatch, metrics.Transcribed]{
		Model: m, Validate: test,
		Step: func(b multimodal.SpeechBatch) (*torch.Tensor, metrics.Transcribed) {
			loss, scores, steps := m.Loss(b.To(device), criterion)
			found := metrics.Transcribed{Reference: b.Texts}
			for i, n := range torch.ToSlice[int](steps) {
				best := beam.Search(scores.Select(0, i).Slice(0, 0, n, 1))[0]
				found.Understood = append(found.Understood, best.Text)
			}
			return loss, found
		},
		Metrics: []metrics.Metric[metrics.Transcribed]{metrics.NewCER(), metrics.NewWER(), t.heard},
	}, nil
}

func (t *speechTask) sameTest(other task) bool {
	o, ok := other.(*speechTask)
	return ok && t.Language == o.Language && t.Strict == o.Strict && t.SplitSeed == o.SplitSeed
}
