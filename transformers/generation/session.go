package generation

import (
	"fmt"
	"math"
	"slices"
	"time"

	"multitorch/torch"
)

// session is one generation: what was asked for, and the rows as far as they have come.
type session struct {
	config  Config
	traits  Traits
	prompts int       // sequences that were given
	rows    [][]int64 // ids of each sequence, of equal lengths
	skip    []int     // padding before each of them
	prompt  int       // ids before the first new one, padding included
	length  int       // the most ids of a row
	pad     *int64

	decoder    Decoder
	mask       *torch.Tensor // of the prompt; nil without padding
	processors []Processor
	stops      []func(ids []int64) bool
	deadline   time.Time
}

// begin checks what was asked for, and opens a decoder.
func begin(m Model, prompts [][]int64, c Config) (*session, error) {
	s := &session{config: c, traits: m.Traits()}
	s.fillIDs()
	c = s.config
	if err := c.check(s.traits.Vocab); err != nil {
		return nil, err
	}
	prompts, err := s.start(prompts)
	if err != nil {
		return nil, err
	}
	s.prompts = len(prompts)
	if !s.traits.EncoderDecoder {
		s.traits.EncoderIDs = prompts // what Transformers takes for the encoder's input then
	}
	s.pad = c.PadTokenID
	if s.pad == nil && len(c.EOSTokenID) > 0 {
		s.pad = &c.EOSTokenID[0]
	}
	if err := s.settleLength(prompts); err != nil {
		return nil, err
	}
	s.expand(prompts)
	s.processors = s.allProcessors()
	s.stops = s.allStops()
	if c.MaxTime > 0 {
		s.deadline = time.Now().Add(time.Duration(c.MaxTime))
	}
	s.makeMask()
	s.decoder = m.Decoder(Start{Rows: len(s.rows), Length: s.length, Mask: s.mask})
	return s, nil
}

// fillIDs takes the model's ids where the settings have none.
func (s *session) fillIDs() {
	c, t := &s.config, &s.traits
	for _, id := range []struct{ to, from **int64 }{
		{&c.BOSTokenID, &t.BOS}, {&c.PadTokenID, &t.Pad}, {&c.DecoderStartTokenID, &t.DecoderStart},
	} {
		if *id.to == nil {
			*id.to = *id.from
		}
	}
	if c.EOSTokenID == nil {
		c.EOSTokenID = t.EOS
	}
}

func (s *session) close() {
	s.decoder.Close()
	if s.mask != nil {
		s.mask.Free()
	}
}

// start is the prompts that decoding begins with.
func (s *session) start(prompts [][]int64) ([][]int64, error) {
	t, first := s.traits, s.config.DecoderStartTokenID
	if first == nil {
		first = s.config.BOSTokenID
	}
	switch {
	case t.EncoderDecoder && len(prompts) == 0:
		if first == nil {
			return nil, fmt.Errorf("generation: decoder_start_token_id: a model with an encoder needs it, or bos_token_id, or a prompt")
		}
		prompts = slices.Repeat([][]int64{{*first}}, t.Rows)
	case t.EncoderDecoder && len(prompts) != t.Rows:
		return nil, fmt.Errorf("generation: the model has read %d inputs, but got %d prompts", t.Rows, len(prompts))
	case t.EncoderDecoder && !t.FreeStart && first != nil && !slices.ContainsFunc(prompts, beginsWith(*first)):
		prompts = slices.Clone(prompts)
		for i, p := range prompts {
			prompts[i] = slices.Concat([]int64{*first}, p)
		}
	case len(prompts) == 0:
		return nil, fmt.Errorf("generation: expected at least one prompt, but got none")
	}
	for i, p := range prompts {
		if len(p) == 0 {
			return nil, fmt.Errorf("generation: prompt %d is empty; a model needs at least one id to go on from, its bos_token_id, say", i)
		}
		for _, id := range p {
			if id < 0 || id >= int64(t.Vocab) {
				return nil, fmt.Errorf("generation: prompt %d: the model has the ids 0 to %d, but got %d; "+
					"is the tokenizer that of another model?", i, t.Vocab-1, id)
			}
		}
	}
	return prompts, nil
}

