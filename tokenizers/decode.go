package tokenizers

import "strings"

// Decode makes text of ids, without special tokens. Ids that there is no token for are left out, as PyPI's tokenizers
// does.
func (t *Tokenizer) Decode(ids []int64) (string, error) { return t.decodeIDs(ids, true) }

// DecodeWithSpecialTokens makes text of ids, special tokens too.
func (t *Tokenizer) DecodeWithSpecialTokens(ids []int64) (string, error) {
	return t.decodeIDs(ids, false)
}

func (t *Tokenizer) decodeIDs(ids []int64, skip bool) (string, error) {
	tokens := make([]string, 0, len(ids))
	for _, id := range ids {
		token, ok := t.IDToToken(id)
		if ok && !(skip && t.added.special[token]) {
			tokens = append(tokens, token)
		}
	}
	if t.decode == nil {
		return strings.Join(tokens, " "), nil
	}
	if len(tokens) == 0 {
		return "", nil
	}
	tokens, err := t.decode(tokens)
	if err != nil {
		return "", errorf("tokenizers: %w", err)
	}
	return strings.Join(tokens, ""), nil
}

// DecodeBatch makes texts of lists of ids, on all processors, without special tokens.
func (t *Tokenizer) DecodeBatch(batch [][]int64) ([]string, error) {
	out := make([]string, len(batch))
	err := inParallel(len(batch), func(i int) (err error) {
		out[i], err = t.Decode(batch[i])
		return err
	})
	if err != nil {
		return nil, err
	}
	return out, nil
}

// A Stream decodes ids one by one, for text that appears while a model writes it. It is of one goroutine.
type Stream struct {
	t    *Tokenizer
	skip bool
	ids  []int64 // what may still change how the next ones are written
	seen string  // their text, which was given out
	held int     // so many ids give the text seen
}

// Stream begins a text, without special tokens if skipSpecialTokens.
func (t *Tokenizer) Stream(skipSpecialTokens bool) *Stream {
	return &Stream{t: t, skip: skipSpecialTokens}
}

// Next is what an id adds to the text: nothing while a character is not whole.
func (s *Stream) Next(id int64) (string, error) {
	if s.seen == "" && len(s.ids) > 0 {
		text, err := s.t.decodeIDs(s.ids, s.skip)
		if err != nil {
			return "", err
		}
		if !strings.HasSuffix(text, "\uFFFD") {
			s.seen, s.held = text, len(s.ids)
		}
	}
	s.ids = append(s.ids, id)
	text, err := s.t.decodeIDs(s.ids, s.skip)
	if err != nil {
		return "", err
	}
	if len(text) <= len(s.seen) || strings.HasSuffix(text, "\uFFFD") {
		return "", nil
	}
	added, ok := strings.CutPrefix(text, s.seen)
	if !ok {
		return "", errorf("tokenizers: with id %d the text %q became %q: this decoder can't be streamed",
			id, clip(s.seen), clip(text))
	}
	held := len(s.ids) - s.held
	s.ids = append([]int64(nil), s.ids[s.held:]...)
	if s.seen, err = s.t.decodeIDs(s.ids, s.skip); err != nil {
		return "", err
	}
	s.held = held
	return added, nil
}
