package generation

import (
	"errors"
	"fmt"
	"math"
)

// check says which settings are impossible, each with its name in JSON.
func (c Config) check(vocab int) error {
	if c.NumBeams == 0 && c.Temperature == 0 && c.TopP == 0 {
		return errors.New("generation: the settings are empty; they begin as generation.Default() or generation.ReadConfig(dir)")
	}
	return errors.Join(c.checkNumbers(), c.checkTogether(), c.checkIDs(vocab))
}

func (c Config) checkNumbers() error {
	var errs []error
	wrong := func(name, want string, got any) {
		errs = append(errs, fmt.Errorf("generation: %s: expected %s, but got %v", name, want, got))
	}
	for _, v := range []struct {
		name     string
		n, least int
	}{
		{"max_length", c.MaxLength, 0},
		{"max_new_tokens", c.MaxNewTokens, 0},
		{"min_length", c.MinLength, 0},
		{"min_new_tokens", c.MinNewTokens, 0},
		{"num_beams", c.NumBeams, 1},
		{"num_return_sequences", c.NumReturnSequences, 1},
		{"no_repeat_ngram_size", c.NoRepeatNGramSize, 0},
		{"encoder_no_repeat_ngram_size", c.EncoderNoRepeatNGramSize, 0},
		{"top_k", c.TopK, 0},
	} {
		if v.n < v.least {
			wrong(v.name, fmt.Sprintf("at least %d", v.least), v.n)
		}
	}
	for _, v := range []struct {
		name  string
		x     float64
		valid bool
		want  string
	}{
		{"repetition_penalty", c.RepetitionPenalty, c.RepetitionPenalty > 0, "a number above 0 (1 for none)"},
		{"encoder_repetition_penalty", c.EncoderRepetitionPenalty, c.EncoderRepetitionPenalty > 0, "a number above 0 (1 for none)"},
		{"temperature", c.Temperature, c.Temperature > 0 || !c.DoSample, "a number above 0; greedy decoding is do_sample false"},
		{"top_p", c.TopP, c.TopP >= 0 && c.TopP <= 1, "a number from 0 to 1"},
		{"typical_p", c.TypicalP, c.TypicalP > 0 && c.TypicalP <= 1, "a number above 0 and up to 1 (1 for none)"},
		{"epsilon_cutoff", c.EpsilonCutoff, c.EpsilonCutoff >= 0 && c.EpsilonCutoff < 1, "a number from 0 (none) to below 1"},
		{"eta_cutoff", c.EtaCutoff, c.EtaCutoff >= 0 && c.EtaCutoff < 1, "a number from 0 (none) to below 1"},
		{"min_p", value(c.MinP, 0), value(c.MinP, 0) >= 0 && value(c.MinP, 0) <= 1, "a number from 0 to 1"},
		{"top_h", value(c.TopH, 1), value(c.TopH, 1) > 0 && value(c.TopH, 1) <= 1, "a number above 0 and up to 1"},
		{"length_penalty", c.LengthPenalty, true, "a number"},
		{"max_time", float64(c.MaxTime), c.MaxTime >= 0, "a number of seconds"},
	} {
		if !v.valid || math.IsNaN(v.x) || math.IsInf(v.x, 0) {
			wrong(v.name, v.want, v.x)
		}
	}
	return errors.Join(errs...)
}

func (c Config) checkTogether() error {
	var errs []error
	switch {
	case c.NumBeams > 1 && c.NumReturnSequences > c.NumBeams:
		errs = append(errs, fmt.Errorf("generation: num_return_sequences: a search has as many sequences as beams, %d, but %d were asked for",
			c.NumBeams, c.NumReturnSequences))
	case c.NumBeams == 1 && !c.DoSample && c.NumReturnSequences > 1:
		errs = append(errs, fmt.Errorf("generation: num_return_sequences: greedy decoding has one sequence, but %d were asked for; "+
			"set do_sample or num_beams", c.NumReturnSequences))
	}
	if len(c.StopStrings) > 0 && c.Decode == nil {
		errs = append(errs, errors.New("generation: stop_strings: strings are found in text, so Config.Decode is needed, "+
			"a tokenizer's function that makes text of ids"))
	}
	for _, s := range c.StopStrings {
		if s == "" {
			errs = append(errs, errors.New("generation: stop_strings: an empty string stops everything"))
		}
	}
	switch c.EarlyStopping {
	case Likely, Full, Never:
	default:
		errs = append(errs, fmt.Errorf("generation: early_stopping: expected Likely, Full or Never, but got %q", c.EarlyStopping))
	}
	return errors.Join(errs...)
}

// checkIDs looks for ids that the model doesn't have, in settings that would write to them.
func (c Config) checkIDs(vocab int) error {
	var errs []error
	within := func(name string, ids ...int64) {
		for _, id := range ids {
			if id < 0 || id >= int64(vocab) {
				errs = append(errs, fmt.Errorf("generation: %s: the model has the ids 0 to %d, but this has %d", name, vocab-1, id))
				return
			}
		}
	}
	optional := func(name string, id *int64) {
		if id != nil {
			within(name, *id)
		}
	}
	for _, b := range c.SequenceBias {
		if len(b.IDs) == 0 {
			errs = append(errs, errors.New("generation: sequence_bias: a sequence has no ids"))
		}
		within("sequence_bias", b.IDs...)
	}
	for _, ids := range c.BadWordsIDs {
		if len(ids) == 0 {
			errs = append(errs, errors.New("generation: bad_words_ids: a sequence has no ids"))
		}
		within("bad_words_ids", ids...)
	}
	optional("forced_bos_token_id", c.ForcedBOSTokenID)
	within("forced_eos_token_id", c.ForcedEOSTokenID...)
	optional("decoder_start_token_id", c.DecoderStartTokenID)
	if d := c.ExponentialDecayLengthPenalty; d != nil {
		if len(c.EOSTokenID) == 0 {
			errs = append(errs, errors.New("generation: exponential_decay_length_penalty: it is of the end, but there is no eos_token_id"))
		}
		within("eos_token_id", c.EOSTokenID...)
	}
	return errors.Join(errs...)
}

func value[T any](p *T, otherwise T) T {
	if p == nil {
		return otherwise
	}
	return *p
}