func beginsWith(id int64) func(ids []int64) bool {
	return func(ids []int64) bool { return len(ids) > 0 && ids[0] == id }
}

// settleLength finds how long the rows may get.
func (s *session) settleLength(prompts [][]int64) error {
	c, longest := &s.config, 0
	for _, p := range prompts {
		longest = max(longest, len(p))
	}
	s.prompt = longest
	most := s.traits.Positions
	if most > 0 && longest > most {
		return fmt.Errorf("generation: the prompt has %d ids, but the model has %d positions; shorten it", longest, most)
	}
	switch {
	case c.MaxNewTokens > 0:
		s.length = longest + min(c.MaxNewTokens, math.MaxInt32)
	case c.MaxLength > 0:
		s.length = min(c.MaxLength, math.MaxInt32)
	default:
		s.length = longest + defaultNewTokens
		if most > 0 {
			s.length = min(s.length, most)
		}
	}
	if longest >= s.length {
		return fmt.Errorf("generation: max_length: the prompt has %d ids, and with a length of at most %d nothing can be added; "+
			"shorten the prompt, or raise it or set max_new_tokens", longest, s.length)
	}
	if most > 0 && s.length > most {
		return fmt.Errorf("generation: a prompt of %d ids and %d new ones are %d, but the model has %d positions; "+
			"at most %d new ones fit", longest, s.length-longest, s.length, most, most-longest)
	}
	if c.MinNewTokens > 0 {
		c.MinLength = c.MinNewTokens + longest
	}
	if c.MinLength > s.length {
		return fmt.Errorf("generation: min_length, min_new_tokens: at least %d ids were asked for, prompt included, but at most %d", c.MinLength, s.length)
	}
	return nil
}

// expand makes the rows: each prompt as often as it is gone on with, padded on the left.
func (s *session) expand(prompts [][]int64) {
	copies := max(s.config.NumBeams, s.config.NumReturnSequences)
	fill := value(s.pad, 0)
	for _, p := range prompts {
		for range copies {
			row := make([]int64, 0, min(s.length, s.prompt+4096))
			row = append(row, slices.Repeat([]int64{fill}, s.prompt-len(p))...)
			s.rows = append(s.rows, append(row, p...))
			s.skip = append(s.skip, s.prompt-len(p))
		}
	}
}

func (s *session) makeMask() {
	if slices.Max(s.skip) == 0 {
		return
	}
	mask := make([]int64, 0, len(s.rows)*s.prompt)
	for _, n := range s.skip {
		mask = append(mask, slices.Repeat([]int64{0}, n)...)
		mask = append(mask, slices.Repeat([]int64{1}, s.prompt-n)...)
	}
	s.mask = torch.FromSlice(mask, len(s.rows), s.prompt).To(s.traits.Device)
}

// scores reads the last n ids of each row, and returns the processed scores of the next one.
func (s *session) scores(n int, logarithms bool) *torch.Tensor {
	ids := make([]int64, 0, n*len(s.rows))
	for _, row := range s.rows {
		ids = append(ids, row[len(row)-n:]...)
	}
	logits := s.decoder.Step(torch.FromSlice(ids, len(s.rows), n).To(s.traits.Device)).To(torch.Float32)
	switch {
	case logarithms:
		logits = logits.LogSoftmax(-1)
	case len(s.processors) > 0:
		logits = logits.Clone() // processors may write into it
	}
	for _, p := range s.processors {
		logits = p.Process(s.rows, logits)
	}
	return logits
}

// quietly runs one step without gradients, and frees what it made.
func quietly(f func()) error {
	return torch.Try(func() error {
		torch.InferenceMode(func() { torch.Step(f) })
		return nil
	})
}
