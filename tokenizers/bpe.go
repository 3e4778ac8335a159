package tokenizers

import "fmt"

// BPE merges characters, or bytes, to tokens, the pair that was learned first before the others.
type BPE struct {
	// Dropout skips merges with this probability, in training's data only; nil is none.
	Dropout                 *float64 `json:"dropout"`
	UnkToken                *string  `json:"unk_token"` // nil: what is unknown vanishes
	ContinuingSubwordPrefix *string  `json:"continuing_subword_prefix"`
	EndOfWordSuffix         *string  `json:"end_of_word_suffix"`
	FuseUnk                 bool     `json:"fuse_unk" default:"false"`      // neighbouring unknown characters are one
	ByteFallback            bool     `json:"byte_fallback" default:"false"` // unknown characters become tokens <0xE2>
	IgnoreMerges            bool     `json:"ignore_merges" default:"false"` // words of the vocabulary need no merges
	Vocab                   Vocab    `json:"vocab"`
	Merges                  Merges   `json:"merges"`
}

type bpe struct {
	*ids
	config         *BPE
	prefix, suffix string
	merges         *pairTable // rank and new id of a pair of ids
	fallback       [256]int64 // ids of <0x00> ...; -1: not there
	// of bytes, where all 256 are in the vocabulary and no prefix or suffix gets between
	bytes    [256]uint32
	hasBytes bool
	raw      map[string]uint32 // the vocabulary by bytes, for IgnoreMerges
	dropout  float32
	unk      uint32
	hasUnk   bool
}

func (c *BPE) model() (model, error) {
	if err := checkVocab("BPE", c.Vocab); err != nil {
		return nil, err
	}
	m := &bpe{ids: c.Vocab.index(), config: c, merges: newPairTable(len(c.Merges))}
	if c.ContinuingSubwordPrefix != nil {
		m.prefix = *c.ContinuingSubwordPrefix
	}
	if c.EndOfWordSuffix != nil {
		m.suffix = *c.EndOfWordSuffix
	}
	if c.Dropout != nil {
		if !(*c.Dropout >= 0 && *c.Dropout <= 1) {
			return nil, errorf("model: BPE: dropout is %v, want 0 to 1", *c.Dropout)
		}
		m.dropout = float32(*c.Dropout)
	}
	if c.UnkToken != nil {
		m.unk, m.hasUnk = c.Vocab[*c.UnkToken]
	}
	for i, pair := range c.Merges {
		if err := m.addMerge(i, pair); err != nil {
			return nil, err
		}
	}
	m.addBytes()
	return m, nil
}

func (m *bpe) addMerge(rank int, merge [2]string) error {
	if len(merge[1]) < len(m.prefix) {
		return errorf("model: BPE: merges: %d: %q is shorter than the prefix %q", rank, clip(merge[1]), m.prefix)
	}
	var found [3]uint32
	for i, token := range []string{merge[0], merge[1], merge[0] + merge[1][len(m.prefix):]} {
		id, ok := m.of[token]
		if !ok {
			return errorf("model: BPE: merges: %d: token %q is not in vocab", rank, clip(token))
		}
		found[i] = id
	}
	m.merges.put(pair(found[0], found[1]), uint32(rank), found[2])
	return nil
}

func (m *bpe) addBytes() {
	alphabet := byteRunes()
	m.hasBytes = m.prefix == "" && m.suffix == ""
	for b := range 256 {
		id, ok := m.of[alphabet.text[b]]
		m.bytes[b] = id
		m.hasBytes = m.hasBytes && ok
		m.fallback[b] = -1
		if id, ok := m.of[fmt.Sprintf("<0x%02X>", b)]; ok {
			m.fallback[b] = int64(id)
		}
	}
	if m.hasBytes && m.config.IgnoreMerges {
		m.raw = make(map[string]uint32, len(m.of))
		for token, id := range m.of {
			if raw, ok := alphabet.raw(token); ok {
				m.raw[raw] = id
			}
		}
	}
}

func (m *bpe) tokenize(p *piece, s *scratch, out []token) ([]token, error) {
	if p.mapped && !m.hasBytes {
		p.materialize()
	}
	if m.config.IgnoreMerges && m.dropout == 0 {
		known := m.of
		if p.mapped {
			known = m.raw
		}
		if id, ok := known[p.text]; ok {
			return append(out, token{id: id, end: int32(len(p.text))}), nil
		}
	}
	if m.dropout == 0 {
		if out, ok := s.recall(p, out); ok {
			return out, nil
		}
	}
	w := &s.word
	w.symbols = w.symbols[:0]
	if p.mapped {
		for i := range len(p.text) {
			w.add(m.bytes[p.text[i]], 1)
		}
	} else if err := m.addCharacters(w, p.text); err != nil {
		return nil, err
	}
	if m.dropout == 0 {
		w.merge(m.merges)
	} else {
		w.mergeSome(m.merges, m.dropout, s.random)
	}
	before := len(out)
	start := int32(0)
	for i := range w.symbols {
		if n := w.symbols[i].length; n > 0 {
			out = append(out, token{id: w.symbols[i].id, start: start, end: start + n})
			start += n
		}
	}
	if m.dropout == 0 {
		s.keep(p, out[before:])
	}
	return out, nil
}

// addCharacters looks the characters up that a word consists of.
func (m *bpe) addCharacters(w *word, text string) error {
	unknown := int32(0) // bytes of unknown characters that aren't noted yet
	flush := func() {
		if unknown > 0 {
			w.add(m.unk, unknown)
			unknown = 0
		}
	}
	for i, r := range text {
		n := runeLen(text, i, r)
		symbol := text[i : i+n]
		if m.prefix != "" && i > 0 {
			symbol = m.prefix + symbol
		}
		if m.suffix != "" && i+n == len(text) {
			symbol += m.suffix
		}
		if id, ok := m.of[symbol]; ok {
			flush()
			w.add(id, int32(n))
			continue
		}
		if m.config.ByteFallback && m.fallBack(w, symbol) {
			continue
		}
		if m.config.UnkToken == nil {
			continue
		}
		if !m.hasUnk {
			return errorf("BPE: %q is not in the vocabulary, nor is unk_token %q", symbol, *m.config.UnkToken)
		}
		if !m.config.FuseUnk {
			flush()
		}
		unknown += int32(n)
	}
	flush()
	return nil
}

// fallBack writes a character as its bytes if all are in the vocabulary. What was unknown before it is noted after it:
// so does PyPI's tokenizers.
func (m *bpe) fallBack(w *word, symbol string) bool {
	for i := range len(symbol) {
		if m.fallback[symbol[i]] < 0 {
			return false
		}
	}
	for i := range len(symbol) {
		w.add(uint32(m.fallback[symbol[i]]), 1)
	}
	return true
}
