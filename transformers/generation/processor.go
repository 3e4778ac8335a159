package generation

import (
	"math"

	"multitorch/torch"
)

// Processor changes the scores [rows, vocab] of the next id, float32, given each row's ids, the prompt's and the padding's
// included. They are logits, or logarithms of probabilities in a beam search. It may write into scores and return it.
type Processor interface {
	Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor
}

// ProcessorFunc is a function as a processor.
type ProcessorFunc func(ids [][]int64, scores *torch.Tensor) *torch.Tensor

// Process calls f.
func (f ProcessorFunc) Process(ids [][]int64, scores *torch.Tensor) *torch.Tensor {
	return f(ids, scores)
}

// allProcessors are those that the settings ask for, in Transformers' order.
func (s *session) allProcessors() []Processor {
	c := &s.config
	var all []Processor
	add := func(wanted bool, make func() Processor) {
		if wanted {
			all = append(all, make())
		}
	}
	ends, encoder := c.EOSTokenID, s.traits.EncoderIDs
	add(len(c.SequenceBias) > 0, func() Processor { return NewSequenceBias(c.SequenceBias) })
	add(c.EncoderRepetitionPenalty != 1 && encoder != nil, func() Processor {
		return EncoderRepetitionPenalty{c.EncoderRepetitionPenalty, encoder}
	})
	add(c.RepetitionPenalty != 1, func() Processor { return RepetitionPenalty{c.RepetitionPenalty, s.skip} })
	add(c.NoRepeatNGramSize > 0, func() Processor { return NoRepeatNGram(c.NoRepeatNGramSize) })
	add(c.EncoderNoRepeatNGramSize > 0 && encoder != nil, func() Processor {
		return NewEncoderNoRepeatNGram(c.EncoderNoRepeatNGramSize, encoder)
	})
	add(len(c.BadWordsIDs) > 0, func() Processor { return NewBadWords(c.BadWordsIDs, ends) })
	add(c.MinLength > 0 && len(ends) > 0, func() Processor { return MinLength{c.MinLength, ends} })
	add(c.PrefixAllowed != nil, func() Processor { return PrefixAllowed{c.PrefixAllowed, len(s.rows) / s.prompts} })
	add(c.ForcedBOSTokenID != nil, func() Processor { return ForcedBOS(*c.ForcedBOSTokenID) })
	add(len(c.ForcedEOSTokenID) > 0, func() Processor { return ForcedEOS{s.length, c.ForcedEOSTokenID} })
	add(c.RemoveInvalidValues, func() Processor { return RemoveInvalid{} })
	add(c.ExponentialDecayLengthPenalty != nil, func() Processor {
		d := c.ExponentialDecayLengthPenalty
		return ExponentialDecay{Start: d.Start + s.prompt, Factor: d.Factor, EOS: ends}
	})
	add(len(c.SuppressTokens) > 0, func() Processor { return Suppress(c.SuppressTokens) })
	add(len(c.BeginSuppressTokens) > 0, func() Processor {
		begin := s.prompt
		if begin == 1 && c.ForcedBOSTokenID != nil {
			begin++
		}
		return SuppressAtBegin{begin, c.BeginSuppressTokens}
	})
	all = append(all, c.Processors...)
	if c.DoSample {
		all = append(all, c.warpers()...)
	}
	add(c.RenormalizeLogits, func() Processor { return Normalize{} })
	return all
}

// warpers are the processors of drawing.
func (c *Config) warpers() []Processor {
	keep := 1
	if c.NumBeams > 1 { // so that there is more than the end to go on with
		keep = 1 + max(1, len(c.EOSTokenID))
	}
	var all []Processor
	add := func(wanted bool, p Processor) {
		if wanted {
			all = append(all, p)
		}
	}
	add(c.Temperature != 1, Temperature(c.Temperature))
	add(c.TopH != nil, TopH(value(c.TopH, 1)))
	add(c.TopK != 0, TopK{c.TopK, keep})
	add(c.TopP < 1, TopP{c.TopP, keep})
	add(c.MinP != nil, MinP{value(c.MinP, 0), keep})
	add(c.TypicalP < 1, Typical{c.TypicalP, keep})
	add(c.EpsilonCutoff > 0, EpsilonCutoff{c.EpsilonCutoff, keep})
	add(c.EtaCutoff > 0, EtaCutoff{c.EtaCutoff, keep})
	return all
}

var never = math.Inf(-1)

// indices is a tensor of indices on the scores' device.
func indices(list []int64, scores *torch.Tensor) *torch.Tensor {
	return torch.FromSlice(list, len(list)).To(scores.Device())
}

// forbid makes ids impossible in each row. Ids that the model doesn't have are passed over.
func forbid(scores *torch.Tensor, ids []int64) *torch.Tensor {
	vocab := int64(scores.Size(-1))
	known := make([]int64, 0, len(ids))
	for _, id := range ids {
		if id >= 0 && id < vocab {
			known = append(known, id)
		}
	}
	if len(known) == 0 {
		return scores
	}
	return scores.IndexFillInplace(1, indices(known, scores), never)
}

// cells are places in scores, counted through all rows.
type cells struct {
	list  []int64
	vocab int64
}

func (c *cells) add(row int, id int64) {
	if id >= 0 && id < c.vocab {
		c.list = append(c.list, int64(row)*c.vocab+id)
	}
}

// forbid makes the places impossible.
func (c *cells) forbid(scores *torch.Tensor) *torch.Tensor {
	if len(c.list) > 0 {
		scores = scores.Contiguous()
		scores.View(-1).IndexFillInplace(0, indices(c.list, scores), never)
	}
	return scores
}

// change replaces the scores at the places by f of them.
func (c *cells) change(scores *torch.Tensor, f func(x *torch.Tensor) *torch.Tensor) *torch.Tensor {
	if len(c.list) > 0 {
		scores = scores.Contiguous()
		flat, at := scores.View(-1), indices(c.list, scores)
		flat.IndexCopyInplace(0, at, f(flat.IndexSelect(0, at)))
	}
	return scores
}

func cellsOf(scores *torch.Tensor) *cells { return &cells{vocab: int64(scores.Size(-1))} }
